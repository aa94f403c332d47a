import { consensusRecipe } from '#contracts';
import type { LabelMap } from '#imaging';
import { deriveConsensus } from './derive-consensus.js';

const geometry = { sizeXyz: [4, 1, 1], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
const drawn = (reader: string, ...labels: number[]) => ({ reader, map: { geometry, data: Uint8Array.from(labels) } as LabelMap });

describe('a derived consensus', () => {
  it.each(['majority', 'staple'] as const)('%s: says what it was made of, so that it can be made again', (method) => {
    const readers = [drawn('Ann', 1, 1, 0, 2), drawn('Ben', 1, 1, 0, 2), drawn('Cy', 1, 0, 0, 2)];
    const { map, recipe } = deriveConsensus(readers, method);
    expect([...map.data]).toEqual([1, 1, 0, 2]);
    expect(recipe).toMatchObject({ method, version: 1, readers: ['Ann', 'Ben', 'Cy'] });
    expect(recipe.estimates.map(({ label, readers: rated }) => [label, rated.length])).toEqual(method === 'staple' ? [[1, 3], [2, 3]] : []);
    expect(consensusRecipe.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it('is of two readers at least, on one grid', () => {
    const other = { reader: 'Dee', map: { geometry: { ...geometry, spacingMm: [2, 1, 2] }, data: new Uint8Array(4) } as LabelMap };
    expect(() => deriveConsensus([drawn('Ann', 1, 1, 0, 2)], 'majority')).toThrow('of two at least');
    expect(() => deriveConsensus([drawn('Ann', 0, 0, 0, 0), drawn('Ann', 0, 0, 0, 0)], 'majority')).toThrow('names that differ');
    expect(() => deriveConsensus([drawn('Ann', 0, 0, 0, 0), other], 'staple')).toThrow('"Dee" has the grid 4 x 1 x 1');
  });
});
