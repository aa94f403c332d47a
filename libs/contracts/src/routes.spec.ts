import { z } from 'zod';
import { ACTIONS } from '#domain';
import type { Endpoint } from './endpoint.js';
import { ENDPOINTS } from './routes.js';

const all = Object.entries(ENDPOINTS as Record<string, Endpoint>).map(([id, endpoint]) => ({ id, endpoint }));

describe('the table of endpoints', () => {
  it('names each address once', () => {
    const addresses = all.map(({ endpoint }) => `${endpoint.method} ${endpoint.path.replace(/:\w+/g, ':')}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(all)('$id: an action the policy knows, and parameters that are those of the path', ({ endpoint }) => {
    expect(ACTIONS).toContain(endpoint.action);
    const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    const shape = (z.toJSONSchema(endpoint.params, { io: 'input' }) as { properties?: object }).properties ?? {};
    expect(Object.keys(shape).sort()).toEqual(inPath.sort());
    expect(endpoint.summary).toMatch(/^[A-Z].{4,}/);
  });

  it.each(all)('$id: refuses fields that nobody listed, in path, query and body', ({ endpoint }) => {
    for (const schema of [endpoint.params, endpoint.query, endpoint.body]) {
      if (schema === null) continue;
      const parsed = schema.safeParse({ surplus: 1 });
      expect(parsed.error?.issues.some(({ code }) => code === 'unrecognized_keys' || code === 'invalid_key')).toBe(true);
    }
  });

  it.each(all)('$id: has a status that fits its answer', ({ endpoint }) => {
    expect(endpoint.status === 204).toBe(endpoint.response === null && endpoint.produces === undefined);
    if (endpoint.method === 'GET') expect(endpoint.body).toBeNull();
  });
});

describe('answers drop what the contract does not list', () => {
  it('also deep inside', () => {
    const run = {
      id: '0192f0c4-7777-7777-8777-777777777777',
      phase: 'test',
      state: 'failed',
      queuePosition: null,
      failure: { code: 'inference-failed', advice: 'Do it again.', detail: null, caseName: 'held-out-3' },
      progress: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      startedAt: null,
      finishedAt: null,
      failureDetail: 'index 1234 of a held-out image',
    };
    const seen = JSON.stringify(ENDPOINTS.retryRun.response.parse(run));
    expect(seen).toContain('Do it again.');
    expect(seen).not.toMatch(/held-out|1234/);
  });
});
