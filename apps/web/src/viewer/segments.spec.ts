import { errorMap } from '#imaging';
import type { Geometry, Volume } from '#imaging';
import { classifyErrors, millilitres, SegmentNumbering, toSegments, withoutSegments } from './segments.js';

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

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
  it.each([
    ['structure by structure', [0, 1, 2, 3]],
    ['with one that is hidden', [0, 0, 2, 3]],
    ['of a region', [0, 1, 1, 0]],
  ])('tells errors as the imaging library does, %s, and counts them', (_name, table) => {
    const counted = Uint8Array.from({ length: 256 }, (_, segment) => table[segment] ?? segment);
    const geometry: Geometry = {
      sizeXyz: [131, 1, 1],
      spacingMm: [1, 1, 1],
      originLps: [0, 0, 0],
      direction: IDENTITY,
    };
    // runs of background, whole words of it, and an end that is no whole word
    const map = (step: number): Uint8Array =>
      Uint8Array.from({ length: 131 }, (_, v) => (v % 40 < 24 ? 0 : (v * step) % 4));
    const { errors, counts, shared } = classifyErrors(map(1), map(3), counted);
    const through = (data: Uint8Array): Volume<Uint8Array> => ({ geometry, data: data.map((s) => counted[s]) });
    const expected = errorMap(through(map(1)), through(map(3))).data;
    expect([...errors]).toEqual([...expected]);
    const of = (wanted: number): number => expected.filter((found) => found === wanted).length;
    const [ours, theirs] = [map(1), map(3)];
    const both = (segment: number): number => ours.filter((own, v) => own === segment && theirs[v] === segment).length;
    expect([shared.length, ...shared.slice(0, 5)]).toEqual([256, 0, both(1), both(2), both(3), 0]);
    expect(both(2)).toBeGreaterThan(0);
    expect(counts).toEqual({ truePositive: of(1), falsePositive: of(2), falseNegative: of(3), wrongLabel: of(4) });
  });
  it('numbers a map in place as it does into another array, part by part', () => {
    const labels = Uint8Array.from({ length: 61 }, (_, v) => (v % 20 < 11 ? 0 : v % 3));
    const whole = toSegments(labels, [2, 1]);
    const numbering = new SegmentNumbering([2, 1]);
    const parts = [labels.slice(0, 17), labels.slice(17)];
    for (const part of parts) numbering.number(part, part);
    expect(parts.flatMap((part) => [...part])).toEqual([...whole.data]);
    expect(numbering.counted().voxels).toEqual(whole.voxels);
    expect([...whole.data]).toEqual([...labels].map((label) => [0, 2, 1][label]));
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
