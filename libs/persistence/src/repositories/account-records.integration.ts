import { createHash } from 'node:crypto';
import { jest } from '@jest/globals';
import type { AccessLog, AccountRecords } from '#evaluation';
import { createAccessLog } from './access-log.js';
import { createAccountRecords } from './account-records.js';
import { scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import { somebody } from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

const NOBODY = '00000000-0000-7000-8000-000000000000';
let scratch: ScratchDatabase;
let accounts: AccountRecords;
let log: AccessLog;

beforeAll(async () => {
  scratch = await scratchDatabase();
  accounts = createAccountRecords(scratch.database);
  log = createAccessLog(scratch.database);
});
afterAll(() => scratch.remove());

const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const sql = (text: string, parameters: unknown[] = []): Promise<unknown> =>
  scratch.database.dataSource.query(text, parameters);

test('an email address is one account, however it is spelled', async () => {
  const made = await accounts.createAccount({
    email: ' Ada@Example.org',
    name: 'Ada',
    role: 'organiser',
    passwordHash: 'h',
    demo: true,
  });
  expect(made).toMatchObject({
    email: 'ada@example.org',
    name: 'Ada',
    role: 'organiser',
    passwordHash: 'h',
    demo: true,
    disabledAt: null,
  });
  expect(await accounts.findAccount({ email: 'ADA@example.ORG' })).toEqual(made);
  expect(await accounts.findAccount({ id: made.id })).toEqual(made);
  await expect(
    accounts.createAccount({ email: 'ada@EXAMPLE.org', name: 'B', role: 'reader', passwordHash: null }),
  ).rejects.toMatchObject({ status: 409, code: 'email-taken' });
  expect(await accounts.findAccount({ id: 'nonsense' })).toBeNull();
  expect(await accounts.findAccount({ email: 'nobody@example.org' })).toBeNull();
});

test('accounts are listed oldest first, page by page', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push((await somebody(accounts)).id);
  const all: string[] = [];
  for (let after: string | undefined; ; after = all.at(-1)) {
    const page = await accounts.listAccounts({ limit: 2, after });
    all.push(...page.map(({ id }) => id));
    if (page.length < 2) break;
  }
  expect(all).toEqual([...all].sort());
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(ids));
  const names = await accounts.accountNames([ids[0], NOBODY, 'nonsense']);
  expect([...names.keys()]).toEqual([ids[0]]);
});

test('a change touches what it names; a new password or disabling ends all sessions', async () => {
  const { id } = await somebody(accounts);
  await accounts.createSession(id, digest(`${id}-1`));
  expect(await accounts.updateAccount(id, { name: 'New', role: 'steward' })).toMatchObject({
    name: 'New',
    role: 'steward',
    passwordHash: null,
  });
  expect(await accounts.findSession(digest(`${id}-1`))).toMatchObject({ id, name: 'New' });
  await accounts.updateAccount(id, { passwordHash: 'changed' });
  expect(await accounts.findSession(digest(`${id}-1`))).toBeNull();

  await accounts.createSession(id, digest(`${id}-2`));
  const disabled = await accounts.updateAccount(id, { disabled: true });
  expect(disabled!.disabledAt).toBeInstanceOf(Date);
  expect(await accounts.findSession(digest(`${id}-2`))).toBeNull();
  expect(await accounts.updateAccount(id, { disabled: false })).toMatchObject({
    disabledAt: null,
    passwordHash: 'changed',
  });
  expect(await accounts.updateAccount(NOBODY, { name: 'x' })).toBeNull();
  expect(await accounts.updateAccount(id, {})).toMatchObject({ name: 'New' });
});

