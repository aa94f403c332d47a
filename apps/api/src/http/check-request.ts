import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Endpoint } from '#contracts';
import { RequestRefused } from '#domain';

interface Checked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Parameters, query and body as the contract wants them. All faults are listed together.
 *
 * @throws RequestRefused 400 `request-invalid`, 400 `body-unexpected`
 */
export function checkRequest(endpoint: Endpoint, request: Pick<FastifyRequest, 'params' | 'query' | 'body'>): Checked {
  const problems: { path: string; message: string }[] = [];
  const read = (part: string, schema: z.ZodType, value: unknown): unknown => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    problems.push(...parsed.error.issues.flatMap((issue) => faults(part, issue)));
    return undefined;
  };
  const params = read('path', endpoint.params, plain(request.params));
  const query = read('query', endpoint.query, plain(request.query));
  const body = endpoint.body === null ? refuseBody(endpoint, request.body) : read('body', endpoint.body, request.body);
  if (problems.length > 0) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new RequestRefused(400, 'request-invalid', `${first.path}: ${first.message}${more}`, problems.slice(0, 50));
  }
  return { params, query, body };
}

function refuseBody(endpoint: Endpoint, body: unknown): null {
  const empty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (!empty && endpoint.consumes === undefined) {
    throw new RequestRefused(
      400,
      'body-unexpected',
      `This request takes no body; got a ${Array.isArray(body) ? 'list' : typeof body}.`,
    );
  }
  return null;
}

/** Fastify's parameters and queries have no prototype; a copy of their own keys, so that none of them is special. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value));
}

/** One sentence for each fault, with the place where it is. Values from the request are not repeated. */
function faults(part: string, issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const at = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: `${at}.${printable(key)}`, message: 'unknown field' }));
  }
  return [{ path: printable(at, 200), message: issue.message }];
}

function printable(text: string, max = 64): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

/** The faults of one value, as for a part of a request: for values that arrive inside another one. */
export function faultsOf(part: string, error: z.ZodError): { path: string; message: string }[] {
  return error.issues.flatMap((issue) => faults(part, issue)).slice(0, 50);
}
