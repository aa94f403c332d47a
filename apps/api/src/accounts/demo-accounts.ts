import { Inject, Injectable } from '@nestjs/common';
import type { AccountRecords } from '#evaluation';
import { demoAllowed, isLoopback } from '#platform';
import { ACCOUNTS, SETTINGS, type ApiSettings } from '../settings.js';

/** More than there are: one for each role. */
const PAGE = 100;

/** Accounts whose password is printed in the banner: a convenience on one's own machine, a hole anywhere else. */
@Injectable()
export class DemoAccounts {
  private readonly known = new Set<string>();

  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(SETTINGS)
    private readonly settings: Pick<
      ApiSettings,
      'host' | 'demoSignIns' | 'publicUrl' | 'publicUrlGiven' | 'trustProxy'
    >,
  ) {}

  /** Whether demo accounts may sign in, or go on with a session or token that they have. */
  get usable(): boolean {
    const { host, demoSignIns, publicUrl, publicUrlGiven, trustProxy } = this.settings;
    return demoAllowed({
      demo: demoSignIns.length > 0,
      host,
      publicUrl: publicUrlGiven ? publicUrl : null,
      trustProxy,
    });
  }

  /** Those that can be offered on the sign-in page: where they may sign in, and once they exist. */
  async signIns(): Promise<ApiSettings['demoSignIns'][number][]> {
    if (!this.usable) return [];
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

  /** Whether there are any in the database, usable or not: those of an earlier start are still there without the demo. */
  async present(): Promise<boolean> {
    return (await this.enabled()).length > 0;
  }

  /** @throws Error at start, when the server would listen beyond this machine with such accounts in its database */
  async refuseBeyondLoopback(): Promise<void> {
    if (isLoopback(this.settings.host)) return;
    const found = await this.enabled();
    if (found.length > 0) {
      throw new Error(
        `The API does not start: it would listen on ${this.settings.host}, beyond this machine, and these demo accounts with a published password exist: ${found.join(', ')}. Disable them, use another data folder, or listen on 127.0.0.1.`,
      );
    }
  }

  private async enabled(): Promise<string[]> {
    const found = await this.accounts.listAccounts({ demo: true, limit: PAGE });
    return found.filter(({ demo, disabledAt }) => demo && disabledAt === null).map(({ email }) => email);
  }
}
