/** Volumes for the measurement of the viewer: a phantom of the demo on a finer grid, with the noise of a scanner. */
import { generateCase, phantomDataset } from '#phantoms';
import { orientTo } from '#imaging';

const NOISE_HU = 18; // standard deviation, as in a thin abdominal slice

/**
 * A patient of the demo, resampled: image linearly, label maps by the nearest voxel. The prediction is what one of the
 * readers drew, the reference the consensus.
 *
 * @param sizeXyz voxels along x, y, z
 * @returns volumes in canonical LPS order
 */
export function viewerCase(sizeXyz) {
  const generated = generateCase(phantomDataset().cases[0]);
  const [image, reference, prediction] = [generated.image, generated.consensus, generated.readers[0].labels].map(
    (volume) => orientTo(volume, 'LPS'),
  );
  const from = image.geometry;
  const spacingMm = from.sizeXyz.map((n, axis) => Math.fround((n * from.spacingMm[axis]) / sizeXyz[axis]));
  const geometry = { ...from, sizeXyz, spacingMm };
  return {
    image: { geometry, data: fineImage(image, sizeXyz) },
    reference: { geometry, data: fineLabels(reference, sizeXyz) },
    prediction: { geometry, data: fineLabels(prediction, sizeXyz) },
  };
}

function fineImage({ geometry, data }, [nx, ny, nz]) {
  const [mx, my, mz] = geometry.sizeXyz;
  const out = new Int16Array(nx * ny * nz);
  const grain = noise(7);
  const along = (n, m) =>
    Array.from({ length: n }, (_, at) => {
      const x = Math.min(m - 1, Math.max(0, ((at + 0.5) * m) / n - 0.5));
      const low = Math.min(m - 2, Math.floor(x));
      return { low, share: x - low };
    });
  const [xs, ys, zs] = [along(nx, mx), along(ny, my), along(nz, mz)];
  const row = new Float32Array(mx);
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const [y, z] = [ys[j], zs[k]];
      const at = (z.low * my + y.low) * mx;
      for (let i = 0; i < mx; i++) {
        const near = data[at + i] * (1 - y.share) + data[at + mx + i] * y.share;
        const far = data[at + my * mx + i] * (1 - y.share) + data[at + (my + 1) * mx + i] * y.share;
        row[i] = near * (1 - z.share) + far * z.share;
      }
      for (let i = 0; i < nx; i++, v++) {
        const { low, share } = xs[i];
        const value = row[low] * (1 - share) + row[low + 1] * share + grain();
        out[v] = Math.max(-1024, Math.min(3071, Math.round(value)));
      }
    }
  }
  return out;
}

function fineLabels({ geometry, data }, [nx, ny, nz]) {
  const [mx, my, mz] = geometry.sizeXyz;
  const out = new Uint8Array(nx * ny * nz);
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const at = (Math.floor(((k + 0.5) * mz) / nz) * my + Math.floor(((j + 0.5) * my) / ny)) * mx;
      for (let i = 0; i < nx; i++, v++) out[v] = data[at + Math.floor(((i + 0.5) * mx) / nx)];
    }
  }
  return out;
}

/** Nearly normal noise, the same on every machine: the sum of four bytes of a 32-bit generator. */
function noise(seed) {
  const scale = NOISE_HU / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24) - 510) * scale;
  };
}
