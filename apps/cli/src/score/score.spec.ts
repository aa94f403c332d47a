import type { LabelMap } from '#imaging';
import { CliError } from '../exit.js';
import { nnunetSummary } from './nnunet-summary.js';
import { readRecipe } from './recipe.js';
import { readSettings, readThreads } from './settings.js';
import { voxelCounts } from './voxel-counts.js';

const GEOMETRY = {
  sizeXyz: [8, 1, 1],
  spacingMm: [1, 1, 1],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;
const map = (...labels: number[]): LabelMap => ({
  geometry: { ...GEOMETRY, sizeXyz: [labels.length, 1, 1] },
  data: new Uint8Array(labels),
});
const usage = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError && error.code === 'usage') return error.message;
    throw error;
  }
  throw new Error('expected a usage error');
};

describe('voxelCounts', () => {
  const reference = map(0, 1, 1, 2, 2, 9, 0, 4);
  const prediction = map(1, 1, 2, 2, 1, 2, 0, 0);

  it('counts by label and region', () => {
    const { voxels, labels, regions } = voxelCounts(reference, prediction, [{ name: 'both', labels: [1, 2, 1] }]);
    expect(voxels).toBe(8);
    expect([...labels]).toEqual([
      [1, [1, 2, 3]],
      [2, [1, 2, 3]],
      [4, [0, 1, 0]],
      [9, [0, 1, 0]],
    ]);
    expect(regions.get('both')).toEqual([4, 4, 6]);
  });

  it('leaves ignored voxels out of both maps', () => {
    const { voxels, labels, regions } = voxelCounts(reference, prediction, [{ name: 'both', labels: [1, 2] }], 9);
    expect([voxels, labels.get(2), labels.has(9), regions.get('both')]).toEqual([7, [1, 2, 2], false, [4, 4, 5]]);
  });
});

describe('nnunetSummary', () => {
  it('leaves empty pairs out of the mean of a row, and lets a row without a value spoil the mean over rows', () => {
    const pair = (name: string) => ({ name, reference: `r/${name}`, prediction: `p/${name}`, ambiguous: null });
    const regions = [
      { name: 'one', labels: [1] },
      { name: 'none', labels: [5, 6] },
    ];
    const counted = [
      { pair: pair('a'), counts: voxelCounts(map(1, 1, 0, 0), map(1, 0, 0, 0), regions) },
      { pair: pair('b'), counts: voxelCounts(map(0, 0, 0, 0), map(0, 0, 0, 0), regions) },
    ];
    const summary = JSON.parse(nnunetSummary(counted, [1], regions)) as Record<string, Record<string, unknown>>;
    expect(Object.keys(summary)).toEqual(['foreground_mean', 'mean', 'metric_per_case']);
    expect(summary.mean['(1,)']).toMatchObject({ Dice: 2 / 3, IoU: 0.5, TP: 0.5, TN: 3, n_ref: 1 });
    expect(summary.mean['(5, 6)']).toMatchObject({ Dice: null, IoU: null, TN: 4 });
    expect(summary.foreground_mean).toMatchObject({ Dice: null, TN: 3.5 });
  });
});

describe('settings', () => {
  it('come from the command line first, then from the recipe', () => {
    const recipe = readRecipe('{"labels":[3,3],"toleranceMm":[1],"regions":{"a":[1,2]},"minLesionMm3":5}', 'r.json');
    expect(readSettings({ options: {} }, recipe)).toEqual({
      labels: [3],
      tolerancesMm: [1],
      regions: [{ name: 'a', labels: [1, 2] }],
      minLesionMm3: 5,
    });
    const options = { labels: '2, 1', 'tolerance-mm': '.5,0.50', regions: ['b=4,c=5+6', 'd=7'], 'ignore-label': '9' };
    expect(readSettings({ options }, recipe)).toEqual({
      labels: [2, 1],
      tolerancesMm: [0.5],
      regions: [
        { name: 'b', labels: [4] },
        { name: 'c', labels: [5, 6] },
        { name: 'd', labels: [7] },
      ],
      ignoreLabel: 9,
      minLesionMm3: 5,
    });
  });

  it('may be written with an exponent', () => {
    expect(readSettings({ options: { 'tolerance-mm': '1e-3,2.5E0' } }, {})).toEqual({ tolerancesMm: [0.001, 2.5] });
  });

  it('allow another grid when told to', () => {
    expect(readSettings({ options: { resample: 'nearest' } }, {})).toEqual({ predictionGrid: 'nearest' });
    expect(readSettings({ options: {} }, { resample: 'nearest' })).toEqual({ predictionGrid: 'nearest' });
    expect(usage(() => readSettings({ options: { resample: 'linear' } }, {}))).toMatch(/expected nearest/);
  });

  it('that make no sense are refused, wherever they come from', () => {
    const read = (options: Record<string, string | string[]>, recipe = {}) =>
      usage(() => readSettings({ options }, recipe));
    expect(read({ labels: '-1' })).toMatch(/--labels has the label "-1"/);
    expect(read({ 'tolerance-mm': 'Infinity' })).toMatch(/positive number of mm/);
    expect(read({ 'tolerance-mm': `0.${'0'.repeat(400)}1` })).toMatch(/positive number of mm/);
    expect(read({ regions: ['liver'] })).toMatch(/NAME=LABEL\+LABEL/);
    expect(read({}, { regions: { '12': [1] } })).toMatch(/expected a name that is no number/);
    expect(read({ 'ignore-label': '2' }, { labels: [2] })).toMatch(/to be scored and to be ignored/);
    expect(() => readRecipe('{"labels":[0],"colour":1}', 'r.json')).toThrow(/labels\.0[\s\S]*colour/);
    expect(usage(() => readThreads({ options: { threads: '1.5' } }, 4))).toMatch(/whole number from 1/);
    expect([readThreads({ options: {} }, 4), readThreads({ options: { threads: '2' } }, 4)]).toEqual([4, 2]);
  });
});
