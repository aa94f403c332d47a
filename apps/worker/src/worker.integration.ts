import { isTerminal } from '#domain';
import type { Submission } from '#evaluation';
import { readLabelMap } from '#imaging';
import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  eventually,
  expectedDice,
  isRunning,
  modelProcesses,
  PRACTICE_MISSING,
  smallPlatform,
  TEST_MISSING,
  type SmallPlatform,
  type WorkerProcess,
} from './test-support/small-platform.js';

let small: SmallPlatform;

beforeAll(async () => {
  small = await smallPlatform();
}, 120_000);
afterAll(() => small.remove(), 120_000);

/** Both runs, once they have ended. */
async function ended({ runs }: Submission, seconds = 90) {
  let states: string[] = [];
  return eventually(
    async () => {
      const now = await Promise.all(runs.map(({ id }) => small.run(id)));
      states = now.map(({ state }) => state);
      return now.every(({ state }) => isTerminal(state)) && now;
    },
    seconds,
    () => `the end of runs in states ${states.join(', ')}`,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('one worker', () => {
  let worker: WorkerProcess;
  beforeAll(() => {
    worker = small.startWorker();
  });
  afterAll(() => worker.stop('SIGTERM'));

  it('takes a submission from the queue to the board, practice first', async () => {
    const submission = await small.submit(onnx.thresholdModel(), 'threshold');
    const [practice, test] = await ended(submission);
    expect([practice.state, test.state]).toEqual(['completed', 'completed']);
    expect(practice.finishedAt!.getTime()).toBeLessThanOrEqual(test.startedAt!.getTime());
    expect(test.signature).toMatch(/onnxruntime-node-1\.30\.\d+\|threads\.1$/);

    const results = await small.results(test.id);
    expect(results.map(({ scores }) => scores[0].values.dice)).toEqual(
      TEST_MISSING.map((missing) => ({ kind: 'value', value: expectedDice(missing) })),
    );
    expect(results.map(({ prediction }) => prediction?.label)).toEqual(['SEALED', 'SEALED', 'SEALED']);
    const stored = await readLabelMap(await small.platform.blobs.read(results[0].prediction!.sha256));
    expect([...stored.data].reduce((sum, label) => sum + label, 0)).toBe(120);

    const board = await small.platform.records.leaderboard(test.phaseId, { limit: 10, offset: 0 });
    expect(board.entries[0]).toMatchObject({
      rank: 1,
      cases: { scored: 3, failed: 0 },
      algorithm: { slug: 'threshold' },
    });
    expect(board.entries[0].metrics.dice).toBeCloseTo(mean(TEST_MISSING.map(expectedDice)), 12);
  }, 120_000);

  it('two runs of one model give equal bytes and equal numbers', async () => {
    const first = await ended(await small.submit(onnx.thresholdModel(), 'twin-a'));
    const second = await ended(await small.submit(onnx.thresholdModel(), 'twin-b'));
    const of = async (runId: string) =>
      (await small.results(runId)).map(({ prediction, scores }) => ({ sha256: prediction?.sha256, scores }));
    expect(await of(second[1].id)).toEqual(await of(first[1].id));
    const board = await small.platform.records.leaderboard(first[1].phaseId, { limit: 10, offset: 0 });
    expect(board.entries.filter(({ algorithm }) => algorithm.slug.startsWith('twin')).map(({ rank }) => rank)).toEqual([
      1, 1,
    ]);
  }, 120_000);

  it.each([
    ['crashes', onnx.divisionCrashModel, 'inference-crashed'],
    ['fails', onnx.failingModel, 'inference-failed'],
    ['gives NaN', onnx.notFiniteModel, 'output-not-finite'],
    ['wants 16 GiB', () => onnx.expandModel(2 ** 32), 'inference-out-of-memory'],
    ['crashes while it loads', onnx.divisionCrashAtLoadModel, 'inference-crashed'],
  ] as const)(
    'a model that %s on a tile of zeros fails its run before any case, and harms nobody',
    async (slug, model, code) => {
      const [practice, test] = await ended(await small.submit(model(), slug.replaceAll(' ', '-')));
      expect(practice).toMatchObject({ state: 'failed', failureCode: code });
      expect(test.state).toBe('failed');
      expect(await small.results(practice.id)).toEqual([]);
      expect(worker.process.exitCode).toBeNull();
    },
    120_000,
  );

  it('a model that fails on every case has failed rows with a receipt, and is not let near the held-out ones', async () => {
    const [practice, test] = await ended(await small.submit(onnx.dislikesBrightImages(1n, 'fails'), 'fails-on-images'));
    expect(practice).toMatchObject({ state: 'completed', cases: { total: 2, scored: 0, failed: 2 } });
    expect(test).toMatchObject({ state: 'failed', failureCode: 'practice-all-failed' });
    const results = await small.results(practice.id);
    expect(results.map(({ failureCode }) => failureCode)).toEqual(PRACTICE_MISSING.map(() => 'inference-failed'));
    expect(results[0].scores[0].values.dice).toEqual({ kind: 'undefined', why: 'no-prediction' });
    expect(results[0].receipt).toEqual({
      isolation: expect.stringMatching(/^L[012]$/) as string,
      runtime: expect.stringContaining('onnxruntime-node') as string,
    });
  }, 120_000);

  it('two crashes on one case put the run on hold; the cases beside it lose nothing, and a release tries it again', async () => {
    const { records } = small.platform;
    const mixed = await small.makeBenchmark('mixed', {}, { peaks: [0.4, 1, 0.4, 0.4] });
    const model = onnx.dislikesBrightImages(20_000n, 'crashes');
    const { runs } = await small.submit(model, 'crashes-on-one', { benchmark: 'mixed' });
    const onHold = (epoch: number) =>
      eventually(
        async () => {
          const run = await small.run(runs[0].id);
          return run.state === 'quarantined' && run.epoch === epoch && run;
        },
        60,
        () => 'the run to be on hold',
      );
    const held = await onHold(1);
    expect(held).toMatchObject({
      failureCode: 'inference-crashed',
      failureDetail: expect.stringMatching(/^case practice-1, twice: the process ended with signal/) as string,
    });
    const [first, crashing, ...others] = await small.results(held.id);
    expect(crashing).toMatchObject({ state: 'pending', attempt: 1 });
    // scored, under way when the run was put on hold, or not begun
    for (const { state, attempt, failureCode } of [first, ...others]) {
      expect([state, failureCode]).toEqual([attempt === 0 ? 'pending' : state, null]);
      expect(state).not.toBe('failed');
      expect(attempt).toBeLessThanOrEqual(1);
    }
    expect((await small.run(runs[1].id)).state).toBe('waiting');
    expect(await records.retryRun(held.id, { release: true })).toBe(true);
    expect((await onHold(2)).failureCode).toBe('inference-crashed');
    expect(await records.cancelSubmission(held.submissionId)).toBe(true);
    expect(worker.process.exitCode).toBeNull();
    expect(mixed.phases[0].caseCount).toBe(4);
  }, 120_000);

  it('a phase that asks for a higher level than this worker has leaves the run to another one, and says so', async () => {
    await small.makeBenchmark('strict', {}, { rules: { requiredIsolation: 'L3' } });
    const { id, runs } = await small.submit(onnx.thresholdModel(), 'strict', { benchmark: 'strict' });
    await eventually(
      async () => worker.lines().some((line) => line.includes('the phase requires L3')),
      60,
      () => 'a word about the level',
    );
    const run = await small.run(runs[0].id);
    expect(['queued', 'validating']).toContain(run.state);
    expect(run.failureCode).toBeNull();
    expect(await small.platform.records.cancelSubmission(id)).toBe(true);
  }, 120_000);

  it('a model without end is stopped at the limit of its benchmark', async () => {
    await small.makeBenchmark('hasty', { caseSeconds: 1 });
    const endless = onnx.dislikesBrightImages(2n ** 62n, 'runs');
    const [practice] = await ended(await small.submit(endless, 'endless', { benchmark: 'hasty' }));
    expect((await small.results(practice.id)).map(({ failureCode }) => failureCode)).toEqual([
      'inference-timeout',
      'inference-timeout',
    ]);
  }, 120_000);

  it('cancelling a run kills the process that works on it', async () => {
    const submission = await small.submit(onnx.dislikesBrightImages(2n ** 62n, 'runs'), 'to-be-cancelled');
    await eventually(
      async () =>
        (await small.run(submission.runs[0].id)).state === 'running' &&
        (await small.results(submission.runs[0].id)).some(({ attempt }) => attempt > 0),
      60,
    );
    const [child] = await eventually(
      async () => (modelProcesses(worker.pid).length > 0 ? modelProcesses(worker.pid) : null),
      60,
    );
    expect(await small.platform.records.cancelSubmission(submission.id)).toBe(true);
    await eventually(
      async () => !isRunning(child),
      30,
      () => 'the end of the child',
    );
    expect((await ended(submission)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  }, 120_000);

  it('a child killed with -9 in the middle of a case costs a second try, and the case counts once', async () => {
    const submission = await small.submit(onnx.loopModel(300_000n), 'child-killed');
    const practice = submission.runs[0].id;
    const busy = async () =>
      (await small.results(practice)).some(({ state, attempt }) => state === 'pending' && attempt > 0) &&
      modelProcesses(worker.pid);
    for (const pid of await eventually(busy, 60)) process.kill(pid, 'SIGKILL');
    const runs = await ended(submission);
    expect(runs.map(({ state, cases }) => [state, cases.scored, cases.failed])).toEqual([
      ['completed', 2, 0],
      ['completed', 3, 0],
    ]);
    expect(worker.lines().some((line) => line.includes('"model.tried-again"'))).toBe(true);
  }, 120_000);

  it('a reference that is gone puts the run on hold; repaired and released, it goes on and counts as if nothing had been', async () => {
    const { records, blobs } = small.platform;
    const [, second] = await records.cases(small.benchmark.phases[1].id); // no other case has its reference
    const [{ object }] = second.references;
    const reference = await blobs.read(object.sha256);
    expect(await blobs.delete(object.sha256)).toBe(true);
    const { runs } = await small.submit(onnx.thresholdModel(), 'on-hold');
    const held = await eventually(
      async () => {
        const run = await small.run(runs[1].id);
        return run.state === 'quarantined' && run;
      },
      60,
      () => 'the run to be on hold',
    );
    expect(held).toMatchObject({ failureCode: 'case-unreadable', failureDetail: expect.stringContaining(second.name) });
    await blobs.put(
      (async function* () {
        yield reference;
      })(),
    );
    expect(await records.retryRun(held.id)).toBe(false);
    expect(await records.retryRun(held.id, { release: true })).toBe(true);
    const [, test] = await ended({ runs } as Submission);
    expect(test).toMatchObject({
      state: 'completed',
      epoch: held.epoch + 1,
      cases: { total: 3, scored: 3, failed: 0 },
    });
    expect((await small.results(test.id)).map(({ scores }) => scores[0].values.dice)).toEqual(
      TEST_MISSING.map((missing) => ({ kind: 'value', value: expectedDice(missing) })),
    );
  }, 120_000);

  it('leaves no scratch folder behind and logs one JSON object a line', async () => {
    await eventually(
      async () => modelProcesses(worker.pid).length === 0,
      30,
      () => 'the end of idle sessions',
    );
    for (const line of worker.lines()) expect(JSON.parse(line)).toMatchObject({ source: 'worker' });
    expect(worker.lines().join('\n')).not.toContain('defect');
  }, 60_000);
});

describe('workers that are lost', () => {
  it('kill -9 in the middle of a case: another worker goes on within 30 s, and no case counts twice', async () => {
    const doomed = small.startWorker();
    const submission = await small.submit(onnx.loopModel(600_000n), 'worker-killed');
    const practice = submission.runs[0].id;
    await eventually(
      async () => (await small.results(practice)).some(({ state, attempt }) => state === 'pending' && attempt > 0),
      60,
    );
    const children = await eventually(
      async () => (modelProcesses(doomed.pid).length > 0 ? modelProcesses(doomed.pid) : null),
      30,
    );
    await doomed.stop('SIGKILL');
    const lostAt = performance.now();
    for (const pid of children)
      await eventually(
        async () => !isRunning(pid),
        20,
        () => 'the end of the orphaned child',
      );

    const heir = small.startWorker();
    try {
      await eventually(
        async () =>
          (await small.results(practice)).some(({ attempt }) => attempt > 1) || (await small.run(practice)).epoch > 1,
        60,
      );
      expect((performance.now() - lostAt) / 1000).toBeLessThan(30);
      const runs = await ended(submission);
      expect(runs.map(({ state, cases }) => [state, cases.scored, cases.failed])).toEqual([
        ['completed', 2, 0],
        ['completed', 3, 0],
      ]);
      const results = await small.results(practice);
      expect(new Set(results.map(({ caseId }) => caseId)).size).toBe(2);
    } finally {
      await heir.stop('SIGTERM');
    }
  }, 240_000);

  it('SIGTERM: the current case is finished, the rest is left to others, and the process ends with 0', async () => {
    const leaving = small.startWorker();
    const submission = await small.submit(onnx.loopModel(600_000n), 'worker-leaves');
    const practice = submission.runs[0].id;
    await eventually(
      async () => (await small.results(practice)).some(({ state, attempt }) => state === 'pending' && attempt > 0),
      60,
    );
    expect(await leaving.stop('SIGTERM')).toBe(0);
    const after = await small.results(practice);
    expect(after.filter(({ state }) => state === 'scored').length).toBeGreaterThanOrEqual(1);
    expect(after.filter(({ state, attempt }) => state === 'pending' && attempt > 0)).toEqual([]);
    const heir = small.startWorker();
    try {
      expect((await ended(submission)).map(({ state }) => state)).toEqual(['completed', 'completed']);
      expect((await small.results(practice)).map(({ attempt }) => attempt)).toEqual([1, 1]);
    } finally {
      await heir.stop('SIGTERM');
    }
  }, 240_000);

  it('a worker ends by itself when the process that started it is gone', async () => {
    const orphan = small.startWorker({ VOXELMARK_PARENT_PID: '999999' });
    expect(await orphan.stop('SIGCONT')).toBe(1);
  }, 60_000);
});

it('two runs at once: the second does not wait for all cases of the first', async () => {
  await small.makeBenchmark('long', {}, { peaks: [1, 1, 1, 1, 1, 1, 1, 1] });
  const model = onnx.loopModel(60_000n); // longer than it takes to look at the queue
  const [first, second] = [
    await small.submit(model, 'first-of-two', { benchmark: 'long' }),
    await small.submit(model, 'second-of-two', { benchmark: 'long' }),
  ];
  const worker = small.startWorker({ VOXELMARK_WORKER_CONCURRENCY: '2', VOXELMARK_LOG_LEVEL: 'info' });
  try {
    const ids = [first.runs[0].id, second.runs[0].id];
    const scored = () =>
      worker
        .lines()
        .map((line) => JSON.parse(line) as { event: string; runId: string })
        .filter(({ event, runId }) => event === 'case.scored' && ids.includes(runId))
        .map(({ runId }) => ids.indexOf(runId));
    const order = await eventually(async () => scored().length === 16 && scored(), 60);
    // both are validated first, so of the first five to be done some are of either run; in the order of the queue, none of one
    expect(new Set(order.slice(0, 5)).size).toBe(2);
    expect((await small.results(ids[0])).map(({ attempt }) => attempt)).toEqual(Array(8).fill(1));
    expect((await small.results(ids[1])).map(({ attempt }) => attempt)).toEqual(Array(8).fill(1));
    for (const { id } of [first, second]) await small.platform.records.cancelSubmission(id);
  } finally {
    await worker.stop('SIGTERM');
  }
}, 120_000);
