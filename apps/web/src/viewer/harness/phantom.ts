import { axisMapTo, mapGeometry, pointLps, voxelCount } from '#imaging';
import type { Geometry, Mat3, Vec3, Volume } from '#imaging';

// A body that tells left from right, front from back and head from feet, sampled on any grid. Everything is defined in
// LPS mm, so that the same point has the same value whatever way the voxels are stored.

/** Labels of the phantom, as the demo benchmark has them. */
export const PHANTOM_LABELS = [
  { value: 1, name: 'liver', color: '#e69f00' },
  { value: 2, name: 'spleen', color: '#56b4e9' },
  { value: 3, name: 'kidneys', color: '#009e73' },
  { value: 4, name: 'liver lesion', color: '#d55e00' },
] as const;

interface Ellipsoid {
  readonly centre: Vec3;
  readonly radii: Vec3;
  readonly value: number;
  readonly label: number;
}

const ellipsoid = (label: number, value: number, centre: Vec3, radii: Vec3): Ellipsoid => ({
  centre,
  radii,
  value,
  label,
});

/** Later ones lie over earlier ones. Negative x is the patient's right: the liver. */
const ANATOMY: readonly Ellipsoid[] = [
  ellipsoid(0, -95, [0, 0, 0], [118, 84, 400]), // fat
  ellipsoid(0, 42, [0, -2, 0], [106, 72, 400]), // soft tissue
  ellipsoid(0, -180, [26, -38, 20], [26, 18, 30]), // stomach with gas
  ellipsoid(1, 105, [-46, -8, 14], [50, 46, 44]),
  ellipsoid(1, 105, [-10, -24, 20], [40, 22, 24]),
  ellipsoid(2, 125, [66, 18, 22], [18, 26, 30]),
  ellipsoid(3, 165, [-44, 40, -30], [19, 16, 34]),
  ellipsoid(3, 165, [46, 42, -22], [19, 16, 34]),
  ellipsoid(4, 62, [-58, -18, 20], [11, 11, 12]),
  ellipsoid(4, 66, [-28, 6, 0], [7, 7, 7]),
  ellipsoid(0, 150, [8, 20, 0], [9, 9, 400]), // aorta
  ellipsoid(0, 330, [0, 48, 0], [19, 16, 400]), // spine
  ellipsoid(0, 90, [0, 48, 0], [11, 9, 400]),
];

/** Where the known landmark of the tests lies: a bright rod on the patient's left, in front, near the head. */
export const LANDMARK_LPS: Vec3 = [60, -48, 40];
export const LANDMARK_VALUE = 900;

const inside = ({ centre, radii }: Ellipsoid, p: Vec3, grow = 1): boolean => {
  let sum = 0;
  for (let w = 0; w < 3; w++) sum += ((p[w] - centre[w]) / (radii[w] * grow)) ** 2;
  return sum <= 1;
};

function noise(v: number): number {
  let h = Math.imul(v ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32 - 0.5;
}

function valueAt(p: Vec3): number {
  if (p.every((mm, w) => Math.abs(mm - LANDMARK_LPS[w]) < 6)) return LANDMARK_VALUE;
  let value = -1000;
  for (const part of ANATOMY) if (inside(part, p)) value = part.value;
  return value;
}

function referenceAt(p: Vec3): number {
  let label = 0;
  for (const part of ANATOMY) if (part.label > 0 && inside(part, p)) label = part.label;
  return label;
}

/** The reference moved and shrunk a little; the small lesion missed, part of the spleen called kidney, an islet invented. */
function predictionAt(p: Vec3): number {
  const moved: Vec3 = [p[0] - 3, p[1] + 2, p[2] - 2];
  let label = 0;
  ANATOMY.forEach((part, n) => {
    if (part.label > 0 && n !== 9 && inside(part, moved, 0.97)) label = part.label;
  });
  if (label === 2 && moved[2] < 4) label = 3;
  return inside(ellipsoid(4, 0, [-62, 8, -6], [6, 6, 8]), p) ? 4 : label;
}

/** Grids of the same body: `straight` in LPS order, the others stored or tilted differently; `flat` is a single slice. */
export const PHANTOM_GRIDS = ['straight', 'ras', 'coronal', 'left-handed', 'oblique', 'flat'] as const;
export type PhantomGrid = (typeof PHANTOM_GRIDS)[number];

const STORED_AXES: Readonly<Record<PhantomGrid, string>> = {
  straight: 'LPS',
  ras: 'RAS',
  coronal: 'RIP',
  'left-handed': 'LAS',
  oblique: 'PSR',
  flat: 'LPS',
};

/** Rotation by about 18 degrees around x and 11 around z. */
const TILT: Mat3 = [0.9816, -0.1908 * 0.951, 0.1908 * 0.309, 0.1908, 0.9816 * 0.951, -0.9816 * 0.309, 0, 0.309, 0.951];

function unit(m: Mat3): Mat3 {
  const length = [0, 1, 2].map((a) => Math.sqrt(m[a] ** 2 + m[3 + a] ** 2 + m[6 + a] ** 2));
  return m.map((x, n) => x / length[n % 3]) as unknown as Mat3;
}

export function phantomGeometry(grid: PhantomGrid): Geometry {
  const tilted = grid === 'oblique';
  const sizeXyz: Vec3 = tilted ? [92, 72, 44] : [90, 66, grid === 'flat' ? 1 : 40];
  const spacingMm: Vec3 = [2.75, 2.75, 4];
  const direction: Mat3 = tilted ? unit(TILT) : [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const half = sizeXyz.map((n, a) => ((n - 1) * spacingMm[a]) / 2);
  const originLps = [0, 1, 2].map(
    (w) => -(direction[3 * w] * half[0] + direction[3 * w + 1] * half[1] + direction[3 * w + 2] * half[2]),
  );
  const straight: Geometry = { sizeXyz, spacingMm, originLps: originLps as unknown as Vec3, direction };
  return mapGeometry(straight, axisMapTo(straight, STORED_AXES[grid]));
}

/** Image and label maps on a grid. Values of a voxel depend on where it lies, noise on where it lies in the straight grid. */
export function phantomCase(geometry: Geometry): {
  image: Volume<Int16Array>;
  reference: Volume<Uint8Array>;
  prediction: Volume<Uint8Array>;
} {
  const count = voxelCount(geometry);
  const image = new Int16Array(count);
  const reference = new Uint8Array(count);
  const prediction = new Uint8Array(count);
  const [nx, ny, nz] = geometry.sizeXyz;
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        const p = pointLps(geometry, [i, j, k]);
        const cell = p.map((mm) => Math.round((mm + 400) * 4));
        const grain = noise(cell[0] + 4096 * (cell[1] + 4096 * (cell[2] % 256)));
        image[v] = Math.round(valueAt(p) + 26 * grain);
        reference[v] = referenceAt(p);
        prediction[v] = predictionAt(p);
      }
    }
  }
  return {
    image: { geometry, data: image },
    reference: { geometry, data: reference },
    prediction: { geometry, data: prediction },
  };
}
