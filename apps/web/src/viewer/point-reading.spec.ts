import type { Geometry } from '#imaging';
import { errorName, greyText, nearestVoxel, readPoint, segmentName, shortReading } from './point-reading.js';

const geometry: Geometry = {
  sizeXyz: [2, 2, 2],
  spacingMm: [2, 2, 4],
  originLps: [10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const labels = [
  { value: 1, name: 'liver', color: '#fff' },
  { value: 4, name: 'lesion', color: '#fff' },
];
const known = {
  geometry,
  valueAt: ([i, j, k]: readonly [number, number, number]) => 100 * k + 10 * j + i,
  layers: { ref: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2), pred: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 3) },
  errors: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 4),
  unreadable: [],
};

describe('reading a point', () => {
  it('takes the nearest voxel, up to half a voxel beyond the edge', () => {
    expect(nearestVoxel(geometry, [12.9, 20, 31])).toEqual([1, 0, 0]);
    expect(nearestVoxel(geometry, [13.1, 20, 30])).toBeNull();
    expect(nearestVoxel(geometry, [9.2, 20, 30])).toEqual([0, 0, 0]);
  });
  it('gives value, segments and error class of one voxel', () => {
    expect(readPoint(known, [12, 22, 34])).toEqual({
      indexIjk: [1, 1, 1],
      value: 111,
      unreadable: false,
      segments: { ref: 2, pred: 3 },
      errorClass: 4,
    });
  });
  it('says nothing outside', () => {
    expect(readPoint(known, [0, 0, 0])).toEqual({
      indexIjk: null,
      value: null,
      unreadable: false,
      segments: {},
      errorClass: null,
    });
  });
});

describe('a reading in words', () => {
  const layers = [
    { id: 'ref', kind: 'reference' },
    { id: 'pred', kind: 'prediction' },
  ];
  const say = (x: number, y: number, z: number): string =>
    shortReading(readPoint(known, [x, y, z]), 'HU', layers, labels);
  it('is short where there is no structure', () => expect(say(10, 20, 30)).toBe('0 HU'));
  it('says once what both say', () => expect(say(10, 22, 34)).toBe('110 HU · liver'));
  it('names both where they differ', () =>
    expect(say(12, 22, 34)).toBe('111 HU · reference lesion, prediction undeclared label'));
  it('says where the image is damaged, and what lies there all the same', () => {
    const damaged = { ...known, unreadable: [{ axis: 2, first: 1, last: 1 }] as const };
    const at = (x: number, y: number, z: number): string =>
      shortReading(readPoint(damaged, [x, y, z]), 'HU', layers, labels);
    expect([at(10, 22, 34), at(10, 20, 34), at(10, 20, 30)]).toEqual([
      'cannot be read · liver',
      'cannot be read',
      '0 HU',
    ]);
  });
  it('says when the point is outside', () => expect(say(0, 0, 0)).toBe('outside the image'));
  it('names segments and errors', () => {
    expect([0, 1, 2, 3].map((segment) => segmentName(labels, segment))).toEqual([
      null,
      'liver',
      'lesion',
      'undeclared label',
    ]);
    expect([0, 1, 2, 3, 4].map(errorName)).toEqual([null, 'Agreement', 'Predicted only', 'Missed', 'Wrong structure']);
  });
  it('writes grey values with a real minus and few digits', () => {
    expect(greyText(-1000, 'HU')).toBe('−1000 HU');
    expect(greyText(0.123456, '')).toBe('0.123');
  });
});
