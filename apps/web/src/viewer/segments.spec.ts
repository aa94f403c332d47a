import { countErrors, millilitres, toSegments, withoutSegments } from './segments.js';

describe('segments', () => {
  it('numbers labels in their declared order and counts them', () => {
    const { data, voxels, undeclared } = toSegments(Uint16Array.of(0, 500, 7, 7, 500, 500), [7, 500]);
    expect([...data]).toEqual([0, 2, 1, 1, 2, 2]);
    expect(voxels).toEqual([1, 2, 3, 0]);
    expect(undeclared).toEqual([]);
  });
  it('keeps undeclared labels apart and names them', () => {
    const { data, voxels, undeclared } = toSegments(Uint8Array.of(9, 1, 5, 9), [1]);
    expect([...data]).toEqual([2, 1, 2, 2]);
    expect(voxels).toEqual([0, 1, 3]);
    expect(undeclared).toEqual([5, 9]);
  });
  it('takes the largest label and as many as fit into a byte', () => {
    expect([...toSegments(Uint16Array.of(65535), [65535]).data]).toEqual([1]);
    const many = Array.from({ length: 254 }, (_, n) => n + 1);
    expect(toSegments(Uint16Array.of(254, 300), many).voxels.slice(254)).toEqual([1, 1]);
    expect(() => toSegments(Uint8Array.of(1), [...many, 255])).toThrow(
      '255 labels are declared; the viewer draws at most 254',
    );
  });
  it.each([[[0, 1]], [[1, 1]]])('refuses declared labels %j', (labels) => {
    expect(() => toSegments(Uint8Array.of(1), labels)).toThrow(RangeError);
  });
  it('hides segments by making them background', () => {
    expect([...withoutSegments(Uint8Array.of(0, 1, 2, 3), [2])]).toEqual([0, 1, 0, 3]);
    const all = Uint8Array.of(1, 2);
    expect(withoutSegments(all, [])).toBe(all);
  });
  it('counts the classes of an error map', () => {
    expect(countErrors(Uint8Array.of(0, 1, 1, 2, 3, 3, 3, 4))).toEqual({
      truePositive: 2,
      falsePositive: 1,
      falseNegative: 3,
      wrongLabel: 1,
    });
  });
});

describe('volumes in the legend', () => {
  it.each([
    [0, '0 ml'],
    [1, '< 0.01 ml'],
    [830, '0.83 ml'],
    [12_340, '12.3 ml'],
    [1_480_400, '1,480 ml'],
  ])('%d mm3 read %s', (mm3, text) => expect(millilitres(mm3, 1)).toBe(text));
  it('takes the size of a voxel into account', () => expect(millilitres(100, 30)).toBe('3.00 ml'));
});
