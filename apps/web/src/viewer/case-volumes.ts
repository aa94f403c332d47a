import {
  axisCodes,
  axisMapTo,
  describeGrid,
  gridHash,
  indexIjk,
  ImageFormatError,
  mapGeometry,
  permuteVoxels,
  pointLps,
  salvageNifti,
  sameGrid,
  streamNifti,
  toLabels,
  voxelCount,
} from '#imaging';
import type { AxisMap, Geometry, NiftiGlance, NiftiStart, Vec3, VoxelArray } from '#imaging';
import { listErrors } from './error-list.js';
import { flipSlices } from './flip-slices.js';
import type { ErrorList } from './error-list.js';
import { classifyErrors, onlySegments, SegmentNumbering, withoutSegments, withoutIgnored } from './segments.js';
import type { ErrorCounts } from './segments.js';
import type { UnreadableSlices } from './unreadable.js';
import { GreyCounter, percentilesOf } from './window-presets.js';

/** Voxel types that the renderer takes as they are. */
export type DisplayVoxels = Uint8Array | Int16Array | Uint16Array | Float32Array;

/** Which grid a file lies on. */
export interface GridReceipt {
  /** `gridHash` of the file as it was read here: of size, position, spacing and directions in canonical order. */
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
  /** Slices that are damaged in the file. Their voxels repeat the nearest slice that is not, and are not to be shown. */
  readonly unreadable: readonly UnreadableSlices[];
}

/** A label map ready to be shown on the grid of its image. */
export interface ShownLabelMap {
  /** See `Segments`. */
  readonly segments: Uint8Array;
  readonly voxels: readonly number[];
  readonly undeclared: readonly number[];
  readonly grid: GridReceipt;
}

/** Reference and prediction side by side, for the structures that are shown. */
export interface Comparison {
  /** Classes of the imaging library's error map, on the image's grid. */
  readonly errors: Uint8Array;
  readonly counts: ErrorCounts;
  /** Voxels that are segment n in both, hidden or not; 0 for background. */
  readonly shared: readonly number[];
}

/** What of two label maps is compared. */
export interface ComparedParts {
  /** Segments that count as background in both. */
  readonly hiddenSegments: readonly number[];
  /** Segments of a region that is scored as one; all others are then background. Null: structure by structure. */
  readonly regionSegments: readonly number[] | null;
  /** Where the reference has this one, voxels count neither for nor against; null: all count. */
  readonly ignoredSegment: number | null;
}

/** Largest uncompressed volume that is opened in a browser tab. */
const MOST_BYTES = 1.5 * 2 ** 30;

const CANONICAL = 'LPS';

/** A file as it arrives. */
export interface ArrivingFile {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Bytes of the file where they are known. */
  readonly storedBytes: number | null;
  /** `gridHash` of the file as the server has it; null where it does not say. */
  readonly servedGrid?: string | null;
  /** Some bytes of it, `to` excluded; null: they cannot be had. */
  readonly part: NiftiGlance['read'];
}

/** An image of which the first slices are there: where it lies, and into what its voxels go. */
export interface BegunImage extends Pick<ShownImage, 'geometry' | 'storedGeometry' | 'grid'> {
  readonly voxelType: 'Uint8Array' | 'Int16Array' | 'Uint16Array' | 'Float32Array';
}

/** What is told of an image while it arrives. */
export interface ImageArrival {
  /** Once, before the first slices. */
  readonly onBegun: (image: BegunImage) => void;
  /**
   * Whole slices along the third axis of `BegunImage.geometry`: those that are wanted first where the file can be read from
   * the middle, then each once, forwards or backwards, and all of them at the end where the file is stored in another order.
   *
   * @param voxels a buffer of its own
   * @param known  range and percentiles of all slices so far
   */
  readonly onSlices: (firstSlice: number, voxels: DisplayVoxels, known: GreyFacts) => void;
  /** Waited for after slices that came before their turn. */
  readonly shown: () => Promise<void>;
}

export type GreyFacts = Pick<ShownImage, 'range' | 'percentiles'>;
/** What is known of an image once all of it has come. */
export type ImageFacts = GreyFacts & Pick<ShownImage, 'unreadable'>;

/**
 * Reads the image of a case while it arrives.
 *
 * @param file a NIfTI file, gzipped or not
 * @param near what is looked at first, in LPS mm; null: the middle
 * @returns what holds for the whole image; before that, slices are only what has come so far. Of a damaged file that tells
 *   which of its parts are sound, all slices come once more, together.
 * @throws ImageFormatError with a sentence for people
 */
export async function receiveImage(file: ArrivingFile, near: Vec3 | null, arrival: ImageArrival): Promise<ImageFacts> {
  let first: BegunImage | undefined;
  const onBegun: ImageArrival['onBegun'] = (image) => {
    if (!first) arrival.onBegun((first = image));
  };
  try {
    return { ...(await receiveSound(file, near, { ...arrival, onBegun })), unreadable: [] };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const again: ImageArrival['onBegun'] = (image) => {
      onBegun(image);
      // the header was what had been damaged on the way: what is on the screen by now lies elsewhere
      if (image.grid.hash !== first?.grid.hash || image.voxelType !== first.voxelType) throw error;
    };
    const saved = await receiveDamaged(file, { ...arrival, onBegun: again });
    if (!saved) throw error;
    return saved;
  }
}

