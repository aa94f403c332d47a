import { benchmarkDefinition, newBenchmark, type NewBenchmarkBody } from '#contracts';
import { completeBenchmark, type DescribedDataset } from './complete-benchmark.js';

const dataset: DescribedDataset = {
  name: 'Spleen',
  licence: 'CC-BY-4.0',
  labels: [
    { value: 1, name: 'spleen' },
    { value: 2, name: 'lesion' },
  ],
  regions: [],
  ignoreLabel: null,
  channels: [{ name: 'CT' }],
  synthetic: false,
};
const cases = Array.from({ length: 20 }, (_, n) => ({
  name: `case-${n}`,
  patient: `p${n}`,
  split: n < 5 ? 'train' : 'test',
  facts: {},
  references: [{ reader: 'A', consensus: true }],
}));
const least: NewBenchmarkBody = { slug: 'spleen', title: 'Spleen', dataset: { slug: 'spleen', version: 1 } };
const complete = (more: Partial<NewBenchmarkBody> = {}, change: Partial<DescribedDataset> = {}, of = cases) =>
  completeBenchmark(newBenchmark.parse({ ...least, ...more }), { ...dataset, ...change }, of);
const codes = (...asked: Parameters<typeof complete>) =>
  complete(...asked).findings.map(({ severity, code }) => `${severity} ${code}`);

