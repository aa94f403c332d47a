import type { Manifest } from '#pipeline';

/** Manifest of the two-channel test models: image as it is, whole volume, label 1 where channel 1 wins. */
export function minimalManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    manifestVersion: 1,
    name: 'test',
    version: '1.0.0',
    task: 'semantic',
    inputs: [{ tensor: 'image', layout: 'NCXYZ', dtype: 'float32', channels: [{ name: 'CT', modality: 'CT' }] }],
    output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
    preprocess: [
      { op: 'orient', axes: 'RAS' },
      { op: 'window', in: [0, 1], out: [0, 1], clip: false },
    ],
    inference: { mode: 'full', divisor: [1, 1, 1], padValue: 0 },
    postprocess: [{ op: 'softmax' }, { op: 'invert', order: 1 }, { op: 'argmax' }],
    labels: [
      { value: 0, name: 'background' },
      { value: 1, name: 'liver' },
    ],
    ...changes,
  };
}
