import type { Benchmark, EvaluationCase } from '#evaluation';
import type { Manifest } from '#pipeline';

/**
 * A manifest to start from: valid as it stands, with the labels and channels of the benchmark and a spacing like that of
 * its practice cases. What an author has to change is the network's own: tensor names, patch, intensities.
 */
export function manifestTemplate(
  benchmark: Pick<Benchmark, 'slug' | 'labels' | 'channels'>,
  cases: readonly Pick<EvaluationCase, 'geometry'>[],
): Manifest & { readonly $schema: string } {
  const spacing = ([0, 1, 2] as const).map((axis) => median(cases.map(({ geometry }) => geometry.spacingMm[axis])));
  const ct = benchmark.channels.every(({ modality }) => modality === 'CT');
  return {
    $schema: './manifest.schema.json',
    manifestVersion: 1,
    name: `My network for ${benchmark.slug}`,
    version: '0.1.0',
    licence: 'Apache-2.0',
    intendedUse: 'say what the network is made for',
    trainedOn: ['name your training data'],
    models: [{ file: 'model.onnx' }],
    inputs: [
      {
        tensor: 'image',
        layout: 'NCXYZ',
        channels: benchmark.channels.map(({ name, modality, unit }) => ({
          name,
          ...(modality === undefined ? {} : { modality }),
          ...(unit === undefined ? {} : { units: unit }),
        })),
      },
    ],
    output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
    preprocess: [
      { op: 'orient', axes: 'RAS' },
      { op: 'resample', spacing: [spacing[0], spacing[1], spacing[2]], order: 1, grid: 'halfVoxel' },
      ct ? { op: 'window', in: [-1000, 1000], out: [-1, 1] } : { op: 'zscore', mask: 'none' },
    ],
    inference: { mode: 'sliding', patch: [64, 64, 64], overlap: 0.5, blend: 'gaussianNnunet' },
    postprocess: [{ op: 'softmax' }, { op: 'invert', order: 1 }, { op: 'argmax' }],
    labels: [{ value: 0, name: 'background' }, ...benchmark.labels.map(({ value, name }) => ({ value, name }))],
  };
}

/** Of oriented axes it is the stored one that counts here: near enough to start from. Rounded to hundredths of a millimetre. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.max(0.01, Math.round((sorted[Math.floor(sorted.length / 2)] ?? 1) * 100) / 100);
}
