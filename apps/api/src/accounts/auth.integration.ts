import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Account } from '#evaluation';
import { createApi } from '../create-api.js';
import { ORIGIN, PASSWORD, World } from '../test-support/world.js';

type Answer = Awaited<ReturnType<World['ask']>>;

let world: World;
let smtp: SMTPServer;
const mails: { to: string; body: string }[] = [];
let nextIp = 1;
const freshIp = () => `10.0.0.${nextIp++}`;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, { envelope }, done) => {
      void text(stream).then((body) => {
        // quoted-printable folds long lines and writes "=" as "=3D"
        mails.push({ to: envelope.rcptTo[0].address, body: body.replace(/=\r?\n/g, '').replaceAll('=3D', '=') });
        done();
      });
    },
  });
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready));
  world = await World.open({ smtpUrl: `smtp://127.0.0.1:${smtp.server.address().port}` });
}, 120_000);
afterAll(async () => {
  await world?.close();
  await new Promise<void>((done) => smtp.close(done));
});

const login = (
  email: string,
  password: string,
  ip = freshIp(),
  headers: Record<string, string> = {},
): Promise<Answer> => world.ask('visitor', 'POST', '/auth/login', { body: { email, password }, ip, headers });
const cookieOf = (answer: Answer): string => String(answer.headers['set-cookie']).split(';')[0];
const whoIs = async (cookie: string) =>
  (await world.ask('visitor', 'GET', '/auth/session', { headers: { cookie } })).json().account as {
    email: string;
  } | null;
