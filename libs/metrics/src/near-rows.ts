import type { Vec3 } from '#imaging';

/** How many rows around a row of the grid are listed, about; the others are beyond reach. Fewer for a small grid. */
const LISTED = { share: 1 / 4, least: 128, most: 1024 } as const;

/** The rows around any row of a grid, from near to far: where they lie, and how far along y and z. */
export interface NearRows {
  /** Rows that a grid must have around it, on either side along y and z, for every offset to stay inside. */
  readonly margin: readonly [number, number];
  /** To the same place in that row, in a grid with margins. */
  readonly offset: Int32Array;
  /** Squared distances along y and along z in mm2, and their sum, which rises. */
  readonly alongY: Float64Array;
  readonly alongZ: Float64Array;
  readonly bound: Float64Array;
  /** Every row whose bound is at most this one, in mm2, is listed. Infinity when all rows of the grid are. */
  readonly reach: number;
}

/**
 * @param corners   size of the grid along x, y, z
 * @param spacingMm distance between neighbours
 */
export function nearRows([cx, cy, cz]: Vec3, [, sy, sz]: Vec3): NearRows {
  const listed = Math.min(LISTED.most, Math.max(LISTED.least, cy * cz * LISTED.share));
  // A circle of this radius holds so many rows; where the grid is narrower than the circle, fewer.
  const limit = (listed * sy * sz) / Math.PI;
  const squaresY = squaresWithin(limit, cy, sy);
  const squaresZ = squaresWithin(limit, cz, sz);
  const margin = [squaresY.length - 1, squaresZ.length - 1] as const;
  const slice = cy + 2 * margin[0];

  // A quarter of the circle first; its mirror images are equally far.
  const bounds = new Float64Array(squaresY.length * squaresZ.length);
  const inside: number[] = [];
  for (let k = 0, at = 0; k < squaresZ.length; k++) {
    for (let j = 0; j < squaresY.length; j++, at++) {
      bounds[at] = squaresY[j] + squaresZ[k];
      if (bounds[at] <= limit) inside.push(at);
    }
  }
  inside.sort((a, b) => bounds[a] - bounds[b]);
  const offset: number[] = [];
  const alongY: number[] = [];
  const alongZ: number[] = [];
  const list = (j: number, k: number): void => {
    offset.push((k * slice + j) * cx);
    alongY.push(squaresY[Math.abs(j)]);
    alongZ.push(squaresZ[Math.abs(k)]);
  };
  for (const at of inside) {
    const j = at % squaresY.length;
    const k = (at - j) / squaresY.length;
    list(j, k);
    if (j > 0) list(-j, k);
    if (k > 0) list(j, -k);
    if (j > 0 && k > 0) list(-j, -k);
  }
  return {
    margin,
    offset: Int32Array.from(offset),
    alongY: Float64Array.from(alongY),
    alongZ: Float64Array.from(alongZ),
    bound: Float64Array.from(alongY, (y, row) => y + alongZ[row]),
    reach: inside.length === cy * cz ? Infinity : limit,
  };
}

/** Squared distances in mm2 of 0, 1, … n - 1 steps, as far as they are within the limit. */
function squaresWithin(limit: number, n: number, spacing: number): number[] {
  const squares: number[] = [];
  for (let d = 0; d < n && d * spacing * (d * spacing) <= limit; d++) squares.push(d * spacing * (d * spacing));
  return squares;
}
