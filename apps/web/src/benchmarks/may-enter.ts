import type { BenchmarkView } from '#contracts';
import { decide } from '#domain';
import type { SessionState } from '../app/session.js';

/**
 * Whether to offer somebody to submit to a benchmark: the server's own policy, which keeps those who may look at the
 * held-out set from competing on it. A visitor is offered it too, and asked to sign in on the way.
 */
export function mayEnter(
  { known, account, role }: SessionState,
  { published, capacities }: Pick<BenchmarkView, 'published' | 'capacities'>,
): boolean {
  if (!known) return false;
  const decision = decide({ userId: account?.id ?? null, role, scopes: null }, 'submission.create', {
    published,
    capacities,
  });
  return decision.allowed || decision.why === 'sign-in';
}
