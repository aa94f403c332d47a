import { expandManifest } from '#pipeline';

export const IMAGE = [160, 160, 120];
export const TARGET = [192, 192, 96];
export const PATCH = [64, 64, 64];
export const LABELS = 4;

/** The job of a whole case with a network that costs nothing: what the pipeline itself takes. */
export const manifest = expandManifest({
  manifestVersion: 1,
  name: 'bench',
  version: '1',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [
    { op: 'orient', axes: 'SPL' },
    { op: 'clip', lo: -160, hi: 240 },
    { op: 'zscore', mean: 40, std: 100 },
    { op: 'resize', size: TARGET.toReversed(), order: 1 },
  ],
  inference: { mode: 'sliding', patch: PATCH, overlap: 0.5, blend: 'gaussianNnunet' },
  postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }, { op: 'keepLargest', labels: [1] }],
  labels: Array.from({ length: LABELS }, (_, value) => ({ value, name: `label ${value}` })),
});

export function syntheticImage() {
  const [nx, ny, nz] = IMAGE;
  const data = new Int16Array(nx * ny * nz);
  for (let v = 0; v < data.length; v++) data[v] = ((v * 2654435761) >>> 20) - 1024;
  return {
    geometry: { sizeXyz: IMAGE, spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    data,
  };
}

/** Three different tiles, smooth enough for pieces of many sizes. */
export function logits(voxels, seeds = [1, 2, 3]) {
  return seeds.map((seed) =>
    Float32Array.from({ length: LABELS * voxels }, (_, v) => {
      const x = v % 64;
      const y = Math.floor(v / 64) % 64;
      const z = Math.floor(v / 4096) % 64;
      return (
        Math.sin((x * seed + v / voxels) / 5) +
        Math.cos((y + seed) / 4) * Math.sin((z * seed) / 7) +
        (((v * 2654435761) >>> 22) / 1024 - 0.5)
      );
    }),
  );
}