const codeOf = (answer: Answer): [number, string] => [answer.statusCode, answer.json().code];
let made = 0;
async function person(role: Account['role'] = 'researcher', demo = false): Promise<Account> {
  made += 1;
  return world.parts.accounts.createAccount({
    email: `p${made}@example.org`,
    name: `P ${made}`,
    role,
    passwordHash: await world.parts.passwords.hash(PASSWORD),
    demo,
  });
}
async function mailTo(address: string): Promise<string> {
  for (let n = 0; n < 100; n++) {
    const mail = mails.find(({ to }) => to === address);
    if (mail !== undefined) return mail.body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail to ${address}`);
}

describe('sign-in', () => {
  it('sets a cookie that scripts cannot read, and the session says who it is', async () => {
    const { email } = await person();
    const answer = await login(email.toUpperCase(), PASSWORD);
    expect(answer.statusCode).toBe(200);
    expect(answer.json().account).toMatchObject({ email, role: 'researcher', demo: false });
    expect(answer.body).not.toMatch(/argon2|passwordHash/);
    expect(answer.headers['set-cookie']).toMatch(
      /^voxelmark_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    expect(await whoIs(cookieOf(answer))).toMatchObject({ email });
  });

  it('is Secure where the public address is https', async () => {
    const https = await createApi(world.parts, {
      ...world.settings,
      publicUrl: 'https://bench.example',
      publicUrlGiven: true,
    });
    const { email } = await person();
    const answer = await https.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { origin: 'https://bench.example' },
      payload: { email, password: PASSWORD },
      remoteAddress: freshIp(),
    });
    expect(answer.headers['set-cookie']).toMatch(/; Secure$/);
    expect(answer.headers['strict-transport-security']).toMatch(/max-age=31536000/);
    const local = await https.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { origin: 'http://evil.example', host: 'evil.example' },
      payload: { email, password: PASSWORD },
      remoteAddress: freshIp(),
    });
    expect(local.statusCode).toBe(403);
    await https.close();
  });

  it('answers a wrong password, an unknown address, a disabled account and one without a password alike', async () => {
    const known = await person();
    const disabled = await person();
    await world.parts.accounts.updateAccount(disabled.id, { disabled: true });
    const empty = await world.parts.accounts.createAccount({
      email: 'empty@example.org',
      name: 'E',
      role: 'researcher',
      passwordHash: null,
    });
    const answers = [
      await login(known.email, 'wrong password'),
      await login('nobody@example.org', PASSWORD),
      await login(disabled.email, PASSWORD),
      await login(empty.email, PASSWORD),
      await login(empty.email, ''.padEnd(10, 'x')),
    ];
    for (const answer of answers) expect(codeOf(answer)).toEqual([401, 'sign-in-failed']);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  it('costs an unknown address a password check, too', async () => {
    const verified: string[] = [];
    const passwords = {
      hash: world.parts.passwords.hash,
      verify: (hash: string) => Promise.resolve(verified.push(hash) > 1e9),
    };
    const api = await createApi({ ...world.parts, passwords }, world.settings);
    await api.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: { email: 'nobody2@example.org', password: 'x' },
      remoteAddress: freshIp(),
    });
    await api.close();
    expect(verified).toEqual([expect.stringMatching(/^\$argon2id\$/)]);
  });

  it('a cookie that was planted before is worth nothing afterwards', async () => {
    const { email } = await person();
    const planted = `voxelmark_session=${'A'.repeat(43)}`;
    const answer = await login(email, PASSWORD, freshIp(), { cookie: planted });
    expect(cookieOf(answer)).not.toBe(planted);
    expect(await whoIs(planted)).toBeNull();
    const again = await login(email, PASSWORD, freshIp(), { cookie: cookieOf(answer) });
    expect(await whoIs(cookieOf(answer))).toBeNull();
    expect(await whoIs(cookieOf(again))).toMatchObject({ email });
  });

  it('is slowed to 5 a minute for an account, from wherever, the right password included', async () => {
    const { email } = await person();
    for (let n = 0; n < 5; n++) expect((await login(email, 'wrong password')).statusCode).toBe(401);
    const sixth = await login(email, PASSWORD);
    expect(codeOf(sixth)).toEqual([429, 'too-many-attempts']);
    expect(sixth.headers['retry-after']).toBe('60');
    expect((await login((await person()).email, PASSWORD)).statusCode).toBe(200);
  });

  it('is slowed to 20 a minute for a network address, also when all come at once', async () => {
    const ip = freshIp();
    const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => login(`guess${n}@example.org`, 'x', ip)));
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBeLessThanOrEqual(20);
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThanOrEqual(4);
  }, 30_000);
});

describe('sessions', () => {
  it('signing out ends this one and clears the cookie', async () => {
    const { email } = await person();
    const one = cookieOf(await login(email, PASSWORD));
    const other = cookieOf(await login(email, PASSWORD));
    const answer = await world.ask('visitor', 'POST', '/auth/logout', { headers: { cookie: one } });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers['set-cookie']).toMatch(/^voxelmark_session=; .*Max-Age=0/);
    expect(await whoIs(one)).toBeNull();
    expect(await whoIs(other)).toMatchObject({ email });
  });

  it('signing out with a token revokes that token', async () => {
    const headers = { authorization: `Bearer ${await world.token('owner', ['read'])}` };
    expect((await world.ask('visitor', 'GET', '/submissions', { headers })).statusCode).toBe(200);
    expect((await world.ask('visitor', 'POST', '/auth/logout', { headers })).statusCode).toBe(204);
    expect(codeOf(await world.ask('visitor', 'GET', '/submissions', { headers }))).toEqual([401, 'token-invalid']);
  });

  it('a new password ends the others and goes on with a new one', async () => {
    const { email } = await person();
    const [one, other] = [cookieOf(await login(email, PASSWORD)), cookieOf(await login(email, PASSWORD))];
    const change = (current: string) =>
      world.ask('visitor', 'POST', '/auth/password', {
        headers: { cookie: one },
        body: { current, password: 'quite another one' },
        ip: freshIp(),
      });
    expect(codeOf(await change('not this one'))).toEqual([401, 'sign-in-failed']);
    const answer = await change(PASSWORD);
    expect(answer.statusCode).toBe(204);
    expect([await whoIs(one), await whoIs(other)]).toEqual([null, null]);
    expect(await whoIs(cookieOf(answer))).toMatchObject({ email });
    expect((await login(email, 'quite another one')).statusCode).toBe(200);
  });

  it('a new password revokes tokens, unless asked not to', async () => {
    const tokenOf = async (cookie: string) => {
      const made = await world.ask('visitor', 'POST', '/tokens', {
        headers: { cookie },
        body: { name: 'laptop', scopes: ['read'] },
      });
      const headers = { authorization: `Bearer ${(made.json() as { secret: string }).secret}` };
      return async () => (await world.ask('visitor', 'GET', '/submissions', { headers })).statusCode;
    };
    const { email } = await person();
    const change = (cookie: string, current: string, password: string, extra: object) =>
      world.ask('visitor', 'POST', '/auth/password', {
        headers: { cookie },
        body: { current, password, ...extra },
        ip: freshIp(),
      });
    const first = cookieOf(await login(email, PASSWORD));
    const use = await tokenOf(first);
    expect(await use()).toBe(200);
    const kept = await change(first, PASSWORD, 'the second one', { revokeTokens: false });
    expect([kept.statusCode, await use()]).toEqual([204, 200]);
    const revoked = await change(cookieOf(kept), 'the second one', 'the third one', {});
    expect([revoked.statusCode, await use()]).toEqual([204, 401]);
  });

  it('disabling an account ends its sessions and tokens, and a change of role counts at once', async () => {
    const account = await person('admin');
    const cookie = cookieOf(await login(account.email, PASSWORD));
    const users = () => world.ask('visitor', 'GET', '/users', { headers: { cookie } });
    expect((await users()).statusCode).toBe(200);
    await world.ask('admin', 'PATCH', `/users/${account.id}`, { body: { role: 'researcher' } });
    expect((await users()).statusCode).toBe(403);
    const disabled = await world.ask('admin', 'PATCH', `/users/${account.id}`, { body: { disabled: true } });
    expect(disabled.json()).toMatchObject({ disabled: true });
    expect((await users()).statusCode).toBe(401);
    expect((await login(account.email, PASSWORD)).statusCode).toBe(401);
  });
});

describe('requests from elsewhere', () => {
  const post = async (headers: Record<string, string>) =>
    world.app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload: { name: 'x', scopes: ['read'] } });

  it('the cookie of a signed-in person does not work from a foreign page, nor from no page', async () => {
    const cookie = await world.session(world.account('owner'));
    expect(codeOf(await post({ cookie, host: 'localhost:4200', origin: 'https://evil.example' }))).toEqual([
      403,
      'origin-foreign',
    ]);
    expect(codeOf(await post({ cookie, host: 'evil.example', origin: 'http://evil.example' }))).toEqual([
      403,
      'origin-foreign',
    ]);
    expect(codeOf(await post({ cookie, host: 'localhost:4200', origin: 'null' }))).toEqual([403, 'origin-foreign']);
    expect(codeOf(await post({ cookie, host: 'localhost:4200' }))).toEqual([403, 'origin-missing']);
    expect((await post({ cookie, host: 'localhost:4200', origin: ORIGIN })).statusCode).toBe(201);
    expect((await post({ cookie, host: '127.0.0.1:4200', origin: 'http://127.0.0.1:4200' })).statusCode).toBe(201);
  });

  it('no answer invites another site to read it', async () => {
    const answer = await world.ask('owner', 'GET', '/submissions', { headers: { origin: 'https://evil.example' } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    'Bearer',
    'Bearer x',
    'Bearer vmk_',
    `Bearer vmk_${'a'.repeat(43)}`,
    'Basic b3duZXI6eA==',
    `bearer  vmk_${'a'.repeat(43)}`,
  ])('a token that is none is refused: %s', async (authorization) => {
    const answer = await world.ask('visitor', 'GET', '/auth/session', { headers: { authorization } });
    expect(codeOf(answer)).toEqual([401, 'token-invalid']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="voxelmark"');
  });
});

describe('invitations and password links', () => {
  it('an invitation makes one account, for its address and role, and tells so by mail', async () => {
    const invited = await world.ask('admin', 'POST', '/users', {
      body: { email: 'New.Reader@example.org', role: 'reader' },
    });
    expect(invited.json()).toMatchObject({
      mailed: true,
      link: expect.stringMatching(/^http:\/\/localhost:4200\/register\?invitation=[A-Za-z0-9_-]{43}$/),
    });
    const { link } = invited.json() as { link: string };
    expect(await mailTo('new.reader@example.org')).toContain(link);
    const invitation = new URL(link).searchParams.get('invitation') as string;
    const register = (email: string) =>
      world.ask('visitor', 'POST', '/auth/register', {
        body: { email, name: 'New Reader', password: 'long enough 1', invitation },
        ip: freshIp(),
      });
    expect(codeOf(await register('somebody.else@example.org'))).toEqual([422, 'invitation-address']);
    const both = await Promise.all([register('new.reader@example.org'), register('new.reader@example.org')]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([201, expect.any(Number)]);
    expect(both.find(({ statusCode }) => statusCode === 201)?.json().account).toMatchObject({ role: 'reader' });
    expect(codeOf(await register('new.reader@example.org'))).toEqual([422, 'link-invalid']);
  });

  it('registration can be closed', async () => {
    const closed = await createApi(world.parts, { ...world.settings, registration: 'invite' });
    const answer = await closed.inject({
      method: 'POST',
      url: '/api/v1/auth/register',
      payload: { email: 'x@example.org', name: 'X', password: 'long enough 1' },
      remoteAddress: freshIp(),
    });
    await closed.close();
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'registration-closed']);
  });

  it('open registration makes researchers and nothing else', async () => {
    const register = (extra: object) =>
      world.ask('visitor', 'POST', '/auth/register', {
        body: { email: 'open@example.org', name: 'Open', password: 'long enough 1', ...extra },
        ip: freshIp(),
      });
    expect(codeOf(await register({ role: 'admin' }))).toEqual([400, 'request-invalid']);
    expect((await register({})).json().account).toMatchObject({ role: 'researcher', email: 'open@example.org' });
    expect(codeOf(await register({}))).toEqual([409, 'email-taken']);
  });

  it('a lost password: the same answer for every address, a link by mail, once', async () => {
    const account = await person();
    const cookie = cookieOf(await login(account.email, PASSWORD));
    const made = await world.ask('visitor', 'POST', '/tokens', {
      headers: { cookie },
      body: { name: 'thief', scopes: ['read'] },
    });
    const authorization = `Bearer ${(made.json() as { secret: string }).secret}`;
    const forget = (email: string) =>
      world.ask('visitor', 'POST', '/auth/password-reset/request', { body: { email }, ip: freshIp() });
    const [known, unknown] = [await forget(account.email), await forget('nobody3@example.org')];
    expect([known.statusCode, known.body]).toEqual([unknown.statusCode, unknown.body]);
    const token = /token=([A-Za-z0-9_-]{43})/.exec(await mailTo(account.email))?.[1] as string;
    expect(mails.some(({ to }) => to === 'nobody3@example.org')).toBe(false);
    const reset = () =>
      world.ask('visitor', 'POST', '/auth/password-reset', {
        body: { token, password: 'the new password' },
        ip: freshIp(),
      });
    expect((await reset()).statusCode).toBe(204);
    expect(await whoIs(cookie)).toBeNull();
    expect(codeOf(await world.ask('visitor', 'GET', '/submissions', { headers: { authorization } }))).toEqual([
      401,
      'token-invalid',
    ]);
    expect((await login(account.email, 'the new password')).statusCode).toBe(200);
    expect(codeOf(await reset())).toEqual([422, 'link-invalid']);
  });

  it('a link that was asked for before the password changed is worth nothing afterwards', async () => {
    const account = await person();
    const { link } = (await world.ask('admin', 'POST', `/users/${account.id}/reset-link`)).json() as { link: string };
    const cookie = cookieOf(await login(account.email, PASSWORD));
    await world.ask('visitor', 'POST', '/auth/password', {
      headers: { cookie },
      body: { current: PASSWORD, password: 'changed by its owner' },
      ip: freshIp(),
    });
    const token = new URL(link).searchParams.get('token');
    const answer = await world.ask('visitor', 'POST', '/auth/password-reset', {
      body: { token, password: 'changed by a finder' },
      ip: freshIp(),
    });
    expect(codeOf(answer)).toEqual([422, 'link-invalid']);
  });

  it('an administrator can hand a link over', async () => {
    const account = await person();
    const { link } = (await world.ask('admin', 'POST', `/users/${account.id}/reset-link`)).json() as { link: string };
    const token = new URL(link).searchParams.get('token');
    expect(
      (
        await world.ask('visitor', 'POST', '/auth/password-reset', {
          body: { token, password: 'handed over 1' },
          ip: freshIp(),
        })
      ).statusCode,
    ).toBe(204);
    expect((await login(account.email, 'handed over 1')).statusCode).toBe(200);
  });

  it('an administrator stays one: his own account is not his to change', async () => {
    expect(
      codeOf(await world.ask('admin', 'PATCH', `/users/${world.account('admin').id}`, { body: { disabled: true } })),
    ).toEqual([409, 'own-account']);
  });
});

describe('demo accounts', () => {
  it('are offered on loopback once they exist, and keep their password', async () => {
    const demo = await world.parts.accounts.createAccount({
      email: 'admin@demo.voxelmark.local',
      name: 'Ada',
      role: 'admin',
      passwordHash: await world.parts.passwords.hash('voxelmark-demo'),
      demo: true,
    });
    const demoSignIns = [
      { email: demo.email, role: 'admin' as const, password: 'voxelmark-demo' },
      { email: 'not-there@demo.voxelmark.local', role: 'reader' as const, password: 'voxelmark-demo' },
    ];
    const api = await createApi(world.parts, { ...world.settings, demoSignIns });
    expect((await api.inject({ url: '/api/v1/auth/session' })).json().demoSignIns).toEqual([demoSignIns[0]]);
    expect((await api.inject({ url: '/api/v1/health' })).json().insecure).toEqual(
      expect.arrayContaining(['Demo accounts with a published password exist.']),
    );
    const signedIn = await signInAt(api, demo.email);
    expect(signedIn.statusCode).toBe(200);
    const change = await api.inject({
      method: 'POST',
      url: '/api/v1/auth/password',
      headers: { host: 'localhost:4200', origin: ORIGIN, cookie: cookieOf(signedIn) },
      payload: { current: 'voxelmark-demo', password: 'mine alone now' },
    });
    expect(codeOf(change)).toEqual([409, 'demo-account']);
    await api.close();
    await expect(createApi(world.parts, { ...world.settings, host: '0.0.0.0' })).rejects.toThrow(/beyond this machine/);
  });

  const signInAt = (api: World['app'], email: string, headers: Record<string, string> = {}): Promise<Answer> =>
    api.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { host: 'localhost:4200', ...headers },
      payload: { email, password: 'voxelmark-demo' },
      remoteAddress: freshIp(),
    });

  it.each([
    ['once the demo is off', { demoSignIns: [] }],
    ['behind a public address', { publicUrl: 'https://bench.example', publicUrlGiven: true }],
    ['behind a proxy that is trusted', { trustProxy: true }],
  ])('are nobody %s: no sign-in, no session, no token, and health says so', async (_, change) => {
    made += 1;
    const account = await world.parts.accounts.createAccount({
      email: `demo${made}@demo.voxelmark.local`,
      name: 'Olu',
      role: 'organiser',
      passwordHash: await world.parts.passwords.hash('voxelmark-demo'),
      demo: true,
    });
    const { email } = account;
    const demoSignIns = [{ email, role: 'organiser' as const, password: 'voxelmark-demo' }];
    const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');
    const secret = `vmk_${'d'.repeat(40)}${String(made).padStart(3, '0')}`;
    await world.parts.accounts.createToken(
      { userId: account.id, name: 'left over', scopes: ['read'], expiresAt: null },
      digest(secret),
    );
    const cookie = await world.session(account);
    const whoAt = async (api: World['app'], headers: Record<string, string>) => {
      const answer = await api.inject({ url: '/api/v1/auth/session', headers });
      return answer.statusCode === 200 ? (answer.json().account?.email ?? null) : answer.json().code;
    };

    const demo = await createApi(world.parts, { ...world.settings, demoSignIns });
    expect((await signInAt(demo, email)).statusCode).toBe(200);
    expect(await whoAt(demo, { cookie })).toBe(email);
    expect(await whoAt(demo, { authorization: `Bearer ${secret}` })).toBe(email);
    await demo.close();

    const later = await createApi(world.parts, { ...world.settings, demoSignIns, ...change });
    expect(codeOf(await signInAt(later, email))).toEqual([401, 'sign-in-failed']);
    expect(await whoAt(later, { cookie })).toBeNull();
    expect(await whoAt(later, { authorization: `Bearer ${secret}` })).toBe('token-invalid');
    expect((await later.inject({ url: '/api/v1/auth/session' })).json().demoSignIns).toEqual([]);
    expect((await later.inject({ url: '/api/v1/health' })).json().insecure).toContainEqual(
      expect.stringMatching(/^Demo accounts with a published password exist; .* cannot sign in/),
    );
    await later.close();
  });
});

describe('tokens', () => {
  it('are shown once, listed without their secret, and revoked', async () => {
    const account = await person();
    const cookie = cookieOf(await login(account.email, PASSWORD));
    const made = await world.ask('visitor', 'POST', '/tokens', {
      headers: { cookie },
      body: { name: 'laptop', scopes: ['read', 'read', 'submit'], expiresInDays: 7 },
    });
    const { secret, token } = made.json() as {
      secret: string;
      token: { id: string; scopes: string[]; expiresAt: string };
    };
    expect(secret).toMatch(/^vmk_[A-Za-z0-9_-]{43}$/);
    expect(token.scopes).toEqual(['read', 'submit']);
    expect(Math.round((Date.parse(token.expiresAt) - Date.now()) / 86_400_000)).toBe(7);
    const list = await world.ask('visitor', 'GET', '/tokens', { headers: { cookie } });
    expect(list.json().items).toHaveLength(1);
    expect(list.body).not.toContain(secret);
    const me = await world.ask('visitor', 'GET', '/auth/session', { headers: { authorization: `Bearer ${secret}` } });
    expect(me.json()).toMatchObject({ account: { email: account.email }, scopes: ['read', 'submit'] });
    expect(codeOf(await world.ask('owner', 'DELETE', `/tokens/${token.id}`))).toEqual([404, 'not-found']);
    expect((await world.ask('visitor', 'DELETE', `/tokens/${token.id}`, { headers: { cookie } })).statusCode).toBe(204);
    expect(
      (await world.ask('visitor', 'GET', '/submissions', { headers: { authorization: `Bearer ${secret}` } }))
        .statusCode,
    ).toBe(401);
  });
});

it('no secret is stored or logged as it is, and nothing asked here was a defect', async () => {
  const [row] = (await world.database.dataSource.manager.query('select * from account_session limit 1')) as Record<
    string,
    unknown
  >[];
  expect(JSON.stringify(row)).toMatch(/[0-9a-f]{64}/);
  expect(world.logged).toEqual([]);
});
