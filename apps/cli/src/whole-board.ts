import { ENDPOINTS, type LeaderboardView } from '#contracts';
import type { PhaseKind } from '#domain';
import type { ApiClient } from './api-client.js';

/** A board that changes while its pages are read is read again, so often. */
const ATTEMPTS = 3;

/** All rows of a board, as one page. */
export async function wholeBoard(client: ApiClient, slug: string, phase: PhaseKind): Promise<LeaderboardView> {
  const page = (cursor?: string) =>
    client.call(ENDPOINTS.getLeaderboard, { params: { slug }, query: { phase, limit: 200, cursor } });
  for (let attempt = 1; ; attempt++) {
    const first = await page();
    const items = [...first.items];
    let cursor = first.nextCursor;
    let changed = false;
    while (cursor !== null && !(changed && attempt < ATTEMPTS)) {
      const next = await page(cursor);
      changed ||= next.state?.hash !== first.state?.hash;
      items.push(...next.items);
      cursor = next.nextCursor;
    }
    if (!changed || attempt === ATTEMPTS) return { ...first, items, nextCursor: null };
  }
}
