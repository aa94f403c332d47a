import { penaltyOf, type BoardValue, type EvaluationCase, type LeaderboardEntry, type Phase } from '#evaluation';
import type { Attribute, StudyData, StudyTable } from '#ranking';
import { attributesOf, sizesOf } from './attributes.js';

/** All that is known behind the rows of a board, in the order that statistics want: run ids and case ids ascending. */
export interface BoardTables {
  readonly study: StudyData;
  readonly cases: readonly EvaluationCase[];
  readonly attributes: readonly Attribute[];
  /** Volume of each region in the reference, ml, by case, see `EvidenceQuestion.sizes`; absent where a case was never measured. */
  readonly sizes: ReadonlyMap<string, readonly (number | null)[]> | undefined;
  /** By region, and by `all` for any of them: `failed[a * cases.length + c]` is 1 where the algorithm gave nothing of it. */
  readonly failed: ReadonlyMap<string, Uint8Array>;
  /** Status of each region, laid out like `failed`. */
  readonly statuses: ReadonlyMap<string, readonly string[]>;
}

/**
 * Sorts the values of some runs into tables. Every run has a value for every case, region and metric: what is missing is a
 * defect, as a failed case is a row too.
 *
 * @throws RangeError naming what is missing
 */
export function boardTables(
  { rules }: Phase,
  phaseCases: readonly EvaluationCase[],
  entries: readonly Pick<LeaderboardEntry, 'runId'>[],
  values: readonly BoardValue[],
): BoardTables {
  const cases = [...phaseCases].sort((a, b) => (a.id < b.id ? -1 : 1));
  const runs = entries.map(({ runId }) => runId).sort();
  const caseAt = new Map(cases.map(({ id }, c) => [id, c]));
  const runAt = new Map(runs.map((id, a) => [id, a]));
  const size = runs.length * cases.length;
  const failed = new Map([...rules.regions.map(({ name }) => name), 'all'].map((name) => [name, new Uint8Array(size)]));
  const tables = new Map<string, StudyTable & { readonly seen: Uint8Array }>();
  const statuses = new Map<string, string[]>();
  for (const { name } of rules.regions) {
    statuses.set(name, Array<string>(size).fill('failed'));
    for (const { id, penalty } of rules.metrics) {
      tables.set(JSON.stringify([name, id]), {
        metric: id,
        region: name,
        values: new Float64Array(size).fill(NaN),
        penalties: Float64Array.from(cases, ({ geometry }) => penaltyOf(penalty, geometry)),
        seen: new Uint8Array(size),
      });
    }
  }
  for (const { runId, caseId, region, metric, status, value } of values) {
    const table = tables.get(JSON.stringify([region, metric]));
    const a = runAt.get(runId);
    const c = caseAt.get(caseId);
    if (table === undefined || a === undefined || c === undefined) continue;
    const at = a * cases.length + c;
    table.seen[at] = 1;
    if (value !== null) table.values[at] = value;
    const regionStatuses = statuses.get(region);
    if (regionStatuses) regionStatuses[at] = status;
    if (status === 'failed' || status === 'empty_prediction') {
      for (const name of [region, 'all']) failed.get(name)?.fill(1, at, at + 1);
    }
  }
  for (const { metric, region, seen } of tables.values()) {
    const missing = seen.indexOf(0);
    if (missing >= 0) {
      throw new RangeError(
        `run ${runs[Math.floor(missing / cases.length)]} has no ${metric} of "${region}" for case ${cases[missing % cases.length].id}`,
      );
    }
  }
  const regions = rules.regions.map(({ name }) => name);
  return {
    study: {
      algorithms: runs,
      cases: cases.map(({ id }) => id),
      patients: cases.map(({ patient }) => patient),
      tables: [...tables.values()].map(({ seen: _seen, ...table }) => table),
    },
    cases,
    attributes: attributesOf(cases, regions),
    sizes: sizesOf(cases, regions),
    failed,
    statuses,
  };
}

/** @throws RangeError for a region that the tables do not have */
export function failedIn({ failed }: BoardTables, region: string): Uint8Array {
  const here = failed.get(region);
  if (here === undefined) throw new RangeError(`got the region "${region}"; expected ${[...failed.keys()].join(', ')}`);
  return here;
}

/** Room that tables take in memory, roughly: a number or a pointer for each value, and what is known of each case. */
export function bytesOfTables({ study, cases, statuses }: BoardTables): number {
  const size = study.algorithms.length * study.cases.length;
  return 9 * size * (study.tables.length + statuses.size) + JSON.stringify(cases).length;
}
