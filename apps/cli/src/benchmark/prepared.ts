import { setTimeout as sleep } from 'node:timers/promises';
import { ENDPOINTS, type BenchmarkMakingView } from '#contracts';
import type { ApiClient } from '../api-client.js';
import type { Terminal } from '../command.js';
import { patiently } from '../patience.js';

/** The benchmark once a worker has measured its cases, or given up. */
export async function untilPrepared(client: ApiClient, making: BenchmarkMakingView, terminal: Terminal): Promise<BenchmarkMakingView> {
  let now = making;
  while (now.preparation.state === 'queued' || now.preparation.state === 'running') {
    terminal.progress(`measuring references: ${now.preparation.done} of ${now.preparation.total} cases`);
    await sleep(1000);
    now = await patiently(
      () => client.call(ENDPOINTS.getBenchmarkMaking, { params: { slug: making.benchmark.slug } }),
      ({ message }) => terminal.progress(`${message} trying again`),
    );
  }
  return now;
}
