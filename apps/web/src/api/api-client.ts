import type { z } from 'zod';
import { API_PREFIX, type BodyIn, type Endpoint, type ParamsOf, type QueryIn, type ResponseOf } from '#contracts';
import { offline, toApiError, unexpectedAnswer } from './api-error.js';

type Keyless = Record<string, never>;
type Part<Key extends string, Value> = Value extends Keyless
  ? { readonly [K in Key]?: undefined }
  : { readonly [K in Key]: Value };
type QueryPart<E> = QueryIn<E> extends Keyless ? { readonly query?: undefined } : { readonly query?: QueryIn<E> };
type BodyPart<E> = [BodyIn<E>] extends [never] ? { readonly body?: undefined } : { readonly body: BodyIn<E> };

/** What a call needs: parameters and body exactly where the endpoint has them. */
export type CallOptions<E> = Part<'params', ParamsOf<E>> &
  QueryPart<E> &
  (E extends { readonly body: null } ? { readonly body?: undefined } : BodyPart<E>) & { readonly signal?: AbortSignal };

/** Path and query of an endpoint below the origin, for instance `/api/v1/runs/…`. */
export function addressOf(
  endpoint: Pick<Endpoint, 'path'>,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`no parameter "${name}" for ${endpoint.path}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value as string | number | boolean));
  }
  const text = search.toString();
  return `${API_PREFIX}${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Calls an endpoint of the contract with the session cookie and checks the answer against its schema.
 *
 * @throws ApiError for every refusal, for no answer, and for an answer outside the contract
 */
export async function call<E extends Endpoint>(endpoint: E, options: CallOptions<E>): Promise<ResponseOf<E>> {
  const answer = await send(endpoint, options);
  const content = await readJson(answer);
  if (!answer.ok) throw toApiError(answer.status, content);
  return parseAnswer(endpoint, content);
}

/** The same for an endpoint that answers with a text of its own kind, for instance CSV. @throws ApiError */
export async function callText<E extends Endpoint>(endpoint: E, options: CallOptions<E>): Promise<string> {
  const answer = await send(endpoint, options);
  if (!answer.ok) throw toApiError(answer.status, await readJson(answer));
  return readText(answer);
}

/** The same for files. The browser keeps large ones on disk. @throws ApiError */
export async function callBlob<E extends Endpoint>(endpoint: E, options: CallOptions<E>): Promise<Blob> {
  const answer = await send(endpoint, options);
  if (!answer.ok) throw toApiError(answer.status, await readJson(answer));
  return answer.blob().catch((error: unknown) => {
    throw offline(error);
  });
}

async function send<E extends Endpoint>(endpoint: E, options: CallOptions<E>): Promise<Response> {
  const { params, query, body, signal } = options as {
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
  };
  try {
    return await fetch(addressOf(endpoint, params, query), {
      method: endpoint.method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw offline(error);
  }
}

/** Checks an answer against the contract; null for endpoints without content. */
export function parseAnswer<E extends Endpoint>(endpoint: E, content: unknown): ResponseOf<E> {
  if (endpoint.response === null) return null as ResponseOf<E>;
  const parsed = (endpoint.response as z.ZodType).safeParse(content);
  if (!parsed.success) throw unexpectedAnswer(endpoint.summary, parsed.error);
  return parsed.data as ResponseOf<E>;
}

async function readJson(answer: Response): Promise<unknown> {
  return parseJson(await readText(answer));
}

async function readText(answer: Response): Promise<string> {
  return answer.text().catch((error: unknown) => {
    throw offline(error);
  });
}

/** undefined when the text is not JSON: then its status alone speaks. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
