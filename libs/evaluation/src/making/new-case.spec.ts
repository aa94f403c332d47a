import { benchmarkDefinition } from '#contracts';
import type { Dataset, DatasetCase } from '../datasets/dataset-records.js';
import { newCase } from './make-benchmark.js';

const dataset = { channels: [{ name: 'CT' }] } as unknown as Dataset;
const drawnBy = (...readers: readonly string[]) =>
  ({
    name: 'case-1',
    patient: 'p1',
    facts: {},
    geometry: {},
    images: [{ sha256: 'a', bytes: 1 }],
    references: readers.map((reader) => ({ reader, consensus: false, recipe: null, object: { sha256: reader, bytes: 1 } })),
  }) as unknown as DatasetCase;
const consensusOf = (consensus: object, ...readers: readonly string[]): string[] => {
  const definition = { consensus: benchmarkDefinition.shape.consensus.parse(consensus) };
  const made = newCase(drawnBy(...readers), dataset, definition as Parameters<typeof newCase>[2], undefined, {} as Parameters<typeof newCase>[4]);
  return made.references.flatMap(({ reader, consensus: counts }) => (counts ? [reader] : []));
};

it('a case of a single reader is scored against him, whatever is chosen for several', () => {
  expect(consensusOf({ kind: 'majority' }, 'A')).toEqual(['A']);
  expect(consensusOf({ kind: 'staple' }, 'A')).toEqual(['A']);
});

it('of several, none is the consensus until it is derived, or one is chosen', () => {
  expect(consensusOf({ kind: 'majority' }, 'A', 'B')).toEqual([]);
  expect(consensusOf({ kind: 'reader', reader: 'B' }, 'A', 'B')).toEqual(['B']);
});
