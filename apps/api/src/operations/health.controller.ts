import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import type { AccountRecords, BlobStore, JobQueue } from '#evaluation';
import { isLoopback } from '#platform';
import { DemoAccounts } from '../accounts/demo-accounts.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { answerWith } from '../http/reply-of.js';
import { ACCOUNTS, BLOBS, QUEUE, SETTINGS, type ApiSettings } from '../settings.js';

type Health = Answer<typeof ENDPOINTS.health>;

const PATIENCE_MS = 2_000;
const NO_SUCH_ACCOUNT = '00000000-0000-0000-0000-000000000000';
const NO_SUCH_BLOB = '0'.repeat(64);

/**
 * Whether each part answers, and what would be unsafe on an open network. Says nothing about data or people, and counts
 * nothing: everybody may ask, and whoever polls how many jobs wait or run would time the held-out cases of others. For the
 * same reason administrators are told no more here: sealed data, and what is computed from it, is not theirs either.
 */
@Controller()
export class HealthController {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(QUEUE) private readonly queue: Pick<JobQueue, 'depth' | 'workers'>,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    private readonly demo: DemoAccounts,
  ) {}

  /** 503 when the database is away: then nothing can be served. Without a worker submissions wait, which is no outage. */
  @Mount(ENDPOINTS.health)
  async health({ request }: Ask<typeof ENDPOINTS.health>): Promise<Health> {
    const checks = await Promise.all([
      check('database', async () => {
        await this.accounts.findAccount({ id: NO_SUCH_ACCOUNT });
      }),
      check('queue', async () => {
        await this.queue.depth();
      }),
      check('blob-store', async () => {
        await this.blobs.head(NO_SUCH_BLOB);
      }),
      check('workers', async () => {
        if ((await this.queue.workers()) === 0) throw new NoWorker();
      }),
    ]);
    if (checks.some(({ name, ok }) => name === 'database' && !ok)) answerWith(request, 503);
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
    if (demo) {
      words.push(
        this.demo.usable
          ? 'Demo accounts with a published password exist.'
          : 'Demo accounts with a published password exist; as this server is set up they cannot sign in.',
      );
    }
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

async function check(name: string, ask: () => Promise<void>): Promise<Health['checks'][number]> {
  try {
    await within(ask());
    return { name, ok: true };
  } catch (error) {
    // addresses and driver messages stay inside
    const detail =
      error instanceof Late
        ? 'no answer within 2 s'
        : error instanceof NoWorker
          ? 'no worker takes jobs'
          : 'does not answer';
    return { name, ok: false, detail };
  }
}

class NoWorker extends Error {}
class Late extends Error {}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late()), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
