import type { Vec3 } from '#imaging';
import { connectedRuns, touchingBorder } from './components.js';

/** A box of voxels: first voxel and size, along x, y, z. */
export interface Box {
  readonly lowXyz: Vec3;
  readonly sizeXyz: Vec3;
}

/** 1 where the test holds in any channel. */
export function unionMask(
  channels: readonly Float32Array[],
  test: (value: number) => boolean,
): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(channels[0].length);
  for (const channel of channels) {
    for (let v = 0; v < mask.length; v++) if (mask[v] === 0 && test(channel[v])) mask[v] = 1;
  }
  return mask;
}

/** Sets the zeros that are not 6-connected to the border. In place. */
export function fillMaskHoles(mask: Uint8Array, sizeXyz: Vec3): void {
  const background = new Uint8Array(256);
  background[0] = 1;
  const pieces = connectedRuns(mask, sizeXyz, 6, background);
  const open = touchingBorder(pieces, sizeXyz);
  for (let r = 0; r < pieces.runs; r++) {
    if (!open[pieces.piece[r]]) mask.fill(1, pieces.start[r], pieces.end[r]);
  }
}

/** Smallest box around the set voxels; the whole volume when there are none. */
export function boundingBox(mask: Uint8Array, [nx, ny, nz]: Vec3): Box {
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  for (let k = 0, row = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++, row++) {
      const first = mask.indexOf(1, row * nx) - row * nx;
      if (first < 0) return finished();
      if (first >= nx) continue;
      const last = mask.lastIndexOf(1, (row + 1) * nx - 1) - row * nx;
      low[0] = Math.min(low[0], first);
      high[0] = Math.max(high[0], last);
      low[1] = Math.min(low[1], j);
      high[1] = Math.max(high[1], j);
      low[2] = Math.min(low[2], k);
      high[2] = k;
    }
  }
  return finished();

  function finished(): Box {
    if (high[0] < 0) return { lowXyz: [0, 0, 0], sizeXyz: [nx, ny, nz] };
    return {
      lowXyz: [low[0], low[1], low[2]],
      sizeXyz: [high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1],
    };
  }
}

/** A box made larger on both sides, as far as the volume goes. */
export function withMargin({ lowXyz, sizeXyz }: Box, marginXyz: Vec3, fullXyz: Vec3): Box {
  const low = lowXyz.map((n, a) => Math.max(0, n - marginXyz[a])) as unknown as Vec3;
  const size = lowXyz.map((n, a) => Math.min(fullXyz[a], n + sizeXyz[a] + marginXyz[a]) - low[a]) as unknown as Vec3;
  return { lowXyz: low, sizeXyz: size };
}

type Voxels = Float32Array | Uint8Array | Uint16Array;

/** The voxels of a box, as a new array. */
export function cutBox<T extends Voxels>(data: T, fullXyz: Vec3, { lowXyz, sizeXyz }: Box): T {
  const out = new (data.constructor as new (length: number) => T)(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]);
  let to = 0;
  for (let k = 0; k < sizeXyz[2]; k++) {
    for (let j = 0; j < sizeXyz[1]; j++, to += sizeXyz[0]) {
      const from = ((lowXyz[2] + k) * fullXyz[1] + lowXyz[1] + j) * fullXyz[0] + lowXyz[0];
      out.set(data.subarray(from, from + sizeXyz[0]), to);
    }
  }
  return out;
}

/** Place in a stretch of `size` from `low` on that is nearest to n. */
export function nearest(n: number, low: number, size: number): number {
  return Math.min(Math.max(n - low, 0), size - 1);
}

/** `size` values at place `low` of a row of nx, its ends repeated on both sides. */
export function repeatRow(
  data: Voxels,
  from: number,
  size: number,
  out: Voxels,
  to: number,
  low: number,
  nx: number,
): void {
  out.set(data.subarray(from, from + size), to + low);
  out.fill(data[from], to, to + low);
  out.fill(data[from + size - 1], to + low + size, to + nx);
}

/** The box back in its place; outside 0, or the nearest voxel of the box. */
export function pasteBox<T extends Voxels>(
  data: T,
  fullXyz: Vec3,
  { lowXyz, sizeXyz }: Box,
  outside: 'zero' | 'repeat' = 'zero',
): T {
  const out = new (data.constructor as new (length: number) => T)(fullXyz[0] * fullXyz[1] * fullXyz[2]);
  if (outside === 'repeat') {
    const [nx, ny, nz] = fullXyz;
    for (let k = 0, to = 0; k < nz; k++) {
      for (let j = 0; j < ny; j++, to += nx) {
        const from = (nearest(k, lowXyz[2], sizeXyz[2]) * sizeXyz[1] + nearest(j, lowXyz[1], sizeXyz[1])) * sizeXyz[0];
        repeatRow(data, from, sizeXyz[0], out, to, lowXyz[0], nx);
      }
    }
    return out;
  }
  let from = 0;
  for (let k = 0; k < sizeXyz[2]; k++) {
    for (let j = 0; j < sizeXyz[1]; j++, from += sizeXyz[0]) {
      const to = ((lowXyz[2] + k) * fullXyz[1] + lowXyz[1] + j) * fullXyz[0] + lowXyz[0];
      out.set(data.subarray(from, from + sizeXyz[0]), to);
    }
  }
  return out;
}
