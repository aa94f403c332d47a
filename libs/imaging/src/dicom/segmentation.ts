import { indexIjk } from '../affine.js';
import type { Geometry, Vec3 } from '../geometry.js';
import { describeGrid } from '../grid.js';
import { ImageFormatError } from '../image-format-error.js';
import type { DicomDataSet } from './data-set.js';
import { openDicom } from './file.js';
import { allocateStored, openFrames, readPixelFormat } from './frames.js';
import type { FrameReader, PixelFormat } from './frames.js';
import { Layers } from './layers.js';
import type { SegmentationLayer } from './layers.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { DEFAULT_MAX_BYTES, SEGMENTATION_STORAGE } from './series.js';
import type { DicomLimits } from './series.js';
import { readSlices, scale } from './slices.js';
import type { Slice } from './slices.js';
import { TAG } from './tags.js';

/** A concept of a terminology such as SNOMED CT. */
export interface CodedConcept {
  readonly scheme: string;
  readonly code: string;
  readonly meaning: string;
}

/** What a segment of a DICOM segmentation stands for. */
export interface DicomSegment {
  readonly number: number;
  readonly label: string;
  readonly algorithmType?: string;
  readonly category?: CodedConcept;
  readonly type?: CodedConcept;
  /** Label that the segment had before it was numbered, where its description says so as `writeSegmentation` does. */
  readonly written?: number;
}

export interface DicomSegmentation {
  readonly kind: 'binary' | 'fractional' | 'labelmap';
  readonly segments: readonly DicomSegment[];
  /** One, unless segments overlap; then as many as it takes, each segment in the first where it has room. */
  readonly layers: readonly SegmentationLayer[];
}

export interface SegmentationOptions extends DicomLimits {
  /** Share of the maximum from which, inclusive, a fractional voxel belongs to its segment: above 0 up to 1; 0.5 unless told. */
  readonly fractionalThreshold?: number;
}

/** Pixels are whole numbers: 0.07 of 100 is 7, though its product is a little more. */
const ROUNDING = 1e-9;
/** How far, in voxels, a pixel of the segmentation may lie from the voxel of the image that it stands for. */
const GRID_TOLERANCE = 1e-2;

/**
 * Reads a DICOM segmentation onto the grid of the image that it belongs to.
 *
 * Frames may come in any order, cover a part of the grid only, and count their rows and columns along other axes or the other
 * way round than the image does: they are placed by their positions in the patient. Nothing is resampled.
 *
 * @param reference grid of the image, from `readDicomSeries` or from its NIfTI file
 * @throws ImageFormatError `grid-differs` when frames do not lie on the grid; `dicom-segments` when segments are not declared
 */
export async function readDicomSegmentation(
  bytes: Uint8Array,
  reference: Geometry,
  codecs: PixelCodecs,
  options: SegmentationOptions = {},
): Promise<DicomSegmentation> {
  const file = await openDicom(bytes, options.maxBytes ?? DEFAULT_MAX_BYTES);
  const { dataSet } = file;
  const kind = readKind(dataSet);
  const segments = readSegments(dataSet, kind);
  const format = readPixelFormat(dataSet, kind === 'labelmap');
  const expectedBits = { binary: [1], fractional: [8], labelmap: [8, 16] }[kind];
  if (!expectedBits.includes(format.bitsAllocated) || format.signed) {
    throw new ImageFormatError(
      'dicom-pixel-format',
      `${kind} segmentation has ${format.bitsAllocated} bits a pixel${format.signed ? ', signed' : ''}; expected ${expectedBits.join(' or ')}, unsigned`,
    );
  }
  const slices = readSlices(dataSet, 0, format.frames);
  const frames = openFrames(file, format, codecs);
  const layers = new Layers(
    reference,
    Math.max(0, ...segments.map(({ number }) => number)),
    options.maxBytes ?? DEFAULT_MAX_BYTES,
  );
  if (kind === 'labelmap') {
    const known = new Set(segments.map(({ number }) => number));
    await visit(frames, format, slices, reference, 1, (voxel, label) => {
      if (!known.has(label))
        throw new ImageFormatError('dicom-segments', `a pixel holds segment ${label}; expected one that is declared`);
      layers.set(label, voxel);
      return true;
    });
  } else {
    const least = kind === 'binary' ? 1 : fractionalThreshold(dataSet, options.fractionalThreshold ?? 0.5);
    const bySegment = framesOfSegments(dataSet, segments, slices);
    for (const [number, own] of bySegment)
      await layers.add(number, (mark) => visit(frames, format, own, reference, least, mark));
  }
  return { kind, segments, layers: layers.finished() };
}

