import type { BenchmarkView } from '#contracts';
import type { SessionState } from '../app/session.js';

/** Whether to ask for held-out cases at all: by capacity, or because the rules open some of them to whoever signs in. */
export function mayLookAtHeldOut(
  { account }: Pick<SessionState, 'account'>,
  { capacities, phases }: Pick<BenchmarkView, 'capacities' | 'phases'>,
): boolean {
  const reveal = phases.find(({ kind }) => kind === 'test')?.reveal.kind;
  return capacities.length > 0 || (account !== null && (reveal === 'showcase' || reveal === 'after-close'));
}
