import type { BenchmarkView } from '#contracts';
import { decide } from '#domain';
import type { SessionState } from '../app/session.js';

/**
 * Whether to offer somebody to submit to a benchmark: the server's own policy, which keeps those who may look at the
 * held-out set, or could once, from competing on it. A visitor is offered it too, and asked to sign in on the way.
 */
export function mayEnter(
  { known, account, role }: SessionState,
  { published, capacities, wasMember }: Pick<BenchmarkView, 'published' | 'capacities' | 'wasMember'>,
): boolean {
  if (!known) return false;
  const decision = decide({ userId: account?.id ?? null, role, scopes: null }, 'submission.create', {
    published,
    capacities,
    wasMember,
  });
  return decision.allowed || decision.why === 'sign-in';
}

/**
 * Whether to offer somebody to submit at all: there is a benchmark that they may enter, or none is open yet.
 *
 * @param benchmarks undefined while they are not known: who runs benchmarks is not offered it until then
 */
export function mayEnterAny(
  session: SessionState,
  benchmarks: readonly Pick<BenchmarkView, 'published' | 'capacities'>[] | undefined,
): boolean {
  if (!session.known || session.account === null) return true;
  if (benchmarks === undefined) return session.role !== 'organiser';
  return benchmarks.length === 0 || benchmarks.some((benchmark) => mayEnter(session, benchmark));
}
