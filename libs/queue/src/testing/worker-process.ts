// A worker in a process of its own, to be killed: prints each job it starts and each it finishes as a line of JSON.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJobQueue, type JobQueueOptions } from '../index.js';
import { idOf } from './id-of.js';

const { queue: options, holdMs } = JSON.parse(process.argv[2]) as { queue: JobQueueOptions; holdMs: number };
const queue = await createJobQueue(options);
await queue.work(
  async (job) => {
    process.stdout.write(`${JSON.stringify({ started: idOf(job) })}\n`);
    await sleep(holdMs);
    process.stdout.write(`${JSON.stringify({ finished: idOf(job) })}\n`);
  },
  { concurrency: 1 },
);
// ends with its parent
createInterface(process.stdin).on('close', () => process.exit(0));
