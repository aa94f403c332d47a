import type { DicomDataSet } from '../dicom/data-set.js';
import { TAG } from '../dicom/tags.js';
import { ImageFormatError } from '../image-format-error.js';

/** A closed contour in the patient: x, y, z of each point, LPS mm. */
export interface Contour {
  readonly points: Float64Array;
  /** Written to be combined with the others of its plane by exclusive or. */
  readonly xor: boolean;
}

/** A structure (ROI) as its header declares it. */
export interface DeclaredStructure {
  readonly number: number;
  readonly name: string;
}

/** A contour of a whole body in fine steps has some ten thousand points. */
const MOST_POINTS = 1_000_000;
const MOST_STRUCTURES = 4096;
const NUMBER = /^ *[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)? *$/;

/** Structures by number, in the order of the file. @throws ImageFormatError `rtstruct-rois` */
export function readStructures(dataSet: DicomDataSet): Map<number, DeclaredStructure> {
  const structures = new Map<number, DeclaredStructure>();
  for (const item of dataSet.items(TAG.structures)) {
    const number = item.number(TAG.roiNumber);
    if (number === undefined || !Number.isInteger(number) || structures.has(number) || structures.size === MOST_STRUCTURES) {
      throw new ImageFormatError(
        'rtstruct-rois',
        `structure ${structures.size + 1} has number ${number ?? 'none'}; expected each number once, and at most ${MOST_STRUCTURES} structures`,
      );
    }
    structures.set(number, { number, name: item.text(TAG.roiName) ?? '' });
  }
  if (structures.size === 0) throw new ImageFormatError('rtstruct-rois', 'no structure is declared; expected at least one');
  return structures;
}

/**
 * Closed contours of one structure, one at a time. Points (markers, isocentres) enclose nothing and are passed over.
 *
 * @throws ImageFormatError `rtstruct-contour-type` for open contours, `rtstruct-points`
 */
export function* readContours(item: DicomDataSet, what: string): Generator<Contour, void, void> {
  let n = 0;
  for (const contour of item.items(TAG.contours)) {
    n++;
    const where = `contour ${n} of ${what}`;
    const type = contour.text(TAG.contourType) ?? 'not stated';
    if (type === 'POINT') continue;
    if (type !== 'CLOSED_PLANAR' && type !== 'CLOSEDPLANAR_XOR') {
      throw new ImageFormatError('rtstruct-contour-type', `${where} is ${type}; expected CLOSED_PLANAR, which encloses a region`);
    }
    yield { points: readPoints(contour, where), xor: type === 'CLOSEDPLANAR_XOR' };
  }
}

function readPoints(contour: DicomDataSet, where: string): Float64Array {
  const stated = contour.number(TAG.contourPoints);
  const bytes = contour.bytes(TAG.contourData) ?? new Uint8Array(0);
  // three numbers of at least one digit, each with a separator
  if (bytes.length > MOST_POINTS * 3 * 20 || (stated ?? 0) > MOST_POINTS) {
    throw new ImageFormatError('rtstruct-too-large', `${where} has ${bytes.length} bytes of points; expected at most ${MOST_POINTS} points`);
  }
  const parts = new TextDecoder('latin1').decode(bytes).replace(/\0+$/, '').split('\\');
  if (parts.length % 3 !== 0 || parts.length < 9 || (stated !== undefined && stated * 3 !== parts.length)) {
    throw new ImageFormatError(
      'rtstruct-points',
      `${where} has ${parts[0] === '' && parts.length === 1 ? 0 : parts.length} numbers and declares ${stated ?? 'no'} points; expected three numbers for each of at least three points`,
    );
  }
  const points = new Float64Array(parts.length);
  for (const [at, part] of parts.entries()) {
    const value = part.length <= 64 && NUMBER.test(part) ? Number(part) : NaN;
    if (!Number.isFinite(value)) {
      throw new ImageFormatError('rtstruct-points', `${where} has a point with "${part.slice(0, 20).replace(/[^\x20-\x7e]/g, '?')}"; expected finite numbers`);
    }
    points[at] = value;
  }
  return points;
}