/** What a byte that is another than it was, or missing, is found out by. */
const isDamage = (error: unknown): boolean =>
  error instanceof ImageFormatError && ['nifti-gzip', 'nifti-truncated', 'nifti-trailing-bytes'].includes(error.code);

/** Asks for the file anew and takes what is sound; null: there is nothing, or no telling. */
async function receiveDamaged(
  { storedBytes, part }: ArrivingFile,
  arrival: Pick<ImageArrival, 'onBegun' | 'onSlices'>,
): Promise<ImageFacts | null> {
  const bytes = storedBytes === null ? null : await part(0, storedBytes);
  const saved = bytes && (await salvageNifti(bytes, { maxBytes: MOST_BYTES }));
  if (!saved) return null;
  const { begun, map, sizeXyz } = knownOf(saved);
  const facts = handOverWhole(begun, permuteVoxels(saved.voxels, sizeXyz, map), arrival);
  const axis = ([0, 1, 2] as const).find((own) => map[own].source === 2) ?? 2;
  const unreadable = saved.unreadable.map(([first, last]): UnreadableSlices => {
    const end = sizeXyz[2] - 1;
    return map[axis].flip ? { axis, first: end - last, last: end - first } : { axis, first, last };
  });
  return { ...facts, unreadable };
}

/** The voxels of a whole image, in canonical order. */
function handOverWhole(
  begun: Known['begun'],
  data: VoxelArray,
  arrival: Pick<ImageArrival, 'onBegun' | 'onSlices'>,
): GreyFacts {
  const range = finiteRange(data);
  const voxels = displayVoxels(data, range);
  const facts = { range, percentiles: percentilesOf(voxels, range) };
  arrival.onBegun({ ...begun, voxelType: voxels.constructor.name as BegunImage['voxelType'] });
  arrival.onSlices(0, voxels, facts);
  return facts;
}

async function receiveSound(file: ArrivingFile, near: Vec3 | null, arrival: ImageArrival): Promise<GreyFacts> {
  let known: Known | undefined;
  let grey: GreyCounter | undefined;
  let whole: VoxelArray | undefined;
  const handOver = (
    { begun, map, sizeXyz: [nx, ny, nz] }: Known,
    first: number,
    stored: WholeNumbers,
    counted: GreyCounter,
  ): void => {
    arrival.onBegun({ ...begun, voxelType: stored.constructor.name as BegunImage['voxelType'] });
    const slices = stored.length / (nx * ny);
    const voxels = turned(stored, [nx, ny, slices], map);
    counted.add(voxels);
    arrival.onSlices(map[2].flip ? nz - first - slices : first, voxels, counted.facts());
  };
  await streamNifti(
    file.pieces,
    {
      onStart: (start) => {
        known = knownOf(start);
        checkServed(file, known.begun.grid);
      },
      onSlices: (first, stored) => {
        if (!known) throw new Error('slices came before the header');
        const { begun, map, sizeXyz } = known;
        const slice = sizeXyz[0] * sizeXyz[1];
        const inOrder = map[2].source === 2;
        if (whole || !inOrder || !isWhole(stored)) {
          whole ??= new (stored.constructor as new (length: number) => VoxelArray)(voxelCount(begun.geometry));
          whole.set(stored as never, first * slice);
          return;
        }
        grey ??= new GreyCounter(voxelCount(begun.geometry));
        handOver(known, first, stored, grey);
      },
    },
    {
      ...limitsOf(file),
      glance: {
        slices: ({ geometry, header }) => {
          const at = near ? indexIjk(geometry, near)[2] : (header.sizeXyz[2] - 1) / 2;
          return [Math.floor(at), Math.ceil(at)];
        },
        read: file.part,
        shown: arrival.shown,
        onSlices: (first, stored) => {
          // of one that is turned as a whole there is nothing to be shown before its end
          if (known?.map[2].source !== 2 || !isWhole(stored)) return;
          handOver(known, first, stored, new GreyCounter(stored.length)); // what they count is counted in their turn
        },
      },
    },
  );
  if (grey) return grey.facts();
  if (!known || !whole) throw new Error('a complete file gave no voxels');
  const data = permuteVoxels(whole, known.sizeXyz, known.map);
  whole = undefined;
  return handOverWhole(known.begun, data, arrival);
}

type WholeNumbers = Uint8Array | Int16Array | Uint16Array;

/** Values that can be shown as they come; others take their scale from the whole image. */
const isWhole = (voxels: VoxelArray): voxels is WholeNumbers =>
  voxels instanceof Uint8Array || voxels instanceof Int16Array || voxels instanceof Uint16Array;

