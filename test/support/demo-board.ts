import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platform.js';

export interface BoardRow {
  readonly rank: number;
  readonly algorithm: string;
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly cases: { readonly scored: number; readonly failed: number };
}
export interface DemoBoards {
  readonly leaderboard: readonly BoardRow[];
  readonly practice: readonly BoardRow[];
}

/** What the demo has to give: committed, made by a direct evaluation that shares no code with the platform's path but the kernels. */
export const expectedBoards = JSON.parse(readFileSync(join(root, 'datasets/phantoms/expected-leaderboard.json'), 'utf8')) as DemoBoards;

/** Other processors round the last digits of a convolution differently: ranks and counts exactly, metrics within this. */
const TOLERANCE: Readonly<Record<string, (expected: number) => number>> = {
  dice: () => 2e-3,
  iou: () => 2e-3,
  'nsd@2': () => 2e-3,
  hd95: (value) => Math.max(0.1, 0.02 * value),
  volume_error_ml: (value) => Math.max(0.2, 0.02 * value),
};

export function expectBoard(found: readonly BoardRow[], wanted: readonly BoardRow[]): void {
  const places = (rows: readonly BoardRow[]) =>
    rows.map(({ rank, algorithm, version, cases }) => ({ rank, algorithm, version, scored: cases.scored, failed: cases.failed }));
  expect(places(found)).toEqual(places(wanted));
  const off = wanted.flatMap((row, i) =>
    Object.entries(row.metrics).flatMap(([metric, value]) => {
      const got = found[i].metrics[metric];
      return Math.abs(got - value) <= TOLERANCE[metric](value) ? [] : [`${row.algorithm}: ${metric} is ${got}, expected ${value}`];
    }),
  );
  expect(off).toEqual([]);
}
