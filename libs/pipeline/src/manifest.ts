/**
 * The manifest of an algorithm version: how its network wants an image and what its output means.
 *
 * An ordered list of a closed set of operations; the inverse is derived by the platform. Axis vectors are in tensor axis
 * order, slowest first. Plain data: it travels as JSON (`voxelmark.json`, or the ONNX metadata property
 * `voxelmark.manifest`) and is validated by the zod schema in `#contracts`.
 *
 * `Manifest` is what an author writes, with everything optional that has a default; `ExpandedManifest` (see
 * `expandManifest`) says it all. The expanded form is what is stored, hashed, shown and run.
 */
export interface Manifest {
  readonly manifestVersion: 1;
  readonly name: string;
  readonly version: string;
  readonly licence?: string;
  readonly citation?: string;
  readonly description?: string;
  readonly intendedUse?: string;
  readonly limits?: string;
  readonly trainedOn?: readonly string[];
  readonly task?: 'semantic';
  /** The ONNX files of an ensemble, in the order in which they are given; without it there is one. */
  readonly models?: readonly ManifestModel[];
  readonly ensemble?: { readonly average?: Meaning };
  readonly inputs: readonly [ManifestInput];
  readonly output: ManifestOutput;
  readonly preprocess: readonly PreprocessOp[];
  readonly inference: InferenceMode;
  readonly postprocess: readonly PostprocessOp[];
  readonly labels: readonly ManifestLabel[];
  readonly conformance?: ManifestConformance;
}

/** An image and what the author's own framework made of it; the platform's result must agree. */
export interface ManifestConformance {
  readonly image: string;
  readonly expected: string;
  /** Smallest Dice of any label that still counts as agreement. Default 0.999. */
  readonly minDice?: number;
}

export interface ManifestModel {
  readonly file: string;
  readonly sha256?: string;
  /** Positive; weights are divided by their sum. Default 1. */
  readonly weight?: number;
}

export interface ManifestInput {
  /** Name of the ONNX graph input. */
  readonly tensor: string;
  /** X, Y, Z are the oriented tensor's axes 0, 1, 2; 2D layouts leave out the one that `inference.sliceAxis` names. May be left out in a file: NCXYZ, or NCXY for slices. */
  readonly layout: Layout;
  readonly dtype?: TensorType;
  /** One image each, all on one grid. */
  readonly channels: readonly ManifestChannel[];
}

export interface ManifestChannel {
  readonly name: string;
  readonly modality?: string;
  readonly units?: string;
  readonly required?: true;
}

export type Layout = 'NCXYZ' | 'NXYZC' | 'NCXY' | 'NXYC';
export type TensorType = 'float32' | 'float16';
/** Of a network that gives labels itself: whole numbers, without an axis of channels or with one channel. */
export type LabelType = 'int64' | 'int32' | 'uint8';
export type LabelLayout = 'NXYZ' | 'NXY';
export type Meaning = 'logits' | 'probabilities';
export type Triple<T> = readonly [T, T, T];

export interface ManifestOutput {
  readonly tensor: string;
  /** May be left out in a file, as for the input; NXYZ or NXY for labels. */
  readonly layout: Layout | LabelLayout;
  /** Default float32; int64 for labels. */
  readonly dtype?: TensorType | LabelType;
  /**
   * `labels`: argmax is inside the network. Each label counts as its channel at probability 1 and the others at 0, so tiles,
   * mirror images and models vote, and `argmax` (or `regions`) turns votes into labels.
   */
  readonly meaning: Meaning | 'labels';
  /** Channels of the tensor; of labels, how many there are. Default: as many as `argmax` or `regions` speak of. */
  readonly channels?: number;
}

export type PreprocessOp =
  | OrientOp
  | CropNonzeroOp
  | CropForegroundOp
  | ResampleOp
  | ResizeOp
  | WindowOp
  | ClipOp
  | ZScoreOp
  | MinMaxOp
  | ScaleLinearOp
  | CastOp
  | ConcatCoordinatesOp;