function readKind(dataSet: DicomDataSet): DicomSegmentation['kind'] {
  const sopClass = dataSet.text(TAG.sopClassUid) ?? 'not stated';
  const type = dataSet.text(TAG.segmentationType) ?? 'not stated';
  const kind = { BINARY: 'binary', FRACTIONAL: 'fractional', LABELMAP: 'labelmap' }[type] as
    DicomSegmentation['kind'] | undefined;
  if (SEGMENTATION_STORAGE.test(sopClass) && kind) return kind;
  throw new ImageFormatError(
    'dicom-not-image',
    `SOP class is ${sopClass} and segmentation type ${type}; expected a segmentation of type BINARY, FRACTIONAL or LABELMAP`,
  );
}

function readSegments(dataSet: DicomDataSet, kind: DicomSegmentation['kind']): DicomSegment[] {
  const segments: DicomSegment[] = [];
  const seen = new Set<number>();
  for (const item of dataSet.items(TAG.segments)) {
    const number = item.uint16(TAG.segmentNumber);
    // a label map also declares its background
    if (number === null || (number === 0 && kind !== 'labelmap') || seen.has(number)) {
      throw new ImageFormatError(
        'dicom-segments',
        `segment ${segments.length + 1} has number ${number ?? 'none'}; expected each number once, from 1 on`,
      );
    }
    if (segments.length === 65535)
      throw new ImageFormatError('dicom-segments', 'more than 65535 segments; expected fewer');
    seen.add(number);
    segments.push({
      number,
      label: item.text(TAG.segmentLabel) ?? '',
      ...optional('algorithmType', item.text(TAG.segmentAlgorithmType)),
      ...optional('category', concept(item.item(TAG.segmentCategories))),
      ...optional('type', concept(item.item(TAG.segmentTypes))),
      ...optional('written', writtenLabel(item.text(TAG.segmentDescription))),
    });
  }
  if (segments.length === 0)
    throw new ImageFormatError('dicom-segments', 'no segment is declared; expected at least one');
  return segments;
}

function writtenLabel(description: string | undefined): number | undefined {
  const label = Number(/^Label (\d{1,5})$/.exec(description ?? '')?.[1] ?? 0);
  return label > 0 && label <= 65535 ? label : undefined;
}

function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}

function concept(item: DicomDataSet | undefined): CodedConcept | undefined {
  const code = item?.text(TAG.codeValue);
  if (!item || code === undefined) return undefined;
  return { scheme: item.text(TAG.codingScheme) ?? '', code, meaning: item.text(TAG.codeMeaning) ?? '' };
}

/** Frames of each declared segment, in order of number. */
function framesOfSegments(
  dataSet: DicomDataSet,
  segments: readonly DicomSegment[],
  slices: readonly Slice[],
): Map<number, Slice[]> {
  const bySegment = new Map<number, Slice[]>(
    [...segments].sort((a, b) => a.number - b.number).map(({ number }) => [number, []]),
  );
  const shared = dataSet.item(TAG.sharedGroups)?.item(TAG.segmentIdentifications);
  let frame = 0;
  for (const group of dataSet.items(TAG.perFrameGroups)) {
    const number = (group.item(TAG.segmentIdentifications) ?? shared)?.uint16(TAG.referencedSegment);
    const frames = number == null ? undefined : bySegment.get(number);
    if (!frames)
      throw new ImageFormatError(
        'dicom-segments',
        `frame ${frame} belongs to segment ${number ?? 'none'}; expected one of ${[...bySegment.keys()].slice(0, 20).join(', ')}`,
      );
    frames.push(slices[frame++]);
  }
  if (frame !== slices.length)
    throw new ImageFormatError(
      'dicom-segments',
      'frames do not say to which segments they belong; expected functional groups',
    );
  return bySegment;
}

