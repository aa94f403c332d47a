import { z } from 'zod';
import { id, instant, none, page, paging, slug } from './primitives.js';
import type { Endpoint } from './endpoint.js';

export const health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
  /** Every setting that would be unsafe beyond this machine, in words. */
  insecure: z.array(z.string()),
});

export const accessEvent = z.object({ id: z.number().int(), at: instant, userId: id.nullable(), userName: z.string().nullable(), action: z.string(), objectId: id.nullable(), caseId: id.nullable(), allowed: z.boolean() });

const tag = 'Operations';
export const operationEndpoints = {
  health: { method: 'GET', path: '/health', action: 'public', tag, summary: 'Is everything up', params: none, query: none, body: null, response: health, status: 200 },
  listAccessEvents: { method: 'GET', path: '/benchmarks/:slug/access-events', action: 'access-log.view', tag, summary: 'Who saw which pixels of this benchmark', params: z.strictObject({ slug }), query: z.strictObject(paging), body: null, response: page(accessEvent), status: 200 },
} as const satisfies Record<string, Endpoint>;
