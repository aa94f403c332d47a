import { useQuery } from '@tanstack/react-query';
import type { AccountView } from '#contracts';
import type { Role } from '#domain';
import { queries } from '../api/queries.js';

/** Who looks at the page. `unknown` until the server has said so; then pages show neither sign-in prompts nor private parts. */
export interface SessionState {
  readonly known: boolean;
  readonly account: AccountView | null;
  readonly role: Role;
}

export function useSession(): SessionState {
  const { data } = useQuery(queries.session());
  return { known: data !== undefined, account: data?.account ?? null, role: data?.account?.role ?? 'visitor' };
}