/**
 * Letter i is the anatomical direction in which index of tensor axis i GROWS (nibabel codes): "RAS" means that the first
 * spatial tensor axis grows to the patient's right. Oblique grids: nearest axis assignment, no interpolation.
 * `storedXYZ` and its five permutations take the axes as they are in the file, X being the one that is fastest in it.
 */
export interface OrientOp {
  readonly op: 'orient';
  readonly axes: string;
}

/**
 * Bounding box of the voxels with |value| > threshold in any channel (nnU-Net: threshold 0). The mask, with its holes
 * filled (background not 6-connected to the outside) when `fillHoles`, serves later operations with `mask: "crop"`.
 */
export interface CropNonzeroOp {
  readonly op: 'cropNonzero';
  readonly threshold?: number;
  readonly fillHoles?: boolean;
  readonly combine?: 'union';
}

/** Bounding box of the voxels with value > threshold in any channel, `margin` voxels larger but never beyond the image. */
export interface CropForegroundOp {
  readonly op: 'cropForeground';
  readonly threshold?: number;
  readonly margin?: number | Triple<number>;
}

/**
 * Where the voxels of a resampled axis of n voxels lie on the source axis (m: new size, s and t: old and new spacing).
 * `halfVoxel` m = rint(n s/t), (k+.5)n/m-.5; `firstVoxel` m = rint((n-1)s/t+1), k t/s;
 * `corner` m = rint(n s/t), k(n-1)/(m-1); `physical` m = rint(n s/t), k t/s.
 */
export type ResampleGrid = 'halfVoxel' | 'firstVoxel' | 'corner' | 'physical';
/** 0 nearest, 1 linear, 3 cubic B-spline with prefilter. */
export type Order = 0 | 1 | 3;
/** Beyond the ends: repeat the last voxel; mirror about its centre; or, further than half a voxel out, `boundaryValue`. */
export type Boundary = 'edge' | 'mirror' | 'constant';

interface Interpolation {
  readonly order?: Order;
  readonly boundary?: Boundary;
  readonly boundaryValue?: number;
  /** Keep within the smallest and largest value of the channel (of the slice, with the separate axis of `anisotropy`). Default: for order 3. */
  readonly clamp?: boolean;
}

export interface ResampleOp extends Interpolation {
  readonly op: 'resample';
  /** mm along the tensor's spatial axes; null keeps an axis as it is. */
  readonly spacing: Triple<number | null>;
  readonly grid?: ResampleGrid;
  /**
   * nnU-Net's rule for thick slices: where the largest spacing exceeds `threshold` times the smallest (old spacing first,
   * else new) along exactly one axis, that axis gets `orderThrough`, after the others slice by slice. null: never.
   */
  readonly anisotropy?: Anisotropy | null;
}

export interface Anisotropy {
  readonly threshold?: number;
  readonly orderThrough?: Order;
}

/** Resampling to a size in voxels; null keeps an axis as it is. */
export interface ResizeOp extends Interpolation {
  readonly op: 'resize';
  readonly size: Triple<number | null>;
  readonly grid?: 'halfVoxel' | 'corner';
}

/** Which voxels statistics are taken from: all; those that are not 0; those in the hole-filled mask of `cropNonzero`; those above a value. */
export type Mask = 'none' | 'nonzero' | 'crop' | { readonly above: number };

interface OnChannels {
  /** Numbers of the channels that the operation changes, from 0. Default: all. */
  readonly channels?: 'all' | readonly number[];
}

interface OfSlices {
  /**
   * The tensor axis across which slices are taken: statistics are those of each slice by itself, with the size that it has
   * at this place of the list (after the crops and resamplings before it, and before any padding). Left out: of the volume.
   */
  readonly perSlice?: 0 | 1 | 2;
}

