import { Inject, Injectable } from '@nestjs/common';
import type { AccountRole } from '#domain';
import type { Account, AccountRecords, Clock } from '#evaluation';
import { ACCOUNTS, CLOCK, SETTINGS, type ApiSettings } from '../settings.js';
import { Mailer } from './mailer.js';
import { digestOf, newSecret } from './secrets.js';

export interface HandedLink {
  readonly link: string;
  readonly expiresAt: string;
  readonly mailed: boolean;
}

const RESET_HOURS = 2;
const INVITATION_HOURS = 7 * 24;

/** Links that work once: an invitation to make an account, or leave to set a new password. Stored as digests. */
@Injectable()
export class OneTimeLinks {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl'>,
    private readonly mailer: Mailer,
  ) {}

  async invite(email: string, role: AccountRole): Promise<HandedLink> {
    const { secret, expiresAt } = await this.make('invite', null, email, role, INVITATION_HOURS);
    const link = this.address('/register', 'invitation', secret);
    const mailed = await this.mailer.send({
      to: email,
      subject: 'Your invitation to Voxelmark',
      text: `You have been invited to Voxelmark as ${role}.\n\nMake your account here, within seven days; the link works once:\n${link}\n`,
    });
    return { link, expiresAt: expiresAt.toISOString(), mailed };
  }

  async reset(account: Account): Promise<HandedLink> {
    const { secret, expiresAt } = await this.make('reset', account.id, account.email, account.role, RESET_HOURS);
    const link = this.address('/reset-password', 'token', secret);
    const mailed = await this.mailer.send({
      to: account.email,
      subject: 'Set a new Voxelmark password',
      text: `Set a new password here, within two hours; the link works once:\n${link}\n\nIf you did not ask for it, you need not do anything.\n`,
    });
    return { link, expiresAt: expiresAt.toISOString(), mailed };
  }

  private async make(
    kind: 'reset' | 'invite',
    userId: string | null,
    email: string,
    role: AccountRole,
    hours: number,
  ): Promise<{ secret: string; expiresAt: Date }> {
    const secret = newSecret();
    const expiresAt = new Date(this.clock.now().getTime() + hours * 3_600_000);
    await this.accounts.createLink({ kind, userId, email, role, expiresAt }, digestOf(secret));
    return { secret, expiresAt };
  }

  private address(path: string, parameter: string, secret: string): string {
    const url = new URL(path, this.settings.publicUrl);
    url.searchParams.set(parameter, secret);
    return url.href;
  }
}
