import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import pg from 'pg';
import { throwawayPostgres, type EmbeddedPostgres } from '../../../test/support/throwaway-postgres.js';
import { createJobQueue, migrateJobQueue } from './index.js';
import { caseJob, jobQueueConformance, until } from './testing/conformance.js';

jest.setTimeout(240_000);

describe('job queue on PostgreSQL', () => {
  let server: EmbeddedPostgres;
  let discard: () => Promise<void>;

  beforeAll(async () => {
    ({ server, discard } = await throwawayPostgres());
  });
  afterAll(() => discard());

  it('says so when its tables were never made, and makes them twice without harm', async () => {
    await expect(createJobQueue({ kind: 'postgres', connection: server.options, name: 'early' })).rejects.toMatchObject(
      { code: 'queue-unavailable' },
    );
    await Promise.all([migrateJobQueue(server.options), migrateJobQueue(server.options)]);
    await migrateJobQueue(server.options);
  });

  describe('with its tables', () => {
    beforeAll(() => migrateJobQueue(server.options));

    jobQueueConformance({
      engine: () => ({ kind: 'postgres', connection: server.options }),
      killAndRestart: async () => {
        const first = server.pid;
        process.kill(first, 'SIGKILL'); // its supervisor brings it back
        await until(() => server.pid !== first, 30_000);
        await sleep(100);
      },
    });

    it('leaves no rows behind: neither finished jobs nor an endless list of events', async () => {
      const queue = await createJobQueue({
        kind: 'postgres',
        connection: { connectionString: server.url },
        name: 'tidy',
      });
      const client = new pg.Client({ ...server.options });
      await client.connect();
      try {
        let seen = 0;
        await queue.work(async () => void seen++, { concurrency: 4 });
        await queue.add(Array.from({ length: 800 }, (_, i) => caseJob(`tidy-${i}`)));
        await until(async () => seen === 800 && (await queue.depth()) === 0, 60_000);
        const jobs = await client.query<{ n: number }>(
          `select count(*)::int as n from bullmq.job where queue = 'tidy'`,
        );
        const events = await client.query<{ n: number }>(
          `select count(*)::int as n from bullmq.event where queue = 'tidy'`,
        );
        expect(jobs.rows[0].n).toBe(0);
        expect(events.rows[0].n).toBeLessThan(2_000);
      } finally {
        await queue.close();
        await client.end();
      }
    });
  });
});
