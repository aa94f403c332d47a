import {
  chosenLayers,
  chosenPrediction,
  chosenReference,
  inRankOrder,
  meanOf,
  moreLayers,
  readersOf,
  type CasePrediction,
  type CaseReference,
} from './chosen-layers.js';

const prediction = (runId: string, rank: number | null, objectId: string | null): CasePrediction => ({
  objectId,
  runId,
  rank,
  algorithm: { slug: runId, name: runId.toUpperCase() },
  version: '1',
  state: objectId === null ? 'failed' : 'scored',
  failureCode: objectId === null ? 'inference-failed' : null,
  scores: [],
});
const references: CaseReference[] = [
  { objectId: 'r1', reader: 'reader-1', consensus: false },
  { objectId: 'rc', reader: 'consensus', consensus: true },
];
const predictions = [prediction('b', 2, 'pb'), prediction('a', 1, null), prediction('c', null, 'pc')];

describe('chosenPrediction', () => {
  it('is the one that the link names, even a failed one', () => {
    expect(chosenPrediction(predictions, 'a')?.runId).toBe('a');
  });

  it('is the best-ranked one that exists when the link names none or an unknown one', () => {
    expect(chosenPrediction(predictions, undefined)?.runId).toBe('b');
    expect(chosenPrediction(predictions, 'zzz')?.runId).toBe('b');
  });

  it('is the failure when nothing else is there, and nothing without predictions', () => {
    expect(chosenPrediction([prediction('a', 1, null)], undefined)?.runId).toBe('a');
    expect(chosenPrediction([], undefined)).toBeNull();
  });
});

it('chooses the reader that the link names, else the consensus', () => {
  expect(chosenReference(references, 'reader-1')?.objectId).toBe('r1');
  expect(chosenReference(references, undefined)?.objectId).toBe('rc');
  expect(chosenReference([], undefined)).toBeNull();
});

describe('chosenLayers', () => {
  it('lays reference and prediction over the image, each from the one route for pixels', () => {
    expect(chosenLayers({ references, predictions }, { run: 'c', reader: 'reader-1' })).toEqual([
      { id: 'reference', kind: 'reference', title: 'Reference: reader-1', url: '/api/v1/objects/r1' },
      { id: 'prediction', kind: 'prediction', title: 'C 1', url: '/api/v1/objects/pc' },
    ]);
  });

  it('leaves out what does not exist or may not be seen', () => {
    expect(chosenLayers({ references: [], predictions }, { run: 'a' })).toEqual([]);
  });
});

it('offers every reader and every prediction that exists, under ids that mean the same in each case', () => {
  expect(moreLayers({ references, predictions })).toEqual([
    { id: 'reader-reader-1', kind: 'reference', title: 'Reader reader-1', url: '/api/v1/objects/r1' },
    { id: 'consensus', kind: 'reference', title: 'Consensus', url: '/api/v1/objects/rc' },
    { id: 'run-b', kind: 'prediction', title: 'B 1', url: '/api/v1/objects/pb' },
    { id: 'run-c', kind: 'prediction', title: 'C 1', url: '/api/v1/objects/pc' },
  ]);
});

it('lays readers side by side by name, without what was derived from them', () => {
  const third = { objectId: 'r10', reader: 'reader-10', consensus: false };
  const second = { objectId: 'r2', reader: 'reader-2', consensus: false };
  expect(readersOf([third, ...references, second]).map(({ id }) => id)).toEqual(['reader-1', 'reader-2', 'reader-10']);
});

it('lists by rank, unranked last', () => {
  expect(inRankOrder(predictions).map(({ runId }) => runId)).toEqual(['a', 'b', 'c']);
});

it('averages over the structures that have a value', () => {
  const score = (dice: number | null) => ({ region: 'x', status: 'ok', values: { dice }, reasons: {} });
  expect(meanOf({ scores: [score(0.5), score(null), score(1)] }, 'dice')).toBe(0.75);
  expect(meanOf({ scores: [score(null)] }, 'dice')).toBeNull();
});
