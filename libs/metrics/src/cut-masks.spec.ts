import fc from 'fast-check';
import type { Geometry, LabelMap, Vec3 } from '#imaging';
import { cutMasks } from './cut-masks.js';
import { countOverlap } from './overlap.js';

function labelMap(sizeXyz: Vec3, data: Uint8Array | Uint16Array): LabelMap {
  const geometry: Geometry = {
    sizeXyz,
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  return { geometry, data } as LabelMap;
}

describe('masks cut out of label maps', () => {
  // prettier-ignore
  const reference = labelMap([4, 3, 1], Uint8Array.of(
    0, 1, 1, 0,
    0, 1, 9, 3,
    3, 0, 9, 0,
  ));
  // prettier-ignore
  const prediction = labelMap([4, 3, 1], Uint8Array.of(
    1, 1, 2, 0,
    0, 3, 1, 3,
    0, 0, 3, 0,
  ));
  const crop = { before: [1, 0, 0], sizeXyz: [3, 3, 1] } as const;

  it('hold the labels of the region inside the box', () => {
    expect(cutMasks(reference, prediction, [1, 3], crop)).toEqual({
      reference: Uint8Array.of(1, 1, 0, 1, 0, 1, 0, 0, 0),
      prediction: Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 1, 0),
      overlap: { tp: 3, fp: 2, fn: 1 },
    });
  });

  it('are background where nobody judged', () => {
    expect(cutMasks(reference, prediction, [1, 3], crop, 9)).toEqual({
      reference: Uint8Array.of(1, 1, 0, 1, 0, 1, 0, 0, 0),
      prediction: Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 0, 0),
      overlap: { tp: 3, fp: 0, fn: 1 },
    });
  });

  it('agree with a voxel-by-voxel look, in maps of 8 and of 16 bits', () => {
    const labels = fc.array(fc.constantFrom(0, 0, 1, 2, 300), { minLength: 60, maxLength: 60 });
    const property = fc.property(labels, labels, ([...a], [...b]) => {
      const size: Vec3 = [5, 4, 3];
      const [before, sizeXyz]: Vec3[] = [
        [1, 0, 1],
        [3, 4, 2],
      ];
      const cut = cutMasks(
        labelMap(size, Uint16Array.from(a)),
        labelMap(
          size,
          Uint8Array.from(b, (l) => l % 256),
        ),
        [2, 300],
        { before, sizeXyz },
        1,
      );
      const at = (m: number): number =>
        ((before[2] + Math.floor(m / 12)) * 4 + before[1] + (Math.floor(m / 3) % 4)) * 5 + before[0] + (m % 3);
      cut.reference.forEach((r, m) => expect(r).toBe([2, 300].includes(a[at(m)]) ? 1 : 0));
      cut.prediction.forEach((p, m) => expect(p).toBe(a[at(m)] !== 1 && b[at(m)] === 2 ? 1 : 0));
      expect(cut.overlap).toEqual(countOverlap(cut.reference, cut.prediction));
    });
    fc.assert(property, { numRuns: 100, seed: 31 });
  });

  it('refuse a box that reaches out of the grid and maps of different length', () => {
    expect(() => cutMasks(reference, prediction, [1], { before: [2, 0, 0], sizeXyz: [3, 1, 1] })).toThrow(
      'crop is 3 x 1 x 1 voxels from (2, 0, 0); the grid has 4 x 3 x 1',
    );
    expect(() => cutMasks(reference, labelMap([2, 1, 1], new Uint8Array(2)), [1], crop)).toThrow(
      'reference 12, prediction 2',
    );
  });
});
