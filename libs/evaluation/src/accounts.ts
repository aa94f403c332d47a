import type { AccountRole } from '#domain';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly passwordHash: string | null;
  /** A demo account: refused when the server is bound beyond loopback. */
  readonly demo: boolean;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface AccessToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'submit' | 'data' | 'admin')[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface AccountRecords {
  createAccount(account: {
    readonly email: string;
    readonly name: string;
    readonly role: AccountRole;
    readonly passwordHash: string | null;
    readonly demo?: boolean;
  }): Promise<Account>;
  findAccount(by: { readonly id: string } | { readonly email: string }): Promise<Account | null>;
  /** Oldest first; `after` is the id of the last account of the page before; `demo`: demo accounts only. */
  listAccounts(page: {
    readonly limit: number;
    readonly after?: string;
    readonly demo?: true;
  }): Promise<readonly Account[]>;
  /** Display names by account id, in one query; unknown ids are left out. */
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * A new password, or being disabled, ends all sessions of the account; a new password also ends its open links to set
   * one, and with `revokeTokens` all its tokens.
   */
  updateAccount(
    id: string,
    change: {
      readonly name?: string;
      readonly role?: AccountRole;
      readonly passwordHash?: string;
      readonly revokeTokens?: boolean;
      readonly disabled?: boolean;
    },
  ): Promise<Account | null>;
  /** Sessions and tokens are stored as SHA-256 of their secret. Idle 30 min, absolute 12 h. */
  createSession(userId: string, tokenSha256: string): Promise<void>;
  /** Finding a session keeps it from going idle, unless `seen` is false: then nobody did anything. */
  findSession(tokenSha256: string, options?: { readonly seen?: boolean }): Promise<Account | null>;
  /** Without a digest: all sessions of the account. */
  deleteSessions(userId: string, tokenSha256?: string): Promise<void>;
  createToken(
    token: {
      readonly userId: string;
      readonly name: string;
      readonly scopes: AccessToken['scopes'];
      readonly expiresAt: Date | null;
    },
    tokenSha256: string,
  ): Promise<AccessToken>;
  findToken(tokenSha256: string): Promise<{ readonly account: Account; readonly token: AccessToken } | null>;
  listTokens(userId: string): Promise<readonly AccessToken[]>;
  deleteToken(userId: string, id: string): Promise<boolean>;
  /** One-time links: a password reset of an account, or an invitation to make one. A new one ends older ones of its kind for the same address. */
  createLink(
    link: {
      readonly kind: 'reset' | 'invite';
      readonly userId: string | null;
      readonly email: string;
      readonly role: AccountRole;
      readonly expiresAt: Date;
    },
    tokenSha256: string,
  ): Promise<void>;
  /** Looks at a link without using it up; null when unknown, used or expired. */
  findLink(
    kind: 'reset' | 'invite',
    tokenSha256: string,
  ): Promise<{ readonly userId: string | null; readonly email: string; readonly role: AccountRole } | null>;
  /** Uses a link up; null when unknown, used or expired. */
  useLink(
    kind: 'reset' | 'invite',
    tokenSha256: string,
  ): Promise<{ readonly userId: string | null; readonly email: string; readonly role: AccountRole } | null>;
  /** Counts a failed or attempted sign-in; returns how many in the last minute for the key. */
  countAttempt(key: string): Promise<number>;
}

/** Append-only: who asked for which pixels, and what the policy said. Written before the first byte. */
export interface AccessLog {
  append(event: {
    readonly userId: string | null;
    readonly action: string;
    readonly objectId: string | null;
    readonly caseId: string | null;
    readonly benchmarkId: string | null;
    readonly allowed: boolean;
  }): Promise<void>;
  list(
    filter: { readonly benchmarkId?: string; readonly caseId?: string; readonly userId?: string },
    page: { readonly limit: number; readonly before?: number },
  ): Promise<
    readonly {
      readonly id: number;
      readonly at: Date;
      readonly userId: string | null;
      readonly action: string;
      readonly objectId: string | null;
      readonly caseId: string | null;
      readonly allowed: boolean;
    }[]
  >;
}
