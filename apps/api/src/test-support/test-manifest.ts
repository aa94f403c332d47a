/** A manifest that the test models and benchmarks accept. */
export function testManifest(name: string, version = '1.0.0') {
  return {
    manifestVersion: 1 as const,
    name,
    version,
    task: 'semantic' as const,
    inputs: [
      { tensor: 'image', layout: 'NCXYZ' as const, dtype: 'float32' as const, channels: [{ name: 'CT' }] as const },
    ] as const,
    output: { tensor: 'logits', layout: 'NCXYZ' as const, meaning: 'logits' as const },
    preprocess: [{ op: 'orient' as const, axes: 'RAS' }],
    inference: { mode: 'full' as const, divisor: [1, 1, 1] as const, padValue: 0 },
    postprocess: [{ op: 'invert' as const, order: 1 as const }, { op: 'argmax' as const }],
    labels: [
      { value: 0, name: 'background' },
      { value: 1, name: 'liver' },
    ],
  };
}
