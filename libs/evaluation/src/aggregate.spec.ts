import fc from 'fast-check';
import type { PhaseRules } from '#domain';
import type { Geometry } from '#imaging';
import type { MetricValue } from '#metrics';
import { aggregate } from './aggregate.js';
import type { CaseResult } from './records.js';

/** 3 x 4 x 12 mm: diagonal 13 mm. */
const BOX: Geometry = {
  sizeXyz: [3, 2, 4],
  spacingMm: [1, 2, 3],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const RULES: Pick<PhaseRules, 'regions' | 'metrics'> = {
  regions: [
    { name: 'liver', labels: [1] },
    { name: 'spleen', labels: [2] },
  ],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
  ],
};
const value = (x: number): MetricValue => ({ kind: 'value', value: x });
const UNBOUNDED: MetricValue = { kind: 'unbounded' };

function scored(caseId: string, liver: readonly MetricValue[], spleen: readonly MetricValue[]): CaseResult {
  const values = ([dice, hd95]: readonly MetricValue[]) => ({ dice, hd95 });
  const scores = [
    { region: 'liver', status: 'ok', values: values(liver) },
    { region: 'spleen', status: 'ok', values: values(spleen) },
  ] as const;
  return {
    runId: 'r',
    caseId,
    state: 'scored',
    attempt: 1,
    failureCode: null,
    failureDetail: null,
    prediction: null,
    usage: null,
    receipt: null,
    scores,
  };
}

function failed(caseId: string): CaseResult {
  const none: MetricValue = { kind: 'undefined', why: 'no-prediction' };
  return { ...scored(caseId, [none, none], [none, none]), state: 'failed', failureCode: 'inference-failed' };
}

const CASES = ['a', 'b'].map((id) => ({ id, geometry: BOX }));

describe('aggregate of a run', () => {
  it('is the mean over cases, then over regions, as pencil and paper say', () => {
    const { aggregates, metrics } = aggregate(RULES, CASES, [
      scored('a', [value(1), value(0)], [value(0.5), value(2)]),
      scored('b', [value(0.5), value(4)], [value(0), value(6)]),
    ]);
    expect(aggregates).toEqual([
      { region: 'liver', metric: 'dice', mean: 0.75, n: 2, penalised: 0, empty: 0 },
      { region: 'liver', metric: 'hd95', mean: 2, n: 2, penalised: 0, empty: 0 },
      { region: 'spleen', metric: 'dice', mean: 0.25, n: 2, penalised: 0, empty: 0 },
      { region: 'spleen', metric: 'hd95', mean: 4, n: 2, penalised: 0, empty: 0 },
    ]);
    expect(metrics).toEqual({ dice: 0.5, hd95: 3 });
  });

  it('puts the declared penalty where the algorithm failed, and counts it', () => {
    const { aggregates } = aggregate(RULES, CASES, [
      scored('a', [value(1), value(0)], [value(1), value(0)]),
      failed('b'),
    ]);
    expect(aggregates[0]).toEqual({ region: 'liver', metric: 'dice', mean: 0.5, n: 2, penalised: 1, empty: 0 });
    expect(aggregates[1].mean).toBeCloseTo(Math.hypot(3, 4, 12) / 2, 12);
  });

  it('counts cases in which a structure came out empty under that structure, and failed ones not again', () => {
    const good = scored('a', [value(1), value(0)], [value(0), UNBOUNDED]);
    const empty = good.scores.map((score) =>
      score.region === 'spleen' ? { ...score, status: 'empty_prediction' as const } : score,
    );
    const { aggregates } = aggregate(RULES, CASES, [{ ...good, scores: empty }, failed('b')]);
    expect(aggregates.map(({ region, metric, empty }) => [region, metric, empty])).toEqual([
      ['liver', 'dice', 0],
      ['liver', 'hd95', 0],
      ['spleen', 'dice', 1],
      ['spleen', 'hd95', 1],
    ]);
  });

  it('puts the penalty where a distance is unbounded, and only there', () => {
    const { aggregates } = aggregate(RULES, CASES, [
      scored('a', [value(0), UNBOUNDED], [value(1), value(0)]),
      scored('b', [value(1), value(0)], [value(1), value(0)]),
    ]);
    expect(aggregates.map(({ penalised }) => penalised)).toEqual([0, 1, 0, 0]);
    expect(aggregates[1].mean).toBe(6.5);
  });

  it('does not penalise agreement on an empty structure', () => {
    const { metrics } = aggregate(RULES, CASES, [
      scored('a', [value(1), value(0)], [value(1), value(0)]),
      scored('b', [value(1), value(0)], [value(1), value(0)]),
    ]);
    expect(metrics).toEqual({ dice: 1, hd95: 0 });
  });

  it('goes over the references: results in any order give the same, results of strangers change nothing', () => {
    const results = [
      scored('a', [value(0.1), value(1)], [value(0.2), value(1)]),
      scored('b', [value(0.7), value(3)], [value(0.4), value(9)]),
    ];
    const straight = aggregate(RULES, CASES, results);
    expect(aggregate(RULES, CASES, [...results].reverse())).toEqual(straight);
    expect(
      aggregate(RULES, CASES, [scored('stranger', [value(0), value(99)], [value(0), value(99)]), ...results]),
    ).toEqual(straight);
  });

  it('refuses a case that is missing, pending, unmeasured or not a number', () => {
    const a = scored('a', [value(1), value(0)], [value(1), value(0)]);
    expect(() => aggregate(RULES, CASES, [a])).toThrow('case b has no final result yet');
    expect(() => aggregate(RULES, CASES, [a, { ...failed('b'), state: 'pending' }])).toThrow(
      'case b has no final result yet',
    );
    expect(() => aggregate(RULES, CASES, [a, { ...a, caseId: 'b', scores: a.scores.slice(1) }])).toThrow(
      'has no dice of region "liver"',
    );
    expect(() => aggregate(RULES, CASES, [a, scored('b', [value(NaN), value(0)], [value(1), value(0)])])).toThrow(
      'expected a finite number',
    );
    expect(() => aggregate(RULES, [], [])).toThrow('without cases');
  });

  it('lies between the worst and the best case, and never rewards failing where the penalty is the worst value', () => {
    const dices = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(dices, fc.nat(19), (values, pick) => {
        const cases = values.map((_, i) => ({ id: `c${i}`, geometry: BOX }));
        const results = values.map((x, i) => scored(`c${i}`, [value(x), value(1)], [value(x), value(1)]));
        const mean = aggregate(RULES, cases, results).metrics.dice;
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        const i = pick % values.length;
        const worse = results.map((result, at) => (at === i ? failed(`c${i}`) : result));
        expect(aggregate(RULES, cases, worse).metrics.dice).toBeLessThanOrEqual(mean + 1e-12);
      }),
      { seed: 3 },
    );
  });
});
