import { z } from 'zod';
import type { Endpoint } from '#contracts';
import { RequestRefused } from '#domain';
import { checkRequest } from './check-request.js';

const endpoint: Endpoint = {
  method: 'POST',
  path: '/things/:id',
  action: 'public',
  tag: 't',
  summary: 's',
  params: z.strictObject({ id: z.uuid() }),
  query: z.strictObject({ limit: z.coerce.number().int().default(5) }),
  body: z.strictObject({ name: z.string(), age: z.number() }),
  response: null,
  status: 204,
};
const id = '0192f0c4-7777-7777-8777-777777777777';

function refusal(
  request: { params?: unknown; query?: unknown; body?: unknown },
  of: Endpoint = endpoint,
): RequestRefused {
  try {
    checkRequest(of, { params: { id }, query: {}, body: { name: 'a', age: 1 }, ...request });
  } catch (error) {
    return error as RequestRefused;
  }
  throw new Error('it was accepted');
}

describe('requests are read through the contract', () => {
  it('gives parsed values with their defaults', () => {
    expect(checkRequest(endpoint, { params: { id }, query: { limit: '7' }, body: { name: 'a', age: 1 } })).toEqual({
      params: { id },
      query: { limit: 7 },
      body: { name: 'a', age: 1 },
    });
    expect(checkRequest(endpoint, { params: { id }, query: {}, body: { name: 'a', age: 1 } }).query).toEqual({
      limit: 5,
    });
  });

  it('lists every fault of path, query and body at once', () => {
    const refused = refusal({
      params: { id: '1' },
      query: { limit: 'x', sort: 'name' },
      body: { name: 1, role: 'admin' },
    });
    expect([refused.status, refused.code]).toEqual([400, 'request-invalid']);
    expect(refused.problems.map(({ path }) => path).sort()).toEqual([
      'body.age',
      'body.name',
      'body.role',
      'path.id',
      'query.limit',
      'query.sort',
    ]);
    expect(refused.message).toMatch(/\(and 5 more\)$/);
  });

  it('repeats no value and no control character of the request', () => {
    const refused = refusal({ body: { name: 'a', age: 1, 'x\r\nSet-Cookie: a': 'secret value' } });
    expect(JSON.stringify(refused.problems)).not.toMatch(/secret value|\\r|\\n/);
    expect(refused.problems).toEqual([{ path: 'body.x??Set-Cookie: a', message: 'unknown field' }]);
  });

  it('keeps an answer to a thousand faults short', () => {
    const body = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`k${n}`, 1]));
    expect(refusal({ body }).problems.length).toBeLessThanOrEqual(50);
  });

  it('treats __proto__ as one more unknown field', () => {
    const query = Object.assign(Object.create(null) as object, JSON.parse('{"__proto__": "1"}')) as object;
    expect(refusal({ query: Object.defineProperty(query, '__proto__', { value: '1', enumerable: true }) }).code).toBe(
      'request-invalid',
    );
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('takes no body where the contract has none, but forgives an empty one', () => {
    const without = { ...endpoint, body: null };
    for (const body of [undefined, null, {}])
      expect(checkRequest(without, { params: { id }, query: {}, body }).body).toBeNull();
    for (const body of [{ a: 1 }, [1], 'text']) expect(refusal({ body }, without).code).toBe('body-unexpected');
  });
});