/** Linear map of `in` onto `out`, clipped to `out` when `clip` is true. */
export interface WindowOp extends OnChannels {
  readonly op: 'window';
  readonly in: readonly [number, number];
  readonly out: readonly [number, number];
  readonly clip?: boolean;
}

/** To two values, or to two percentiles of each channel (linear interpolation between order statistics, as numpy's default). */
export type ClipOp = OnChannels & { readonly op: 'clip' } & (
    | { readonly lo: number; readonly hi: number }
    | (OfSlices & { readonly percentiles: readonly [number, number]; readonly mask?: Mask })
  );

/**
 * (x - mean) / max(std, eps), mean and std given (one number, or one per channel) or taken from the image in float64,
 * two passes. `outside` the mask values stay as they are or become 0. No voxel in the mask: nothing changes.
 */
export interface ZScoreOp extends OnChannels, OfSlices {
  readonly op: 'zscore';
  readonly mean?: 'image' | number | readonly number[];
  readonly std?: 'image' | number | readonly number[];
  readonly mask?: Mask;
  readonly ddof?: 0 | 1;
  readonly eps?: number;
  readonly outside?: 'keep' | 'zero';
  readonly perChannel?: boolean;
}

/** Smallest and largest value (of the mask) onto `out`; a constant image becomes out[0]. */
export interface MinMaxOp extends OnChannels, OfSlices {
  readonly op: 'minmax';
  readonly out?: readonly [number, number];
  readonly mask?: Mask;
  readonly perChannel?: boolean;
}

/** x * scale + offset; one number, or one per channel. */
export interface ScaleLinearOp extends OnChannels {
  readonly op: 'scaleLinear';
  readonly scale?: number | readonly number[];
  readonly offset?: number | readonly number[];
}

/** What a cast to another type does to a value: fractions are cut off (`truncate`) or rounded half to even, the range saturates. The tensor stays of its own type. */
export interface CastOp extends OnChannels {
  readonly op: 'cast';
  readonly to: 'float16' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'int32';
  readonly rounding?: 'truncate' | 'rint';
}

/** Appends three channels with the coordinate along tensor axis 0, 1, 2: the index, 0 to 1, or -1 to 1. Last in the list. */
export interface ConcatCoordinatesOp {
  readonly op: 'concatCoordinates';
  readonly range?: 'unit' | 'signed' | 'index';
}

export type InferenceMode = FullInference | SlidingInference | SlicesInference | Stack25dInference;

export interface Padding {
  readonly mode?: Boundary;
  /** For mode constant. */
  readonly value?: number;
  /** center: the smaller half in front. Default: center for tiles, end where the whole volume or slice is read. */
  readonly align?: 'center' | 'end';
}

interface InferenceCommon {
  readonly pad?: Padding;
  /** Short for `pad: { "mode": "constant", "value": … }`. */
  readonly padValue?: number;
  /** Tensor axes whose mirror images are averaged, all subsets of them. */
  readonly mirror?: readonly (0 | 1 | 2)[];
  /** What is averaged where tiles, mirror images and models meet. Default: output.meaning. */
  readonly accumulate?: Meaning;
  /** Tiles per call of the network. */
  readonly batch?: number;
  readonly precision?: 'auto';
}

/** The whole volume in one pass, padded to multiples of `divisor` (tensor axis order). */
export interface FullInference extends InferenceCommon {
  readonly mode: 'full';
  readonly divisor?: Triple<number>;
}

interface Tiling {
  /** Share of a patch, 0 <= overlap < 1. Default 0.5. */
  readonly overlap?: number;
  /**
   * fixedStep (MONAI): step max(1, trunc(patch (1 - overlap))), the last tile pulled back to the edge.
   * evenStep (nnU-Net): ceil((size - patch) / (patch (1 - overlap))) + 1 tiles, starts rint(i (size - patch) / (n - 1)).
   */
  readonly tiling?: 'fixedStep' | 'evenStep';
  /** Weights of a tile's voxels; `gaussian` is short for gaussianMonai. */
  readonly blend?: Blend | 'gaussian';
  /** Of the Gaussians, as a share of the patch. Default 0.125. */
  readonly sigma?: number;
}

