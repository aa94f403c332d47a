import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { RequestRefused } from '#domain';
import type { Account, AccountRecords, Log } from '#evaluation';
import { ACCOUNTS, LOG, PASSWORDS, type Passwords } from '../settings.js';
import { Authenticator } from './authenticator.js';
import { digestOf, newSecret } from './secrets.js';
import { Throttle } from './throttle.js';

/** Passwords and sessions. */
@Injectable()
export class SignIn implements OnModuleInit {
  /** Compared with when there is no account, so that an unknown address costs as much time as a wrong password. */
  private decoyHash = '';

  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(PASSWORDS) private readonly passwords: Passwords,
    @Inject(LOG) private readonly log: Log,
    private readonly throttle: Throttle,
    private readonly authenticator: Authenticator,
  ) {}

  async onModuleInit(): Promise<void> {
    this.decoyHash = await this.passwords.hash(newSecret());
  }

  /**
   * The account of an address and a password; one answer for every reason why not.
   *
   * @throws RequestRefused 401 `sign-in-failed`, 429 `too-many-attempts`
   */
  async check(email: string, password: string, ip: string): Promise<Account> {
    await this.throttle.attempt(ip, email);
    const account = await this.accounts.findAccount({ email });
    const right = await this.passwords.verify(account?.passwordHash ?? this.decoyHash, password);
    if (account === null || account.passwordHash === null || !right || !this.authenticator.usable(account)) {
      this.log.warn('auth.sign-in-failed', { userId: account?.id ?? null });
      throw new RequestRefused(401, 'sign-in-failed', 'E-mail address or password is not right.');
    }
    return account;
  }

  /** A new session with a secret of its own: one that was planted in the browser before signing in is worth nothing. */
  async start(account: Account): Promise<string> {
    const secret = newSecret();
    await this.accounts.createSession(account.id, digestOf(secret));
    this.log.info('auth.session-started', { userId: account.id });
    return secret;
  }

  /** Sets a password and ends what went in by the old one: every session, every open link and, if wished, every token. */
  async setPassword(accountId: string, password: string, { revokeTokens }: { revokeTokens: boolean }): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    await this.accounts.updateAccount(accountId, { passwordHash, revokeTokens });
    this.log.info('auth.password-set', { userId: accountId, revokeTokens });
  }
}
