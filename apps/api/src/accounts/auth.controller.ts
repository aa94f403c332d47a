import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { RequestRefused } from '#domain';
import type { Account, AccountRecords, Log } from '#evaluation';
import { replyOf } from '../http/reply-of.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { ACCOUNTS, LOG, PASSWORDS, SETTINGS, type ApiSettings, type Passwords } from '../settings.js';
import { accountView } from './account-view.js';
import { Authenticator } from './authenticator.js';
import { NOBODY, type Caller } from './caller.js';
import { OneTimeLinks } from './one-time-links.js';
import { DemoAccounts } from './demo-accounts.js';
import { digestOf } from './secrets.js';
import { endedSessionCookie, sessionCookie } from './session-cookie.js';
import { SignIn } from './sign-in.js';
import { Throttle } from './throttle.js';

/** Signing in and out, registering, and passwords. */
@Controller()
export class AuthController {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(PASSWORDS) private readonly passwords: Passwords,
    @Inject(LOG) private readonly log: Log,
    private readonly authenticator: Authenticator,
    private readonly signIn: SignIn,
    private readonly throttle: Throttle,
    private readonly links: OneTimeLinks,
    private readonly demo: DemoAccounts,
  ) {}

  @Mount(ENDPOINTS.whoami)
  async whoami(ask: Ask<typeof ENDPOINTS.whoami>): Promise<Answer<typeof ENDPOINTS.whoami>> {
    return this.describe(await this.authenticator.identify(ask.request));
  }

  @Mount(ENDPOINTS.login)
  async login({ body, request }: Ask<typeof ENDPOINTS.login>): Promise<Answer<typeof ENDPOINTS.login>> {
    const account = await this.signIn.check(body.email, body.password, request.ip);
    return this.enter(account, request);
  }

  @Mount(ENDPOINTS.logout)
  async logout({ request }: Ask<typeof ENDPOINTS.logout>): Promise<void> {
    const caller = await this.authenticator.identify(request);
    replyOf(request).header('set-cookie', endedSessionCookie(this.settings.publicUrl));
    if (caller.account === null) return;
    if (caller.proof.kind === 'token') await this.accounts.deleteToken(caller.account.id, caller.proof.tokenId);
    if (caller.proof.kind === 'session')
      await this.accounts.deleteSessions(caller.account.id, caller.proof.secretSha256);
  }

  @Mount(ENDPOINTS.register)
  async register({ body, request }: Ask<typeof ENDPOINTS.register>): Promise<Answer<typeof ENDPOINTS.register>> {
    await this.throttle.attempt(request.ip);
    const invitation = body.invitation === undefined ? null : digestOf(body.invitation);
    if (invitation === null && this.settings.registration !== 'open') {
      throw new RequestRefused(
        403,
        'registration-closed',
        'Accounts on this server are made by invitation. Ask an administrator for one.',
      );
    }
    const link = invitation === null ? null : await this.accounts.findLink('invite', invitation);
    if (invitation !== null && link === null) throw linkInvalid('invitation');
    if (link !== null && link.email.toLowerCase() !== body.email) {
      throw new RequestRefused(
        422,
        'invitation-address',
        'This invitation is for another e-mail address than the one given.',
      );
    }
    if ((await this.accounts.findAccount({ email: body.email })) !== null) {
      throw new RequestRefused(
        409,
        'email-taken',
        'There is an account with this e-mail address already. Sign in, or set a new password.',
      );
    }
    const passwordHash = await this.passwords.hash(body.password);
    // taken only now, so that a mistake above does not spend the link; of two that come at once, one gets it
    if (invitation !== null && (await this.accounts.useLink('invite', invitation)) === null)
      throw linkInvalid('invitation');
    const account = await this.accounts.createAccount({
      email: body.email,
      name: body.name,
      role: link?.role ?? 'researcher',
      passwordHash,
    });
    this.log.info('auth.registered', { userId: account.id, invited: link !== null });
    return this.enter(account, request);
  }

  @Mount(ENDPOINTS.requestReset)
  async requestReset({
    body,
    request,
  }: Ask<typeof ENDPOINTS.requestReset>): Promise<Answer<typeof ENDPOINTS.requestReset>> {
    await this.throttle.attempt(request.ip, body.email);
    // after the answer: neither its text nor its time tells whether there is such an account
    setImmediate(() => void this.mailReset(body.email));
    return {
      message:
        'If there is an account with this address and this server can send mail, a link is on its way. Otherwise ask an administrator for one.',
    };
  }

  @Mount(ENDPOINTS.resetPassword)
  async resetPassword({ body, request }: Ask<typeof ENDPOINTS.resetPassword>): Promise<void> {
    await this.throttle.attempt(request.ip);
    const link = await this.accounts.useLink('reset', digestOf(body.token));
    const account = link?.userId == null ? null : await this.accounts.findAccount({ id: link.userId });
    if (account === null || !this.authenticator.usable(account)) throw linkInvalid('link');
    // whoever lost the password, or had it taken, cannot tell what else was made with it
    await this.signIn.setPassword(account.id, body.password, { revokeTokens: true });
  }

  @Mount(ENDPOINTS.changePassword)
  async changePassword({ body, caller, request }: Ask<typeof ENDPOINTS.changePassword>): Promise<void> {
    const { email, demo } = caller.account as Account; // the policy asks for a session
    if (demo)
      throw new RequestRefused(
        409,
        'demo-account',
        'The password of a demo account stays as it is printed. Make an account of your own.',
      );
    const account = await this.signIn.check(email, body.current, request.ip);
    await this.signIn.setPassword(account.id, body.password, body);
    await this.enter(account, request);
  }

  private async mailReset(email: string): Promise<void> {
    try {
      const account = await this.accounts.findAccount({ email });
      if (account !== null && this.settings.smtpUrl !== null && this.authenticator.usable(account))
        await this.links.reset(account);
    } catch (error) {
      this.log.error('auth.reset-mail-failed', error);
    }
  }

  private async enter(account: Account, request: FastifyRequest): Promise<Answer<typeof ENDPOINTS.whoami>> {
    const old = await this.authenticator.identify({ headers: { cookie: request.headers.cookie } });
    if (old.account !== null && old.proof.kind === 'session')
      await this.accounts.deleteSessions(old.account.id, old.proof.secretSha256);
    const secret = await this.signIn.start(account);
    const reply: FastifyReply = replyOf(request);
    reply.header('set-cookie', sessionCookie(secret, this.settings.publicUrl));
    return this.describe({ ...NOBODY, account });
  }

  private async describe({
    account,
    actor,
  }: Pick<Caller, 'account' | 'actor'>): Promise<Answer<typeof ENDPOINTS.whoami>> {
    return {
      account: account === null ? null : accountView(account),
      scopes: actor.scopes === null ? null : [...actor.scopes],
      registration: this.settings.registration,
      demoSignIns: await this.demo.signIns(),
    };
  }
}

function linkInvalid(what: string): RequestRefused {
  return new RequestRefused(
    422,
    'link-invalid',
    `This ${what} is unknown, has been used or has expired. Ask for a new one.`,
  );
}
