import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineUnavailable, SubmissionRejected } from '#domain';
import type { Job, JobQueue, Log, QueuedJob } from '#evaluation';
import { createJobQueue, type JobQueueOptions, type QueueEngine } from '../index.js';
import { idOf } from './id-of.js';

/** What a driver's test file provides. */
export interface Peer {
  readonly engine: () => QueueEngine;
  /** Kills the engine without warning and starts it again, keeping what was stored. */
  readonly killAndRestart: () => Promise<void>;
}

let counter = 0;

/** The one suite that every queue driver has to pass. */
export function jobQueueConformance(peer: Peer): void {
  describe('conformance', () => {
    let options: JobQueueOptions;
    let queue: JobQueue;
    let warnings: string[];

    beforeEach(async () => {
      warnings = [];
      const log: Log = {
        info: () => undefined,
        warn: (event) => warnings.push(event),
        error: (event) => warnings.push(event),
      };
      options = { ...peer.engine(), name: `conformance-${process.pid}-${++counter}`, log };
      queue = await createJobQueue(options);
    });
    afterEach(() => queue.close());

    it('delivers each kind of job once, ids intact', async () => {
      const jobs: Job[] = [
        { name: 'validate-model', runId: 'run-a', epoch: 1 },
        { name: 'evaluate-case', runId: 'run-a', epoch: 2, caseId: 'case-b' },
        { name: 'close-run', runId: 'run-a', epoch: 3 },
        { name: 'preflight', preflightId: 'preflight-a' },
      ];
      const seen: Job[] = [];
      await queue.work(async (job) => void seen.push(job), { concurrency: 1 });
      await queue.add(jobs.map((job, i) => ({ id: `job-${i}`, job, priority: 2 })));
      await until(() => seen.length === 4);
      const byName = (a: Job, b: Job): number => (a.name < b.name ? -1 : 1);
      expect([...seen].sort(byName)).toEqual([...jobs].sort(byName));
      await until(async () => (await queue.depth()) === 0);
      await sleep(200);
      expect(seen).toHaveLength(4);
    });

    it('takes a job whose id is known as no second job, and takes it again after the first has ended', async () => {
      await queue.add([caseJob('same')]);
      await queue.add([caseJob('same'), caseJob('same')]);
      expect(await queue.depth()).toBe(1);
      const seen: string[] = [];
      await queue.work(async (job) => void seen.push(idOf(job)), { concurrency: 2 });
      await until(async () => seen.length === 1 && (await queue.depth()) === 0);
      await queue.add([caseJob('same')]);
      await until(() => seen.length === 2);
    });

    it('serves lower numbers first, and equal ones in the order they came', async () => {
      await queue.add([caseJob('third', 3), caseJob('fourth', 3), caseJob('second', 2)]);
      await queue.add([caseJob('first', 1)]);
      const seen: string[] = [];
      await queue.work(async (job) => void seen.push(idOf(job)), { concurrency: 1 });
      await until(() => seen.length === 4);
      expect(seen).toEqual(['first', 'second', 'third', 'fourth']);
    });

    it.each([
      [
        'an engine that is unavailable',
        (): Error => new EngineUnavailable('blob-store-timeout', 'the store did not answer'),
      ],
      ['an error that nobody foresaw', (): Error => new Error('surprise')],
    ])('tries again after %s, backing off', async (_, fault) => {
      const atMs: number[] = [];
      await queue.work(
        async () => {
          atMs.push(performance.now());
          if (atMs.length < 3) throw fault();
        },
        { concurrency: 1 },
      );
      await queue.add([caseJob('retried')]);
      await until(() => atMs.length === 3);
      expect(atMs[1] - atMs[0]).toBeGreaterThan(400);
      expect(atMs[2] - atMs[1]).toBeGreaterThan(800);
      await until(async () => (await queue.depth()) === 0);
    });

    it('does not try again what the submitter has to mend', async () => {
      let starts = 0;
      await queue.work(
        async () => {
          starts++;
          throw new SubmissionRejected('model-input-rank', 'input "x" has 3 dimensions, expected 5');
        },
        { concurrency: 1 },
      );
      await queue.add([caseJob('refused')]);
      await until(async () => starts === 1 && (await queue.depth()) === 0);
      await sleep(700); // past the first back-off
      expect(starts).toBe(1);
      expect(warnings).toContain('queue.job-failed');
    });

    it('gives a job that was put back again, as often as that happens, and others before', async () => {
      const seen: string[] = [];
      await queue.work(
        async (job) => {
          seen.push(idOf(job));
          // more often than a job may fail
          if (idOf(job) === 'busy' && seen.length < 16) return { againInMs: seen.length === 1 ? 500 : 0 };
        },
        { concurrency: 1 },
      );
      await queue.add([caseJob('busy')]);
      await until(() => seen.length === 1);
      await queue.add([caseJob('other')]);
      await until(async () => seen.length === 16 && (await queue.depth()) === 0);
      expect(seen.slice(0, 3)).toEqual(['busy', 'other', 'busy']);
      expect(warnings).toEqual([]);
    });

    it('refuses ids that an engine would misread', async () => {
      await expect(queue.add([caseJob('a:b')])).rejects.toThrow(/job id "a:b"/);
      await expect(queue.add([caseJob('12')])).rejects.toThrow(/bare number/);
      expect(await queue.depth()).toBe(0);
    });

    it('counts what is not finished, and who takes jobs', async () => {
      expect(await queue.depth()).toBe(0);
      await queue.add([caseJob('a'), caseJob('b', 5), caseJob('c')]);
      expect(await queue.depth()).toBe(3);
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      await queue.work(() => held, { concurrency: 1 });
      await sleep(300);
      expect(await queue.depth()).toBe(3); // one of them active
      await until(async () => (await queue.workers()) === 1);
      release();
      await until(async () => (await queue.depth()) === 0);
    });

    it('waits for current jobs when a worker is closed, and starts no others', async () => {
      const started: string[] = [];
      const finished: string[] = [];
      const worker = await queue.work(
        async (job) => {
          started.push(idOf(job));
          await sleep(500);
          finished.push(idOf(job));
        },
        { concurrency: 1 },
      );
      await queue.add([caseJob('first'), caseJob('second')]);
      await until(() => started.length === 1);
      await worker.close();
      expect(finished).toEqual(started);
      expect(await queue.depth()).toBe(1);
    });

    it('what a worker puts back while it closes is there for another', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let started = false;
      const worker = await queue.work(
        async () => {
          started = true;
          await held;
          return { againInMs: 0 };
        },
        { concurrency: 1 },
      );
      await queue.add([caseJob('waiting')]);
      await until(() => started);
      const closed = worker.close();
      release();
      await closed;
      expect(await queue.depth()).toBe(1);
      const seen: string[] = [];
      await queue.work(async (job) => void seen.push(idOf(job)), { concurrency: 1 });
      await until(() => seen.length === 1);
      expect(warnings).toEqual([]);
    });

    it('gives the job of a killed worker process to another within 15 s, as often as that happens', async () => {
      await queue.add([caseJob('orphan')]);
      // killed twice: BullMQ alone would give up at the second time
      for (let kill = 0; kill < 2; kill++) {
        const { log: _, ...plain } = options;
        const child = spawn(
          process.execPath,
          [
            '--conditions=source',
            '--import',
            './test/typescript.mjs',
            'libs/queue/src/testing/worker-process.ts',
            JSON.stringify({ queue: plain, holdMs: 60_000 }),
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        );
        const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
        expect(JSON.parse(line)).toEqual({ started: 'orphan' });
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      const seen: string[] = [];
      const killedMs = performance.now();
      await queue.work(async (job) => void seen.push(idOf(job)), { concurrency: 1 });
      await until(() => seen.length === 1, 15_000);
      expect(performance.now() - killedMs).toBeLessThan(15_000);
      await until(async () => (await queue.depth()) === 0);
    });

    it('tells a worker whose job was given away', async () => {
      // the holder's event loop stands still for longer than its lock lasts: another process takes the job
      await queue.add([caseJob('stolen')]);
      let reason: unknown;
      await queue.work(
        async (_, signal) => {
          const { log: __, ...plain } = options;
          const thief = spawn(
            process.execPath,
            [
              '--conditions=source',
              '--import',
              './test/typescript.mjs',
              'libs/queue/src/testing/worker-process.ts',
              JSON.stringify({ queue: plain, holdMs: 5_000 }),
            ],
            { stdio: ['pipe', 'pipe', 'inherit'] },
          );
          try {
            await sleep(3_000); // the thief is up and idle
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000); // the event loop stands still
            if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(10_000) });
            reason = signal.aborted ? signal.reason : 'not aborted';
          } finally {
            thief.stdin.end();
            await once(thief, 'exit');
          }
        },
        { concurrency: 1 },
      );
      await until(() => reason !== undefined, 40_000);
      expect(reason).not.toBe('not aborted');
    });

    it('goes on after the engine was killed and came back', async () => {
      const seen: string[] = [];
      await queue.work(async (job) => void seen.push(idOf(job)), { concurrency: 2 });
      await queue.add([caseJob('before')]);
      await until(() => seen.includes('before'));
      await until(async () => (await queue.depth()) === 0);
      await peer.killAndRestart();
      await until(async () => {
        try {
          await queue.add([caseJob('after')]);
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(EngineUnavailable);
          return false;
        }
      }, 30_000);
      await until(() => seen.includes('after'), 30_000);
    });

    it('loses none of 500 jobs and doubles none, over two workers', async () => {
      const seen = new Map<string, number>();
      const count = async (job: Job): Promise<void> => {
        seen.set(idOf(job), (seen.get(idOf(job)) ?? 0) + 1);
        if (seen.size % 7 === 0) await sleep(1);
      };
      const other = await createJobQueue(options);
      try {
        await queue.work(count, { concurrency: 3 });
        await other.work(count, { concurrency: 3 });
        const jobs = Array.from({ length: 500 }, (_, i) => caseJob(`run-${i}`, 1 + (i % 3)));
        for (let i = 0; i < jobs.length; i += 100) await queue.add(jobs.slice(i, i + 100));
        await until(() => seen.size === 500, 30_000);
        await until(async () => (await queue.depth()) === 0);
        await sleep(300);
        expect([...seen.values()].filter((times) => times !== 1)).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });
}

export function caseJob(id: string, priority = 3): QueuedJob {
  return { id, job: { name: 'evaluate-case', runId: id, epoch: 1, caseId: 'case' }, priority };
}

/** Waits for something to become true; the bound is wide, for busy machines. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endMs)
      throw new Error(`did not happen within ${withinMs} ms: ${condition.toString().slice(0, 120)}`);
    await sleep(20);
  }
}
