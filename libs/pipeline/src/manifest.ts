/**
 * The manifest of an algorithm version: how its network wants an image and what its output means.
 *
 * An ordered list of a closed set of operations; the inverse is derived by the platform. This is the part of manifest
 * version 1 that the platform executes today. Axis vectors are in tensor axis order. Plain data: it travels as JSON
 * (`voxelmark.json`) and is validated by the zod schema in `#contracts`.
 */
export interface Manifest {
  readonly manifestVersion: 1;
  readonly name: string;
  readonly version: string;
  readonly licence?: string;
  readonly citation?: string;
  readonly description?: string;
  readonly trainedOn?: readonly string[];
  readonly task: 'semantic';
  readonly inputs: readonly [ManifestInput];
  readonly output: ManifestOutput;
  readonly preprocess: readonly PreprocessOp[];
  readonly inference: InferenceMode;
  readonly postprocess: readonly PostprocessOp[];
  readonly labels: readonly ManifestLabel[];
}

export interface ManifestInput {
  /** Name of the ONNX graph input. */
  readonly tensor: string;
  /** N, C, then the three spatial axes in the order that `orient` establishes. */
  readonly layout: 'NCXYZ';
  readonly dtype: 'float32';
  readonly channels: readonly [{ readonly name: string; readonly modality?: string; readonly units?: string }];
}

export interface ManifestOutput {
  readonly tensor: string;
  readonly layout: 'NCXYZ';
  readonly meaning: 'logits' | 'probabilities';
}

export type PreprocessOp = OrientOp | ResampleOp | WindowOp;

/**
 * Letter i is the anatomical direction in which index of tensor axis i GROWS (nibabel codes): "RAS" means that the first
 * spatial tensor axis grows to the patient's right. Oblique grids: nearest axis assignment, no interpolation.
 */
export interface OrientOp {
  readonly op: 'orient';
  readonly axes: string;
}

/** Separable resampling. `halfVoxel`: size rint(n*s/t), source index (k+0.5)*n/m-0.5. `firstVoxel`: rint((n-1)*s/t+1), k*t/s. */
export interface ResampleOp {
  readonly op: 'resample';
  /** mm along the tensor's spatial axes; null keeps an axis as it is. */
  readonly spacing: readonly [number | null, number | null, number | null];
  /** 0 nearest, 1 linear. */
  readonly order: 0 | 1;
  readonly grid: 'halfVoxel' | 'firstVoxel';
}

/** Linear map of `in` onto `out`, clipped to `out` when `clip` is true. */
export interface WindowOp {
  readonly op: 'window';
  readonly in: readonly [number, number];
  readonly out: readonly [number, number];
  readonly clip: boolean;
}

export type InferenceMode = FullInference | SlidingInference;

/** The whole volume in one pass, padded at the far end with `padValue` to multiples of `divisor` (tensor axis order). */
export interface FullInference {
  readonly mode: 'full';
  readonly divisor: readonly [number, number, number];
  readonly padValue: number;
}

/**
 * Overlapping tiles, step = max(1, trunc(patch * (1 - overlap))), the last one pulled back to the edge (MONAI's rule).
 * A volume smaller than the patch is padded on both sides, the smaller half in front. Outputs are blended as they are
 * (`output.meaning`), before any softmax. `gaussian`: MONAI's window, sigma one eighth of the patch.
 */
export interface SlidingInference {
  readonly mode: 'sliding';
  readonly patch: readonly [number, number, number];
  /** Share of a patch, 0 <= overlap < 1. */
  readonly overlap: number;
  readonly blend: 'constant' | 'gaussian';
  readonly padValue: number;
}

export type PostprocessOp =
  | { readonly op: 'softmax' }
  /** Undo resample, pad and orient onto the image's own grid: on the channel maps before argmax, or, with order 0, on labels after it. */
  | { readonly op: 'invert'; readonly order: 0 | 1 }
  /** Highest channel wins; ties go to the lowest channel. Channel c means `labels[c].value`. */
  | { readonly op: 'argmax' };

export interface ManifestLabel {
  readonly value: number;
  readonly name: string;
}
