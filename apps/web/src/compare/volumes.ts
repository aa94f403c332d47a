import type { BoardValuesView } from '#contracts';

/** What is recorded of one structure in one case of one run. */
export interface RecordedVolume {
  readonly referenceMl: number;
  /** Of one voxel; null where it is not known. */
  readonly voxelMl: number | null;
  readonly status: string;
  /** (prediction - reference) / reference; null where the benchmark does not measure it, or it has no value. */
  readonly relativeError: number | null;
  /** |prediction - reference| in ml. */
  readonly absoluteErrorMl: number | null;
  readonly dice: number | null;
}

/**
 * The volume that was predicted, in ml.
 *
 * A signed error gives it at once. One without its sign leaves two volumes, and the Dice coefficient tells them apart:
 * 2 overlap / (prediction + reference) is known to the last bit, and the overlap is a whole number of voxels, no larger
 * than either mask. Where both signs pass that test (most often because nothing overlaps) the volume stays unknown; it is
 * never guessed.
 */
export function predictedMl(recorded: RecordedVolume): number | null {
  const { referenceMl, voxelMl, status, relativeError, absoluteErrorMl, dice } = recorded;
  if (status === 'empty_prediction' || status === 'both_empty') return 0;
  if (relativeError !== null) return referenceMl * (1 + relativeError);
  if (absoluteErrorMl === null) return null;
  if (absoluteErrorMl === 0 || referenceMl === 0) return referenceMl + absoluteErrorMl;
  if (dice === null || voxelMl === null) return null;
  const reference = wholeVoxels(referenceMl / voxelMl);
  const error = wholeVoxels(absoluteErrorMl / voxelMl);
  if (reference === null || error === null) return null;
  const possible = [reference - error, reference + error].filter((prediction) => {
    if (prediction <= 0) return false; // an empty one has a status of its own
    const size = reference + prediction;
    const overlap = (dice * size) / 2;
    const whole = Math.round(overlap);
    // the stored coefficient is the float64 nearest to the quotient
    return Math.abs(overlap - whole) <= size * Number.EPSILON && whole <= Math.min(reference, prediction);
  });
  return possible.length === 1 ? possible[0] * voxelMl : null;
}

function wholeVoxels(count: number): number | null {
  const whole = Math.round(count);
  return Math.abs(count - whole) < 0.05 ? whole : null;
}

export interface VolumePair {
  readonly caseId: string;
  readonly caseName: string;
  readonly patient: string;
  /** Millilitres of the prediction of each run. */
  readonly first: number;
  readonly second: number;
}

export interface VolumePairs {
  readonly region: string;
  readonly pairs: readonly VolumePair[];
  /** Cases that are left out: a run has no prediction there, or only the size of its error is recorded and not its sign. */
  readonly leftOut: number;
}

/** Metrics that tell how far a volume is off, and what makes them millilitres. */
const ABSOLUTE: Readonly<Record<string, (value: number, referenceMl: number) => number>> = {
  volume_error_ml: (value) => value,
  volume_error_mm3: (value) => value / 1000,
  absolute_relative_volume_error: (value, referenceMl) => value * referenceMl,
};

type Values = Pick<BoardValuesView, 'tables' | 'runs' | 'cases' | 'statuses'>;

/**
 * Volumes that two runs predicted in a region.
 *
 * @param voxelMl volume of a voxel by case
 * @returns null when the benchmark measures no error of volumes
 */
export function volumePairs(
  { tables, runs, cases, statuses }: Values,
  voxelMl: ReadonlyMap<string, number>,
  region: string,
  first: string,
  second: string,
): VolumePairs | null {
  const own = new Map(tables.filter((one) => one.region === region).map((table) => [table.metric, table.values]));
  const absolute = Object.entries(ABSOLUTE).find(([metric]) => own.has(metric));
  if (absolute === undefined && !own.has('relative_volume_error')) return null;
  const [a, b] = [first, second].map((id) => runs.findIndex(({ runId }) => runId === id));
  if (a < 0 || b < 0) return null;
  const states = statuses.find((one) => one.region === region)?.values;
  const pairs = cases.flatMap(({ id, name, patient, volumesMl }, c): VolumePair[] => {
    const referenceMl = volumesMl?.[region];
    if (referenceMl === undefined) return [];
    const [of, to] = [a, b].map((run) => {
      const error = absolute && own.get(absolute[0])?.[run][c];
      return predictedMl({
        referenceMl,
        voxelMl: voxelMl.get(id) ?? null,
        status: states?.[run][c] ?? '',
        relativeError: own.get('relative_volume_error')?.[run][c] ?? null,
        absoluteErrorMl: absolute && typeof error === 'number' ? absolute[1](error, referenceMl) : null,
        dice: own.get('dice')?.[run][c] ?? null,
      });
    });
    return of === null || to === null
      ? []
      : [{ caseId: id, caseName: name, patient: String(patient), first: of, second: to }];
  });
  return { region, pairs, leftOut: cases.length - pairs.length };
}
