import type { BenchmarkView } from '#contracts';
import type { CasePrediction } from './chosen-layers.js';
import { caseScore, comparablePredictions, viewerScores } from './viewer-scores.js';

const metric = (id: string, abbreviation: string, unit: string, direction: 'higher' | 'lower') =>
  ({ id, name: id, abbreviation, unit, direction, description: '', role: 'rank' }) as BenchmarkView['metrics'][number];
const metrics = [
  metric('iou', 'IoU', '', 'higher'),
  metric('hd95', 'HD95', 'mm', 'lower'),
  metric('dice', 'DSC', '', 'higher'),
  metric('nsd@2', 'NSD', '', 'higher'),
];
const rules = (ranked: string, ids = metrics.map(({ id }) => id)) =>
  ({
    regions: [
      { name: 'liver', labels: [1, 4] },
      { name: 'lesion', labels: [4] },
    ],
    metrics: ids.map((id) => ({ id, penalty: { kind: 'fixed', value: 0 } })),
    ranking: { kind: 'mean-then-rank', metric: ranked, ties: 'min' },
  }) as unknown as BenchmarkView['phases'][number]['rules'];
const prediction = (runId: string, dice: number | null, objectId: string | null = runId): CasePrediction => ({
  objectId,
  runId,
  rank: null,
  algorithm: { slug: runId, name: runId.toUpperCase() },
  version: '1.0.0',
  state: 'scored',
  failureCode: null,
  scores: [
    { region: 'liver', status: 'ok', values: { dice, hd95: 4.5, 'nsd@2': 0.5, iou: 0.4 }, reasons: {} },
    {
      region: 'lesion',
      status: 'empty_prediction',
      values: { dice: dice === null ? null : 0, hd95: 'Infinity' },
      reasons: {},
    },
  ],
});

describe('scores in the legend of the viewer', () => {
  it('are Dice, NSD and HD95 of each region, as they came', () => {
    expect(viewerScores(prediction('a', 0.91239), rules('dice'), metrics)).toEqual([
      {
        region: 'liver',
        labels: [1, 4],
        values: [
          { id: 'dice', name: 'DSC', text: '0.912' },
          { id: 'nsd@2', name: 'NSD', text: '0.500' },
          { id: 'hd95', name: 'HD95', text: '4.50' },
        ],
      },
      {
        region: 'lesion',
        labels: [4],
        values: [
          { id: 'dice', name: 'DSC', text: '0.000' },
          { id: 'nsd@2', name: 'NSD', text: '–' },
          { id: 'hd95', name: 'HD95', text: '∞', words: 'one of the two masks is empty, so the distance has no bound' },
        ],
      },
    ]);
  });
  it('are what the phase has, where it has none of those, and nothing for a failure', () => {
    const [liver] = viewerScores(prediction('a', 1), rules('iou', ['iou']), metrics);
    expect(liver.values).toEqual([{ id: 'iou', name: 'IoU', text: '0.400' }]);
    expect(viewerScores({ ...prediction('a', 1), state: 'failed' }, rules('dice'), metrics)).toEqual([]);
  });
});

describe('predictions side by side', () => {
  const order = (ranked: string, ...given: CasePrediction[]) =>
    comparablePredictions(given, rules(ranked), metrics, (id) => `/objects/${id}`);
  it('stand best on this case first; failures are left out, those without a score come last', () => {
    const all = order(
      'dice',
      prediction('b', 0.5),
      prediction('x', 0.99, null),
      prediction('c', null),
      prediction('a', 0.9),
    );
    expect(all).toEqual([
      { id: 'a', title: 'A 1.0.0', url: '/objects/a', score: 'DSC 0.450', rank: null },
      { id: 'b', title: 'B 1.0.0', url: '/objects/b', score: 'DSC 0.250', rank: null },
      { id: 'c', title: 'C 1.0.0', url: '/objects/c', score: null, rank: null },
    ]);
  });
  it('a distance is better when it is smaller', () => {
    expect(caseScore(prediction('a', 1), rules('hd95'), metrics)).toEqual({ text: 'HD95 4.50 mm', goodness: -4.5 });
  });
});
