import { cornerWeights } from './surface-elements.js';
import { cornerCodes } from './test-support/plain-surface-distances.js';
import type { Vec3 } from '#imaging';

const THICK = [false, false, false] as const;
const CUBE: Vec3 = [1, 1, 1];

/** Voxels around a corner as the code names them: bit 4x + 2z + y. */
function codeOf(...voxels: Vec3[]): number {
  return voxels.reduce((code, [x, y, z]) => code | (1 << (4 * x + 2 * z + y)), 0);
}

describe('surface elements', () => {
  const unit = cornerWeights(CUBE, THICK);

  it('has the areas that geometry gives', () => {
    expect(unit[0]).toBe(0);
    expect(unit[255]).toBe(0);
    expect(unit[codeOf([0, 0, 0])]).toBeCloseTo(Math.sqrt(3) / 8, 12); // triangle through three edge middles
    expect(unit[codeOf([0, 0, 0], [1, 0, 0])]).toBeCloseTo(Math.SQRT1_2, 12); // rectangle, 1 by the half diagonal
    expect(unit[codeOf([0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0])]).toBeCloseTo(1, 12); // a whole face
    expect(unit[codeOf([0, 0, 0], [1, 1, 1])]).toBeCloseTo(Math.sqrt(3) / 4, 12); // two corners, apart
    expect(unit[codeOf([0, 0, 0], [1, 1, 0])]).toBeCloseTo(Math.sqrt(3) / 4, 12); // rule 2: kept apart across a face
    expect(unit[codeOf([0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1])]).toBeCloseTo((3 * Math.sqrt(3)) / 4, 12); // hexagon
  });

  it('gives a face its two spacings and a corner its triangle', () => {
    const weights = cornerWeights([2, 3, 5], THICK);
    expect(weights[codeOf([0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0])]).toBeCloseTo(6, 12);
    expect(weights[codeOf([0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1])]).toBeCloseTo(15, 12);
    expect(weights[codeOf([1, 1, 0])]).toBeCloseTo(Math.hypot(15, 10, 6) / 8, 12);
  });

  it('weighs a code like its opposite', () => {
    const weights = cornerWeights([0.7, 0.9, 2.5], THICK);
    for (let code = 0; code < 256; code++) expect(weights[code]).toBeCloseTo(weights[255 - code], 12);
    for (let code = 1; code < 255; code++) expect(weights[code]).toBeGreaterThan(0);
  });

  it('does not change under the symmetries of the cube, spacing turned along', () => {
    const spacing: Vec3 = [0.7, 1.3, 2.9];
    const weights = cornerWeights(spacing, THICK);
    for (const order of [
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
      [0, 2, 1],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      for (let flips = 0; flips < 8; flips++) {
        const turned = cornerWeights([spacing[order[0]], spacing[order[1]], spacing[order[2]]], THICK);
        for (let code = 0; code < 256; code++) {
          let other = 0;
          for (let bit = 0; bit < 8; bit++) {
            if (!((code >> bit) & 1)) continue;
            const at: Vec3 = [bit >> 2, bit & 1, (bit >> 1) & 1];
            const to = order.map((axis, n) => at[axis] ^ ((flips >> n) & 1)) as unknown as Vec3;
            other |= codeOf(to);
          }
          expect(turned[other]).toBeCloseTo(weights[code], 12);
        }
      }
    }
  });

  it('has lengths for a single slice and end points for a line', () => {
    const slice = cornerWeights([3, 4, 100], [false, false, true]);
    expect(slice[codeOf([0, 0, 0], [0, 0, 1])]).toBeCloseTo(2.5, 12); // one pixel of four: half the diagonal
    expect(slice[codeOf([0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1])]).toBeCloseTo(3, 12);
    expect(slice[codeOf([0, 0, 0], [0, 0, 1], [1, 1, 0], [1, 1, 1])]).toBeCloseTo(5, 12);
    const line = cornerWeights([3, 4, 100], [true, false, true]);
    expect(line[codeOf([0, 1, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1])]).toBe(1);
    expect(cornerWeights(CUBE, [true, true, true]).every((w) => w === 0)).toBe(true);
  });
});

describe('corner codes', () => {
  it('surround a single voxel with its eight corners, whatever lies at the border of the volume', () => {
    const codes = cornerCodes(Uint8Array.of(1), [1, 1, 1], THICK);
    expect(codes).toHaveLength(8);
    expect(new Set(codes)).toEqual(new Set([1, 2, 4, 8, 16, 32, 64, 128]));
  });

  it('leave out what lies inside', () => {
    const codes = cornerCodes(new Uint8Array(27).fill(1), [3, 3, 3], THICK);
    expect(codes).toHaveLength(64);
    expect(codes.filter((code) => code !== 0)).toHaveLength(56); // all but the 8 inner corners
  });

  it('see a slice as a picture along its flat axis', () => {
    const codes = cornerCodes(Uint8Array.of(1, 0), [2, 1, 1], [false, false, true]);
    expect(codes).toHaveLength(6); // 3 x 2 x 1 corners
    expect(codes.filter((code) => code !== 0)).toHaveLength(4);
  });
});