export type Blend = 'constant' | 'gaussianMonai' | 'gaussianNnunet';

/** Overlapping tiles; a volume smaller than the patch is padded. */
export interface SlidingInference extends InferenceCommon, Tiling {
  readonly mode: 'sliding';
  readonly patch: Triple<number>;
}

/** A 2D network on every slice across `sliceAxis`, whole (`patch` null, padded to multiples of `divisor`) or in tiles. */
export interface SlicesInference extends InferenceCommon, Tiling {
  readonly mode: 'slices';
  readonly sliceAxis?: 0 | 1 | 2;
  readonly patch?: readonly [number, number] | null;
  readonly divisor?: readonly [number, number];
}

/** Like `slices`, with `context` slices on each side as further channels (slice by slice, lowest first); at the ends the last slice is repeated. */
export interface Stack25dInference extends Omit<SlicesInference, 'mode'> {
  readonly mode: 'stack25d';
  readonly context: number;
}

export type PostprocessOp =
  | { readonly op: 'softmax' }
  | { readonly op: 'sigmoid' }
  /** Undo resample, crops and orient onto the image's own grid: on the channel maps before argmax or regions, or, with order 0, on labels after it. */
  | { readonly op: 'invert'; readonly order?: 0 | 1 }
  /** Highest channel wins; ties go to the lowest channel. Channel c means `channelToLabel[c]`, by default `labels[c].value`. */
  | { readonly op: 'argmax'; readonly channelToLabel?: readonly number[] }
  /** Where a channel exceeds its threshold, its label is painted, in this order over what is there. */
  | { readonly op: 'regions'; readonly regions: readonly RegionRule[] }
  | LabelOp;

export interface RegionRule {
  readonly channel: number;
  readonly threshold?: number;
  readonly label: number;
}

/** Operations on labels, on the reference grid, or on the model's when they stand before `invert`. What they take away becomes 0. */
export type LabelOp = KeepLargestOp | FillHolesOp | RemoveSmallOp | MapLabelsOp;

/** Keeps the largest connected piece; of equal ones that with the lowest voxel index. With minVolumeMm3 other pieces of at least that size stay. */
export interface KeepLargestOp {
  readonly op: 'keepLargest';
  /** Default: all but 0. */
  readonly labels?: readonly number[];
  readonly connectivity?: 6 | 18 | 26;
  /** Each label by itself, or all of them as one mask. */
  readonly scope?: 'each' | 'union';
  readonly minVolumeMm3?: number | null;
}

/** Background (0) enclosed by a label becomes that label; `connectivity` is that of the background. */
export interface FillHolesOp {
  readonly op: 'fillHoles';
  readonly labels?: readonly number[];
  readonly connectivity?: 6 | 18 | 26;
}

/** Takes away pieces with fewer voxels than minVoxels or less volume than minVolumeMm3. */
export interface RemoveSmallOp {
  readonly op: 'removeSmall';
  readonly labels?: readonly number[];
  readonly connectivity?: 6 | 18 | 26;
  readonly scope?: 'each' | 'union';
  readonly minVoxels?: number;
  readonly minVolumeMm3?: number;
}

/** Replaces labels; those that are not named stay. All at once: {"1": 2, "2": 1} swaps. */
export interface MapLabelsOp {
  readonly op: 'mapLabels';
  readonly map: Readonly<Record<string, number>>;
}

export interface ManifestLabel {
  readonly value: number;
  readonly name: string;
  /** A term of a public vocabulary, as in DICOM: scheme, value, meaning. */
  readonly code?: { readonly scheme: string; readonly value: string; readonly meaning: string };
}
