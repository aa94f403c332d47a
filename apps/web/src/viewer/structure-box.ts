import type { Vec3 } from '#imaging';

/** One structure of two label maps, cut out of their grid: masks of 0 and 1, x fastest, and where they lie. */
export interface StructureBox {
  /** Index of the first voxel on the grid. */
  readonly from: Vec3;
  readonly size: Vec3;
  readonly inReference: Uint8Array;
  readonly inPrediction: Uint8Array;
}

/**
 * Cuts a structure out of both maps, with one voxel around it on each side where the grid has room.
 *
 * @param reference,prediction segments on the grid `sizeXyz`, x fastest; at least one holds the segment
 */
export function cutStructure(
  segment: number,
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
): StructureBox {
  const [nx, ny] = sizeXyz;
  const { from, size } = boxAround(segment, reference, prediction, sizeXyz);
  const count = size[0] * size[1] * size[2];
  const inReference = new Uint8Array(count);
  const inPrediction = new Uint8Array(count);
  let b = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      let v = ((from[2] + k) * ny + from[1] + j) * nx + from[0];
      for (let i = 0; i < size[0]; i++, b++, v++) {
        if (reference[v] === segment) inReference[b] = 1;
        if (prediction[v] === segment) inPrediction[b] = 1;
      }
    }
  }
  return { from, size, inReference, inPrediction };
}

/** Segments other than background that occur in at least one of the maps, ascending. */
export function segmentsIn(...maps: readonly Uint8Array[]): number[] {
  const seen = new Uint8Array(256);
  for (const map of maps) for (let v = 0; v < map.length; v++) seen[map[v]] = 1;
  return [...seen.keys()].filter((segment) => segment > 0 && seen[segment] === 1);
}

/** The box around a structure of either map, one voxel larger on each side where the grid has room. */
function boxAround(
  segment: number,
  reference: Uint8Array,
  prediction: Uint8Array,
  [nx, ny, nz]: Vec3,
): { from: Vec3; size: Vec3 } {
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let first = -1;
      let last = -1;
      for (let i = 0; i < nx; i++, v++) {
        if (reference[v] !== segment && prediction[v] !== segment) continue;
        if (first < 0) first = i;
        last = i;
      }
      if (first < 0) continue;
      low[0] = Math.min(low[0], first);
      high[0] = Math.max(high[0], last);
      low[1] = Math.min(low[1], j);
      high[1] = Math.max(high[1], j);
      low[2] = Math.min(low[2], k);
      high[2] = Math.max(high[2], k);
    }
  }
  const from = low.map((n) => Math.max(0, n - 1));
  const to = high.map((n, a) => Math.min([nx, ny, nz][a] - 1, n + 1));
  return {
    from: [from[0], from[1], from[2]],
    size: [to[0] - from[0] + 1, to[1] - from[1] + 1, to[2] - from[2] + 1],
  };
}
