import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { health } from '#contracts';
import { createApi } from '../create-api.js';
import type { ApiParts } from '../settings.js';
import { noParts, testSettings, untouched } from '../test-support/no-parts.js';

const spoolDir = mkdtempSync(join(tmpdir(), 'voxelmark-health-'));
afterAll(() => rmSync(spoolDir, { recursive: true, force: true }));

async function ask(change: Partial<ApiParts>): Promise<{ status: number; body: ReturnType<typeof health.parse> }> {
  const up: Partial<ApiParts> = {
    accounts: untouched<ApiParts['accounts']>('accounts', {
      findAccount: async () => null,
      listAccounts: async () => [],
    }),
    queue: { depth: async () => 17, workers: async () => 3 },
    blobs: untouched<ApiParts['blobs']>('blobs', { head: async () => null }),
  };
  const app = await createApi({ ...noParts(), ...up, ...change }, testSettings({ spoolDir }));
  const answer = await app.inject({ url: '/api/v1/health' });
  await app.close();
  return { status: answer.statusCode, body: health.parse(answer.json()) };
}

describe('health', () => {
  it('says that everything is up, and how many of anything to nobody', async () => {
    const { status, body } = await ask({});
    expect([status, body.status]).toEqual([200, 'ok']);
    expect(body.checks).toEqual(['database', 'queue', 'blob-store', 'workers'].map((name) => ({ name, ok: true })));
  });

  it('is degraded without a worker, and still 200: what is stored can be read, what is sent waits', async () => {
    const { status, body } = await ask({ queue: { depth: async () => 17, workers: async () => 0 } });
    expect([status, body.status]).toEqual([200, 'degraded']);
    expect(body.checks[3]).toEqual({ name: 'workers', ok: false, detail: 'no worker takes jobs' });
  });

  it('is 503 without the database, in the same form and without its address', async () => {
    const gone = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
    const { status, body } = await ask({
      accounts: untouched<ApiParts['accounts']>('accounts', { findAccount: gone, listAccounts: gone }),
    });
    expect([status, body.status]).toEqual([503, 'degraded']);
    expect(body.checks[0]).toEqual({ name: 'database', ok: false, detail: 'does not answer' });
  });
});
