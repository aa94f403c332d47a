import type { ErrorKind, ErrorList, ErrorRegion } from './error-list.js';
import { segmentName } from './point-reading.js';
import type { ShownLabel } from './overlay-style.js';
import { millilitres } from './segments.js';

// From the list of errors to what the panel says, without React.

export const ERROR_ORDERS = ['size', 'distance'] as const;
/** Largest first, or farthest from the reference first; those without a distance are the farthest. */
export type ErrorOrder = (typeof ERROR_ORDERS)[number];

/** An error as a row of the list. */
export interface ErrorRow {
  /** Place in `ErrorList.regions`, which is what identifies it. */
  readonly n: number;
  readonly kind: ErrorKind;
  /** 'missed liver lesion' */
  readonly what: string;
  readonly ml: string;
  /** '12.4 mm', or an en dash without a distance. */
  readonly mm: string;
  /** Whole pieces that were missed or invented stand out. */
  readonly whole: boolean;
  /** The row in one sentence. */
  readonly sentence: string;
}

/** Names of segments: of labels, or of the region that is compared as one. */
export type SegmentNames = (segment: number) => string;

/**
 * @param region name of the region that is compared as one (its segment is 1), or null
 */
export function segmentNames(labels: readonly ShownLabel[], region: string | null): SegmentNames {
  return (segment) => region ?? segmentName(labels, segment) ?? 'background';
}

/** The rows of the list, in the order asked for; kinds that are left out are not numbered either. */
export function errorRows(
  { regions }: ErrorList,
  names: SegmentNames,
  voxelVolumeMm3: number,
  order: ErrorOrder,
  kinds: readonly ErrorKind[],
): ErrorRow[] {
  const rows = regions.map((region, n) => ({ region, n })).filter(({ region }) => kinds.includes(region.kind));
  if (order === 'distance')
    rows.sort((a, b) => (b.region.farthestMm ?? Infinity) - (a.region.farthestMm ?? Infinity) || a.n - b.n);
  return rows.map(({ region, n }) => errorRow(region, n, names, voxelVolumeMm3));
}

function errorRow(region: ErrorRegion, n: number, names: SegmentNames, voxelVolumeMm3: number): ErrorRow {
  const { kind, matched, nearestMm, farthestMm } = region;
  const [expected, drawn] = [names(region.reference), names(region.prediction)];
  const what = {
    falsePositive: `predicted only: ${drawn}`,
    falseNegative: `missed ${expected}`,
    wrongLabel: `${expected} predicted as ${drawn}`,
  }[kind];
  const ml = millilitres(region.voxels, voxelVolumeMm3);
  const piece = {
    falsePositive: matched ? 'part of a piece that meets the reference' : 'a whole piece that meets no reference',
    falseNegative: matched ? 'part of a piece that was found' : 'a whole piece that was not found',
    wrongLabel: matched ? 'part of a piece that was found' : 'a whole piece that was not found',
  }[kind];
  const distance =
    nearestMm === null || farthestMm === null
      ? kind === 'falseNegative'
        ? 'no depth to measure'
        : `the reference holds no ${drawn} that a distance could be measured to`
      : kind === 'falseNegative'
        ? `up to ${mmText(farthestMm)} below the surface of the reference`
        : `${mmText(nearestMm)} to ${mmText(farthestMm)} from the nearest reference ${drawn}`;
  return {
    n,
    kind,
    what,
    ml,
    mm: farthestMm === null ? '–' : mmText(farthestMm),
    whole: !matched,
    sentence: `${what}, ${ml}; ${piece}; ${distance}`,
  };
}

const mmText = (mm: number): string => `${mm.toFixed(1)} mm`;

/** Which row comes next in a list; from none, the first or the last. Stays at the ends. */
export function stepRow(rows: readonly ErrorRow[], current: number | null, by: 1 | -1): ErrorRow | null {
  if (rows.length === 0) return null;
  const at = rows.findIndex(({ n }) => n === current);
  if (at < 0) return by > 0 ? rows[0] : rows[rows.length - 1];
  return rows[Math.min(rows.length - 1, Math.max(0, at + by))];
}

/** How the pieces of each structure were found: 'liver lesion: 1 of 2 found, 1 invented'. */
export function pieceWords({ pieces }: ErrorList, names: SegmentNames): string[] {
  return pieces.map(
    ({ segment, referencePieces, found, invented }) =>
      `${names(segment)}: ${found} of ${referencePieces} found${invented > 0 ? `, ${invented} invented` : ''}`,
  );
}
