import type {
  Anisotropy,
  Blend,
  CastOp,
  ClipOp,
  ConcatCoordinatesOp,
  CropForegroundOp,
  CropNonzeroOp,
  FillHolesOp,
  FullInference,
  KeepLargestOp,
  Manifest,
  ManifestConformance,
  ManifestInput,
  ManifestModel,
  ManifestOutput,
  MapLabelsOp,
  Mask,
  Meaning,
  MinMaxOp,
  OrientOp,
  Padding,
  RegionRule,
  RemoveSmallOp,
  ResampleOp,
  ResizeOp,
  ScaleLinearOp,
  SlicesInference,
  SlidingInference,
  Stack25dInference,
  Triple,
  WindowOp,
  ZScoreOp,
} from './manifest.js';

/** Every optional field filled in. */
type Said<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

export type ExpandedResample = Said<Omit<ResampleOp, 'anisotropy'>> & { readonly anisotropy: Said<Anisotropy> | null };
export type ExpandedResize = Said<ResizeOp>;
export type ExpandedCropForeground = Said<Omit<CropForegroundOp, 'margin'>> & { readonly margin: Triple<number> };
/**
 * Of slices only where an author says so: the field came after the first manifests were hashed, and theirs stay as they are.
 */
type Statistics<T extends { readonly perSlice?: unknown }> = Said<Omit<T, 'perSlice'>> & Pick<T, 'perSlice'>;
export type ExpandedClip =
  | Said<Extract<ClipOp, { lo: number }>>
  | (Statistics<Extract<ClipOp, { percentiles: unknown }>> & { readonly mask: Mask });

export type ExpandedPreprocessOp =
  | OrientOp
  | Said<CropNonzeroOp>
  | ExpandedCropForeground
  | ExpandedResample
  | ExpandedResize
  | Said<WindowOp>
  | ExpandedClip
  | Statistics<ZScoreOp>
  | Statistics<MinMaxOp>
  | Said<ScaleLinearOp>
  | Said<CastOp>
  | Said<ConcatCoordinatesOp>;

interface ExpandedCommon {
  readonly pad: Said<Padding>;
  readonly blend: Blend;
}
/** No `padValue`: it has become `pad`. */
type Mode<T> = Said<Omit<T, 'pad' | 'padValue' | 'blend'>>;
export type ExpandedFull = Mode<FullInference> & Pick<ExpandedCommon, 'pad'>;
export type ExpandedSliding = Mode<SlidingInference> & ExpandedCommon;
export type ExpandedSlices = Mode<SlicesInference> & ExpandedCommon;
export type ExpandedStack25d = Mode<Stack25dInference> & ExpandedCommon;
export type ExpandedInference = ExpandedFull | ExpandedSliding | ExpandedSlices | ExpandedStack25d;

export type ExpandedLabelOp = Said<KeepLargestOp> | Said<FillHolesOp> | ExpandedRemoveSmall | MapLabelsOp;
export type ExpandedRemoveSmall = Said<Omit<RemoveSmallOp, 'minVoxels' | 'minVolumeMm3'>> &
  Pick<RemoveSmallOp, 'minVoxels' | 'minVolumeMm3'>;
export type ExpandedPostprocessOp =
  | { readonly op: 'softmax' }
  | { readonly op: 'sigmoid' }
  | { readonly op: 'invert'; readonly order: 0 | 1 }
  | { readonly op: 'argmax'; readonly channelToLabel: readonly number[] }
  | { readonly op: 'regions'; readonly regions: readonly Said<RegionRule>[] }
  | ExpandedLabelOp;

/** A manifest with nothing left unsaid: what is stored, hashed, shown and run. */
export interface ExpandedManifest extends Omit<
  Manifest,
  'task' | 'models' | 'ensemble' | 'inputs' | 'output' | 'preprocess' | 'inference' | 'postprocess' | 'conformance'
> {
  readonly task: 'semantic';
  readonly models: readonly (ManifestModel & { readonly weight: number })[];
  readonly ensemble: { readonly average: Meaning };
  readonly inputs: readonly [Said<ManifestInput>];
  readonly output: Said<ManifestOutput>;
  readonly preprocess: readonly ExpandedPreprocessOp[];
  readonly inference: ExpandedInference;
  readonly postprocess: readonly ExpandedPostprocessOp[];
  readonly conformance?: Said<ManifestConformance>;
}
