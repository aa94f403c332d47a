import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApi } from '../create-api.js';
import { noParts, testSettings } from '../test-support/no-parts.js';
import { chooseEncoding, WebFiles } from './web-files.js';

const PAGE = `<!doctype html><title>Voxelmark</title>${'<!-- long enough to be worth it -->'.repeat(50)}`;
const SCRIPT = `export const x = 1; ${'// padding '.repeat(200)}`;
let folder: string;
let app: NestFastifyApplication;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-web-'));
  mkdirSync(join(folder, 'web/assets'), { recursive: true });
  writeFileSync(join(folder, 'web/index.html'), PAGE);
  writeFileSync(join(folder, 'web/favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'web/assets/main-abc123.js'), SCRIPT);
  writeFileSync(join(folder, 'web/assets/codec-abc123.wasm'), Buffer.alloc(5000));
  writeFileSync(join(folder, 'secret.txt'), 'not a page');
  app = await createApi(noParts(), testSettings({ spoolDir: join(folder, 'uploads'), webDir: join(folder, 'web') }));
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

describe('the pages', () => {
  it.each([
    '/',
    '/benchmarks/phantoms',
    '/cases/0192f0c4-7777-7777-8777-777777777777?x=1&y=2',
    '/algorithms/a.b',
    '/index.html',
  ])('open at %s: the entry, never kept', async (url) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(answer.body).toBe(PAGE);
    expect(answer.headers['content-security-policy']).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
  });

  it('assets are kept for ever, with their types', async () => {
    const script = await get('/assets/main-abc123.js');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect((await get('/assets/codec-abc123.wasm')).headers['content-type']).toBe('application/wasm');
    expect((await get('/favicon.svg')).headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'cache-control': 'no-cache',
    });
  });

  it('come compressed as the browser likes it', async () => {
    const br = await get('/assets/main-abc123.js', { 'accept-encoding': 'gzip, deflate, br' });
    expect([br.headers['content-encoding'], br.headers.vary]).toEqual(['br', 'accept-encoding']);
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(SCRIPT);
    const gz = await get('/', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(gz.rawPayload).toString()).toBe(PAGE);
    expect(gz.rawPayload.length).toBeLessThan(PAGE.length / 4);
    expect((await get('/', { 'accept-encoding': 'br;q=0, identity' })).headers['content-encoding']).toBeUndefined();
  });

  it('are not sent again to whoever has them', async () => {
    const { etag } = (await get('/')).headers;
    const again = await get('/', { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it.each([
    '/assets/gone-abc123.js',
    '/assets/',
    '/missing.js',
    '/missing.css',
    '/secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
  ])('a file that is not one of theirs is 404 or the entry, never another file: %s', async (url) => {
    const answer = await get(url);
    expect(answer.body).not.toContain('not a page');
    if (answer.statusCode === 200) expect(answer.body).toBe(PAGE);
    else expect(answer.json()).toMatchObject({ status: 404 });
  });

  it('a missing script is not a page', async () => {
    expect((await get('/assets/gone-abc123.js')).statusCode).toBe(404);
    expect((await get('/main.js')).statusCode).toBe(404);
  });

  it('addresses of the API are never pages', async () => {
    for (const url of ['/api', '/api/', '/api/v1', '/api/v2/benchmarks'])
      expect((await get(url)).json()).toMatchObject({ code: 'route-unknown' });
    expect((await app.inject({ method: 'POST', url: '/benchmarks/phantoms' })).statusCode).toBe(404);
  });

  it('before they are built there are none; built anew, there are the new ones', async () => {
    const later = join(folder, 'later');
    const files = await WebFiles.open(later);
    expect([files.built, files.resolve('/')]).toEqual([false, null]);
    mkdirSync(join(later, 'assets'), { recursive: true });
    const build = (hash: string): void => {
      rmSync(join(later, 'assets'), { recursive: true });
      mkdirSync(join(later, 'assets'));
      writeFileSync(join(later, `assets/main-${hash}.js`), hash);
      rmSync(join(later, 'index.html'), { force: true });
      writeFileSync(join(later, 'index.html'), `page of ${hash}`);
    };
    const looked = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await files.refresh();
    };
    build('one');
    await looked();
    expect([files.resolve('/'), files.resolve('/assets/main-one.js')]).toEqual(['/index.html', '/assets/main-one.js']);
    expect((await files.get('/index.html', undefined)).content.toString()).toBe('page of one');
    build('two');
    await looked();
    expect([files.resolve('/assets/main-one.js'), files.resolve('/assets/main-two.js')]).toEqual([
      null,
      '/assets/main-two.js',
    ]);
    expect((await files.get('/index.html', undefined)).content.toString()).toBe('page of two');
  });
});

describe('the documentation', () => {
  it('is served as OpenAPI and as pages that run under their policy', async () => {
    const json = await get('/api/docs-json');
    expect(json.json()).toMatchObject({ openapi: '3.1.0' });
    const page = await get('/api/docs');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
    const scripts = [...page.body.matchAll(/<script([^>]*)>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, inline] of scripts)
      expect([/src="[^"]+"/.test(attributes), inline.trim()]).toEqual([true, '']);
    const source = /src="([^"]*swagger-ui-init\.js)"/.exec(page.body)?.[1] ?? '';
    expect((await get(new URL(source, 'http://x/api/docs').pathname)).statusCode).toBe(200);
  });
});

it.each([
  ['a.js', 'br, gzip', 'br'],
  ['a.js', 'gzip;q=0.5', 'gzip'],
  ['a.js', 'br;q=0, gzip', 'gzip'],
  ['a.js', undefined, 'identity'],
  ['a.png', 'br, gzip', 'identity'],
])('%s for "%s": %s', (name, accepted, expected) => {
  expect(chooseEncoding(name, accepted)).toBe(expected);
});
