import type { ExpandedInference, ExpandedManifest, ExpandedPostprocessOp, ExpandedPreprocessOp } from './expanded.js';
import type { Blend, InferenceMode, Layout, Manifest, Padding, PostprocessOp, PreprocessOp } from './manifest.js';
import { expandNnunetProfile } from './nnunet-profile.js';
import type { NnunetProfile } from './nnunet-profile.js';

/**
 * Says everything that a manifest leaves to a default, and turns shorthands (`profile`, `padValue`, `blend: "gaussian"`)
 * into what they stand for. This is the one place where defaults live. Expanding twice changes nothing.
 *
 * @param written of the right shape: what the schema in `#contracts` lets through. Keys with undefined are left out.
 */
export function expandManifest(written: Manifest | NnunetProfile): ExpandedManifest {
  const manifest = 'profile' in written && written.profile === 'nnunet-v2' ? expandNnunetProfile(written) : written;
  const source = withoutProfile(manifest as Manifest & { readonly profile?: unknown });
  const [input]: readonly [Open<Manifest['inputs'][0]>] = source.inputs;
  const output: Omit<Manifest['output'], 'layout'> & { readonly layout?: Manifest['output']['layout'] } = source.output;
  const layout: Layout = source.inference.mode === 'slices' || source.inference.mode === 'stack25d' ? 'NCXY' : 'NCXYZ';
  const labels = output.meaning === 'labels';
  const meaning = output.meaning === 'labels' ? 'probabilities' : output.meaning;
  const postprocess = expandPostprocess(source);
  return {
    ...source,
    task: 'semantic',
    models: (source.models ?? [{ file: 'model.onnx' }]).map((model) => ({ ...model, weight: model.weight ?? 1 })),
    ensemble: { average: source.ensemble?.average ?? source.inference.accumulate ?? meaning },
    inputs: [
      {
        ...input,
        layout: input.layout ?? layout,
        dtype: input.dtype ?? 'float32',
        channels: input.channels.map((channel) => ({ ...channel, required: true as const })),
      },
    ],
    output: {
      ...output,
      layout: output.layout ?? (!labels ? layout : layout === 'NCXY' ? 'NXY' : 'NXYZ'),
      dtype: output.dtype ?? (labels ? 'int64' : 'float32'),
      channels: output.channels ?? channelsOf(postprocess, source.labels.length),
    },
    preprocess: source.preprocess.map(expandPreprocess),
    inference: expandInference(source.inference, meaning),
    postprocess,
    ...(source.conformance
      ? { conformance: { ...source.conformance, minDice: source.conformance.minDice ?? 0.999 } }
      : {}),
  } as ExpandedManifest;
}

/** A layout may be missing in a file. */
type Open<T extends { readonly layout: Layout }> = Omit<T, 'layout'> & { readonly layout?: Layout };

function withoutProfile({ profile: _, ...rest }: Manifest & { readonly profile?: unknown }): Manifest {
  return rest;
}

export function expandPreprocess(op: PreprocessOp): ExpandedPreprocessOp {
  switch (op.op) {
    case 'orient':
      return op;
    case 'cropNonzero':
      return { threshold: 0, fillHoles: true, combine: 'union', ...op };
    case 'cropForeground': {
      const margin = op.margin ?? 0;
      return { threshold: 0, ...op, margin: typeof margin === 'number' ? [margin, margin, margin] : margin };
    }
    case 'resample':
      return {
        order: 1,
        grid: 'halfVoxel',
        boundary: 'edge',
        boundaryValue: 0,
        clamp: op.order === 3,
        ...op,
        anisotropy: op.anisotropy ? { threshold: 3, orderThrough: 0, ...op.anisotropy } : null,
      };
    case 'resize':
      return { order: 1, grid: 'halfVoxel', boundary: 'edge', boundaryValue: 0, clamp: op.order === 3, ...op };
    case 'window':
      return { clip: true, channels: 'all', ...op };
    case 'clip':
      return 'lo' in op ? { channels: 'all', ...op } : { mask: 'none', channels: 'all', ...op };
    case 'zscore':
      return {
        mean: 'image',
        std: 'image',
        mask: 'none',
        ddof: 0,
        eps: 1e-8,
        outside: 'keep',
        perChannel: true,
        channels: 'all',
        ...op,
      };
    case 'minmax':
      return { out: [0, 1], mask: 'none', perChannel: true, channels: 'all', ...op };
    case 'scaleLinear':
      return { scale: 1, offset: 0, channels: 'all', ...op };
    case 'cast':
      return { rounding: 'truncate', channels: 'all', ...op };
    case 'concatCoordinates':
      return { range: 'unit', ...op };
  }
}

export function expandInference(written: InferenceMode, meaning: 'logits' | 'probabilities'): ExpandedInference {
  const { pad, padValue, ...mode } = written;
  const common = { accumulate: meaning, mirror: [] as const, batch: 1, precision: 'auto' as const };
  const padded = (align: 'center' | 'end'): Required<Padding> => ({
    mode: 'constant',
    value: padValue ?? 0,
    align,
    ...pad,
  });
  if (mode.mode === 'full') return { ...common, divisor: [1, 1, 1], ...mode, pad: padded('end') };
  const blend: Blend = mode.blend === 'gaussian' ? 'gaussianMonai' : (mode.blend ?? 'constant');
  const tiles = { ...common, overlap: 0.5, tiling: 'fixedStep' as const, sigma: 0.125 };
  if (mode.mode === 'sliding') return { ...tiles, ...mode, blend, pad: padded('center') };
  const slices = { ...tiles, sliceAxis: 2 as const, patch: null, divisor: [1, 1] as const };
  const whole = mode.patch === undefined || mode.patch === null;
  if (mode.mode === 'slices') return { ...slices, ...mode, blend, pad: padded(whole ? 'end' : 'center') };
  return { ...slices, ...mode, blend, pad: padded(whole ? 'end' : 'center') };
}

export function expandPostprocess({
  postprocess,
  labels,
}: Pick<Manifest, 'postprocess' | 'labels'>): ExpandedPostprocessOp[] {
  let discrete = false;
  return postprocess.map((op: PostprocessOp): ExpandedPostprocessOp => {
    switch (op.op) {
      case 'softmax':
      case 'sigmoid':
      case 'mapLabels':
        return op;
      case 'invert':
        return { op: 'invert', order: op.order ?? (discrete ? 0 : 1) };
      case 'argmax':
        discrete = true;
        return { op: 'argmax', channelToLabel: op.channelToLabel ?? labels.map(({ value }) => value) };
      case 'regions':
        discrete = true;
        return { op: 'regions', regions: op.regions.map((region) => ({ threshold: 0.5, ...region })) };
      case 'keepLargest':
        return { labels: structures(labels), connectivity: 26, scope: 'each', minVolumeMm3: null, ...op };
      case 'fillHoles':
        return { labels: structures(labels), connectivity: 6, ...op };
      case 'removeSmall':
        return { labels: structures(labels), connectivity: 26, scope: 'each', ...op };
    }
  });
}

function structures(labels: Manifest['labels']): number[] {
  return labels.map(({ value }) => value).filter((value) => value !== 0);
}

function channelsOf(postprocess: readonly ExpandedPostprocessOp[], labels: number): number {
  for (const op of postprocess) {
    if (op.op === 'argmax') return op.channelToLabel.length;
    if (op.op === 'regions') return Math.max(...op.regions.map(({ channel }) => channel)) + 1;
  }
  return labels;
}
