import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestRefused } from '#domain';
import type { Account, AccountRecords } from '#evaluation';
import { ACCOUNTS } from '../settings.js';
import { NOBODY, type Caller } from './caller.js';
import { DemoAccounts } from './demo-accounts.js';
import { digestOf, TOKEN_PREFIX } from './secrets.js';
import { sessionSecret } from './session-cookie.js';

/** Finds out who sent a request: by a personal access token, else by the session cookie, else nobody. */
@Injectable()
export class Authenticator {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    private readonly demo: DemoAccounts,
  ) {}

  /**
   * A cookie that has ended is nobody, so that the sign-in page still opens; a token that is not valid is refused, so that
   * a script learns at once.
   *
   * @throws RequestRefused 401 `token-invalid`
   */
  async identify(request: Pick<FastifyRequest, 'headers'>): Promise<Caller> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) return this.byToken(authorization);
    const secret = sessionSecret(cookie);
    return secret === null ? NOBODY : this.bySession(digestOf(secret));
  }

  /**
   * The same question again, for answers that stay open: false once the session or token has ended. It keeps no session
   * from going idle: a page that was left open does nothing by itself.
   */
  async stillValid(caller: Caller): Promise<boolean> {
    switch (caller.proof.kind) {
      case 'none':
        return true;
      case 'session':
        return (await this.bySession(caller.proof.secretSha256, { seen: false })).account !== null;
      case 'token': {
        const found = await this.accounts.findToken(caller.proof.secretSha256);
        return found !== null && this.usable(found.account);
      }
    }
  }

  /** Disabled accounts are nobody; so are demo accounts without the demo, or where others than this machine can get. */
  usable(account: Account): boolean {
    return account.disabledAt === null && (!account.demo || this.demo.usable);
  }

  private async bySession(secretSha256: string, options?: { readonly seen: boolean }): Promise<Caller> {
    const account = await this.accounts.findSession(secretSha256, options);
    if (account === null || !this.usable(account)) return NOBODY;
    return {
      actor: { userId: account.id, role: account.role, scopes: null },
      account,
      proof: { kind: 'session', secretSha256 },
    };
  }

  private async byToken(authorization: string): Promise<Caller> {
    const [scheme, secret, ...rest] = authorization.split(' ');
    const wellFormed =
      scheme.toLowerCase() === 'bearer' &&
      rest.length === 0 &&
      new RegExp(`^${TOKEN_PREFIX}[A-Za-z0-9_-]{43}$`).test(secret ?? '');
    const found = wellFormed ? await this.accounts.findToken(digestOf(secret)) : null;
    if (found === null || !this.usable(found.account)) {
      throw new RequestRefused(
        401,
        'token-invalid',
        'This personal access token is unknown, has expired or was revoked.',
      );
    }
    return {
      actor: { userId: found.account.id, role: found.account.role, scopes: found.token.scopes },
      account: found.account,
      proof: { kind: 'token', secretSha256: digestOf(secret), tokenId: found.token.id },
    };
  }
}
