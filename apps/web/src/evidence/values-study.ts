import type { BoardValuesView } from '#contracts';
import { rankStudy, studyOfData, type DirectionOf, type RankingScheme, type StudyData } from '#ranking';
import { mean } from '#statistics';

/**
 * The values of a board as the kernels take them. Patients come as numbers in the order of their names; written with
 * leading zeros they keep that order, so a seed stands for the same draws here and on the server.
 */
export function studyDataOf({ runs, cases, tables }: Pick<BoardValuesView, 'runs' | 'cases' | 'tables'>): StudyData {
  const digits = String(cases.length).length;
  return {
    algorithms: runs.map(({ runId }) => runId),
    cases: cases.map(({ id }) => id),
    patients: cases.map(({ patient }) => String(patient).padStart(digits, '0')),
    tables: tables.map(({ metric, region, penalties, values }) => ({
      metric,
      region,
      penalties: Float64Array.from(penalties),
      values: Float64Array.from(values.flat(), (value) => value ?? NaN),
    })),
  };
}

/** Place of a run, and the number that was ranked: a mean or median of the metric or of places, or a share of rivals. */
export interface RunPlace {
  readonly rank: number;
  /** Null where it is not known or not shown. */
  readonly aggregate: number | null;
}

/** Places of all runs under a rule: a thousandth of a second for ten runs and a hundred cases. */
export function rankNow(data: StudyData, scheme: RankingScheme, directionOf: DirectionOf): Map<string, RunPlace> {
  return new Map(
    rankStudy(studyOfData(data), scheme, directionOf).map(({ algorithm, ...place }) => [algorithm, place]),
  );
}

/** Value of one case of one run, penalties in place; over all regions their mean. */
export interface CasePoint {
  readonly runId: string;
  readonly caseId: string;
  readonly caseName: string;
  readonly value: number;
  /** Whether a penalty stands in for the value of at least one region. */
  readonly penalised: boolean;
}

/** @param region name of a region, or `all` */
export function casePoints(values: BoardValuesView, metric: string, region: string): CasePoint[] {
  const tables = values.tables.filter((one) => one.metric === metric && (region === 'all' || one.region === region));
  if (tables.length === 0) throw new RangeError(`no values of ${metric} over region "${region}"`);
  return values.runs.flatMap(({ runId }, a) =>
    values.cases.map(({ id, name }, c): CasePoint => {
      const own = tables.map((table) => table.values[a][c]);
      return {
        runId,
        caseId: id,
        caseName: name,
        value: mean(own.map((value, t) => value ?? tables[t].penalties[c])),
        penalised: own.includes(null),
      };
    }),
  );
}

/** 32 bits of the address of a state: the seed that the server uses for it. */
export function seedOf(stateHash: string): number {
  return Number.parseInt(stateHash.slice(0, 8), 16);
}
