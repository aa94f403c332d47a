import { createHash, randomBytes } from 'node:crypto';

/** Personal access tokens start with this, so that a leaked one can be found by a search. */
export const TOKEN_PREFIX = 'vmk_';

/** 256 random bits, URL-safe: 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a session, a token or a one-time link: never the secret itself. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