function fractionalThreshold(dataSet: DicomDataSet, share: number): number {
  const most = dataSet.uint16(TAG.fractionalMaximum);
  if (most !== null && most >= 1 && most <= 255 && share > 0 && share <= 1) return share * most - ROUNDING;
  throw new ImageFormatError(
    'dicom-segments',
    `fractional values go up to ${most ?? 'nothing stated'} and the threshold is ${share}; expected 1 to 255, and a share above 0 up to 1`,
  );
}

/**
 * Calls `mark` with the voxel of the reference and the value of each pixel from `least` on, until it says false.
 *
 * @returns whether it went through
 */
async function visit(
  frames: FrameReader,
  format: PixelFormat,
  slices: readonly Slice[],
  reference: Geometry,
  least: number,
  mark: (voxel: number, value: number) => boolean,
): Promise<boolean> {
  const frame = allocateStored(format, format.rows * format.columns);
  for (const slice of slices) {
    await frames.read(slice.frame, frame, 0);
    const place = placeOf(slice, format, reference);
    for (let p = 0; p < frame.length; p++) {
      if (frame[p] >= least && !mark(place(p), frame[p])) return false;
    }
  }
  return true;
}

/** From pixel to voxel index, for one frame. Throws for frames off the grid, and for foreground outside of it. */
function placeOf(slice: Slice, format: PixelFormat, reference: Geometry): (pixel: number) => number {
  const { columns, rows } = format;
  const index = (c: number, r: number): Vec3 => {
    const [right, down] = [
      scale(slice.alongRow, c * slice.spacingMm[0]),
      scale(slice.alongColumn, r * slice.spacingMm[1]),
    ];
    return indexIjk(reference, [0, 1, 2].map((w) => slice.position[w] + right[w] + down[w]) as unknown as Vec3);
  };
  const first = index(0, 0).map(Math.round);
  const steps = [index(1, 0), index(0, 1)].map((next) => next.map((x, a) => Math.round(x - index(0, 0)[a])));
  const corners = [
    [0, 0],
    [columns, 0],
    [0, rows],
    [columns, rows],
  ];
  const off = Math.max(
    ...corners.flatMap(([c, r]) =>
      index(c, r).map((x, a) => Math.abs(x - first[a] - c * steps[0][a] - r * steps[1][a])),
    ),
  );
  if (
    !(off <= GRID_TOLERANCE) ||
    steps.some((step) => Math.abs(step[0]) + Math.abs(step[1]) + Math.abs(step[2]) !== 1)
  ) {
    throw new ImageFormatError(
      'grid-differs',
      `frame ${slice.frame} of the segmentation does not lie on the voxels of the image, ${describeGrid(reference)}: off by ${off.toFixed(3)} voxels; expected less than ${GRID_TOLERANCE}`,
    );
  }
  const [nx, ny, nz] = reference.sizeXyz;
  return (pixel) => {
    const r = Math.floor(pixel / columns);
    const c = pixel - r * columns;
    const i = first[0] + c * steps[0][0] + r * steps[1][0];
    const j = first[1] + c * steps[0][1] + r * steps[1][1];
    const k = first[2] + c * steps[0][2] + r * steps[1][2];
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) {
      throw new ImageFormatError(
        'grid-differs',
        `frame ${slice.frame} of the segmentation marks a voxel outside of the image; expected all within ${describeGrid(reference)}`,
      );
    }
    return (k * ny + j) * nx + i;
  };
}