test('a new password ends the open links to set one, and tokens when it is wished', async () => {
  const [one, other] = [await somebody(accounts), await somebody(accounts)];
  for (const { id, email } of [one, other]) {
    const link = { userId: id, email, role: 'researcher', expiresAt: later(60) } as const;
    await accounts.createLink({ ...link, kind: 'reset' }, digest(`${id}-reset`));
    await accounts.createToken(
      { userId: id, name: 'laptop', scopes: ['read'], expiresAt: null },
      digest(`${id}-token`),
    );
  }
  const left = async ({ id }: { id: string }) => [
    (await accounts.findLink('reset', digest(`${id}-reset`))) !== null,
    (await accounts.findToken(digest(`${id}-token`))) !== null,
  ];
  await accounts.updateAccount(one.id, { name: 'Renamed' });
  expect(await left(one)).toEqual([true, true]);
  await accounts.updateAccount(one.id, { passwordHash: 'new' });
  expect(await left(one)).toEqual([false, true]);
  await accounts.updateAccount(one.id, { passwordHash: 'newer', revokeTokens: true });
  expect(await left(one)).toEqual([false, false]);
  expect(await left(other)).toEqual([true, true]);
});

test('asking whether a session is still there does not keep it from going idle', async () => {
  const { id } = await somebody(accounts);
  const token = digest(`${id}-watched`);
  await accounts.createSession(id, token);
  const idle = async (): Promise<number> => {
    const [{ minutes }] = (await sql(
      `select extract(epoch from now() - last_seen_at)::int / 60 as minutes from account_session where token_sha256 = $1`,
      [token],
    )) as { minutes: number }[];
    return minutes;
  };
  await sql(`update account_session set last_seen_at = now() - interval '20 minutes' where token_sha256 = $1`, [token]);
  expect(await accounts.findSession(token, { seen: false })).toMatchObject({ id });
  expect(await idle()).toBe(20);
  expect(await accounts.findSession(token)).toMatchObject({ id });
  expect(await idle()).toBe(0);
});

test('a session ends after 30 idle minutes, and after 12 hours in any case', async () => {
  const { id } = await somebody(accounts);
  const token = digest('session');
  const age = (idleMinutes: number, totalMinutes: number) =>
    sql(
      `update account_session set last_seen_at = now() - make_interval(mins => $2), created_at = now() - make_interval(mins => $3) where token_sha256 = $1`,
      [token, idleMinutes, totalMinutes],
    );
  await accounts.createSession(id, token);
  await age(29, 60);
  expect(await accounts.findSession(token)).toMatchObject({ id }); // and is fresh again
  const [{ fresh }] = (await sql(
    `select last_seen_at > now() - interval '1 minute' as fresh from account_session where token_sha256 = $1`,
    [token],
  )) as { fresh: boolean }[];
  expect(fresh).toBe(true);
  await age(31, 60);
  expect(await accounts.findSession(token)).toBeNull();
  await age(0, 12 * 60 + 1);
  expect(await accounts.findSession(token)).toBeNull();
  await age(0, 12 * 60 - 1);
  expect(await accounts.findSession(token)).toMatchObject({ id });

  await accounts.createSession(id, digest('other'));
  await accounts.deleteSessions(id, token);
  expect([await accounts.findSession(token), (await accounts.findSession(digest('other')))?.id]).toEqual([null, id]);
  await accounts.deleteSessions(id);
  expect(await accounts.findSession(digest('other'))).toBeNull();
  expect(await accounts.findSession(digest('never made'))).toBeNull();
});

