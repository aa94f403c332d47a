import type { Geometry, SegmentationLayer } from '#imaging';
import { mergeLayers } from './merge-layers.js';

const ROW: Geometry = { sizeXyz: [4, 1, 1], spacingMm: [1, 1, 1], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const layer = (...values: readonly number[]): SegmentationLayer => ({
  segments: [...new Set(values)].filter((value) => value !== 0),
  labelMap: { geometry: ROW, data: Uint16Array.from(values) },
});
const labels = (...pairs: readonly (readonly [number, number])[]) => new Map(pairs);
const merge = (...[layers, chosen, rule]: [SegmentationLayer[], ReadonlyMap<number, number>, 'first' | 'last']) => {
  const { labelMap, overlap } = mergeLayers(layers, chosen, ROW, rule);
  return { data: Array.from(labelMap.data), overlap };
};

describe('layers as one label map', () => {
  const three = [layer(1, 1, 1, 0), layer(0, 2, 2, 2), layer(0, 0, 3, 3)];
  const same = labels([1, 1], [2, 2], [3, 3]);

  it('keeps the higher label of a voxel, or the lower, and counts what is shared pair by pair', () => {
    const pairs = [
      { labels: [1, 2], voxels: 2 },
      { labels: [2, 3], voxels: 2 },
      { labels: [1, 3], voxels: 1 },
    ];
    expect(merge(three, same, 'last')).toEqual({ data: [1, 2, 3, 3], overlap: { rule: 'last', voxels: 3, pairs } });
    expect(merge(three, same, 'first')).toEqual({ data: [1, 1, 1, 2], overlap: { rule: 'first', voxels: 3, pairs } });
  });

  it('decides by the labels, whatever the numbers and the order of the structures', () => {
    const turned = labels([1, 9], [2, 5], [3, 300]);
    expect(merge([...three].reverse(), turned, 'last')).toMatchObject({ data: [9, 9, 300, 300], overlap: { voxels: 3 } });
    expect(merge(three, turned, 'first').data).toEqual([9, 5, 5, 5]);
  });

  it('leaves out what is not chosen, and shares nothing between structures of one label', () => {
    expect(merge(three, labels([1, 1]), 'last')).toEqual({ data: [1, 1, 1, 0], overlap: null });
    expect(merge(three, labels([1, 4], [2, 4]), 'first')).toEqual({ data: [4, 4, 4, 4], overlap: null });
    expect(merge(three, labels(), 'last')).toEqual({ data: [0, 0, 0, 0], overlap: null });
  });

  it('nested structures lose nothing as regions: the outermost is the union of all', () => {
    const nested = [layer(1, 1, 1, 1), layer(0, 2, 2, 2), layer(0, 0, 3, 0)];
    const { data } = merge(nested, same, 'last');
    for (const [n, { labelMap }] of nested.entries()) {
      const region = data.map((label) => (label > n ? n + 1 : 0));
      expect(region).toEqual(Array.from(labelMap.data));
    }
  });
});