it('an address, a title and a dataset suffice; what comes out makes the same benchmark again', () => {
  const { definition, findings, patients } = complete();
  expect(findings).toEqual([]);
  expect(patients).toEqual({ practice: 5, test: 15 });
  expect(definition).toMatchObject({
    question: 'How well does an algorithm outline spleen and lesion?',
    split: { kind: 'by-split', practice: ['train'], test: ['test'] },
    labels: [
      { value: 1, name: 'spleen', color: '#0072b2' },
      { value: 2, name: 'lesion', color: '#e69f00' },
    ],
    regions: [
      { name: 'spleen', labels: [1], color: '#0072b2' },
      { name: 'lesion', labels: [2] },
    ],
    metrics: [
      { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
      { id: 'nsd@2', penalty: { kind: 'fixed', value: 0 } },
      { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
    ],
    ranking: { kind: 'mean-then-rank', metric: 'dice' },
    phases: {
      practice: { title: 'Practice: 5 cases', label: 'PARTICIPANT' },
      test: { title: 'Test: 15 held-out cases', label: 'SEALED' },
    },
  });
  expect(definition!.windowPresets.map(({ name }) => name)).toContain('Soft tissue');
  expect(definition!.rules).toContain('0 background, 1 spleen, 2 lesion');
  expect(benchmarkDefinition.parse(definition)).toEqual(definition);
  const again = completeBenchmark(newBenchmark.parse(definition), dataset, cases);
  expect(again.definition).toEqual(definition);
});

it('windows are those of CT where the channel says so, or all headers that say anything', () => {
  const windows = (channels: DescribedDataset['channels'], ...modalities: (string | undefined)[]): number => {
    const of = cases.map((one, n) => {
      const modality = modalities[n];
      return { ...one, facts: modality === undefined ? {} : { modality } };
    });
    return complete({}, { channels }, of).definition!.windowPresets.length;
  };
  expect(windows([{ name: 'image' }])).toBe(0);
  expect(windows([{ name: 'image' }], 'CT')).toBeGreaterThan(2); // the others are files without a header that tells
  expect(windows([{ name: 'image' }], 'CT', undefined, 'MR')).toBe(0);
  expect(windows([{ name: 'image', modality: 'MR' }], 'CT')).toBe(0);
  expect(windows([{ name: 'a' }, { name: 'b' }], 'CT')).toBe(0); // of two images nobody knows which one was meant
});

it('images that a program made may be seen by everybody', () => {
  expect(complete({}, { synthetic: true }).definition?.phases.practice.label).toBe('PUBLIC');
  expect(codes({ phases: { practice: { label: 'PUBLIC' } } }, { synthetic: true })).toEqual([]);
});

it('regions of the dataset are taken unless labels are chosen', () => {
  const regions = [{ name: 'whole', labels: [1, 2] }];
  expect(complete({}, { regions }).definition?.regions).toEqual(regions);
  expect(complete({ labels: [{ value: 1, name: 'Spleen' }] }, { regions }).definition?.regions).toMatchObject([
    { name: 'Spleen', labels: [1] },
  ]);
});

it.each<[string, Partial<NewBenchmarkBody>, readonly string[]]>([
  [
    'a region of labels that nobody declared',
    { regions: [{ name: 'x', labels: [1, 9] }] },
    ['error region-unknown-label', 'note label-not-scored'],
  ],
  [
    'a label that the dataset does not have',
    { labels: [{ value: 3, name: 'x' }] },
    ['error label-unknown', 'note label-not-scored', 'note label-not-scored'],
  ],
  [
    'a metric that is not in the catalogue',
    { metrics: [{ id: 'niceness' }] },
    ['error metric-unknown', 'error ranking-missing'],
  ],
  [
    'a metric without a worst value',
    { metrics: [{ id: 'dice' }, { id: 'volume_error_ml' }] },
    ['error penalty-missing'],
  ],
  [
    'ranking by what is not measured',
    { ranking: { kind: 'mean-then-rank', metric: 'iou' } },
    ['error ranking-not-measured'],
  ],
  [
    'open images of people',
    { phases: { practice: { label: 'PUBLIC' }, test: { label: 'PARTICIPANT' } } },
    ['warning practice-public', 'warning test-open'],
  ],
  ['less isolation than images of people ask for', { requiredIsolation: 'L0' }, ['warning isolation-lowered']],
  [
    'showing a case that is not held out',
    { phases: { test: { reveal: { kind: 'showcase', cases: ['case-0'] } } } },
    ['error reveal-invalid', 'warning held-out-revealed'],
  ],
  [
    'revealing after a close that never comes',
    { phases: { test: { reveal: { kind: 'after-close' } } } },
    ['error reveal-invalid', 'warning held-out-revealed'],
  ],
])('says so: %s', (_, more, expected) => {
  expect(codes(more)).toEqual(expected);
});

it('refuses a showcase beside which cases of fewer than ten patients stay closed, unless none does or nobody is in them', () => {
  const held = cases.slice(5).map(({ name }) => name);
  const showing = (
    shown: readonly string[],
    change: Partial<DescribedDataset> = {},
    label?: 'PARTICIPANT',
    of = cases,
  ) =>
    codes(
      { phases: { test: { ...(label && { label }), reveal: { kind: 'showcase', cases: [...shown] } } } },
      change,
      of,
    );
  expect(showing(held.slice(0, 5))).toEqual(['warning held-out-revealed']);
  expect(showing(held.slice(0, 6))).toEqual(['error showcase-leaves-few', 'warning held-out-revealed']);
  expect(showing(held.slice(1))).toEqual(['error showcase-leaves-few', 'warning held-out-revealed']);
  expect(showing(held)).toEqual(['warning held-out-revealed']);
  expect(showing(held.slice(1), { synthetic: true })).toEqual([
    'warning showcase-leaves-few',
    'warning held-out-revealed',
  ]);
  expect(showing(held.slice(1), {}, 'PARTICIPANT')).toEqual(['warning test-open', 'warning held-out-revealed']);
  const paired = cases.map((one, n) => (n === 19 ? { ...one, patient: 'p18' } : one)); // ten cases stay, of nine patients
  expect(showing(held.slice(0, 5), {}, undefined, paired)).toEqual([
    'error showcase-leaves-few',
    'warning held-out-revealed',
  ]);
  const { definition, findings } = complete({
    phases: { test: { reveal: { kind: 'showcase', cases: held.slice(1) } } },
  });
  expect(definition).not.toBeNull(); // it can be looked at, and is refused by its finding
  expect(findings[0]).toMatchObject({
    where: 'phases.test',
    message: expect.stringMatching(/^beside the showcase the cases of 1 patient/),
  });
});

it('says so: few patients, ignore label, readers without a consensus', () => {
  expect(codes({}, {}, cases.slice(0, 14))).toEqual(['warning few-patients']);
  expect(codes({}, { ignoreLabel: 255 })).toEqual(['note ignore-label']);
  const read = cases.map((one, n) =>
    n > 0
      ? one
      : {
          ...one,
          references: [
            { reader: 'A', consensus: false },
            { reader: 'B', consensus: false },
          ],
        },
  );
  expect(codes({}, {}, read)).toEqual(['note majority-of-two']);
  expect(codes({ consensus: { kind: 'staple' } }, {}, read)).toEqual([]);
  expect(codes({ consensus: { kind: 'reader', reader: 'C' } }, {}, read)).toEqual(['error reader-unknown']);
});

it('takes no case that was withdrawn since, unless it is in neither phase', () => {
  const since = cases.map((one, n) => (n === 7 ? { ...one, withdrawnAt: new Date() } : one));
  expect(codes({}, {}, since)).toEqual(['error case-withdrawn']);
  const others = since.map((one, n) => (n === 7 ? { ...one, split: 'spare' } : one));
  const split = { kind: 'by-split', practice: ['train'], test: ['test'] } as const;
  expect(codes({ split: { ...split, practice: [...split.practice], test: [...split.test] } }, {}, others)).toEqual([
    'note cases-left-out',
  ]);
});
