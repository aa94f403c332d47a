import type { BoardValuesView } from '#contracts';
import { boardEvidence, studyOfData, type Attribute } from '#ranking';
import { createRandom, quarters } from '#statistics';
import { firstLook, questionOf, rankEvidence, sliceEvidence } from './evidence-of-values.js';
import { schemeOf } from './scheme-choice.js';

const directionOf = () => 'higher' as const;
const rules = { ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' } } as const;
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const RUNS = 4;
const CASES = 30;
const random = createRandom(7);
const value = Array.from({ length: 2 }, () =>
  Array.from({ length: RUNS }, (_, a) =>
    Array.from({ length: CASES }, (__, c) => (a === 2 && c % 9 === 0 ? null : 0.7 + 0.04 * a + 0.2 * random.uniform())),
  ),
);
const ml = Array.from({ length: CASES }, (_, c) => ({
  liver: 900 + 40 * c + 300 * random.uniform(),
  spleen: c === 3 ? 0 : 150 + 100 * random.uniform(),
}));
const site = Array.from({ length: CASES }, (_, c) => ['Alder', 'Birch'][c % 2]);
const sex = Array.from({ length: CASES }, (_, c) => (c < 3 ? 'x' : c % 3 === 0 ? 'f' : 'm'));
const liver = quarters(ml.map((one) => one.liver));

/** As the API answers: patients as numbers, nulls for what a penalty replaces. */
const values: BoardValuesView = {
  benchmark: 'b',
  phase: 'practice',
  signature: 's',
  state: { hash: `00c0ffee${'0'.repeat(56)}`, sequence: 1, at: '2026-11-20T10:00:00Z' },
  runs: Array.from({ length: RUNS }, (_, a) => ({
    runId: uuid(a),
    algorithm: { slug: `a${a}`, name: `A${a}` },
    version: '1',
    rank: 1,
    failed: 0,
  })),
  cases: Array.from({ length: CASES }, (_, c) => ({
    id: uuid(100 + c),
    name: `case ${c}`,
    label: 'PUBLIC' as const,
    patient: Math.floor(c / 2),
    levels: { site: site[c], sex: sex[c], 'volume of liver': liver[c] },
    volumesMl: ml[c],
  })),
  attributes: [
    { key: 'site', demographic: false },
    { key: 'sex', demographic: true },
    { key: 'volume of liver', demographic: false },
  ],
  tables: ['liver', 'spleen'].map((region, t) => ({
    region,
    metric: 'dice',
    penalties: Array<number>(CASES).fill(0),
    values: value[t],
  })),
  statuses: ['liver', 'spleen'].map((region, t) => ({
    region,
    values: value[t].map((row) => row.map((one) => (one === null ? 'empty_prediction' : 'scored'))),
  })),
};

/** As the server asks its kernel: from its own records, with its own names of patients. */
function askedByTheServer(scheme: ReturnType<typeof schemeOf>) {
  const attributes: Attribute[] = [
    { key: 'site', demographic: false, levels: site },
    { key: 'sex', demographic: true, levels: sex },
    { key: 'volume of liver', demographic: false, levels: liver, ofSize: true },
  ];
  return boardEvidence({
    study: studyOfData({
      algorithms: values.runs.map(({ runId }) => runId),
      cases: values.cases.map(({ id }) => id),
      patients: values.cases.map(({ patient }) => `patient-${String.fromCharCode(65 + patient)}`),
      tables: values.tables.map(({ metric, region, penalties, values: rows }) => ({
        metric,
        region,
        penalties: Float64Array.from(penalties),
        values: Float64Array.from(rows.flat(), (one) => one ?? NaN),
      })),
    }),
    scheme,
    directionOf,
    attributes,
    sizes: new Map([
      ['liver', ml.map((one) => one.liver)],
      ['spleen', ml.map((one) => one.spleen || null)],
    ]),
    siteKey: 'site',
    failed: (runId, caseId) => {
      const [a, c] = [Number(runId.slice(-12)), Number(caseId.slice(-12)) - 100];
      return value.some((table) => table[a][c] === null);
    },
    seed: 0x00c0ffee,
    detail: 'cases',
  });
}

it.each(['declared', 'rank-then-median', 'test-then-rank'] as const)(
  'draws in the browser, bit for bit, what the server would: %s',
  (choice) => {
    const scheme = schemeOf(rules, { scheme: choice });
    const question = questionOf(values, scheme, directionOf);
    const { kind, ...ranks } = rankEvidence(question);
    const here = { ...ranks, scheme, slices: sliceEvidence(question) };
    expect(kind).toBe(scheme.kind);
    expect(ranks.draws).toBe(10_000);
    expect(JSON.parse(JSON.stringify(here))).toEqual(JSON.parse(JSON.stringify(askedByTheServer(scheme))));
  },
);

it('shows at once what needs no draws, exactly as it will stay', () => {
  const question = questionOf(values, schemeOf(rules, { scheme: 'median-then-rank' }), directionOf);
  const look = firstLook(question);
  const { standings, tests, schemes, withoutSite } = rankEvidence({ ...question, draws: 50 });
  expect(look).toMatchObject({ tests, schemes, withoutSite, cases: CASES });
  expect(look.standings).toEqual(
    standings.map(({ algorithm, rank, aggregate, tier, likeFirst, betterThanFirst }) => ({
      algorithm,
      rank,
      aggregate,
      tier,
      likeFirst,
      betterThanFirst,
    })),
  );
  expect(look.standings[0]).not.toHaveProperty('interval'); // of one draw: nothing to show
});

it('takes no size out of gaps when a case was never measured', () => {
  const unmeasured = { ...values, cases: values.cases.map((one, c) => (c === 5 ? { ...one, volumesMl: null } : one)) };
  expect(questionOf(unmeasured, schemeOf(rules, { scheme: 'declared' }), directionOf).sizes).toBeUndefined();
});

it('counts a failure against the structure that is shown, and against any for all of them', () => {
  const [{ values: ofLiver }] = values.statuses;
  const lost = {
    ...values,
    statuses: [{ region: 'liver', values: ofLiver.map((row) => row.map(() => 'ok')) }, values.statuses[1]],
  };
  const failedOver = (region?: string) =>
    questionOf(lost, schemeOf(rules, { scheme: 'declared', region }), directionOf).failed(uuid(2), uuid(100));
  expect(failedOver()).toBe(true);
  expect(failedOver('spleen')).toBe(true);
  expect(failedOver('liver')).toBe(false);
});
