import {
  axisCodes,
  axisMapTo,
  bringToGrid,
  describeGrid,
  errorMap,
  geometryHash,
  ImageFormatError,
  mapGeometry,
  orientTo,
  pointLps,
  readLabelMap,
  readNifti,
} from '#imaging';
import type { Geometry, LabelMap, Vec3, Volume, VoxelArray } from '#imaging';
import { fnv1a } from './checksum.js';
import { largestRegions } from './connected-regions.js';
import { listErrors } from './error-list.js';
import type { ErrorList } from './error-list.js';
import { countErrors, onlySegments, toSegments, withoutSegments } from './segments.js';
import type { ErrorCounts } from './segments.js';
import { percentilesOf } from './window-presets.js';

/** Voxel types that the renderer takes as they are. */
export type DisplayVoxels = Uint8Array | Int16Array | Uint16Array | Float32Array;

/** Which grid a file lies on. */
export interface GridReceipt {
  /** Of size, position, spacing and directions in canonical order, rounded as `geometryHash` has it; eight hex digits. */
  readonly hash: string;
  /** Sides that the stored axes run to: 'RAS'. */
  readonly storedAxes: string;
}

/** An image ready to be shown: stored axes run nearest to L, P, S; an oblique image stays oblique. */
export interface ShownImage {
  readonly geometry: Geometry;
  readonly voxels: DisplayVoxels;
  /** Smallest and largest finite value. */
  readonly range: { readonly lower: number; readonly upper: number };
  /** Where 1 % and 99 % of the voxels lie, padding left out. */
  readonly percentiles: { readonly lower: number; readonly upper: number };
  /** Grid of the file, whose axes may be permuted and flipped: for telling people the voxel index in their file. */
  readonly storedGeometry: Geometry;
  readonly grid: GridReceipt;
}

/** A label map ready to be shown on the grid of its image. */
export interface ShownLabelMap {
  /** See `Segments`. */
  readonly segments: Uint8Array;
  readonly voxels: readonly number[];
  readonly undeclared: readonly number[];
  /** Where to look for each segment: inside its largest connected part; null when it does not occur. n + 2 entries. */
  readonly look: readonly (Vec3 | null)[];
  readonly grid: GridReceipt;
}

/** Reference and prediction side by side, for the structures that are shown. */
export interface Comparison {
  /** Classes of the imaging library's error map, on the image's grid. */
  readonly errors: Uint8Array;
  readonly counts: ErrorCounts;
}

/** What of two label maps is compared. */
export interface ComparedParts {
  /** Segments that count as background in both. */
  readonly hiddenSegments: readonly number[];
  /** Segments of a region that is scored as one; all others are then background. Null: structure by structure. */
  readonly regionSegments: readonly number[] | null;
}

/** Largest uncompressed volume that is opened in a browser tab. */
const MOST_BYTES = 1.5 * 2 ** 30;

const CANONICAL = 'LPS';

/**
 * Reads the image of a case.
 *
 * @param bytes a NIfTI file, gzipped or not
 * @throws ImageFormatError with a sentence for people
 */
export async function readShownImage(bytes: Uint8Array): Promise<ShownImage> {
  const stored = await readNifti(bytes, { maxBytes: MOST_BYTES });
  const { geometry, data } = orientTo<VoxelArray>(stored, CANONICAL);
  const range = finiteRange(data);
  const voxels = displayVoxels(data, range);
  return {
    geometry,
    voxels,
    range,
    percentiles: percentilesOf(voxels, range),
    storedGeometry: stored.geometry,
    grid: receiptOf(stored.geometry),
  };
}

/**
 * Reads a label map and refuses it unless it lies on the image's grid; permuted or flipped storage is the same grid.
 *
 * @param image geometry of the shown (canonical) image
 * @throws ImageFormatError `grid-differs` and the codes of the reader
 */
