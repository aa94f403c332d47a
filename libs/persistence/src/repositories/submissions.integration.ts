import { jest } from '@jest/globals';
import { RequestRefused } from '#domain';
import type { Account, AccountRecords, Benchmark, EvaluationRecords, QueuedJob } from '#evaluation';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { eventsOf } from '../testing/events-of.js';
import { scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import { blob, newSubmission, smallBenchmark, somebody } from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

let scratch: ScratchDatabase;
let records: EvaluationRecords;
let accounts: AccountRecords;
let benchmark: Benchmark;
let submitter: Account;

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  accounts = createAccountRecords(scratch.database);
  benchmark = await records.createBenchmark(smallBenchmark());
  submitter = await somebody(accounts);
});
afterAll(() => scratch.remove());

const drained = async (): Promise<QueuedJob[]> => {
  const jobs: QueuedJob[] = [];
  while ((await records.relayOutbox(async (batch) => void jobs.push(...batch), 100)) > 0);
  return jobs;
};
const count = async (table: string): Promise<number> =>
  ((await scratch.database.dataSource.query(`select count(*)::int as n from ${table}`)) as { n: number }[])[0].n;

test('a submission has one run a phase: the first is queued with its job, the second waits', async () => {
  await drained();
  const wanted = newSubmission(benchmark, submitter);
  const { submission, existing } = await records.createSubmission(wanted);
  expect(existing).toBe(false);
  expect(submission).toMatchObject({
    benchmarkId: benchmark.id,
    submitterId: submitter.id,
    version: { version: '1.0.0', manifest: wanted.manifest, manifestSha256: wanted.manifestSha256 },
  });
  expect(submission.version.models).toMatchObject([{ ...wanted.models[0], kind: 'model' }]);
  expect(submission.version.modelSha256).toBe(wanted.models[0].sha256);
  expect(submission.version.algorithm).toMatchObject({ ...wanted.algorithm, ownerId: submitter.id });
  expect(submission.runs.map(({ phaseId, state, epoch, cases }) => ({ phaseId, state, epoch, cases }))).toEqual([
    { phaseId: benchmark.phases[0].id, state: 'queued', epoch: 1, cases: { total: 2, scored: 0, failed: 0 } },
    { phaseId: benchmark.phases[1].id, state: 'waiting', epoch: 1, cases: { total: 3, scored: 0, failed: 0 } },
  ]);
  for (const { deadlineAt } of submission.runs) expect(deadlineAt!.getTime()).toBeGreaterThan(Date.now());
  const [run] = submission.runs;
  expect(await drained()).toEqual([
    { id: `validate-model.${run.id}.1.1`, job: { name: 'validate-model', runId: run.id, epoch: 1 }, priority: 2 },
  ]);
  expect(await records.findSubmission(submission.id)).toEqual(submission);
  expect(await records.findSubmission('x')).toBeNull();
  const events = await eventsOf(scratch.database, { submissionId: submission.id });
  expect(events.map(({ state }) => state).sort()).toEqual(['queued', 'waiting']);
});

test('the same file, manifest, version and benchmark again is the same submission', async () => {
  const wanted = newSubmission(benchmark, submitter);
  const first = await records.createSubmission(wanted);
  await drained();
  const again = await records.createSubmission(wanted);
  expect(again).toEqual({ submission: first.submission, existing: true });
  expect(await drained()).toEqual([]);
});

test('once the benchmark takes no more, the same submission is still found, and a new one refused', async () => {
  const refusal = new RequestRefused(409, 'benchmark-closed', 'closed');
  const wanted = newSubmission(benchmark, submitter, { idempotencyKey: 'before-the-close' });
  const { submission } = await records.createSubmission(wanted);
  await drained();
  expect(await records.createSubmission({ ...wanted, refusal })).toEqual({ submission, existing: true });
  const replayed = { ...wanted, idempotencyKey: null, refusal };
  expect(await records.createSubmission(replayed)).toEqual({ submission, existing: true });
  const before = [await count('submission'), await count('algorithm_version')];
  await expect(records.createSubmission({ ...replayed, version: 'after-the-close' })).rejects.toBe(refusal);
  expect([await count('submission'), await count('algorithm_version')]).toEqual(before);
  expect(await drained()).toEqual([]);
});

test('the same request from ten connections at once is one submission', async () => {
  const wanted = newSubmission(benchmark, submitter, { idempotencyKey: 'ten-at-once' });
  const before = await count('submission');
  const answers = await Promise.all(Array.from({ length: 10 }, () => records.createSubmission(wanted)));
  expect(new Set(answers.map(({ submission }) => submission.id)).size).toBe(1);
  expect(answers.filter(({ existing }) => !existing)).toHaveLength(1);
  expect(await count('submission')).toBe(before + 1);
});

