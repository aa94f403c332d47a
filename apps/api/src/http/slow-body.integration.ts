import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '#contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApi } from '../create-api.js';
import type { ApiParts } from '../settings.js';
import { noParts, testSettings, untouched } from '../test-support/no-parts.js';

const spoolDir = mkdtempSync(join(tmpdir(), 'voxelmark-slow-'));
let app: NestFastifyApplication;
let port: number;

beforeAll(async () => {
  const slow = () => new Promise<null>((resolve) => setTimeout(() => resolve(null), 1_000));
  const parts: ApiParts = {
    ...noParts(),
    accounts: untouched<ApiParts['accounts']>('accounts', { findAccount: slow, listAccounts: async () => [] }),
  };
  app = await createApi(parts, testSettings({ spoolDir }), { bodyMs: 300 });
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as AddressInfo).port;
});
afterAll(async () => {
  await app?.close();
  rmSync(spoolDir, { recursive: true, force: true });
});

/** Sends a head that promises 40 bytes, then one byte every 100 ms, until the server hangs up. */
function drip(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    const drops = setInterval(() => socket.write(' '), 100);
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the server did not hang up; it said: ${got}`));
    }, 20_000);
    socket.on('connect', () => socket.write(head));
    socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
    socket.on('error', () => undefined); // we may be writing when it closes
    socket.on('close', () => {
      clearInterval(drops);
      clearTimeout(deadline);
      resolve(got);
    });
  });
}

it('a body that drips is told why it is not taken, and cut off', async () => {
  const answer = await drip(
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost:4200\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toMatch(/content-type: application\/problem\+json/i);
  const [, body] = answer.split('\r\n\r\n', 2);
  expect(problem.parse(JSON.parse(body))).toMatchObject({ status: 408, code: 'body-slow' });
});

it('a body that nobody asked for is cut off, too', async () => {
  const answer = await drip('GET /api/v1/auth/session HTTP/1.1\r\nHost: localhost:4200\r\nContent-Length: 40\r\n\r\n');
  expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
});

it('an answer that takes longer than a body may is not cut off: a stream, a large file, a slow query', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/health`);
  expect(answer.status).toBe(200);
  expect(((await answer.json()) as { checks: unknown[] }).checks).toContainEqual({ name: 'database', ok: true });
});

it('a body that arrives in time is read', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect([answer.status, problem.parse(await answer.json()).code]).toEqual([400, 'request-invalid']);
});
