/**
 * Places won (positive) or lost against the ranking that counts.
 *
 * @param before place by run under the declared rule
 * @param after  place by run under the rule that is shown; runs that it does not place are left out
 */
export function movesOf(
  before: ReadonlyMap<string, { readonly rank: number }>,
  after: ReadonlyMap<string, { readonly rank: number }>,
): ReadonlyMap<string, number> {
  const moves = new Map<string, number>();
  for (const [runId, { rank }] of after) {
    const from = before.get(runId);
    if (from !== undefined) moves.set(runId, from.rank - rank);
  }
  return moves;
}

/** "+2", "−1", "0": as printed beside a place. */
export function moveText(move: number): string {
  return move > 0 ? `+${move}` : move < 0 ? `−${-move}` : '0';
}

/** "2 places up": as read aloud. */
export function moveWords(move: number): string {
  if (move === 0) return 'same place as under the declared rule';
  const places = Math.abs(move) === 1 ? 'place' : 'places';
  return `${Math.abs(move)} ${places} ${move > 0 ? 'up' : 'down'} from the declared rule`;
}

/** "1–2"; a single place stays single. */
export function rankRange([low, high]: readonly [number, number]): string {
  const text = (rank: number): string => String(Math.round(rank * 10) / 10);
  return low === high ? text(low) : `${text(low)}–${text(high)}`;
}

/** "7 of 8 places are the same; the first place changes": what a switch of rule did, in one line. */
export function moveSummary(moves: ReadonlyMap<string, number>, firstChanges: boolean): string {
  const moved = [...moves.values()].filter((move) => move !== 0).length;
  if (moved === 0) return 'Every place stays as it is under the declared rule.';
  const words = `${moved} of ${moves.size} ${moved === 1 ? 'place moves' : 'places move'}`;
  return `${words} against the declared rule; the first place ${firstChanges ? 'changes' : 'stays'}.`;
}
