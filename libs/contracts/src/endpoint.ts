import type { z } from 'zod';
import type { Action } from '#domain';

/**
 * One route of the API, described once: the server mounts it, the client calls it, OpenAPI lists it, the policy guards it.
 * Unknown fields in parameters, query and body are refused.
 */
export interface Endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters as `:name`. */
  readonly path: string;
  /** What the policy is asked before the handler runs; finer questions are asked by the handler. */
  readonly action: Action;
  readonly tag: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  /** null: no body is accepted. */
  readonly body: B | null;
  /** JSON of the answer; null: no content, or not JSON (see `produces`). */
  readonly response: R | null;
  readonly status: 200 | 201 | 202 | 204;
  /** Media type of an answer or body that is not JSON. */
  readonly produces?: string;
  readonly consumes?: string;
}

export type ParamsOf<E> = E extends Endpoint<infer P, z.ZodType, z.ZodType, z.ZodType> ? z.output<P> : never;
export type QueryOf<E> = E extends Endpoint<z.ZodType, infer Q, z.ZodType, z.ZodType> ? z.output<Q> : never;
export type QueryIn<E> = E extends Endpoint<z.ZodType, infer Q, z.ZodType, z.ZodType> ? z.input<Q> : never;
export type BodyOf<E> = E extends Endpoint<z.ZodType, z.ZodType, infer B, z.ZodType> ? z.output<B> : never;
export type BodyIn<E> = E extends Endpoint<z.ZodType, z.ZodType, infer B, z.ZodType> ? z.input<B> : never;
export type ResponseOf<E> = E extends Endpoint<z.ZodType, z.ZodType, z.ZodType, infer R> ? z.output<R> : never;
