import { penaltyOf, type BoardValue, type EvaluationCase, type LeaderboardEntry, type Phase } from '#evaluation';
import type { Attribute, StudyData, StudyTable } from '#ranking';
import { attributesOf } from './attributes.js';

/** All that is known behind the rows of a board, in the order that statistics want: run ids and case ids ascending. */
export interface BoardTables {
  readonly study: StudyData;
  readonly cases: readonly EvaluationCase[];
  readonly attributes: readonly Attribute[];
  /** `failed[a * cases.length + c]`. */
  readonly failed: Uint8Array;
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
  const failed = new Uint8Array(size);
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
    if (status === 'failed' || status === 'empty_prediction') failed[at] = 1;
  }
  for (const { metric, region, seen } of tables.values()) {
    const missing = seen.indexOf(0);
    if (missing >= 0) {
      throw new RangeError(
        `run ${runs[Math.floor(missing / cases.length)]} has no ${metric} of "${region}" for case ${cases[missing % cases.length].id}`,
      );
    }
  }
  return {
    study: {
      algorithms: runs,
      cases: cases.map(({ id }) => id),
      patients: cases.map(({ patient }) => patient),
      tables: [...tables.values()].map(({ seen: _seen, ...table }) => table),
    },
    cases,
    attributes: attributesOf(
      cases,
      rules.regions.map(({ name }) => name),
    ),
    failed,
    statuses,
  };
}
