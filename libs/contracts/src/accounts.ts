import { z } from 'zod';
import { ACCOUNT_ROLES, SCOPES } from '#domain';
import { id, instant, line, none, page, paging } from './primitives.js';
import type { Endpoint } from './endpoint.js';

export const email = z.email().max(254).transform((address) => address.trim().toLowerCase());
export const password = z.string().min(10, 'expected at least 10 characters').max(200);
const oneTimeToken = z.string().min(20).max(200);
const accountRole = z.enum(ACCOUNT_ROLES);

export const account = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: accountRole,
  demo: z.boolean(),
  disabled: z.boolean(),
  createdAt: instant,
});
export type AccountView = z.infer<typeof account>;

/** Name of the cookie that carries a browser session. */
export const SESSION_COOKIE = 'voxelmark_session';

/** Who is asking: `account` is null for a visitor. */
export const whoami = z.object({
  account: account.nullable(),
  scopes: z.array(z.enum(SCOPES)).nullable(),
  registration: z.enum(['open', 'invite']),
  demoSignIns: z.array(z.object({ email: z.string(), role: accountRole, password: z.string() })),
});

export const token = z.object({
  id,
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  createdAt: instant,
});

const tag = 'Accounts';
export const accountEndpoints = {
  whoami: { method: 'GET', path: '/auth/session', action: 'public', tag, summary: 'Who am I, and how may I sign in', params: none, query: none, body: null, response: whoami, status: 200 },
  login: { method: 'POST', path: '/auth/login', action: 'public', tag, summary: 'Sign in; sets the session cookie', params: none, query: none, body: z.strictObject({ email, password: z.string().min(1).max(200) }), response: whoami, status: 200 },
  logout: { method: 'POST', path: '/auth/logout', action: 'public', tag, summary: 'Sign out: ends the session, or revokes the token that was sent', params: none, query: none, body: null, response: null, status: 204 },
  register: { method: 'POST', path: '/auth/register', action: 'public', tag, summary: 'Make an account (open registration, or with an invitation)', params: none, query: none, body: z.strictObject({ email, name: line(80), password, invitation: oneTimeToken.optional() }), response: whoami, status: 201 },
  requestReset: { method: 'POST', path: '/auth/password-reset/request', action: 'public', tag, summary: 'Ask for a one-time link by mail; the answer is the same whether or not the account exists', params: none, query: none, body: z.strictObject({ email }), response: z.object({ message: z.string() }), status: 202 },
  resetPassword: { method: 'POST', path: '/auth/password-reset', action: 'public', tag, summary: 'Set a new password with a one-time link; ends all sessions, tokens and other links', params: none, query: none, body: z.strictObject({ token: oneTimeToken, password }), response: null, status: 204 },
  changePassword: { method: 'POST', path: '/auth/password', action: 'session.secure', tag, summary: 'Change one’s own password; ends all other sessions and, unless `revokeTokens` is false, all tokens', params: none, query: none, body: z.strictObject({ current: z.string().min(1).max(200), password, revokeTokens: z.boolean().default(true) }), response: null, status: 204 },
  listTokens: { method: 'GET', path: '/tokens', action: 'session.own', tag, summary: 'My personal access tokens', params: none, query: none, body: null, response: z.object({ items: z.array(token) }), status: 200 },
  createToken: { method: 'POST', path: '/tokens', action: 'session.secure', tag, summary: 'Make a token; its secret is shown once', params: none, query: none, body: z.strictObject({ name: line(60), scopes: z.array(z.enum(SCOPES)).min(1).max(4), expiresInDays: z.number().int().min(1).max(365).default(90) }), response: z.object({ token, secret: z.string() }), status: 201 },
  deleteToken: { method: 'DELETE', path: '/tokens/:id', action: 'session.secure', tag, summary: 'Revoke a token', params: z.strictObject({ id }), query: none, body: null, response: null, status: 204 },
  listUsers: { method: 'GET', path: '/users', action: 'user.manage', tag, summary: 'All accounts', params: none, query: z.strictObject(paging), body: null, response: page(account), status: 200 },
  createUser: { method: 'POST', path: '/users', action: 'user.manage', tag, summary: 'Invite somebody: answers with a one-time link (also mailed when mail is configured)', params: none, query: none, body: z.strictObject({ email, role: accountRole }), response: z.object({ link: z.string(), expiresAt: instant, mailed: z.boolean() }), status: 201 },
  updateUser: { method: 'PATCH', path: '/users/:id', action: 'user.manage', tag, summary: 'Change role, or disable', params: z.strictObject({ id }), query: none, body: z.strictObject({ role: accountRole.optional(), disabled: z.boolean().optional() }), response: account, status: 200 },
  createResetLink: { method: 'POST', path: '/users/:id/reset-link', action: 'user.manage', tag, summary: 'One-time link to set a new password', params: z.strictObject({ id }), query: none, body: null, response: z.object({ link: z.string(), expiresAt: instant, mailed: z.boolean() }), status: 201 },
} as const satisfies Record<string, Endpoint>;
