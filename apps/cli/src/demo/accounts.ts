import type { AccountRole } from '#domain';
import type { AccountRecords } from '#evaluation';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, hashPassword } from '#platform';

export { DEMO_ACCOUNTS, DEMO_PASSWORD };

/** Makes the demo accounts that are missing. Returns the id of each role's account. */
export async function ensureDemoAccounts(accounts: AccountRecords): Promise<ReadonlyMap<AccountRole, string>> {
  const ids = new Map<AccountRole, string>();
  for (const { role, name, email } of DEMO_ACCOUNTS) {
    const account =
      (await accounts.findAccount({ email })) ??
      (await accounts.createAccount({ email, name, role, passwordHash: await hashPassword(DEMO_PASSWORD), demo: true }));
    ids.set(role, account.id);
  }
  return ids;
}
