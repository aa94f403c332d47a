import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { packSurface } from './packed-surface.js';
import { cornerCodes } from './test-support/plain-surface-distances.js';

const isSet = (bits: Int32Array, rowWords: number, row: number, x: number): boolean =>
  ((bits[row * rowWords + (x >> 5)] >>> (x & 31)) & 1) === 1;

describe('packed surface', () => {
  it('has one bit a voxel behind one of background, and one a corner', () => {
    const { corners, rowWords, voxels, surface } = packSurface(
      Uint8Array.of(0, 1, 1, 1),
      [4, 1, 1],
      [false, true, true],
    );
    expect(corners).toEqual([5, 1, 1]);
    expect(rowWords).toBe(1);
    expect(voxels[0]).toBe(0b11100);
    expect(surface[0]).toBe(0b10010); // where foreground begins and ends
  });

  it('marks the corners whose eight voxels differ, in rows of any length and masks at any place in memory', () => {
    const size = fc.tuple(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
    );
    const property = fc.property(
      size,
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      fc.integer({ min: 0, max: 7 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 1 })),
      (sizeXyz, thin, byteOffset, voxels) => {
        const [nx, ny, nz] = sizeXyz.map((n, axis) => (thin[axis] ? 1 : n));
        const mask = new Uint8Array(new ArrayBuffer(nx * ny * nz + byteOffset), byteOffset);
        for (let v = 0; v < mask.length; v++) mask[v] = voxels.next().value as number;
        const cropped: Vec3 = [nx, ny, nz];
        const { corners, rowWords, surface } = packSurface(mask, cropped, thin);
        const codes = cornerCodes(mask, cropped, thin);
        expect(corners[0] * corners[1] * corners[2]).toBe(codes.length);
        codes.forEach((code, c) =>
          expect(isSet(surface, rowWords, Math.floor(c / corners[0]), c % corners[0])).toBe(code !== 0),
        );
      },
    );
    fc.assert(property, { numRuns: 150, seed: 41 });
  });

  it('refuses masks that are not of that size, and thick flat axes', () => {
    expect(() => packSurface(new Uint8Array(3), [2, 2, 1], [false, false, true])).toThrow(
      '3 voxels; its size is 2 x 2 x 1',
    );
    expect(() => packSurface(new Uint8Array(4), [2, 2, 1], [true, false, true])).toThrow(
      '2 x 2 x 1; expected one voxel',
    );
  });
});
