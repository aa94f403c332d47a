import { ENDPOINTS } from '#contracts';
import { addressOf, call, parseJson } from './api-client.js';

const RUN = '3f0f8b1e-54c0-4b1e-9f0e-0a3b6c1d2e3f';
const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** Stands in for the network: answers once and remembers what it was asked. */
function answer(status: number, body: string): { url: string; init: RequestInit }[] {
  const asked: { url: string; init: RequestInit }[] = [];
  globalThis.fetch = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    return Promise.resolve(new Response(body === '' ? null : body, { status }));
  }) as typeof fetch;
  return asked;
}

describe('addressOf', () => {
  it('fills parameters, encodes them, and leaves undefined queries out', () => {
    expect(addressOf({ path: '/runs/:id/cases' }, { id: 'a/b c' })).toBe('/api/v1/runs/a%2Fb%20c/cases');
    expect(addressOf({ path: '/submissions' }, {}, { limit: 30, cursor: undefined })).toBe(
      '/api/v1/submissions?limit=30',
    );
  });

  it('refuses a missing parameter instead of asking for ":id"', () => {
    expect(() => addressOf({ path: '/runs/:id' }, {})).toThrow('no parameter "id"');
  });
});

describe('call', () => {
  it('sends JSON with the session cookie and gives the checked answer', async () => {
    const asked = answer(202, JSON.stringify({ message: 'sent' }));
    await expect(call(ENDPOINTS.requestReset, { body: { email: 'a@b.org' } })).resolves.toEqual({ message: 'sent' });
    expect(asked[0].url).toBe('/api/v1/auth/password-reset/request');
    expect(asked[0].init).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{"email":"a@b.org"}' });
  });

  it('sends no body and no content type where the endpoint has none', async () => {
    const asked = answer(204, '');
    await expect(call(ENDPOINTS.logout, {})).resolves.toBeNull();
    expect(asked[0].init.body).toBeUndefined();
    expect(asked[0].init.headers).not.toHaveProperty('content-type');
  });

  it('refuses an answer outside the contract', async () => {
    answer(200, JSON.stringify({ items: [{ id: 'not a uuid' }] }));
    await expect(call(ENDPOINTS.listBenchmarks, {})).rejects.toMatchObject({ code: 'unexpected-answer' });
  });

  it('turns a refusal into its problem, and a broken connection into "offline"', async () => {
    answer(
      404,
      JSON.stringify({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        code: 'not-found',
        detail: 'This run does not exist, or you may not see it.',
      }),
    );
    await expect(call(ENDPOINTS.getRun, { params: { id: RUN } })).rejects.toMatchObject({
      status: 404,
      code: 'not-found',
    });
    globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'));
    await expect(call(ENDPOINTS.getRun, { params: { id: RUN } })).rejects.toMatchObject({ status: 0, code: 'offline' });
  });
});

describe('parseJson', () => {
  it('gives undefined for what is not JSON, so that null stays a value', () => {
    expect(parseJson('<html>')).toBeUndefined();
    expect(parseJson('null')).toBeNull();
  });
});
