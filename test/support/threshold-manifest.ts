import type { Manifest } from '#pipeline';

/** Of a network that tells liver from background voxel by voxel, on the image as it is. */
export const THRESHOLD_MANIFEST: Manifest = {
  manifestVersion: 1,
  name: 'threshold',
  version: '1.0.0',
  task: 'semantic',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', dtype: 'float32', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full', divisor: [1, 1, 1], padValue: 0 },
  postprocess: [{ op: 'softmax' }, { op: 'invert', order: 1 }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
};

/** As an author writes it, defaults left out: the same network in tiles of `patch`, its label called "bright". */
export function thresholdJson(patch: readonly [number, number, number], change: Partial<Manifest> = {}): string {
  return JSON.stringify({
    manifestVersion: 1,
    name: 'Threshold',
    version: '1.0.0',
    inputs: [{ tensor: 'image', channels: [{ name: 'CT' }] }],
    output: { tensor: 'logits', meaning: 'logits' },
    preprocess: [{ op: 'orient', axes: 'RAS' }],
    inference: { mode: 'sliding', patch },
    postprocess: [{ op: 'invert' }, { op: 'argmax' }],
    labels: [
      { value: 0, name: 'background' },
      { value: 1, name: 'bright' },
    ],
    ...change,
  });
}
