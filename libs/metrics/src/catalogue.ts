import { METRIC_CATALOGUE } from './catalogue-entries.js';
import type { CatalogueEntry, MetricDefinition, MetricParameter } from './metric-definition.js';

/** A metric id taken apart. */
export interface ParsedMetric {
  readonly entry: CatalogueEntry;
  /** What stands behind the `@`, or its default; NaN for metrics that have none. */
  readonly parameter: number;
}

interface ParameterRule {
  /** Stands for the number in messages and documentation. */
  readonly letter: string;
  /** Unit that follows the number in an id. */
  readonly suffix: string;
  /** Value when nothing stands behind the key; null: there has to be something. */
  readonly default: number | null;
  readonly max: number;
  readonly words: string;
  readonly example: string;
  /** How a parameter that is not the default reads in a name, and in an abbreviation. */
  readonly name: (value: number) => string;
  readonly short: (value: number) => string;
}

/** How parameters are written in ids. */
export const METRIC_PARAMETERS: Readonly<Record<Exclude<MetricParameter, 'none'>, ParameterRule>> = {
  toleranceMm: {
    letter: 'T',
    suffix: '',
    default: null,
    max: Infinity,
    words: 'a tolerance in mm',
    example: '@2 or @0.5',
    name: (mm) => ` at ${mm} mm`,
    short: (mm) => ` ${mm} mm`,
  },
  bandMm: {
    letter: 'D',
    suffix: 'mm',
    default: null,
    max: Infinity,
    words: 'the depth of a band in mm',
    example: '@2mm or @0.5mm',
    name: (mm) => ` within ${mm} mm`,
    short: (mm) => ` ${mm} mm`,
  },
  minIou: {
    letter: 'I',
    suffix: '',
    default: 0.5,
    max: 1,
    words: 'the smallest IoU of a match, unless it is 0.5',
    example: '@0.1',
    name: (iou) => ` at IoU ${iou}`,
    short: (iou) => ` ${iou}`,
  },
  minLesionMm3: {
    letter: 'V',
    suffix: 'mm3',
    default: 0,
    max: Infinity,
    words: 'the smallest lesion that counts in mm3, unless all do',
    example: '@50mm3',
    name: (mm3) => `, lesions from ${mm3} mm3`,
    short: (mm3) => ` from ${mm3} mm3`,
  },
};

/**
 * Looks a metric id up. A parameter is written in its shortest form and left out when it is the default, so that one metric
 * has one id: `nsd@2`, not `nsd@2.0`; `pq`, not `pq@0.5`.
 *
 * @throws RangeError when there is no such metric
 */
export function parseMetricId(id: string): ParsedMetric {
  const [key, written, ...rest] = id.split('@');
  const entry = METRIC_CATALOGUE.find((metric) => metric.key === key);
  if (!entry || rest.length > 0 || (entry.parameter === 'none' && written !== undefined)) {
    throw new RangeError(`metric is "${id}"; expected one of ${METRIC_CATALOGUE.map(writtenForm).join(', ')}`);
  }
  if (entry.parameter === 'none') return { entry, parameter: NaN };
  const rule = METRIC_PARAMETERS[entry.parameter];
  if (written === undefined && rule.default !== null) return { entry, parameter: rule.default };
  const value = Number(written?.endsWith(rule.suffix) ? written.slice(0, written.length - rule.suffix.length) : NaN);
  if (
    value > 0 &&
    value < Infinity &&
    value <= rule.max &&
    value !== rule.default &&
    `${value}${rule.suffix}` === written
  ) {
    return { entry, parameter: value };
  }
  throw new RangeError(
    `metric is "${id}"; expected ${rule.words}, in its shortest form, behind "${key}", such as ${rule.example}`,
  );
}

/** Id of a metric with a letter for its parameter: `nsd@T`, `boundary_iou@Dmm`, `pq` or `pq@I`. */
export function writtenForm({ key, parameter }: CatalogueEntry): string {
  if (parameter === 'none') return key;
  const { letter, suffix, default: usual } = METRIC_PARAMETERS[parameter];
  const long = `${key}@${letter}${suffix}`;
  return usual === null ? long : `${key} or ${long}`;
}

/**
 * Definition of a metric by its id.
 *
 * @throws RangeError when there is no such metric
 */
export function metricDefinition(id: string): MetricDefinition {
  const { entry, parameter: value } = parseMetricId(id);
  const { key: _key, parameter, name, abbreviation, ...rest } = entry;
  const rule = parameter === 'none' ? undefined : METRIC_PARAMETERS[parameter];
  if (!rule || value === rule.default) return { id, name, abbreviation, ...rest };
  return { id, name: name + rule.name(value), abbreviation: abbreviation + rule.short(value), ...rest };
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
