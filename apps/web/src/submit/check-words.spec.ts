import { checkWords, practiceScores, progressWords, shownChecks, type Check } from './check-words.js';

const check = (name: Check['name'], status: Check['status'], detail: Check['detail'] = {}): Check => ({
  name,
  status,
  detail,
});
const said = (...args: Parameters<typeof check>): string => checkWords(check(...args)).sentence;

it('says what a check is for until it has answered', () => {
  expect(said('inspect', 'waiting')).toMatch(/^Operators, sizes/);
  expect(said('budget', 'running')).toMatch(/^Tiles × mirror images/);
});

it.each([
  ['inspect', { models: [{ parameters: 85324, opset: 17 }] }, 'Accepted, 85,324 parameters, opset 17.'],
  [
    'inspect',
    {
      models: [
        { parameters: 10, opset: 17 },
        { parameters: 20, opset: 18 },
      ],
    },
    '2 files accepted, 30 parameters, opset 17, 18.',
  ],
  ['inspect', { models: [{ parameters: null }] }, 'Accepted.'],
  [
    'zero-tile',
    { shape: [96, 96, 64], secondsPerRun: 0.42, loadMs: 810, peakRssBytes: 2 ** 28, isolation: 'L2' },
    '96 × 96 × 64 voxels in 420 ms, started in 810 ms, 256.0 MiB at most, isolation L2.',
  ],
  ['zero-tile', {}, 'One tile.'],
  [
    'conformance',
    { lowestDice: 0.99987, minDice: 0.999, voxelAgreement: 0.99999 },
    'Lowest Dice 0.9999, at least 0.999 asked for, 99.999 % of voxels the same.',
  ],
  ['practice-case', { case: 'practice-01' }, 'practice-01 was segmented and scored.'],
  [
    'budget',
    { secondsPerCase: 4.24, limitSeconds: 120, secondsTotal: 187, totalCases: 44 },
    'About 4.2 s for the longest case, 2 min 00 s allowed, 3 min 07 s for all 44 cases.',
  ],
] as const)('says what %s found (%#)', (name, detail, words) => {
  expect(said(name, 'passed', detail as unknown as Check['detail'])).toBe(words);
});

it('gives a failure its code, sentence and advice', () => {
  const words = checkWords(
    check('budget', 'failed', { code: 'budget-exceeded', message: 'case a would take about 400 s' }),
  );
  expect(words.sentence).toBe('Case a would take about 400 s.');
  expect(words.code).toBe('budget-exceeded');
  expect(words.advice).toMatch(/larger tiles/);
  expect(checkWords(check('inspect', 'failed', { code: 'op-unknown', message: 'no' })).advice).toBeNull();
});

it('lists warnings with their node', () => {
  const models = [
    {
      findings: [
        { severity: 'warning', message: 'an odd shape', node: 'n1' },
        { severity: 'refusal', message: 'no', node: null },
      ],
    },
  ];
  expect(checkWords(check('inspect', 'passed', { models })).warnings).toEqual(['Node “n1”: an odd shape.']);
});

it('says why a check was skipped', () => {
  expect(said('conformance', 'skipped', { reason: 'no conformance case was sent' })).toBe(
    'No conformance case was sent.',
  );
});

it('reads scores and leaves out what is none', () => {
  const scores = [
    { region: 'liver', values: { dice: 0.9, hd95: 'Infinity', odd: [1] }, reasons: { hd95: 'unbounded' } },
    'x',
  ];
  expect(practiceScores(check('practice-case', 'passed', { scores }))).toEqual([
    { region: 'liver', values: { dice: 0.9, hd95: 'Infinity' }, reasons: { hd95: 'unbounded' } },
  ]);
});

it('tells screen readers how far it is', () => {
  const checks = [
    check('inspect', 'passed'),
    check('zero-tile', 'running'),
    check('conformance', 'waiting'),
    check('practice-case', 'waiting'),
    check('budget', 'waiting'),
  ];
  expect(progressWords({ state: 'running', checks })).toBe('1 of 5 checks done. Now: One tile of zeros.');
  expect(progressWords({ state: 'queued', checks })).toBe('1 of 5 checks done. The others wait for a free worker.');
  const failed = [check('inspect', 'failed'), ...checks.slice(1).map(({ name }) => check(name, 'skipped'))];
  expect(progressWords({ state: 'done', checks: failed })).toBe(
    '5 of 5 checks done. Failed: The file, read without running it.',
  );
});

it('lets nothing wait once the whole has ended', () => {
  const checks = [check('inspect', 'passed'), check('zero-tile', 'running'), check('budget', 'waiting')];
  expect(shownChecks({ state: 'running', checks })).toBe(checks);
  expect(shownChecks({ state: 'failed', checks }).map(({ status }) => status)).toEqual([
    'passed',
    'skipped',
    'skipped',
  ]);
  expect(progressWords({ state: 'failed', checks })).toBe('3 of 3 checks done.');
});
