import type { Vec3 } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import type { DicomDataSet } from './data-set.js';
import { TAG } from './tags.js';

/** One plane of pixels and its place in the patient. */
export interface Slice {
  /** Index of the file within its series, and of the frame within the file; what messages name. */
  readonly file: number;
  readonly frame: number;
  /** Centre of the first pixel, LPS mm. */
  readonly position: Vec3;
  /** Unit vectors in which columns and rows are counted: along a row, and along a column. */
  readonly alongRow: Vec3;
  readonly alongColumn: Vec3;
  /** Distance between the pixels of a row and between those of a column, mm. */
  readonly spacingMm: readonly [number, number];
  readonly thicknessMm: number | undefined;
  readonly slope: number;
  readonly intercept: number;
}

/** How far from unit length, and from a right angle, the two directions of a slice may be: they are written with few digits. */
const DIRECTION_TOLERANCE = 1e-3;

/**
 * Places of the frames of an image: from the image itself, or from its functional groups where it has many frames.
 *
 * @throws ImageFormatError `dicom-position`, `dicom-orientation`, `dicom-spacing` or `dicom-scaling`
 */
export function readSlices(dataSet: DicomDataSet, file: number, frames: number): Slice[] {
  if (!dataSet.has(TAG.perFrameGroups)) {
    if (frames > 1) {
      throw new ImageFormatError(
        'dicom-position',
        `image ${file} has ${frames} frames without functional groups, so the place of each is unknown; expected an enhanced multi-frame image`,
      );
    }
    return [readSlice(file, 0, () => dataSet)];
  }
  const shared = dataSet.item(TAG.sharedGroups);
  const slices: Slice[] = [];
  for (const own of dataSet.items(TAG.perFrameGroups)) {
    slices.push(readSlice(file, slices.length, (group) => own.item(group) ?? shared?.item(group) ?? dataSet));
    if (slices.length > frames) break;
  }
  if (slices.length !== frames) {
    throw new ImageFormatError(
      'dicom-position',
      `image ${file} has ${frames} frames and functional groups for ${slices.length > frames ? 'more' : slices.length}; expected one for each`,
    );
  }
  return slices;
}

function readSlice(file: number, frame: number, group: (tag: number) => DicomDataSet): Slice {
  const where = `slice ${frame} of image ${file}`;
  const position = group(TAG.planePositions).numbers(TAG.imagePosition);
  if (position.length !== 3 || !position.every(Number.isFinite)) {
    throw new ImageFormatError(
      'dicom-position',
      `${where} is placed at (${position.join(', ')}); expected three finite numbers`,
    );
  }
  const measures = group(TAG.pixelMeasures);
  const spacing = measures.numbers(TAG.pixelSpacing);
  if (spacing.length !== 2 || !spacing.every((s) => s > 0 && s < Infinity)) {
    throw new ImageFormatError(
      'dicom-spacing',
      `${where} has pixel spacing (${spacing.join(', ')}); expected two positive numbers`,
    );
  }
  const values = group(TAG.pixelValueTransformations);
  const slope = scaling(values, TAG.rescaleSlope, 1);
  const intercept = scaling(values, TAG.rescaleIntercept, 0);
  if (slope === 0 || !Number.isFinite(slope) || !Number.isFinite(intercept)) {
    throw new ImageFormatError(
      'dicom-scaling',
      `${where} has slope ${slope} and intercept ${intercept}; expected finite numbers, slope not 0`,
    );
  }
  return {
    file,
    frame,
    position: [position[0], position[1], position[2]],
    ...readDirections(group(TAG.planeOrientations).numbers(TAG.imageOrientation), where),
    // DICOM names the distance between rows first.
    spacingMm: [spacing[1], spacing[0]],
    thicknessMm: measures.number(TAG.spacingBetweenSlices) ?? measures.number(TAG.sliceThickness),
    slope,
    intercept,
  };
}

function scaling(values: DicomDataSet, tag: number, absent: number): number {
  const [value] = values.numbers(tag);
  return value === undefined ? absent : value;
}

function readDirections(cosines: readonly number[], where: string): Pick<Slice, 'alongRow' | 'alongColumn'> {
  const alongRow: Vec3 = [cosines[0], cosines[1], cosines[2]];
  const alongColumn: Vec3 = [cosines[3], cosines[4], cosines[5]];
  const lengths = [Math.hypot(...alongRow), Math.hypot(...alongColumn)];
  const fits =
    cosines.length === 6 &&
    lengths.every((length) => Math.abs(length - 1) <= DIRECTION_TOLERANCE) &&
    Math.abs(dot(alongRow, alongColumn)) <= DIRECTION_TOLERANCE;
  if (!fits) {
    throw new ImageFormatError(
      'dicom-orientation',
      `${where} is oriented along (${cosines.join(', ')}); expected two unit vectors at a right angle`,
    );
  }
  return { alongRow: scale(alongRow, 1 / lengths[0]), alongColumn: scale(alongColumn, 1 / lengths[1]) };
}

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function scale([x, y, z]: Vec3, by: number): Vec3 {
  return [x * by + 0, y * by + 0, z * by + 0]; // no negative zeros
}

export function minus(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
