import type { LeaderboardEntryView } from '#contracts';
import { PHANTOM_BENCHMARK } from '#phantoms';
import type { PhaseKind } from '#domain';
import type { ApiClient } from '../api-client.js';
import { wholeBoard } from '../whole-board.js';

/** One row as `demo --json` prints it: a contract that scripts read. */
export interface DemoRow {
  readonly rank: number;
  readonly algorithm: string;
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly cases: { readonly scored: number; readonly failed: number };
}

export async function readBoard(client: ApiClient, phase: PhaseKind): Promise<readonly DemoRow[]> {
  const { items } = await wholeBoard(client, PHANTOM_BENCHMARK.slug, phase);
  return items.map(demoRow);
}

function demoRow({ rank, algorithm, version, metrics, cases }: LeaderboardEntryView): DemoRow {
  return { rank, algorithm: algorithm.slug, version, metrics, cases };
}
