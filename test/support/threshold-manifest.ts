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
