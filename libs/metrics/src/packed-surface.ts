import type { Vec3 } from '#imaging';
import { cornerGrid } from './surface-elements.js';

/**
 * A mask and its surface at one bit a voxel and one bit a grid corner, 32 of a row in a word.
 *
 * Rows run along x, then y, then z. Along an axis that is not flat the voxels have one background voxel before and one
 * behind them, so that corner c lies between voxels c and c + 1 and no corner needs a bounds check.
 */
export interface PackedSurface {
  /** Number of corners along x, y, z. */
  readonly corners: Vec3;
  /** Words of a row, of voxels and of corners alike. */
  readonly rowWords: number;
  /** Rows of voxels in a slice. */
  readonly voxelRows: number;
  readonly voxels: Int32Array;
  /** Set where the eight voxels around a corner differ. */
  readonly surface: Int32Array;
  /** Steps to the next voxel along x (0 or 1 bit), y and z (words): 0 along flat axes. */
  readonly step: Vec3;
}

/**
 * @param mask    flat mask, x fastest, 0 or 1; background is assumed around it
 * @param sizeXyz its size
 * @param flat    axes without surface, one voxel thick
 * @throws RangeError when the mask does not have the size, or a flat axis more than one voxel
 */
export function packSurface(
  mask: Uint8Array,
  sizeXyz: Vec3,
  flat: readonly [boolean, boolean, boolean],
): PackedSurface {
  const [nx, ny, nz] = sizeXyz;
  if (mask.length !== nx * ny * nz) {
    throw new RangeError(`mask holds ${mask.length} voxels; its size is ${sizeXyz.join(' x ')}`);
  }
  if (flat.some((f, axis) => f && sizeXyz[axis] !== 1)) {
    throw new RangeError(`size is ${sizeXyz.join(' x ')}; expected one voxel along flat axes (${flat.join(', ')})`);
  }
  const [padX, padY, padZ] = flat.map((f) => (f ? 0 : 1));
  const rowWords = (nx + 2 * padX + 31) >> 5;
  const voxelRows = ny + 2 * padY;
  // One word more than the rows, for the corners that look past the last word.
  const voxels = new Int32Array(rowWords * voxelRows * (nz + 2 * padZ) + 1);
  const bits = bitsOf(mask);
  // Bits of the last word of a row that belong to it; the first word begins with the background before the row.
  const lastBits = -1 >>> (31 - ((nx + padX - 1) & 31));
  let from = 32 - padX;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++, from += nx) {
      const at = ((k + padZ) * voxelRows + j + padY) * rowWords;
      const last = at + ((nx + padX - 1) >> 5);
      for (let w = at, bit = from; w <= last; w++, bit += 32) {
        // 32 bits from a place within a word; two shifts, as a shift by 32 would be none.
        const shift = bit & 31;
        voxels[w] = (bits[bit >> 5] >>> shift) | ((bits[(bit >> 5) + 1] << 1) << (31 - shift));
      }
      voxels[at] &= -1 << padX;
      voxels[last] &= lastBits;
    }
  }
  const step: Vec3 = [padX, padY * rowWords, padZ * rowWords * voxelRows];
  const corners = cornerGrid(sizeXyz, flat);
  return {
    corners,
    rowWords,
    voxelRows,
    voxels,
    surface: surfaceBits(voxels, corners, rowWords, voxelRows, step),
    step,
  };
}

/** The mask at one bit a voxel without any gaps, behind one empty word and before another. */
function bitsOf(mask: Uint8Array): Int32Array {
  const bits = new Int32Array(((mask.length + 31) >> 5) + 2);
  const whole = mask.byteOffset % 4 === 0 ? mask.length >> 5 : 0;
  const fours = new Int32Array(mask.buffer, whole > 0 ? mask.byteOffset : 0, 8 * whole);
  for (let word = 0, f = 0; word < whole; word++) {
    let packed = 0;
    // The product has the lowest bits of the four bytes side by side at its top (a machine with the lowest byte first).
    for (let nibble = 0; nibble < 32; nibble += 4) packed |= (Math.imul(fours[f++], 0x10204080) >>> 28) << nibble;
    bits[word + 1] = packed;
  }
  for (let v = 32 * whole; v < mask.length; v++) bits[(v >> 5) + 1] |= mask[v] << (v & 31);
  return bits;
}

function surfaceBits(
  voxels: Int32Array,
  [, cy, cz]: Vec3,
  rowWords: number,
  voxelRows: number,
  [dx, dy, dz]: Vec3,
): Int32Array {
  const surface = new Int32Array(rowWords * cy * cz);
  let s = 0;
  for (let z = 0; z < cz; z++) {
    for (let y = 0; y < cy; y++) {
      let v = (z * voxelRows + y) * rowWords;
      let a = voxels[v];
      let b = voxels[v + dy];
      let c = voxels[v + dz];
      let d = voxels[v + dy + dz];
      let any = a | b | c | d;
      let all = a & b & c & d;
      for (let w = 0; w < rowWords; w++) {
        v++;
        a = voxels[v];
        b = voxels[v + dy];
        c = voxels[v + dz];
        d = voxels[v + dy + dz];
        // Behind the last word of a row comes the first of the next, whose first bit is background.
        const nextAny = a | b | c | d;
        const nextAll = a & b & c & d;
        const farAny = dx ? (any >>> 1) | (nextAny << 31) : any;
        const farAll = dx ? (all >>> 1) | (nextAll << 31) : all;
        surface[s++] = (any | farAny) & ~(all & farAll);
        any = nextAny;
        all = nextAll;
      }
    }
  }
  return surface;
}
