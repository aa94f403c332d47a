import { jest } from '@jest/globals';
import { EngineUnavailable } from '#domain';
import type { Account, Benchmark, EvaluationRecords, RunEvent } from '#evaluation';
import { openDatabase, type Database } from './database.js';
import { createAccountRecords } from './repositories/account-records.js';
import { createEvaluationRecords } from './repositories/evaluation-records.js';
import { eventsOf } from './testing/events-of.js';
import { scratchDatabase, type ScratchDatabase } from './testing/scratch-database.js';
import { newSubmission, smallBenchmark, somebody } from './testing/small-benchmark.js';

jest.setTimeout(240_000);

let scratch: ScratchDatabase;
let database: Database;
let records: EvaluationRecords;
let benchmark: Benchmark;
let submitter: Account;

beforeAll(async () => {
  scratch = await scratchDatabase({ poolSize: 4 });
  database = scratch.database;
  records = createEvaluationRecords(database);
  benchmark = await records.createBenchmark(smallBenchmark());
  submitter = await somebody(createAccountRecords(database));
});
afterAll(() => scratch.remove());

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited for 60 s');
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

async function killServer(): Promise<void> {
  const { pid } = scratch.server;
  process.kill(pid, 'SIGKILL'); // its supervisor starts another one
  await until(() => scratch.server.pid !== pid);
}

const answers = (): Promise<boolean> =>
  records.listBenchmarks().then(
    (list) => list.length > 0,
    (error: unknown) => {
      // whatever fails meanwhile, fails as an engine that is away
      expect(error).toBeInstanceOf(EngineUnavailable);
      expect(error).toMatchObject({ code: 'database-unavailable' });
      return false;
    },
  );

test('an address may be a URL, also of a socket', async () => {
  const byUrl = await openDatabase({ url: scratch.server.url, poolSize: 1 });
  const [{ name }]: { name: string }[] = await byUrl.dataSource.query('select current_setting($1) as name', [
    'application_name',
  ]);
  expect(name).toBe('voxelmark');
  await byUrl.close();
});

test('a server that is not there is an engine that is away', async () => {
  const nowhere = openDatabase({ host: '127.0.0.1', port: 1, user: 'x', database: 'x' });
  await expect(nowhere).rejects.toBeInstanceOf(EngineUnavailable);
  const noSuch = openDatabase({ ...scratch.server.options, database: 'no_such_database' });
  await expect(noSuch).rejects.toMatchObject({
    code: 'database-unavailable',
    message: expect.stringContaining('no_such_database'),
  });
});

test('kill -9 of the server: idle and busy connections break, the process lives, and everything works again', async () => {
  await Promise.all(Array.from({ length: 4 }, () => records.listBenchmarks())); // fills the pool
  const busy = database.dataSource.query('select pg_sleep(60)').catch((error: unknown) => error);
  await killServer();
  expect(await busy).toBeInstanceOf(Error);
  await until(answers);
  expect((await records.createSubmission(newSubmission(benchmark, submitter))).existing).toBe(false);
});

test('listeners hear again after the server was lost, also of what happened before they were back', async () => {
  const events: RunEvent[] = [];
  const outbox = jest.fn();
  const stopEvents = await records.onRunEvent((event) => events.push(event));
  const stopOutbox = await records.onOutbox(outbox);
  const submit = async (): Promise<string> =>
    (await records.createSubmission(newSubmission(benchmark, submitter))).submission.runs[0].id;
  const heard = (runId: string): boolean => events.some((event) => event.runId === runId && event.state === 'queued');

  const first = await submit();
  await until(() => heard(first));
  expect(events.find(({ runId }) => runId === first)).toMatchObject({
    state: 'queued',
    caseId: null,
    at: expect.any(Date),
    id: expect.any(Number),
  });

  await killServer();
  await until(answers);
  const second = await submit(); // perhaps before the listening connection is back
  const calls = outbox.mock.calls.length;
  await until(() => heard(second) && outbox.mock.calls.length > calls - 1);
  const third = await submit();
  await until(() => heard(third));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length); // each once
  expect(await eventsOf(scratch.database, { runId: third })).toEqual(events.filter(({ runId }) => runId === third));

  await stopEvents();
  await stopOutbox();
  const fourth = await submit();
  await records.runContext(fourth);
  expect(heard(fourth)).toBe(false);
});

test('a lock is held by one, passes on when released, and its loss is told', async () => {
  const other = createEvaluationRecords(await scratch.open());
  let release!: () => void;
  const held = records.withLock('leader', () => new Promise<void>((resolve) => (release = resolve)));
  await until(() => release !== undefined);
  const work = jest.fn<() => Promise<void>>().mockResolvedValue(undefined);
  expect(await other.withLock('leader', work)).toBe(false);
  expect(work).not.toHaveBeenCalled();
  expect(await other.withLock('another', work)).toBe(true);
  release();
  expect(await held).toBe(true);
  expect(await other.withLock('leader', work)).toBe(true);
  expect(work).toHaveBeenCalledTimes(2);
  await expect(records.withLock('leader', () => Promise.reject(new Error('from within')))).rejects.toThrow(
    'from within',
  );
  expect(await other.withLock('leader', work)).toBe(true);

  let began = false;
  const lost = records.withLock(
    'leader',
    (signal) =>
      new Promise<void>((resolve) => {
        began = true;
        signal.addEventListener('abort', () => resolve());
      }),
  );
  await until(() => began);
  await killServer();
  expect(await lost).toBe(true); // the work ended by itself because it was told
  await until(answers);
  expect(await other.withLock('leader', work)).toBe(true);
});
