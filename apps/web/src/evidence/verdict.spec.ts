import type { EvidenceView } from '#contracts';
import { verdicts } from './verdict.js';

type Evidence = EvidenceView['evidence'];
const standing = (
  algorithm: string,
  rank: number,
  share: number,
  likeFirst: boolean,
): Evidence['standings'][number] => ({
  algorithm,
  rank,
  aggregate: null,
  interval: [1, 2],
  medianRank: rank,
  shares: [share, 1 - share],
  tier: 1,
  likeFirst,
  betterThanFirst: false,
  mean: null,
});
const evidence = (change: Partial<Evidence>): Evidence => ({
  rule: 'r',
  kind: 'mean-then-rank',
  metric: 'dice',
  region: 'all',
  cases: 12,
  patients: 10,
  draws: 100,
  seed: 1,
  confidence: 0.95,
  places: [1, 2],
  standings: [standing('a', 1, 0.8, true), standing('b', 2, 0.2, false)],
  tau: { mean: 0.6, quartiles: null, undefined: 0, values: [] },
  tests: { alpha: 0.05, adjust: 'holm', algorithms: ['a', 'b'], better: [], p: null },
  schemes: [
    { kind: 'mean-then-rank', rule: 'r', tau: 1, ranks: { a: 1, b: 2 } },
    { kind: 'median-then-rank', rule: 'r', tau: -1, ranks: { a: 2, b: 1 } },
  ],
  withoutSite: [
    {
      group: 'X',
      n: 8,
      places: [
        { algorithm: 'b', aggregate: null, rank: 1 },
        { algorithm: 'a', aggregate: null, rank: 2 },
      ],
      why: null,
      tau: -1,
    },
    { group: 'Y', n: null, places: null, why: 'suppressed', tau: null },
  ],
  slices: [],
  withheld: null,
  ...change,
});
const labels = new Map([
  ['a', 'Alpha'],
  ['b', 'Beta'],
]);
const sentences = (change: Partial<Evidence>): string[] =>
  verdicts(evidence(change), evidence(change), labels).map(
    ({ title, figure, sentence }) => `${title}: ${figure}: ${sentence}`,
  );

it('says who leads, how firmly, and what it depends on', () => {
  const [first, patients, rule, sites] = sentences({});
  expect(first).toBe('First place: Alpha: Significantly better than the other one on these 12 cases of 10 patients.');
  expect(patients).toContain('With other patients: 80 %');
  expect(rule).toMatch(/1 of 2: .*another one leads under “median, then rank”/);
  expect(sites).toMatch(/0 of 1: .*without X it is lost/);
});

it('names who is not separable from the first', () => {
  const like = [standing('a', 1, 0.5, true), standing('b', 2, 0.5, true)];
  expect(sentences({ standings: like })[0]).toContain('Not separable from Beta on these 12 cases.');
});

it('claims nothing where there is nobody to compare with', () => {
  expect(sentences({ standings: [standing('a', 1, 1, true)] })[0]).toContain('The only one on the board');
  const tied = [standing('a', 1, 0.5, true), standing('b', 1, 0.5, true)];
  expect(sentences({ standings: tied })[0]).toContain('2 share it: The rule puts all on one place');
});

it('says what is known before the draws are made', () => {
  const known = verdicts(evidence({}), null, labels);
  expect(known[0].figure).toBe('Alpha');
  expect(known[1]).toEqual({ title: 'With other patients', figure: '…', sentence: 'The cases are being drawn again.' });
});

it('does not call an algorithm inseparable that the test finds better than the first', () => {
  const [first, second] = [standing('a', 1, 0.6, true), { ...standing('b', 2, 0.4, false), betterThanFirst: true }];
  const [sentence] = sentences({ standings: [first, second] });
  expect(sentence).toMatch(/the paired test prefers Beta: better on most cases/);
  expect(sentence).not.toMatch(/separable/);
});

it('says nothing of redrawn studies where a handful of held-out patients would show through', () => {
  const bare = { interval: null, medianRank: null, shares: null, tier: null, likeFirst: null, betterThanFirst: null };
  const few = evidence({
    withheld: 'few-patients',
    cases: 6,
    standings: ['a', 'b'].map((name, i) => ({ ...standing(name, i + 1, 0, false), ...bare })),
  });
  const found = verdicts(few, few, labels);
  expect(found.map(({ title }) => title)).not.toContain('With other patients');
  expect(found[0].sentence).toMatch(/6 held-out cases: too few patients/);
});