test('tokens: found by digest until they expire, are deleted, or their account is disabled', async () => {
  const { id } = await somebody(accounts);
  const made = await accounts.createToken(
    { userId: id, name: 'laptop', scopes: ['read', 'submit'], expiresAt: later(60) },
    digest('token'),
  );
  expect(made).toMatchObject({ userId: id, name: 'laptop', scopes: ['read', 'submit'], lastUsedAt: null });
  const found = await accounts.findToken(digest('token'));
  expect(found).toMatchObject({ account: { id }, token: { id: made.id } });
  expect(found!.token.lastUsedAt).toBeInstanceOf(Date);
  expect(await accounts.listTokens(id)).toMatchObject([{ id: made.id }]);

  await accounts.createToken({ userId: id, name: 'past', scopes: ['read'], expiresAt: later(-1) }, digest('past'));
  expect(await accounts.findToken(digest('past'))).toBeNull();
  await accounts.updateAccount(id, { disabled: true });
  expect(await accounts.findToken(digest('token'))).toBeNull();
  await accounts.updateAccount(id, { disabled: false });
  const other = await somebody(accounts);
  expect(await accounts.deleteToken(other.id, made.id)).toBe(false);
  expect(await accounts.deleteToken(id, made.id)).toBe(true);
  expect(await accounts.findToken(digest('token'))).toBeNull();
  expect(await accounts.deleteToken(id, 'nonsense')).toBe(false);
});

test('a link works once, in time, for its own purpose, and ends older ones', async () => {
  const { id, email } = await somebody(accounts);
  const link = { kind: 'reset', userId: id, email, role: 'researcher', expiresAt: later(60) } as const;
  await accounts.createLink(link, digest('first'));
  await accounts.createLink(link, digest('second'));
  expect(await accounts.useLink('reset', digest('first'))).toBeNull();
  expect(await accounts.findLink('invite', digest('second'))).toBeNull();
  expect(await accounts.findLink('reset', digest('second'))).toEqual({ userId: id, email, role: 'researcher' });
  const uses = await Promise.all(Array.from({ length: 5 }, () => accounts.useLink('reset', digest('second'))));
  expect(uses.filter((use) => use !== null)).toEqual([{ userId: id, email, role: 'researcher' }]);
  expect(await accounts.findLink('reset', digest('second'))).toBeNull();
  await accounts.createLink(
    { kind: 'invite', userId: null, email: 'New@example.org', role: 'reader', expiresAt: later(-1) },
    digest('late'),
  );
  expect(await accounts.useLink('invite', digest('late'))).toBeNull();
});

test('attempts are counted by key within the last minute', async () => {
  expect([
    await accounts.countAttempt('a'),
    await accounts.countAttempt('a'),
    await accounts.countAttempt('b'),
  ]).toEqual([1, 2, 1]);
  await sql(`update sign_in_attempt set at = now() - interval '61 seconds' where key = 'a'`);
  expect(await accounts.countAttempt('a')).toBe(1);
});

test('the access log only grows', async () => {
  const [user, benchmark, object, other] = [1, 2, 3, 4].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
  const event = {
    userId: user,
    action: 'object.view',
    objectId: object,
    caseId: null,
    benchmarkId: benchmark,
    allowed: true,
  };
  for (let n = 0; n < 3; n++) await log.append({ ...event, allowed: n !== 1 });
  await log.append({ ...event, userId: null, benchmarkId: other });
  const events = await log.list({ benchmarkId: benchmark }, { limit: 10 });
  expect(
    events.map(({ allowed, userId, action, objectId, caseId }) => ({ allowed, userId, action, objectId, caseId })),
  ).toEqual(
    [true, false, true].map((allowed) => ({
      allowed,
      userId: user,
      action: 'object.view',
      objectId: object,
      caseId: null,
    })),
  );
  expect(events.map(({ id }) => id)).toEqual([...events.map(({ id }) => id)].sort((a, b) => b - a));
  expect(await log.list({ benchmarkId: benchmark }, { limit: 10, before: events[1].id })).toEqual([events[2]]);
  expect(await log.list({ userId: user, benchmarkId: other }, { limit: 10 })).toEqual([]);
  expect(await log.list({}, { limit: 10 })).toHaveLength(4);
  expect(await log.list({ caseId: 'nonsense' }, { limit: 10 })).toEqual([]);
  for (const attempt of [
    'update access_event set allowed = true',
    'delete from access_event',
    'truncate access_event',
  ]) {
    await expect(sql(attempt)).rejects.toThrow('table access_event only grows');
  }
});
