import { readdirSync, readFileSync } from 'node:fs';
import type { LeaderboardView, SubmissionView } from '#contracts';
import { expectBoard, expectedBoards } from '../../support/demo-board.js';
import { Client, until } from '../../support/http.js';
import { isRunning, startPlatform, type RunningPlatform } from '../../support/platform.js';
import { openPlatform, readConfig, createLog } from '#platform';

/** Recovery is behaviour with a bound of its own: 30 s, and a margin for a machine that runs other tests. */
const RECOVERS_WITHIN_MS = 45_000;
/** A look asks for all five submissions: oftener, it would take time from those who evaluate them. */
const LOOKS_EVERY_MS = 1000;
const SLUG = 'phantom-abdomen-ct';

/** Processes whose parent is one of the given ones: the processes that run models, when asked of workers. */
function childrenOf(parents: readonly number[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
        return parents.includes(Number(fields[1])) ? [Number(pid)] : [];
      } catch (error) {
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    });
}

async function organiser(platform: RunningPlatform): Promise<Client> {
  return new Client(platform.url).signIn('organiser@demo.voxelmark.local', 'voxelmark-demo');
}

/** Ids of the demo's submissions, as soon as all five are there. */
async function submissionIds(platform: RunningPlatform): Promise<string[]> {
  const researcher = await new Client(platform.url).signIn('researcher@demo.voxelmark.local', 'voxelmark-demo');
  return until('five submissions', async () => {
    const { items } = await researcher.get<{ items: SubmissionView[] }>('/submissions');
    return items.length === 5 && items.map(({ id }) => id);
  }, 180_000, LOOKS_EVERY_MS);
}

/** Cases that ended so far, over all runs, practice and held-out. */
async function casesDone(client: Client, ids: readonly string[]): Promise<number> {
  const submissions = await Promise.all(ids.map((id) => client.get<SubmissionView>(`/submissions/${id}`)));
  return submissions.flatMap(({ runs }) => runs).reduce((sum, { progress }) => sum + (progress?.done ?? 0), 0);
}

/** The session outlives every process: whoever was signed in still is. */
async function goesOn(client: Client, ids: readonly string[], what: string): Promise<void> {
  const before = await until(`an answer after ${what}`, async () => casesDone(client, ids).then((done) => ({ done }), () => null), RECOVERS_WITHIN_MS, LOOKS_EVERY_MS);
  await until(`a further case after ${what}`, async () => (await casesDone(client, ids).catch(() => 0)) > before.done, RECOVERS_WITHIN_MS, LOOKS_EVERY_MS);
}

/** Evaluates the demo in a folder while everything is killed in turn. It leaves the folder evaluated, and nothing running. */
export function killingAnyProcess(folder: () => string): void {
  it('loses nothing and counts nothing twice: the leaderboard is the committed one', async () => {
    const dataDir = folder();
    let platform = await startPlatform({ dataDir, demo: true, args: ['--workers', '2'] });
    try {
      const ids = await submissionIds(platform);
      const client = await organiser(platform);
      await until('first cases', async () => (await casesDone(client, ids)) > 2, 120_000, LOOKS_EVERY_MS);

      const [runner] = await until('a process that runs a model', async () => {
        const found = childrenOf(platform.processes.workers);
        return found.length > 0 && found;
      }, 60_000, 20);
      process.kill(runner, 'SIGKILL');
      await goesOn(client, ids, 'kill -9 of a process that runs a model');

      for (const worker of platform.processes.workers) process.kill(worker, 'SIGKILL');
      await goesOn(client, ids, 'kill -9 of all workers');

      process.kill(platform.processes.api, 'SIGKILL');
      await goesOn(client, ids, 'kill -9 of the API');

      process.kill(platform.processes.postgres, 'SIGKILL');
      await goesOn(client, ids, 'kill -9 of the database');

      // everything at once, the supervisor first, so that nobody is left to restart the others
      const { supervisor, postgres } = platform.processes;
      const children = childrenOf([supervisor]);
      process.kill(supervisor, 'SIGKILL');
      for (const pid of [...children, postgres]) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      await platform.stop();
      await until('children without a supervisor end by themselves', async () => children.every((pid) => !isRunning(pid)), RECOVERS_WITHIN_MS);

      platform = await startPlatform({ dataDir, demo: true, args: ['--workers', '2'] });
      const again = await organiser(platform);
      const ended = await until('all runs ended', async () => {
        const submissions = await Promise.all(ids.map((id) => again.get<SubmissionView>(`/submissions/${id}`)));
        const runs = submissions.flatMap(({ runs }) => runs);
        return runs.every(({ state }) => ['completed', 'failed', 'cancelled', 'expired'].includes(state)) && runs;
      }, 400_000, LOOKS_EVERY_MS);
      expect(ended.map(({ state }) => state)).toEqual(Array(10).fill('completed'));

      for (const [phase, wanted] of [['test', expectedBoards.leaderboard], ['practice', expectedBoards.practice]] as const) {
        const { items } = await again.get<LeaderboardView>(`/benchmarks/${SLUG}/leaderboard?phase=${phase}`);
        expectBoard(items.map((row) => ({ ...row, algorithm: row.algorithm.slug })), wanted);
      }
      await expectOneRowPerCase(dataDir, ended.map(({ id }) => id));
    } finally {
      await platform.stop();
    }
  }, 1_200_000);
}

async function expectOneRowPerCase(dataDir: string, runIds: readonly string[]): Promise<void> {
  const records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: dataDir }), 'test', createLog('error', 'test'));
  try {
    for (const runId of runIds) {
      const context = await records.records.runContext(runId);
      const results = await records.records.caseResults(runId);
      expect(results).toHaveLength(context?.phase.caseCount ?? -1);
      expect(new Set(results.map(({ caseId }) => caseId)).size).toBe(results.length);
      for (const { scores } of results) expect(scores.map(({ region }) => region)).toEqual(['liver', 'spleen', 'kidneys', 'lesion']);
    }
  } finally {
    await records.close();
  }
}
