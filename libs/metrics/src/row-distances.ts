import type { Vec3 } from '#imaging';
import type { PackedSurface } from './packed-surface.js';

/**
 * For every corner of a grid how many corners away the nearest surface corner of its own row (along x) is.
 *
 * Rows are framed by `margin` rows without surface on all four sides, so that a search need not look where the grid ends.
 */
export interface RowDistances {
  /** Corners along x, y, z, without margin. */
  readonly corners: Vec3;
  /** Rows of margin along y and z. */
  readonly margin: readonly [number, number];
  /** `steps[row * cx + x]`; `cx`, which is no distance in a row, when the row has no surface. */
  readonly steps: Uint16Array | Uint32Array;
  /** Whether the row has surface, by `z * cy + y`. */
  readonly occupied: Uint8Array;
}

/** First entry of the row (y, z) in `steps`. */
export function rowStart({ corners: [cx, cy], margin: [my, mz] }: RowDistances, y: number, z: number): number {
  return ((z + mz) * (cy + 2 * my) + y + my) * cx;
}

/** Room for the row distances of one surface of the grid after another. */
export function roomForSteps([cx, cy, cz]: Vec3, [my, mz]: RowDistances['margin']): RowDistances['steps'] {
  const length = cx * (cy + 2 * my) * (cz + 2 * mz);
  return cx < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/** @param steps room that is written over */
export function rowDistances(
  packed: PackedSurface,
  margin: RowDistances['margin'],
  steps: RowDistances['steps'],
): RowDistances {
  const { corners, rowWords, surface } = packed;
  const [cx, cy, cz] = corners;
  steps.fill(cx);
  const rows: RowDistances = { corners, margin, steps, occupied: new Uint8Array(cy * cz) };
  for (let z = 0, row = 0; z < cz; z++) {
    for (let y = 0; y < cy; y++, row++) {
      const start = rowStart(rows, y, z);
      let last = -1; // surface corner before the one at hand
      for (let w = 0; w < rowWords; w++) {
        let word = surface[row * rowWords + w];
        while (word !== 0) {
          const x = (w << 5) + 31 - Math.clz32(word & -word);
          word &= word - 1;
          if (last < 0) {
            for (let i = 0; i <= x; i++) steps[start + i] = x - i;
          } else {
            const middle = (last + x) >> 1;
            for (let i = last; i <= middle; i++) steps[start + i] = i - last;
            for (let i = middle + 1; i <= x; i++) steps[start + i] = x - i;
          }
          last = x;
        }
      }
      if (last < 0) continue;
      rows.occupied[row] = 1;
      for (let i = last; i < cx; i++) steps[start + i] = i - last;
    }
  }
  return rows;
}