test('a version never changes', async () => {
  const wanted = newSubmission(benchmark, submitter);
  await records.createSubmission(wanted);
  await expect(records.createSubmission({ ...wanted, models: [{ file: 'model.onnx', ...blob('another model') }] })).rejects.toMatchObject({
    status: 409,
    code: 'version-exists',
    message: expect.stringContaining('another model file'),
  });
  await expect(records.createSubmission({ ...wanted, manifestSha256: blob('other').sha256 })).rejects.toMatchObject({
    code: 'version-exists',
    message: expect.stringContaining('another manifest'),
  });
  const { submission } = await records.createSubmission({ ...wanted, version: '1.0.1', models: [{ file: 'model.onnx', ...blob('another model') }] });
  expect(submission.version.version).toBe('1.0.1');
  expect((await records.findAlgorithm(wanted.algorithm.slug))!.versions.map(({ version }) => version)).toEqual([
    '1.0.1',
    '1.0.0',
  ]);
});

test('an algorithm belongs to who came first, and a refusal leaves nothing', async () => {
  const wanted = newSubmission(benchmark, submitter);
  await records.createSubmission(wanted);
  const other = await somebody(accounts);
  const before = [await count('stored_object'), await count('algorithm_version'), await count('outbox')];
  await expect(records.createSubmission({ ...wanted, submitterId: other.id })).rejects.toMatchObject({
    status: 409,
    code: 'algorithm-taken',
  });
  expect([await count('stored_object'), await count('algorithm_version'), await count('outbox')]).toEqual(before);

  const contested = newSubmission(benchmark, submitter, {
    algorithm: { slug: 'contested', name: 'Contested', description: '' },
  });
  const race = await Promise.allSettled([
    records.createSubmission(contested),
    records.createSubmission({ ...contested, submitterId: other.id }),
  ]);
  expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(race.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'algorithm-taken' } });
});

test('an Idempotency-Key answers the same request and refuses another; keys are personal', async () => {
  const wanted = newSubmission(benchmark, submitter, { idempotencyKey: 'key-1' });
  const first = await records.createSubmission(wanted);
  expect(await records.createSubmission(wanted)).toEqual({ submission: first.submission, existing: true });
  await expect(records.createSubmission({ ...wanted, version: '2.0.0', models: [{ file: 'model.onnx', ...blob('two') }] })).rejects.toMatchObject({
    status: 409,
    code: 'idempotency-key-reused',
    message: expect.stringContaining('differs in: version, models'),
  });
  expect((await records.findAlgorithm(wanted.algorithm.slug))!.versions).toHaveLength(1);
  const other = await somebody(accounts);
  expect((await records.createSubmission(newSubmission(benchmark, other, { idempotencyKey: 'key-1' }))).existing).toBe(
    false,
  );
});

test('one version may enter several benchmarks', async () => {
  const second = await records.createBenchmark(smallBenchmark({ slug: 'second' }));
  const wanted = newSubmission(benchmark, submitter);
  const here = await records.createSubmission(wanted);
  const there = await records.createSubmission({ ...wanted, benchmarkId: second.id });
  expect(there.existing).toBe(false);
  expect(there.submission.version).toEqual(here.submission.version);
});

test('unknown benchmark or account: not found', async () => {
  const wanted = newSubmission(benchmark, submitter);
  for (const id of ['00000000-0000-7000-8000-000000000000', 'nonsense']) {
    await expect(records.createSubmission({ ...wanted, benchmarkId: id })).rejects.toMatchObject({ status: 404 });
    await expect(records.createSubmission({ ...wanted, submitterId: id })).rejects.toMatchObject({ status: 404 });
  }
});

test('lists page by cursor, newest first, without gaps or repeats, also when many share a millisecond', async () => {
  const owner = await somebody(accounts);
  for (let n = 0; n < 7; n++)
    await records.createSubmission(
      newSubmission(benchmark, owner, { algorithm: { slug: `paged-${n}`, name: 'Paged', description: '' } }),
    );
  await scratch.database.dataSource.query(
    `update submission set created_at = date_trunc('second', now()) where submitter_id = $1`,
    [owner.id],
  );
  const seen: string[] = [];
  for (let before: { createdAt: Date; id: string } | undefined; ;) {
    const page = await records.listSubmissions(
      { submitterId: owner.id, benchmarkId: benchmark.id },
      { limit: 3, before },
    );
    seen.push(...page.map(({ id }) => id));
    if (page.length < 3) break;
    const { createdAt, id } = page[2];
    before = { createdAt: new Date(createdAt.toISOString()), id };
  }
  expect(new Set(seen).size).toBe(7);
  expect(seen).toEqual([...seen].sort().reverse());
  expect(await records.listSubmissions({ algorithmSlug: 'paged-3' }, { limit: 10 })).toHaveLength(1);
  expect(await records.listSubmissions({ submitterId: 'nobody' }, { limit: 10 })).toEqual([]);

  const slugs = (await records.listAlgorithms({ limit: 4, ownerId: owner.id })).map(({ slug }) => slug);
  expect(slugs).toEqual(['paged-0', 'paged-1', 'paged-2', 'paged-3']);
  expect(
    (await records.listAlgorithms({ limit: 4, ownerId: owner.id, after: 'paged-3' })).map(({ slug }) => slug),
  ).toEqual(['paged-4', 'paged-5', 'paged-6']);
});
