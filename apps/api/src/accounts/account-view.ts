import type { AccountView } from '#contracts';
import type { Account } from '#evaluation';

/** An account as its owner and administrators see it. */
export function accountView(account: Account): AccountView {
  const { id, email, name, role, demo, disabledAt, createdAt } = account;
  return { id, email, name, role, demo, disabled: disabledAt !== null, createdAt: createdAt.toISOString() };
}