/** Slices in canonical order. In place where axes are only turned round, as they are in most files. */
function turned<T extends WholeNumbers>(slices: T, size: Vec3, map: AxisMap): T {
  if (!map.every(({ source }, axis) => source === axis)) return permuteVoxels(slices, size, map);
  flipSlices(slices, size[0], size[1], [map[0].flip, map[1].flip, map[2].flip]);
  return slices;
}

interface Known {
  readonly begun: Pick<ShownImage, 'geometry' | 'storedGeometry' | 'grid'>;
  readonly map: AxisMap;
  /** Of the stored axes. */
  readonly sizeXyz: Vec3;
}

function knownOf({ geometry: storedGeometry }: NiftiStart): Known {
  const map = axisMapTo(storedGeometry, CANONICAL);
  const geometry = mapGeometry(storedGeometry, map);
  return { begun: { geometry, storedGeometry, grid: receiptOf(storedGeometry) }, map, sizeXyz: storedGeometry.sizeXyz };
}

const limitsOf = ({ storedBytes }: ArrivingFile): { maxBytes: number; storedBytes?: number } => ({
  maxBytes: MOST_BYTES,
  ...(storedBytes !== null && { storedBytes }),
});

/**
 * Reads a label map while it arrives and refuses it, at once, unless it lies on the image's grid; permuted or flipped
 * storage is the same grid.
 *
 * @param image geometry of the shown (canonical) image
 * @throws ImageFormatError `grid-differs` and the codes of the reader
 */
export async function receiveLabelMap(
  file: ArrivingFile,
  image: Geometry,
  labelValues: readonly number[],
): Promise<ShownLabelMap> {
  const numbering = new SegmentNumbering(labelValues);
  let stored: Geometry | undefined;
  let map: AxisMap | undefined;
  let segments = new Uint8Array(0);
  await streamNifti(
    file.pieces,
    {
      onStart: ({ geometry }) => {
        stored = geometry;
        checkServed(file, receiptOf(geometry));
        map = axisMapTo(geometry, axisCodes(image));
        if (!sameGrid(mapGeometry(geometry, map), image)) throw otherGrid(geometry, image);
        segments = new Uint8Array(voxelCount(image));
      },
      onSlices: (first, voxels) => {
        if (!stored || !map) throw new Error('slices came before the header');
        const [nx, ny, nz] = stored.sizeXyz;
        const labels = toLabels(voxels, first * nx * ny);
        const numbered = labels instanceof Uint8Array ? labels : new Uint8Array(labels.length);
        numbering.number(labels, numbered);
        const slices = labels.length / (nx * ny);
        if (map[2].source !== 2) return segments.set(numbered, first * nx * ny); // turned when all are there
        const at = map[2].flip ? nz - first - slices : first;
        segments.set(turned(numbered, [nx, ny, slices], map), at * nx * ny);
      },
    },
    limitsOf(file),
  );
  if (!stored || !map) throw new Error('a complete file has no header');
  if (map[2].source !== 2) segments = permuteVoxels(segments, stored.sizeXyz, map);
  return { segments, ...numbering.counted(), grid: receiptOf(stored) };
}

function otherGrid(stored: Geometry, image: Geometry): ImageFormatError {
  return new ImageFormatError(
    'grid-differs',
    `It lies on another grid than the image (${differenceOfGrids(stored, image)}), ` +
      'so overlaying it would show structures where they are not.',
  );
}

const receiptOf = (stored: Geometry): GridReceipt => ({ hash: gridHash(stored), storedAxes: axisCodes(stored) });

/** What arrived has to lie where the server's copy does. @throws ImageFormatError */
function checkServed({ servedGrid }: ArrivingFile, { hash }: GridReceipt): void {
  if (servedGrid === undefined || servedGrid === null || servedGrid === hash) return;
  throw new ImageFormatError(
    'grid-differs',
    `What arrived lies on the grid ${hash}, and the server's copy on ${servedGrid}: it is not the file that was asked for, ` +
      'so it is not shown.',
  );
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
  if (reference.length !== voxelCount(geometry) || prediction.length !== reference.length) {
    throw new RangeError(
      `maps hold ${reference.length} and ${prediction.length} voxels; the grid has ${voxelCount(geometry)}`,
    );
  }
  const { hiddenSegments, regionSegments } = parts;
  const [ours, theirs] = withoutIgnored(reference, prediction, parts.ignoredSegment);
  const counted = Uint8Array.from({ length: 256 }, (_, segment) => {
    if (regionSegments) return regionSegments.includes(segment) ? 1 : 0;
    return hiddenSegments.includes(segment) ? 0 : segment;
  });
  return classifyErrors(ours, theirs, counted);
}

/** Lists the errors of the same comparison; takes longer. Of a region, its segments have become segment 1. */
export function listComparedErrors(
  geometry: Geometry,
  reference: Uint8Array,
  prediction: Uint8Array,
  parts: ComparedParts,
): ErrorList {
  const [ours, theirs] = withoutIgnored(reference, prediction, parts.ignoredSegment);
  return listErrors(geometry, comparedPart(ours, parts), comparedPart(theirs, parts));
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
