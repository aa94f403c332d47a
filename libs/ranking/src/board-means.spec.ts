import { bootstrapMean, bootstrapMeans } from '#statistics';
import { boardEvidence } from './board-evidence.js';
import { boardMeans } from './board-means.js';
import { studyOfData } from './board-study.js';

const ALGORITHMS = ['a', 'b', 'c'];
const CASES = Array.from({ length: 14 }, (_, c) => `case ${String(c).padStart(2, '0')}`);
/** Two cases of one patient; 12 patients. */
const PATIENTS = CASES.map((_, c) => `p${String(Math.max(0, c - 2)).padStart(2, '0')}`);
const REGIONS = ['liver', 'spleen'];

/** A study whose numbers are all different; algorithm c fails on the last case. */
function study(patients: readonly string[] = PATIENTS) {
  return studyOfData({
    algorithms: ALGORITHMS,
    cases: CASES,
    patients,
    tables: ['dice', 'hd95'].flatMap((metric, m) =>
      REGIONS.map((region, r) => ({
        metric,
        region,
        penalties: new Float64Array(CASES.length).fill(m === 0 ? 0 : 300),
        values: Float64Array.from({ length: 3 * CASES.length }, (_, i) =>
          i === 3 * CASES.length - 1 ? NaN : (m + 1) * (0.5 + 0.4 * Math.sin(i * (r + 1.3) + m)),
        ),
      })),
    ),
  });
}

describe('intervals of all means', () => {
  it.each(['cases', 'released'] as const)('are those that the evidence gives a ranking by the column: %s', (detail) => {
    const { columns } = boardMeans({ study: study(), regions: REGIONS, seed: 42, draws: 60, detail });
    expect(columns.map(({ metric, region }) => `${metric} ${region}`)).toEqual(
      ['dice', 'hd95'].flatMap((metric) => ['all', 'liver', 'spleen'].map((region) => `${metric} ${region}`)),
    );
    for (const { metric, region, intervals } of columns) {
      const { standings } = boardEvidence({
        study: study(),
        scheme: { kind: 'mean-then-rank', metric, region, ties: 'min' },
        directionOf: () => 'higher',
        attributes: [],
        failed: () => false,
        seed: 42,
        draws: 60,
        detail,
      });
      expect(intervals).toEqual(
        Object.fromEntries(standings.map(({ algorithm, mean }) => [algorithm, [mean?.low, mean?.high]])),
      );
    }
  });

  it('are not told where few held-out patients have a value of their own', () => {
    const both = { seed: 42, draws: 60, regions: ['lesion'] };
    const rare = studyOfData({
      algorithms: ALGORITHMS,
      cases: CASES,
      patients: PATIENTS,
      tables: [
        {
          metric: 'dice',
          region: 'lesion',
          penalties: new Float64Array(CASES.length),
          // in two cases only; algorithm c misses it in both
          values: Float64Array.from({ length: 3 * CASES.length }, (_, i) =>
            i % CASES.length < 12 ? 1 : i < 2 * CASES.length ? 0.5 + i / 100 : 0,
          ),
        },
      ],
    });
    const intervals = (detail: 'cases' | 'released') =>
      boardMeans({ study: rare, ...both, detail }).columns.map((column) => column.intervals);
    expect(intervals('released')).toEqual([
      { a: null, b: null, c: null },
      { a: null, b: null, c: null },
    ]);
    expect(Object.values(intervals('cases')[0]).every((ends) => ends !== null)).toBe(true);
    const { standings } = boardEvidence({
      study: rare,
      scheme: { kind: 'mean-then-rank', metric: 'dice', region: 'lesion', ties: 'min' },
      directionOf: () => 'higher',
      attributes: [],
      failed: () => false,
      seed: 42,
      draws: 60,
      detail: 'released',
    });
    expect(standings.map(({ mean }) => [mean?.low, mean?.high])).toEqual(Array(3).fill([null, null]));
  });

  it('are not told of fewer than ten held-out patients, however many cases these have', () => {
    const few = study(CASES.map((_, c) => `p${c % 9}`));
    const ask = { study: few, regions: REGIONS, seed: 42, draws: 60 };
    expect(boardMeans({ ...ask, detail: 'released' })).toMatchObject({ withheld: 'few-patients', columns: [] });
    expect(boardMeans({ ...ask, detail: 'cases' }).columns).toHaveLength(6);
  });

  it('do not exist of one patient', () => {
    const alone = boardMeans({ study: study(CASES.map(() => 'p')), regions: REGIONS, seed: 1, detail: 'cases' });
    expect(alone.columns[0].intervals).toEqual({ a: null, b: null, c: null });
  });

  it('refuse a region that some cases do not have: its mean would be about the others', () => {
    const whole = study();
    const part = {
      ...whole,
      tables: (metric: string, region?: string) =>
        whole.tables(metric, region).map((table) => ({ ...table, scored: table.scored.map((_, c) => Number(c > 0)) })),
    };
    expect(() => boardMeans({ study: part, regions: REGIONS, seed: 1, detail: 'released' })).toThrow(
      'case "case 00" has no dice of "all"; expected one of every case',
    );
  });
});

describe('many lists drawn at once', () => {
  const lists = Array.from({ length: 300 }, (_, k) => CASES.map((__, c) => Math.sin(k + c * 0.7) / (k + 1)));

  it.each([undefined, PATIENTS])('give the intervals that each gives alone, to the last bit', (patients) => {
    const options = { draws: 40, seed: 7, patients };
    expect(bootstrapMeans(lists, options)).toEqual(lists.map((values) => bootstrapMean(values, options)));
  });

  it('must be of the same cases', () => {
    expect(() => bootstrapMeans([[1, 2], [1]], { seed: 1 })).toThrow('list 1 has 1 values; expected 2');
    expect(bootstrapMeans([], { seed: 1 })).toEqual([]);
  });
});
