import type { FastifyRequest } from 'fastify';
import { VISITOR, type Actor } from '#domain';
import type { Account } from '#evaluation';

/** Who sent a request, and by which proof. */
export interface Caller {
  readonly actor: Actor;
  readonly account: Account | null;
  readonly proof:
    | { readonly kind: 'none' }
    | { readonly kind: 'session'; readonly secretSha256: string }
    | { readonly kind: 'token'; readonly secretSha256: string; readonly tokenId: string };
}

export const NOBODY: Caller = { actor: VISITOR, account: null, proof: { kind: 'none' } };

const callers = new WeakMap<FastifyRequest, Caller>();

/** Remembers who sent this request; the guard does so once. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who sent this request; nobody on routes that ask no one. */
export function callerOf(request: FastifyRequest): Caller {
  return callers.get(request) ?? NOBODY;
}
