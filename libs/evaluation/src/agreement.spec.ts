import { ImageFormatError, type Geometry, type LabelMap } from '#imaging';
import { agreement } from './agreement.js';

const GEOMETRY: Geometry = {
  sizeXyz: [5, 2, 1],
  spacingMm: [1, 1, 1],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const map = (values: readonly number[], geometry = GEOMETRY): LabelMap => ({ geometry, data: Uint8Array.from(values) });

describe('agreement of two label maps', () => {
  const expected = map([1, 1, 1, 0, 0, 2, 2, 0, 0, 0]);

  it('is whole for equal maps', () => {
    expect(agreement(expected, expected)).toEqual({
      voxels: 1,
      labels: {
        1: { dice: 1, voxels: 1, expectedVoxels: 3, predictedVoxels: 3 },
        2: { dice: 1, voxels: 1, expectedVoxels: 2, predictedVoxels: 2 },
      },
      lowestDice: 1,
    });
  });

  it('counts by label: one voxel of 1 became 2, and a 3 appeared', () => {
    const found = agreement(expected, map([1, 1, 2, 0, 0, 2, 2, 0, 0, 3]));
    expect(found.voxels).toBeCloseTo(0.8, 12);
    expect(found.labels[1]).toEqual({ dice: 4 / 5, voxels: 0.9, expectedVoxels: 3, predictedVoxels: 2 });
    expect(found.labels[2]).toEqual({ dice: 4 / 5, voxels: 0.9, expectedVoxels: 2, predictedVoxels: 3 });
    expect(found.labels[3]).toEqual({ dice: 0, voxels: 0.9, expectedVoxels: 0, predictedVoxels: 1 });
    expect(found.lowestDice).toBe(0);
  });

  it('is symmetric in its figures', () => {
    const other = map([1, 0, 2, 0, 0, 2, 2, 1, 0, 3]);
    const [there, back] = [agreement(expected, other), agreement(other, expected)];
    expect(there.voxels).toBe(back.voxels);
    for (const label of ['1', '2', '3']) expect(there.labels[label].dice).toBe(back.labels[label].dice);
  });

  it('of two empty maps has no label', () => {
    const empty = map(new Array<number>(10).fill(0));
    expect(agreement(empty, empty)).toEqual({ voxels: 1, labels: {}, lowestDice: null });
  });

  it('looks through flipped storage, and refuses another grid', () => {
    const flipped: Geometry = { ...GEOMETRY, originLps: [4, 0, 0], direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] };
    expect(agreement(expected, map([0, 0, 1, 1, 1, 0, 0, 0, 2, 2], flipped)).lowestDice).toBe(1);
    const moved = { ...GEOMETRY, originLps: [1, 0, 0] as const };
    expect(() => agreement(expected, { ...expected, geometry: moved } as LabelMap)).toThrow(ImageFormatError);
  });
});
