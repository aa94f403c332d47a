import { Inject, Injectable } from '@nestjs/common';
import type { AccountRecords } from '#evaluation';
import { ACCOUNTS, isLoopback, SETTINGS, type ApiSettings } from '../settings.js';

const PAGE = 200;

/** Accounts whose password is printed in the banner: a convenience on one's own machine, a hole anywhere else. */
@Injectable()
export class DemoAccounts {
  private readonly known = new Set<string>();

  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'host' | 'demoSignIns'>,
  ) {}

  /** Those that can be offered on the sign-in page: on loopback only, and once they exist. */
  async signIns(): Promise<ApiSettings['demoSignIns'][number][]> {
    if (!isLoopback(this.settings.host)) return [];
    const offered: ApiSettings['demoSignIns'][number][] = [];
    for (const one of this.settings.demoSignIns) {
      if (!this.known.has(one.email)) {
        const account = await this.accounts.findAccount({ email: one.email });
        if (account?.demo !== true || account.disabledAt !== null) continue;
        this.known.add(one.email);
      }
      offered.push(one);
    }
    return offered;
  }

  async present(): Promise<boolean> {
    return (await this.signIns()).length > 0;
  }

  /** @throws Error at start, when people beyond this machine could sign in with a published password */
  async refuseBeyondLoopback(): Promise<void> {
    if (isLoopback(this.settings.host)) return;
    const found: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.accounts.listAccounts({ limit: PAGE, after });
      found.push(...page.filter(({ demo, disabledAt }) => demo && disabledAt === null).map(({ email }) => email));
      if (page.length < PAGE) break;
      after = page.at(-1)?.id;
    }
    if (found.length > 0) {
      throw new Error(
        `The API does not start: it would listen on ${this.settings.host}, beyond this machine, and these demo accounts with a published password exist: ${found.join(', ')}. Disable them, use another data folder, or listen on 127.0.0.1.`,
      );
    }
  }
}
