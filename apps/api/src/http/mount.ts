import {
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  Res,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { API_PREFIX, type BodyOf, type Endpoint, type ParamsOf, type QueryOf } from '#contracts';
import type { Actor } from '#domain';
import type { Caller } from '../accounts/caller.js';
import { callerOf } from '../accounts/caller.js';
import { checkRequest } from './check-request.js';

/** Metadata key under which a handler carries its endpoint. */
export const ENDPOINT = 'voxelmark:endpoint';

/** What a handler is given: the checked request and who sent it. */
export interface Ask<E extends Endpoint = Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: E extends { readonly body: null } ? null : BodyOf<E>;
  readonly caller: Caller;
  readonly actor: Actor;
  readonly request: FastifyRequest;
}

/** What a handler gives back: JSON of the contract, or nothing. */
export type Answer<E> = E extends { readonly response: z.ZodType } ? z.input<E['response']> : void;

type Handler<E extends Endpoint> = E extends { readonly produces: string }
  ? (ask: Ask<E>, reply: FastifyReply) => Promise<void>
  : (ask: Ask<E>) => Promise<Answer<E>>;

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

const AskOf = createParamDecorator((endpoint: Endpoint, context: ExecutionContext): Ask => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const caller = callerOf(request);
  return { ...checkRequest(endpoint, request), caller, actor: caller.actor, request } as Ask;
});

/**
 * Makes a controller method the handler of one endpoint of the contract: method, path, status, policy action, checks of
 * the request and of the answer all come from there. The method gets one `Ask`; when the answer is not JSON, also the
 * reply, which it then sends itself.
 */
export function Mount<E extends Endpoint>(endpoint: E) {
  return <H extends Handler<E>>(target: object, key: string, descriptor: TypedPropertyDescriptor<H>): void => {
    METHODS[endpoint.method](API_PREFIX + endpoint.path)(target, key, descriptor as PropertyDescriptor);
    HttpCode(endpoint.status)(target, key, descriptor as PropertyDescriptor);
    SetMetadata(ENDPOINT, endpoint)(target, key, descriptor as PropertyDescriptor);
    AskOf(endpoint)(target, key, 0);
    if (endpoint.produces !== undefined) Res()(target, key, 1);
  };
}
