/** Label volumes for the measurement of metrics: smooth invented structures, the same on every machine. */

const GRIDS = {
  A: { sizeXyz: [256, 256, 128], spacingMm: [1.5, 1.5, 2.5] },
  B: { sizeXyz: [512, 512, 300], spacingMm: [0.75, 0.75, 1] },
};
const ORGAN = { A: [56.5, 57.5, 28], B: [112, 115, 65] };
const LESIONS = [
  { offset: [-8, -11, -5], radius: [8.5, 9.5, 6.5] },
  { offset: [7, 2, 4], radius: [9.5, 10.5, 7.5] },
  { offset: [-3, 13, 2], radius: [6.5, 7.5, 5.5] },
];
const LESION_SCALE = { A: [1, 1, 1], B: [1.58, 1.61, 1.71] };

/**
 * A reference segmentation and a prediction that is a little smaller, displaced and rough in other places.
 *
 * @param volume    'A' (256x256x128) or 'B' (512x512x300)
 * @param structure 'organ' or 'lesion' (three small ellipsoids close together)
 * @param displaced displacement in voxels of A along each axis (of B: twice as many)
 */
export function segmentationPair(volume, structure, displaced = 1) {
  const { sizeXyz } = GRIDS[volume];
  const scale = volume === 'A' ? 1 : 2;
  const shift = [displaced * scale, -displaced * scale, (displaced * scale) / 2];
  const reference = emptyMap(volume);
  const prediction = emptyMap(volume);
  const centre = sizeXyz.map((n) => n * 0.47);
  const parts =
    structure === 'organ'
      ? [{ offset: [0, 0, 0], radius: ORGAN[volume] }]
      : LESIONS.map(({ offset, radius }) => ({
          offset: offset.map((o, axis) => o * LESION_SCALE[volume][axis]),
          radius: radius.map((r, axis) => r * LESION_SCALE[volume][axis]),
        }));
  const moved = structure === 'organ' ? shift : shift.map((s) => s / 2);
  parts.forEach(({ offset, radius }, n) => {
    const at = centre.map((c, axis) => c + offset[axis]);
    addBlob(reference, 1, at, radius, 0.05, 100 + n);
    addBlob(prediction, 1, at.map((c, axis) => c + moved[axis]), radius.map((r) => 0.98 * r), 0.06, 200 + n); // prettier-ignore
  });
  return { reference, prediction };
}

/** 41 structures of different size side by side in volume A, labelled 1 to 41, and a prediction of each. */
export function manyLabels() {
  const reference = emptyMap('A');
  const prediction = emptyMap('A');
  for (let n = 0; n < 41; n++) {
    const at = [22 + 35 * (n % 7), 25 + 41 * (Math.floor(n / 7) % 6), n % 2 === 0 ? 45 : 80];
    const radius = [10 + (n % 5) * 1.5, 12 + (n % 4) * 2, 14 + (n % 3) * 5];
    addBlob(reference, n + 1, at, radius, 0.05, 300 + n);
    addBlob(prediction, n + 1, at.map((c) => c + 0.8), radius, 0.06, 400 + n); // prettier-ignore
  }
  return { reference, prediction };
}

function emptyMap(volume) {
  const { sizeXyz, spacingMm } = GRIDS[volume];
  const geometry = { sizeXyz, spacingMm, originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  return { geometry, data: new Uint8Array(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]) };
}

/** An ellipsoid whose surface is raised and lowered by a few waves. @param roughness of its radii, a share of them */
function addBlob({ geometry, data }, label, centre, radius, roughness, seed) {
  const [nx, ny, nz] = geometry.sizeXyz;
  const random = numbers(seed);
  const waves = Array.from({ length: 6 }, () => ({
    along: [0, 1, 2].map(() => 8 * (random() - 0.5)),
    phase: 2 * Math.PI * random(),
  }));
  const reach = 1 + roughness;
  const from = centre.map((c, axis) => Math.max(0, Math.floor(c - reach * radius[axis])));
  const to = centre.map((c, axis) => Math.min([nx, ny, nz][axis] - 1, Math.ceil(c + reach * radius[axis])));
  for (let z = from[2]; z <= to[2]; z++) {
    for (let y = from[1]; y <= to[1]; y++) {
      for (let x = from[0]; x <= to[0]; x++) {
        const [u, v, w] = [x - centre[0], y - centre[1], z - centre[2]].map((d, axis) => d / radius[axis]);
        const distance = Math.sqrt(u * u + v * v + w * w);
        if (distance > reach) continue;
        let height = 0;
        for (const { along, phase } of waves) height += Math.sin(along[0] * u + along[1] * v + along[2] * w + phase);
        if (distance < 1 + (roughness * height) / waves.length) data[(z * ny + y) * nx + x] = label;
      }
    }
  }
}

/** Repeatable numbers in [0, 1). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
