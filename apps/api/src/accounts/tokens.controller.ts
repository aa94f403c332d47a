import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound } from '#domain';
import type { AccessToken, AccountRecords, Clock, Log } from '#evaluation';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCOUNTS, CLOCK, LOG } from '../settings.js';
import { digestOf, newSecret, TOKEN_PREFIX } from './secrets.js';

/** Personal access tokens of the person who asks: for scripts and the command line. */
@Controller()
export class TokensController {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Mount(ENDPOINTS.listTokens)
  async list({ actor }: Ask<typeof ENDPOINTS.listTokens>): Promise<Answer<typeof ENDPOINTS.listTokens>> {
    permit(actor, 'session.own', {}, 'page');
    return { items: (await this.accounts.listTokens(actor.userId as string)).map(tokenView) };
  }

  @Mount(ENDPOINTS.createToken)
  async create({ actor, body }: Ask<typeof ENDPOINTS.createToken>): Promise<Answer<typeof ENDPOINTS.createToken>> {
    permit(actor, 'session.secure', {}, 'page');
    const secret = TOKEN_PREFIX + newSecret();
    const expiresAt = new Date(this.clock.now().getTime() + body.expiresInDays * 86_400_000);
    const token = await this.accounts.createToken(
      { userId: actor.userId as string, name: body.name, scopes: [...new Set(body.scopes)], expiresAt },
      digestOf(secret),
    );
    this.log.info('auth.token-made', { userId: actor.userId, tokenId: token.id, scopes: token.scopes });
    return { token: tokenView(token), secret };
  }

  @Mount(ENDPOINTS.deleteToken)
  async revoke({ actor, params }: Ask<typeof ENDPOINTS.deleteToken>): Promise<void> {
    permit(actor, 'session.secure', {}, 'page');
    if (!(await this.accounts.deleteToken(actor.userId as string, params.id))) throw notFound('token');
    this.log.info('auth.token-revoked', { userId: actor.userId, tokenId: params.id });
  }
}

function tokenView(token: AccessToken): Answer<typeof ENDPOINTS.listTokens>['items'][number] {
  return {
    id: token.id,
    name: token.name,
    scopes: [...token.scopes],
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    createdAt: token.createdAt.toISOString(),
  };
}
