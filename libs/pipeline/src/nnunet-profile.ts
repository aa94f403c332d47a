import type { Layout, Manifest, ManifestInput, ManifestOutput, PreprocessOp, RegionRule, Triple } from './manifest.js';

/** What nnU-Net calls a normalisation scheme, of one channel. */
export type NnunetIntensity =
  | {
      readonly scheme: 'CTNormalization';
      readonly mean: number;
      readonly std: number;
      /** Percentiles 0.5 and 99.5 of the training set's foreground. */
      readonly lo: number;
      readonly hi: number;
    }
  | { readonly scheme: 'ZScoreNormalization'; readonly useMask?: boolean }
  | { readonly scheme: 'RescaleTo01Normalization' }
  | { readonly scheme: 'RGBTo01Normalization' }
  | { readonly scheme: 'NoNormalization' };

/** `"profile": "nnunet-v2"`: an nnU-Net v2 configuration in a few lines. Vectors in its own axis order, that of the plans. */
export interface NnunetProfile extends Omit<
  Manifest,
  'preprocess' | 'inference' | 'postprocess' | 'inputs' | 'output'
> {
  readonly profile: 'nnunet-v2';
  readonly inputs: readonly [Omit<ManifestInput, 'layout'> & { readonly layout?: Layout }];
  readonly output: Omit<ManifestOutput, 'layout'> & { readonly layout?: ManifestOutput['layout'] };
  readonly axes?: string;
  readonly spacing: readonly number[];
  readonly patch: readonly number[];
  /** One for all channels, or one each. */
  readonly intensity: NnunetIntensity | readonly NnunetIntensity[];
  readonly mirror?: readonly (0 | 1 | 2)[];
  /** 1 minus nnU-Net's tile_step_size. Default 0.5. */
  readonly overlap?: number;
  /** For region-based training, in regions_class_order; otherwise channels are labels. */
  readonly regions?: readonly RegionRule[];
}

/**
 * The operations of nnU-Net v2 in its order: crop to the non-zero box, normalise, resample with cubic B-splines (thick
 * slices by the rule of the separate axis), tiles with its Gaussian, logits back linearly, then labels.
 *
 * A patch of two numbers is a 2D configuration: slices across axis 0, whose spacing is kept.
 */
export function expandNnunetProfile(profile: NnunetProfile): Manifest {
  const { profile: _, axes, spacing, patch, intensity, mirror, overlap, regions, ...rest } = profile;
  const flat = patch.length === 2;
  const wanted: Triple<number | null> = flat
    ? [null, spacing[spacing.length - 2], spacing[spacing.length - 1]]
    : [spacing[0], spacing[1], spacing[2]];
  const layout: Layout = flat ? 'NCXY' : 'NCXYZ';
  const tiles = {
    overlap: overlap ?? 0.5,
    tiling: 'evenStep',
    blend: 'gaussianNnunet',
    pad: { mode: 'constant', value: 0, align: 'center' },
    mirror: mirror ?? [],
  } as const;
  return {
    ...rest,
    inputs: [{ ...rest.inputs[0], layout: rest.inputs[0].layout ?? layout }],
    output: {
      ...rest.output,
      layout: rest.output.layout ?? (rest.output.meaning !== 'labels' ? layout : flat ? 'NXY' : 'NXYZ'),
    },
    preprocess: [
      { op: 'orient', axes: axes ?? 'storedZYX' },
      { op: 'cropNonzero' },
      ...normalisations(intensity, rest.inputs[0].channels.length),
      { op: 'resample', spacing: wanted, order: 3, grid: 'halfVoxel', boundary: 'edge', clamp: true, anisotropy: {} },
    ],
    inference: flat
      ? { mode: 'slices', sliceAxis: 0, patch: [patch[0], patch[1]], ...tiles }
      : { mode: 'sliding', patch: [patch[0], patch[1], patch[2]], ...tiles },
    postprocess: regions
      ? [{ op: 'invert', order: 1 }, { op: 'sigmoid' }, { op: 'regions', regions }]
      : [{ op: 'invert', order: 1 }, { op: 'argmax' }],
  };
}

/** Equal neighbours become one operation, so that the usual case of one scheme for all channels reads well. */
function normalisations(intensity: NnunetProfile['intensity'], channels: number): PreprocessOp[] {
  if (!Array.isArray(intensity)) return normalisation(intensity as NnunetIntensity, 'all');
  const each = intensity as readonly NnunetIntensity[];
  if (each.length === channels && each.every((one) => JSON.stringify(one) === JSON.stringify(each[0]))) {
    return normalisation(each[0], 'all');
  }
  return each.flatMap((one, channel) => normalisation(one, [channel]));
}

function normalisation(one: NnunetIntensity, channels: 'all' | readonly number[]): PreprocessOp[] {
  switch (one.scheme) {
    case 'CTNormalization':
      return [
        { op: 'clip', lo: one.lo, hi: one.hi, channels },
        { op: 'zscore', mean: one.mean, std: one.std, channels },
      ];
    case 'ZScoreNormalization':
      return [{ op: 'zscore', mask: one.useMask ? 'crop' : 'none', channels }];
    case 'RescaleTo01Normalization':
      return [{ op: 'minmax', out: [0, 1], channels }];
    case 'RGBTo01Normalization':
      return [{ op: 'scaleLinear', scale: 1 / 255, channels }];
    case 'NoNormalization':
      return [];
  }
}
