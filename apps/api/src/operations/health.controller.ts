import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import type { AccountRecords, BlobStore, JobQueue } from '#evaluation';
import { DemoAccounts } from '../accounts/demo-accounts.js';
import { Mount, type Answer } from '../http/mount.js';
import { ACCOUNTS, BLOBS, isLoopback, QUEUE, SETTINGS, type ApiSettings } from '../settings.js';

type Health = Answer<typeof ENDPOINTS.health>;

const PATIENCE_MS = 2_000;
const NO_SUCH_ACCOUNT = '00000000-0000-0000-0000-000000000000';
const NO_SUCH_BLOB = '0'.repeat(64);

/** Whether each part answers, and what would be unsafe on an open network. Says nothing about data or people. */
@Controller()
export class HealthController {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(QUEUE) private readonly queue: Pick<JobQueue, 'depth' | 'workers'>,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    private readonly demo: DemoAccounts,
  ) {}

  @Mount(ENDPOINTS.health)
  async health(): Promise<Health> {
    const checks = await Promise.all([
      check('database', async () => {
        await this.accounts.findAccount({ id: NO_SUCH_ACCOUNT });
      }),
      check('queue', async () => `${await this.queue.depth()} jobs`),
      check('blob-store', async () => {
        await this.blobs.head(NO_SUCH_BLOB);
      }),
      check('workers', async () => {
        const count = await this.queue.workers();
        if (count === 0) throw new Error('no worker takes jobs');
        return `${count} taking jobs`;
      }),
    ]);
    return {
      status: checks.every(({ ok }) => ok) ? 'ok' : 'degraded',
      version: this.settings.version,
      checks,
      insecure: await this.insecure(),
    };
  }

  private async insecure(): Promise<string[]> {
    const { registration, host, publicUrl } = this.settings;
    const open = !isLoopback(host);
    const words: string[] = [];
    const demo = await within(this.demo.present()).catch(() => false);
    if (demo) words.push('Demo accounts with a published password exist.');
    if (registration === 'open') words.push('Everybody may make an account.');
    if (!publicUrl.startsWith('https:'))
      words.push(
        open
          ? 'The server is reached without TLS beyond this machine.'
          : 'The server is reached without TLS; it listens on this machine only.',
      );
    return words;
  }
}

async function check(name: string, ask: () => Promise<string | void>): Promise<Health['checks'][number]> {
  try {
    const detail = await within(ask());
    return typeof detail === 'string' ? { name, ok: true, detail } : { name, ok: true };
  } catch (error) {
    // addresses and driver messages stay inside
    return {
      name,
      ok: false,
      detail:
        error instanceof Late
          ? 'no answer within 2 s'
          : error instanceof Error && error.message === 'no worker takes jobs'
            ? error.message
            : 'does not answer',
    };
  }
}

class Late extends Error {}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late()), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
