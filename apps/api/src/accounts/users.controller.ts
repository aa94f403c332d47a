import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused } from '#domain';
import type { AccountRecords, Log } from '#evaluation';
import { afterPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCOUNTS, LOG } from '../settings.js';
import { accountView } from './account-view.js';
import { OneTimeLinks } from './one-time-links.js';

/** Accounts, for administrators. No role gives sight of sealed data: only a part in the benchmark does. */
@Controller()
export class UsersController {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(LOG) private readonly log: Log,
    private readonly links: OneTimeLinks,
  ) {}

  @Mount(ENDPOINTS.listUsers)
  async list({ actor, query }: Ask<typeof ENDPOINTS.listUsers>): Promise<Answer<typeof ENDPOINTS.listUsers>> {
    permit(actor, 'user.manage', {}, 'page');
    const place = readCursor(query.cursor, afterPlace);
    const found = await this.accounts.listAccounts({ limit: query.limit + 1, after: place?.after });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(accountView),
      nextCursor: found.length > page.length && last !== undefined ? writeCursor({ after: last.id }) : null,
    };
  }

  @Mount(ENDPOINTS.createUser)
  async invite({ actor, body }: Ask<typeof ENDPOINTS.createUser>): Promise<Answer<typeof ENDPOINTS.createUser>> {
    permit(actor, 'user.manage', {}, 'page');
    if ((await this.accounts.findAccount({ email: body.email })) !== null) {
      throw new RequestRefused(409, 'email-taken', 'There is an account with this e-mail address already.');
    }
    const link = await this.links.invite(body.email, body.role);
    this.log.info('users.invited', { by: actor.userId, role: body.role, mailed: link.mailed });
    return link;
  }

  @Mount(ENDPOINTS.updateUser)
  async update({
    actor,
    params,
    body,
  }: Ask<typeof ENDPOINTS.updateUser>): Promise<Answer<typeof ENDPOINTS.updateUser>> {
    permit(actor, 'user.manage', {}, 'page');
    if (params.id === actor.userId) {
      throw new RequestRefused(
        409,
        'own-account',
        'Another administrator must change the role of your account or disable it, so that one always remains.',
      );
    }
    const account = await this.accounts.updateAccount(params.id, body);
    if (account === null) throw notFound('account');
    if (body.disabled === true) await this.accounts.deleteSessions(account.id);
    this.log.info('users.changed', { by: actor.userId, userId: account.id, role: body.role, disabled: body.disabled });
    return accountView(account);
  }

  @Mount(ENDPOINTS.createResetLink)
  async resetLink({
    actor,
    params,
  }: Ask<typeof ENDPOINTS.createResetLink>): Promise<Answer<typeof ENDPOINTS.createResetLink>> {
    permit(actor, 'user.manage', {}, 'page');
    const account = await this.accounts.findAccount({ id: params.id });
    if (account === null) throw notFound('account');
    this.log.info('users.reset-link-made', { by: actor.userId, userId: account.id });
    return this.links.reset(account);
  }
}
