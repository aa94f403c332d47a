import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ENDPOINTS, problem } from '#contracts';
import { createApi } from './create-api.js';
import { Mount } from './http/mount.js';
import { noParts, testSettings } from './test-support/no-parts.js';

@Controller()
class Planted {
  @Get('/api/v1/planted')
  planted(): string {
    return 'no policy was asked';
  }
}

@Controller()
class Second {
  @Mount(ENDPOINTS.health)
  async health() {
    return { status: 'ok' as const, version: '', checks: [], insecure: [] };
  }
}

let spoolDir: string;
beforeAll(() => {
  spoolDir = mkdtempSync(join(tmpdir(), 'voxelmark-api-'));
});
afterAll(() => rmSync(spoolDir, { recursive: true, force: true }));

describe('start-up', () => {
  it('refuses a route that has no policy', async () => {
    await expect(createApi(noParts(), testSettings({ spoolDir }), { controllers: [Planted] })).rejects.toThrow(
      /handler Planted\.planted has no endpoint in the contract, and so no policy[\s\S]*GET \/api\/v1\/planted is served without the contract/,
    );
  });

  it('refuses an endpoint that two handlers serve', async () => {
    await expect(createApi(noParts(), testSettings({ spoolDir }), { controllers: [Second] })).rejects.toThrow();
  });

  it('refuses demo accounts beyond loopback, and starts once they are disabled', async () => {
    const demo = {
      id: '0192f0c4-0000-7000-8000-000000000001',
      email: 'admin@demo.voxelmark.local',
      name: 'Demo',
      role: 'admin',
      passwordHash: null,
      demo: true,
      disabledAt: null,
      createdAt: new Date(),
    } as const;
    const parts = noParts();
    const open = (account: object) =>
      createApi(
        { ...parts, accounts: { ...parts.accounts, listAccounts: async () => [account] } as never },
        testSettings({ spoolDir, host: '0.0.0.0' }),
      );
    await expect(open(demo)).rejects.toThrow(/0\.0\.0\.0, beyond this machine, and these demo accounts .* admin@demo/);
    await (await open({ ...demo, disabledAt: new Date() })).close();
    await (await open({ ...demo, demo: false })).close();
  });
});

describe('requests that no handler sees', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await createApi(noParts(), testSettings({ spoolDir }));
  });
  afterAll(() => app.close());

  const cases: [string, Parameters<NestFastifyApplication['inject']>[0] & object, number, string][] = [
    ['an unknown route', { method: 'GET', url: '/api/v1/nothing' }, 404, 'route-unknown'],
    ['an unknown route to post to', { method: 'POST', url: '/api/v1/nothing', payload: {} }, 404, 'route-unknown'],
    ['the root of the API', { method: 'GET', url: '/api' }, 404, 'route-unknown'],
    ['another method', { method: 'DELETE', url: '/api/v1/benchmarks' }, 405, 'method-not-allowed'],
    ['a method nobody has', { method: 'OPTIONS', url: '/api/v1/auth/login' }, 405, 'method-not-allowed'],
    [
      'malformed JSON',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/json' },
        payload: '{"email":',
      },
      400,
      'json-malformed',
    ],
    [
      'empty JSON',
      { method: 'POST', url: '/api/v1/auth/login', headers: { 'content-type': 'application/json' }, payload: '' },
      400,
      'json-empty',
    ],
    [
      'JSON with __proto__',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/json' },
        payload: '{"__proto__":{"role":"admin"}}',
      },
      400,
      'json-malformed',
    ],
    [
      'JSON with constructor.prototype',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/json' },
        payload: '{"constructor":{"prototype":{}}}',
      },
      400,
      'json-malformed',
    ],
    [
      'text',
      { method: 'POST', url: '/api/v1/auth/login', headers: { 'content-type': 'text/plain' }, payload: '{}' },
      415,
      'content-type-unsupported',
    ],
    [
      'a form',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'email=a',
      },
      415,
      'content-type-unsupported',
    ],
    [
      'XML',
      { method: 'POST', url: '/api/v1/auth/login', headers: { 'content-type': 'application/xml' }, payload: '<a/>' },
      415,
      'content-type-unsupported',
    ],
    [
      'a body beyond the limit',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/json' },
        payload: `"${'x'.repeat(300_000)}"`,
      },
      413,
      'body-too-large',
    ],
    ['a malformed escape', { method: 'GET', url: '/api/v1/benchmarks/%zz' }, 400, 'address-malformed'],
    ['a very long parameter', { method: 'GET', url: `/api/v1/benchmarks/${'a'.repeat(300)}` }, 414, 'address-too-long'],
    [
      'a foreign page that posts',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { origin: 'https://evil.example' },
        payload: { email: 'a@b.org', password: 'x' },
      },
      403,
      'origin-foreign',
    ],
    [
      'a sandboxed page that posts',
      {
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { origin: 'null' },
        payload: { email: 'a@b.org', password: 'x' },
      },
      403,
      'origin-foreign',
    ],
    ['pages that were not built', { method: 'GET', url: '/benchmarks/x' }, 404, 'pages-not-built'],
  ];

  it.each(cases)('%s', async (_, request, status, code) => {
    const answer = await app.inject(request);
    const body = problem.parse(answer.json());
    expect({ status: answer.statusCode, code: body.code }).toEqual({ status, code });
    expect(body.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['x-request-id']).toBeTruthy();
    expect(answer.body).not.toMatch(/at .*\.(ts|js)|node_modules|Error:/);
    if (status === 405) expect(answer.headers.allow).toMatch(/GET|POST/);
  });

  it('a defect becomes an apology with a number, and the log gets the rest', async () => {
    const logged: unknown[] = [];
    const parts = {
      ...noParts(),
      log: {
        ...noParts().log,
        error: (event: string, error: unknown) => void logged.push([event, (error as Error).message]),
      },
    };
    const broken = await createApi(parts, testSettings({ spoolDir }));
    const answer = await broken.inject({ method: 'GET', url: '/api/v1/benchmarks' });
    await broken.close();
    const body = problem.parse(answer.json());
    expect(body).toMatchObject({ status: 500, code: 'defect', requestId: answer.headers['x-request-id'] });
    expect(answer.body).not.toContain('records.listBenchmarks');
    expect(logged).toEqual([['http.defect', 'records.listBenchmarks was not expected to be called']]);
  });

  it('sends security headers everywhere, and no cache for answers of the API', async () => {
    const answer = await app.inject({ method: 'GET', url: '/api/v1/auth/session' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
    expect(answer.headers['content-security-policy']).toMatch(
      /script-src 'self' 'wasm-unsafe-eval'.*frame-ancestors 'none'/,
    );
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });
});
