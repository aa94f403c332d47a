import { In, MoreThan, type QueryDeepPartialEntity } from 'typeorm';
import { RequestRefused } from '#domain';
import type { AccessToken, Account, AccountRecords } from '#evaluation';
import type { Database } from '../database.js';
import {
  AccessTokenEntity,
  AccountEntity,
  AccountSessionEntity,
  OneTimeLinkEntity,
} from '../entities/account.entity.js';
import { violates } from '../engine-fault.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';

const SESSION_IDLE = `interval '30 minutes'`;
const SESSION_LONGEST = `interval '12 hours'`;
/** How exact "last seen" is; writing on every request would cost more than it tells. */
const SEEN_EVERY = `interval '1 minute'`;
const ATTEMPTS_WITHIN = `interval '1 minute'`;

const OPEN_LINK = 'kind = $1 and token_sha256 = $2 and used_at is null and expires_at > now()';

interface Link {
  readonly userId: string | null;
  readonly email: string;
  readonly role: Account['role'];
}

/** The AccountRecords port on PostgreSQL. */
export function createAccountRecords(database: Database): AccountRecords {
  return {
    createAccount: ({ email, name, role, passwordHash, demo = false }) =>
      inTransaction(database, async (manager) => {
        const id = uuidv7();
        try {
          await manager.insert(AccountEntity, { id, email: sameCase(email), name, role, passwordHash, demo });
        } catch (error) {
          if (!violates(error, 'uq_account_email')) throw error;
          throw new RequestRefused(
            409,
            'email-taken',
            'An account with this email address exists already; sign in, or reset its password.',
            [],
            { cause: error },
          );
        }
        return toAccount(await manager.findOneByOrFail(AccountEntity, { id }));
      }),

    findAccount: (by) =>
      reading(database, async (manager) => {
        if ('id' in by && !isUuid(by.id)) return null;
        const found = await manager.findOneBy(
          AccountEntity,
          'id' in by ? { id: by.id } : { email: sameCase(by.email) },
        );
        return found === null ? null : toAccount(found);
      }),

    listAccounts: ({ limit, after, demo }) =>
      reading(database, async (manager) => {
        if (after !== undefined && !isUuid(after)) return [];
        const where = {
          ...(after === undefined ? {} : { id: MoreThan(after) }),
          ...(demo === undefined ? {} : { demo }),
        };
        return (await manager.find(AccountEntity, { where, order: { id: 'ASC' }, take: limit })).map(toAccount);
      }),

    accountNames: (ids) =>
      reading(database, async (manager) => {
        const found = await manager.find(AccountEntity, {
          where: { id: In(ids.filter(isUuid)) },
          select: { id: true, name: true },
        });
        return new Map(found.map(({ id, name }) => [id, name]));
      }),

    updateAccount: (id, { name, role, passwordHash, revokeTokens = false, disabled }) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return null;
        const change: QueryDeepPartialEntity<AccountEntity> = {
          ...(name === undefined ? {} : { name }),
          ...(role === undefined ? {} : { role }),
          ...(passwordHash === undefined ? {} : { passwordHash }),
          ...(disabled === undefined ? {} : { disabledAt: disabled ? () => 'coalesce(disabled_at, now())' : null }),
        };
        if (Object.keys(change).length > 0) await manager.update(AccountEntity, { id }, change);
        if (passwordHash !== undefined || disabled === true)
          await manager.delete(AccountSessionEntity, { accountId: id });
        if (passwordHash !== undefined)
          await manager.query(
            `update one_time_link set used_at = now() where account_id = $1 and kind = 'reset' and used_at is null`,
            [id],
          );
        if (revokeTokens) await manager.delete(AccessTokenEntity, { accountId: id });
        const found = await manager.findOneBy(AccountEntity, { id });
        return found === null ? null : toAccount(found);
      }),

    createSession: (userId, tokenSha256) =>
      inTransaction(database, async (manager) => {
        await manager.query(`delete from account_session where last_seen_at < now() - ${SESSION_IDLE}`);
        await manager.insert(AccountSessionEntity, { accountId: userId, tokenSha256 });
      }),

    findSession: (tokenSha256, { seen = true } = {}) =>
      reading(database, async (manager) => {
        const [session] = await rows<{ accountId: string; stale: boolean }>(
          manager,
          `select s.account_id as "accountId", s.last_seen_at < now() - ${SEEN_EVERY} as stale
             from account_session s join account a on a.id = s.account_id
            where s.token_sha256 = $1 and s.last_seen_at >= now() - ${SESSION_IDLE} and s.created_at >= now() - ${SESSION_LONGEST}
              and a.disabled_at is null`,
          [tokenSha256],
        );
        if (session === undefined) return null;
        if (seen && session.stale)
          await manager.query('update account_session set last_seen_at = now() where token_sha256 = $1', [tokenSha256]);
        const found = await manager.findOneBy(AccountEntity, { id: session.accountId });
        return found === null ? null : toAccount(found);
      }),

    deleteSessions: (userId, tokenSha256) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(userId)) return;
        await manager.delete(
          AccountSessionEntity,
          tokenSha256 === undefined ? { accountId: userId } : { accountId: userId, tokenSha256 },
        );
      }),

    createToken: ({ userId, name, scopes, expiresAt }, tokenSha256) =>
      inTransaction(database, async (manager) => {
        const id = uuidv7();
        await manager.insert(AccessTokenEntity, {
          id,
          accountId: userId,
          name,
          scopes: [...scopes],
          expiresAt,
          tokenSha256,
        });
        return toToken(await manager.findOneByOrFail(AccessTokenEntity, { id }));
      }),

    findToken: (tokenSha256) =>
      reading(database, async (manager) => {
        const [valid] = await rows<{ id: string; stale: boolean }>(
          manager,
          `select t.id, coalesce(t.last_used_at < now() - ${SEEN_EVERY}, true) as stale
             from access_token t join account a on a.id = t.account_id
            where t.token_sha256 = $1 and (t.expires_at is null or t.expires_at > now()) and a.disabled_at is null`,
          [tokenSha256],
        );
        if (valid === undefined) return null;
        if (valid.stale) await manager.query('update access_token set last_used_at = now() where id = $1', [valid.id]);
        const found = await manager.findOne(AccessTokenEntity, {
          where: { id: valid.id },
          relations: { account: true },
        });
        return found?.account ? { account: toAccount(found.account), token: toToken(found) } : null;
      }),

    listTokens: (userId) =>
      reading(database, async (manager) => {
        if (!isUuid(userId)) return [];
        return (
          await manager.find(AccessTokenEntity, {
            where: { accountId: userId },
            order: { createdAt: 'DESC', id: 'DESC' },
          })
        ).map(toToken);
      }),

    deleteToken: (userId, id) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(userId) || !isUuid(id)) return false;
        return (await manager.delete(AccessTokenEntity, { id, accountId: userId })).affected === 1;
      }),

    createLink: ({ kind, userId, email, role, expiresAt }, tokenSha256) =>
      inTransaction(database, async (manager) => {
        await manager.query(
          'update one_time_link set used_at = now() where email = $1 and kind = $2 and used_at is null',
          [sameCase(email), kind],
        );
        await manager.insert(OneTimeLinkEntity, {
          kind,
          accountId: userId,
          email: sameCase(email),
          role,
          expiresAt,
          tokenSha256,
        });
      }),

    findLink: (kind, tokenSha256) =>
      reading(database, async (manager) => {
        const [link] = await rows<Link>(
          manager,
          `select account_id as "userId", email, role from one_time_link where ${OPEN_LINK}`,
          [kind, tokenSha256],
        );
        return link ?? null;
      }),

    useLink: (kind, tokenSha256) =>
      inTransaction(database, async (manager) => {
        const [link] = await rows<Link>(
          manager,
          `update one_time_link set used_at = now() where ${OPEN_LINK} returning account_id as "userId", email, role`,
          [kind, tokenSha256],
        );
        return link ?? null;
      }),

    countAttempt: (key) =>
      inTransaction(database, async (manager) => {
        // one after the other for each key: attempts that come at once would not see one another's rows
        await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`sign-in-attempt:${key}`]);
        await changed(
          manager,
          `delete from sign_in_attempt where ctid = any (array(
             select ctid from sign_in_attempt where at < now() - ${ATTEMPTS_WITHIN} limit 1000 for update skip locked))`,
        );
        await manager.query('insert into sign_in_attempt (key) values ($1)', [key]);
        const [{ count }] = await rows<{ count: number }>(
          manager,
          `select count(*)::int as count from sign_in_attempt where key = $1 and at >= now() - ${ATTEMPTS_WITHIN}`,
          [key],
        );
        return count;
      }),
  };
}

/** Nobody means two people by two spellings of one address. */
function sameCase(email: string): string {
  return email.trim().toLowerCase();
}

function toAccount({ id, email, name, role, passwordHash, demo, disabledAt, createdAt }: AccountEntity): Account {
  return { id, email, name, role, passwordHash, demo, disabledAt, createdAt };
}

function toToken({ id, accountId, name, scopes, expiresAt, lastUsedAt, createdAt }: AccessTokenEntity): AccessToken {
  return { id, userId: accountId, name, scopes, expiresAt, lastUsedAt, createdAt };
}
