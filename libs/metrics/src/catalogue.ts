/** Whether a larger or a smaller value is better. */
export type Direction = 'higher' | 'lower';

/** A metric as the leaderboard and the documentation describe it. */
export interface MetricDefinition {
  /** `dice`, `hd95`, `nsd@2`, …: as stored, ranked and written in a signature. */
  readonly id: string;
  readonly name: string;
  readonly abbreviation: string;
  /** Empty when unitless. */
  readonly unit: '' | 'mm' | 'ml';
  /** Smallest and largest possible value; null where there is no bound. */
  readonly range: { readonly min: number; readonly max: number | null };
  readonly direction: Direction;
  /** Whether its value depends on the distance between voxels. */
  readonly needsSpacing: boolean;
  /** What it says, in one or two sentences, with its value for empty masks. */
  readonly description: string;
  /** Where it is defined. */
  readonly source: string;
}

/** A metric, or a family of metrics that a tolerance in mm makes one. */
export interface CatalogueEntry extends Omit<MetricDefinition, 'id'> {
  /** Id, or the part of it before `@`. */
  readonly key: string;
  readonly parameter: 'none' | 'toleranceMm';
}

const DISTANCE = {
  unit: 'mm',
  range: { min: 0, max: null },
  direction: 'lower',
  needsSpacing: true,
  parameter: 'none',
} as const;
const EMPTY_DISTANCE = 'Both masks empty: 0; one empty: unbounded.';

/** All metrics of this version, in the order in which they are shown. */
export const METRIC_CATALOGUE: readonly CatalogueEntry[] = [
  {
    key: 'dice',
    name: 'Dice similarity coefficient',
    abbreviation: 'Dice',
    unit: '',
    range: { min: 0, max: 1 },
    direction: 'higher',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Shared voxels over the mean size of the two masks. Costs small structures more than large ones for the same boundary error. Both masks empty: 1.',
    source: 'Dice 1945, doi:10.2307/1932409',
  },
  {
    key: 'iou',
    name: 'Intersection over union',
    abbreviation: 'IoU',
    unit: '',
    range: { min: 0, max: 1 },
    direction: 'higher',
    needsSpacing: false,
    parameter: 'none',
    description:
      'Shared voxels over all voxels of either mask (Jaccard index). Orders cases as Dice does. Both masks empty: 1.',
    source: 'Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x',
  },
  {
    ...DISTANCE,
    key: 'hd',
    name: 'Hausdorff distance',
    abbreviation: 'HD',
    description: `Largest distance from one surface to the other, over both directions. A single stray voxel decides it. ${EMPTY_DISTANCE}`,
    source: 'Huttenlocher 1993, doi:10.1109/34.232073; surface elements of Nikolov 2021',
  },
  {
    ...DISTANCE,
    key: 'hd95',
    name: '95th percentile Hausdorff distance',
    abbreviation: 'HD95',
    description: `The distance within which 95 % of each surface lies from the other, the larger of both directions, weighted with area, without interpolation. ${EMPTY_DISTANCE}`,
    source: 'Nikolov 2021, doi:10.2196/26151 (surface-distance)',
  },
  {
    ...DISTANCE,
    key: 'assd',
    name: 'Average symmetric surface distance',
    abbreviation: 'ASSD',
    description: `Mean distance over both surfaces together, weighted with area. ${EMPTY_DISTANCE}`,
    source: 'Nikolov 2021, doi:10.2196/26151 (surface elements)',
  },
  {
    ...DISTANCE,
    key: 'masd',
    name: 'Mean average surface distance',
    abbreviation: 'MASD',
    description: `Mean of the two directed mean distances, each weighted with area. ${EMPTY_DISTANCE}`,
    source: 'Nikolov 2021, doi:10.2196/26151 (surface elements)',
  },
  {
    key: 'nsd',
    name: 'Normalised surface Dice',
    abbreviation: 'NSD',
    unit: '',
    range: { min: 0, max: 1 },
    direction: 'higher',
    needsSpacing: true,
    parameter: 'toleranceMm',
    description:
      'Share of both surfaces that lies within the tolerance of the other. Both masks empty: 1; one empty: 0.',
    source: 'Nikolov 2021, doi:10.2196/26151 (surface-distance)',
  },
  {
    key: 'volume_error_ml',
    name: 'Absolute volume error',
    abbreviation: 'Volume error',
    unit: 'ml',
    range: { min: 0, max: null },
    direction: 'lower',
    needsSpacing: true,
    parameter: 'none',
    description: 'Difference of the two volumes without its sign. Says nothing about place. Both masks empty: 0.',
    source: 'definition',
  },
];

/** A metric id taken apart. */
export interface ParsedMetric {
  readonly entry: CatalogueEntry;
  /** mm; only for families with a tolerance. */
  readonly toleranceMm?: number;
}

/**
 * Looks a metric id up. A tolerance is written in its shortest form, so that one metric has one id: `nsd@2`, not `nsd@2.0`.
 *
 * @throws RangeError when there is no such metric
 */
export function parseMetricId(id: string): ParsedMetric {
  const [key, parameter, ...rest] = id.split('@');
  const entry = METRIC_CATALOGUE.find((metric) => metric.key === key);
  if (entry && rest.length === 0) {
    if (entry.parameter === 'none' && parameter === undefined) return { entry };
    if (entry.parameter === 'toleranceMm' && parameter !== undefined) {
      const toleranceMm = Number(parameter);
      if (toleranceMm > 0 && toleranceMm < Infinity && String(toleranceMm) === parameter) return { entry, toleranceMm };
      throw new RangeError(
        `metric is "${id}"; expected a tolerance in mm in its shortest form, such as ${key}@2 or ${key}@0.5`,
      );
    }
  }
  const known = METRIC_CATALOGUE.map((metric) => (metric.parameter === 'none' ? metric.key : `${metric.key}@T`));
  throw new RangeError(`metric is "${id}"; expected one of ${known.join(', ')} (T: tolerance in mm)`);
}

/**
 * Definition of a metric by its id.
 *
 * @throws RangeError when there is no such metric
 */
export function metricDefinition(id: string): MetricDefinition {
  const { entry, toleranceMm } = parseMetricId(id);
  const { key: _key, parameter: _parameter, name, abbreviation, ...rest } = entry;
  if (toleranceMm === undefined) return { id, name, abbreviation, ...rest };
  return { id, name: `${name} at ${toleranceMm} mm`, abbreviation: `${abbreviation} ${toleranceMm} mm`, ...rest };
}

/** Whether an id names a metric of this version. */
export function isMetricId(id: string): boolean {
  try {
    parseMetricId(id);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
