import { permuteVoxels } from '#imaging';
import type { AxisMap } from '#imaging';
import { flipSlices } from './flip-slices.js';

describe('turning axes round in place', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('gives what the imaging library gives, turning %i', (which) => {
    const flip = [Boolean(which & 1), Boolean(which & 2), Boolean(which & 4)] as const;
    const data = Int16Array.from({ length: 3 * 4 * 2 }, (_, v) => v);
    const map = flip.map((turned, source) => ({ source, flip: turned })) as unknown as AxisMap;
    const expected = permuteVoxels(data, [3, 4, 2], map);
    flipSlices(data, 3, 4, flip);
    expect([...data]).toEqual([...expected]);
  });
});