export async function readShownLabelMap(
  bytes: Uint8Array,
  image: Geometry,
  labelValues: readonly number[],
): Promise<ShownLabelMap> {
  const stored = await readLabelMap(bytes, { maxBytes: MOST_BYTES });
  let onImage: LabelMap;
  try {
    onImage = bringToGrid(stored, image);
  } catch (cause) {
    if (!(cause instanceof ImageFormatError)) throw cause;
    throw new ImageFormatError(
      'grid-differs',
      `It lies on another grid than the image (${differenceOfGrids(stored.geometry, image)}), ` +
        'so overlaying it would show structures where they are not.',
      { cause },
    );
  }
  const { data, voxels, undeclared } = toSegments(onImage.data, labelValues);
  const largest = largestRegions(data, image.sizeXyz);
  return {
    segments: data,
    voxels,
    undeclared,
    look: voxels.map((_, segment) => largest.get(segment)?.atIjk ?? null),
    grid: receiptOf(stored.geometry),
  };
}

function receiptOf(stored: Geometry): GridReceipt {
  const canonical = mapGeometry(stored, axisMapTo(stored, CANONICAL));
  return { hash: fnv1a(new TextEncoder().encode(geometryHash(canonical))), storedAxes: axisCodes(stored) };
}

/** How two grids differ, in words; both in the orientation of the image, so that permuted storage is not named. */
function differenceOfGrids(layer: Geometry, image: Geometry): string {
  const turned = mapGeometry(layer, axisMapTo(layer, CANONICAL));
  const [ours, theirs] = [describeGrid(turned), describeGrid(image)];
  if (ours !== theirs) return `it has ${ours}; the image has ${theirs}`;
  const middle = (grid: Geometry): Vec3 =>
    pointLps(grid, [(grid.sizeXyz[0] - 1) / 2, (grid.sizeXyz[1] - 1) / 2, (grid.sizeXyz[2] - 1) / 2]);
  const [a, b] = [middle(turned), middle(image)];
  const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return apart >= 0.05
    ? `both have ${ours}, but their centres are ${apart.toFixed(1)} mm apart`
    : `both have ${ours}, but their axes are tilted against each other`;
}

/** Compares two shown label maps of one image. */
export function compare(
  geometry: Geometry,
  reference: Uint8Array,
  prediction: Uint8Array,
  parts: ComparedParts,
): Comparison {
  const shown = (data: Uint8Array): Volume<Uint8Array> => ({ geometry, data: comparedPart(data, parts) });
  const errors = errorMap(shown(reference), shown(prediction)).data;
  return { errors, counts: countErrors(errors) };
}

/** Lists the errors of the same comparison; takes longer. Of a region, its segments have become segment 1. */
export function listComparedErrors(
  geometry: Geometry,
  reference: Uint8Array,
  prediction: Uint8Array,
  parts: ComparedParts,
): ErrorList {
  return listErrors(geometry, comparedPart(reference, parts), comparedPart(prediction, parts));
}

const comparedPart = (data: Uint8Array, { hiddenSegments, regionSegments }: ComparedParts): Uint8Array =>
  regionSegments ? onlySegments(data, regionSegments) : withoutSegments(data, hiddenSegments);

function finiteRange(data: VoxelArray): { lower: number; upper: number } {
  let lower = Infinity;
  let upper = -Infinity;
  for (let v = 0; v < data.length; v++) {
    const x = data[v];
    if (x < lower && x !== -Infinity) lower = x;
    if (x > upper && x !== Infinity) upper = x;
  }
  return lower <= upper ? { lower, upper } : { lower: 0, upper: 1 };
}

/**
 * Voxels in a type that the renderer takes. Whole numbers that fit go to int16, everything else to float32; values that
 * are not finite become the smallest finite one, because a renderer draws them as noise.
 */
function displayVoxels(data: VoxelArray, { lower, upper }: { lower: number; upper: number }): DisplayVoxels {
  if (data instanceof Uint8Array || data instanceof Int16Array || data instanceof Uint16Array) return data;
  const whole = !(data instanceof Float32Array || data instanceof Float64Array);
  if (whole && lower >= -32768 && upper <= 32767) return Int16Array.from(data);
  const shown = data instanceof Float32Array ? data : new Float32Array(data.length);
  for (let v = 0; v < data.length; v++) shown[v] = Number.isFinite(data[v]) ? data[v] : lower;
  return shown;
}
