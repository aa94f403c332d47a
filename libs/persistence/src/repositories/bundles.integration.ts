import {
  bundleDigest,
  CHECK_NAMES,
  type Account,
  type Benchmark,
  type EvaluationRecords,
  type NotedCheck,
} from '#evaluation';
import { scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import {
  blob,
  byDice,
  claimed,
  completed,
  newSubmission,
  runOf,
  scored,
  smallBenchmark,
  somebody,
  started,
  USAGE,
} from '../testing/small-benchmark.js';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';

let scratch: ScratchDatabase;
let records: EvaluationRecords;
let somebodyHere: Account;
let benchmark: Benchmark;

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  somebodyHere = await somebody(createAccountRecords(scratch.database));
  benchmark = await records.createBenchmark(smallBenchmark({ slug: 'bundles', practice: 2, test: 1 }));
}, 120_000);
afterAll(() => scratch.remove());

const sql = (text: string, parameters: unknown[] = []): Promise<unknown> =>
  scratch.database.dataSource.query(text, parameters);

describe('a version of several files', () => {
  const models = [
    { file: 'b.onnx', ...blob('fold b'), facts: null },
    { file: 'a.onnx', ...blob('fold a'), facts: null },
  ];

  test('reads back in the order of its manifest, with what belongs to it', async () => {
    const conformance = { images: [blob('T1'), blob('T2')], expected: blob('labels') };
    const wanted = newSubmission(benchmark, somebodyHere, { models, conformance });
    const { submission } = await records.createSubmission(wanted);
    const { version } = submission;
    expect(version.models.map(({ file, sha256, kind, label }) => [file, sha256, kind, label])).toEqual(
      models.map(({ file, sha256 }) => [file, sha256, 'model', 'PUBLIC']),
    );
    expect(version.modelSha256).toBe(bundleDigest(models));
    expect(version.conformance).toMatchObject({
      images: [
        { ...conformance.images[0], kind: 'conformance', label: 'PARTICIPANT' },
        { ...conformance.images[1], kind: 'conformance' },
      ],
      expected: conformance.expected,
    });
    expect((await records.runContext(runOf(submission, 0)))?.version).toEqual(version);

    // the same files in another order are other files
    const turned = { ...wanted, models: [...models].reverse() };
    await expect(records.createSubmission(turned)).rejects.toMatchObject({ code: 'version-exists' });
    expect(await records.createSubmission(wanted)).toMatchObject({ existing: true });
  });

  test('is on boards by the digest of the bundle, and its predictions are made from each file', async () => {
    const { submission } = await records.createSubmission(newSubmission(benchmark, somebodyHere, { models }));
    await completed(records, runOf(submission, 0));
    expect(await records.boardEntry(runOf(submission, 0))).toMatchObject({ modelSha256: bundleDigest(models) });
    const [{ prediction }] = await records.caseResults(runOf(submission, 0));
    const inputs = (await sql('select input_id as id from stored_object_input where object_id = $1', [
      prediction?.id,
    ])) as { id: string }[];
    const [one] = await records.cases(benchmark.phases[0].id);
    const expected = [...one.images, ...submission.version.models].map(({ id }) => id);
    expect(inputs.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  test('has a card that its author may write and checks that a worker writes', async () => {
    const { submission } = await records.createSubmission(newSubmission(benchmark, somebodyHere));
    const { id } = submission.version;
    const card = { intendedUse: 'Research.', trainingData: null, licence: 'MIT', paper: null, limits: null };
    const checks: NotedCheck[] = [{ name: 'budget', status: 'passed', detail: { secondsPerCase: 1.5 } }];
    expect([
      await records.writeCard(id, card),
      await records.writeChecks(id, { benchmarkId: benchmark.id, checks }),
    ]).toEqual([true, true]);
    expect((await records.findSubmission(submission.id))?.version).toMatchObject({ card, checks: { checks } });
    expect(await records.writeCard(benchmark.id, card)).toBe(false);
  });
});

describe('a case of several images', () => {
  const channels = [{ name: 'T1', modality: 'MR' }, { name: 'FLAIR' }];
  const several = (slug: string, ...names: string[]) => {
    const small = smallBenchmark({ slug, practice: 1, test: 1 });
    const images = names.map((channel) => ({ channel, ...blob(`${slug} ${channel}`) }));
    const phases = small.phases.map((phase) => ({ ...phase, cases: phase.cases.map((one) => ({ ...one, images })) }));
    return { ...small, channels, phases };
  };

  test('reads back in the order of the channels; a reference and a prediction are made from all of them', async () => {
    const made = await records.createBenchmark(several('two-channels', 'T1', 'FLAIR'));
    expect(made.channels).toEqual(channels);
    const [one] = await records.cases(made.phases[1].id);
    expect(one.images.map(({ channel, label }) => [channel, label])).toEqual([
      ['T1', 'SEALED'],
      ['FLAIR', 'SEALED'],
    ]);
    expect(await records.findObject(one.images[1].id)).toMatchObject({ caseId: one.id, benchmarkId: made.id });
    const inputs = (await sql('select count(*)::int as n from stored_object_input where object_id = $1', [
      one.references[1].object.id,
    ])) as { n: number }[];
    expect(inputs).toEqual([{ n: 2 }]);
  });

  test.each([[['T1']], [['T1', 'T1']], [['FLAIR', 'T1']], [['T1', 'FLAIR', 'T2']]])('of %p is refused', (names) => {
    expect(() => records.createBenchmark(several('wrong', ...names))).toThrow('expected T1, FLAIR');
  });
});

describe('receipts', () => {
  const receipt = { isolation: 'L2', runtime: 'onnxruntime-node 1.30.0' } as const;
  const stagesMs = { read: 1.5, prepare: 20, network: 70, restore: 8.5 };

  test('are kept with a scored and with a failed case, measured over a phase, and gone when it is done anew', async () => {
    const { submission } = await records.createSubmission(newSubmission(benchmark, somebodyHere));
    const runId = runOf(submission, 0);
    await started(records, runId);
    const [first, second] = await records.cases(benchmark.phases[0].id);
    const usage = { ...USAGE, stagesMs };
    const ended = { elapsedMs: 60_000, cpuMs: 59_000, peakRssBytes: null }; // no figure of what a case takes
    await records.recordCase(await claimed(records, runId, first.id), { ...scored(first), usage, receipt });
    await records.recordCase(await claimed(records, runId, second.id), {
      prediction: null,
      usage: ended,
      receipt: { ...receipt, isolation: 'L1' },
      scores: [],
      failure: { code: 'inference-timeout', detail: 'too slow' },
    });
    expect((await records.caseResults(runId)).map((result) => [result.usage, result.receipt])).toEqual([
      [usage, receipt],
      [ended, { ...receipt, isolation: 'L1' }],
    ]);
    expect(await records.measuresOf(submission.version.id)).toMatchObject([
      {
        benchmark: { slug: 'bundles' },
        phase: 'practice',
        label: 'PUBLIC',
        cases: { total: 2, scored: 1, failed: 1 },
        elapsedMs: { median: 100, max: 100 },
        cpuMs: { median: 90, max: 90 },
        peakRssBytes: { median: 1e6, max: 1e6 },
        isolation: 'L1',
        runtimes: [receipt.runtime],
        failures: [{ code: 'inference-timeout', count: 1 }],
      },
    ]);

    await records.completeRun(runId, 1, { aggregates: [], metrics: { dice: 1 }, stop: null }, byDice);
    const sealed = runOf(submission, 1);
    await started(records, sealed);
    const [heldOut] = await records.cases(benchmark.phases[1].id);
    await records.recordCase(await claimed(records, sealed, heldOut.id), { ...scored(heldOut), receipt });
    expect((await records.measuresOf(submission.version.id)).map(({ label }) => label)).toEqual(['PUBLIC', 'SEALED']);
  });

  test('of a case that is tried again are those of the last time', async () => {
    const { submission } = await records.createSubmission(newSubmission(benchmark, somebodyHere));
    const runId = runOf(submission, 0);
    await started(records, runId);
    const [first] = await records.cases(benchmark.phases[0].id);
    const failure = { code: 'inference-crashed', detail: '' } as const;
    const outcome = { prediction: null, usage: null, receipt, scores: [], failure };
    await records.recordCase(await claimed(records, runId, first.id), outcome);
    await records.failRun(runId, 1, failure);
    await records.retryRun(runId);
    expect((await records.caseResults(runId))[0]).toMatchObject({ state: 'pending', receipt: null });
  });
});

describe('preflights', () => {
  const waiting: NotedCheck[] = CHECK_NAMES.map((name) => ({ name, status: 'waiting', detail: {} }));
  const done: NotedCheck[] = CHECK_NAMES.map((name) => ({ name, status: 'passed', detail: { figure: 1.25 } }));
  const ask = async (name: string, checks = waiting) => {
    const { manifest, manifestSha256 } = newSubmission(benchmark, somebodyHere);
    return records.createPreflight({
      benchmarkId: benchmark.id,
      submitterId: somebodyHere.id,
      manifest,
      manifestSha256,
      models: [{ file: 'model.onnx', ...blob(`model ${name}`), facts: null }],
      conformance: { images: [blob(`image ${name}`)], expected: blob(`labels ${name}`) },
      checks,
    });
  };
  const owed = async (id: string): Promise<string[]> => {
    const jobs: string[] = [];
    await records.relayOutbox(
      async (queued) => void jobs.push(...queued.filter(({ job }) => job.name === 'preflight').map((one) => one.id)),
      1000,
    );
    return jobs.filter((job) => job.includes(id));
  };
  const taken = async (id: string) => (await records.claimPreflight(id, 'w1', 10))!;
  const stale = async (id: string) => (await records.staleFiles(1000)).find(({ preflightId }) => preflightId === id);
  const age = (id: string, column: string, by: string) =>
    sql(`update preflight set ${column} = now() - interval '${by}' where id = $1`, [id]);

  test('go from the desk through a worker’s hands to their end, and are found by their bundle', async () => {
    const before = await records.recentPreflights(somebodyHere.id);
    const asked = await ask('one');
    expect(asked).toMatchObject({
      state: 'queued',
      modelSha256: blob('model one').sha256,
      checks: waiting,
      practice: null,
    });
    expect(await records.recentPreflights(somebodyHere.id)).toBe(before + 1);
    expect(await owed(asked.id)).toEqual([`preflight.${asked.id}.0`]);
    for (const file of ['model one', 'image one', 'labels one'])
      expect(await records.blobInUse(blob(file).sha256)).toBe(true);

    const stalled = await taken(asked.id);
    expect(stalled).toMatchObject({ preflight: { id: asked.id, state: 'running' }, attempt: 1 });
    expect(await records.claimPreflight(asked.id, 'w2', 10)).toBeNull();
    await age(asked.id, 'lease_until', '1 s');
    const claim = await taken(asked.id); // the same worker, which was away for a while
    expect(await records.writePreflight(stalled, 10, done)).toBe(false);
    expect(await records.writePreflight(claim, 10, done)).toBe(true);
    expect(await records.latestPreflight(asked)).toBeNull();

    const [one] = await records.cases(benchmark.phases[0].id);
    const { prediction } = scored(one);
    const inputs = one.images.map(({ id }) => id);
    const end = { checks: done, practice: { caseId: one.id, prediction: { ...prediction!, inputs } }, failure: null };
    expect(await records.endPreflight(stalled, end)).toBe(false);
    expect(await records.endPreflight(claim, end)).toBe(true);
    const found = await records.latestPreflight(asked);
    const another = await somebody(createAccountRecords(scratch.database));
    expect(await records.latestPreflight({ ...asked, submitterId: another.id })).toBeNull();
    expect(found).toMatchObject({ id: asked.id, state: 'done', checks: done, practice: { caseId: one.id } });
    expect(await records.findPreflight(asked.id)).toEqual(found);
    expect(await records.findObject(found!.practice!.prediction.id)).toMatchObject({
      caseId: one.id,
      benchmarkId: benchmark.id,
      object: { label: 'PUBLIC', kind: 'prediction' },
    });
    expect(await records.endPreflight(claim, end)).toBe(false);

    // it can be submitted as it is for a while, by whoever asked for it; then its files are for the coordinator
    const file = blob('model one').sha256;
    expect([await records.blobInUse(file), await stale(asked.id)]).toEqual([true, undefined]);
    expect(await records.keepFiles(asked.id, another.id)).toBeNull();
    expect((await records.keepFiles(asked.id, somebodyHere.id))?.filesUntil).toEqual(found!.filesUntil);
    await age(asked.id, 'files_until', '1 s');
    expect(await records.keepFiles(asked.id, somebodyHere.id)).toBeNull();
    expect(await records.blobInUse(file)).toBe(false);
    expect((await stale(asked.id))?.digests).toContain(file);
    await records.forgetFiles(asked.id);
    expect([await stale(asked.id), (await records.findPreflight(asked.id))?.filesUntil]).toEqual([undefined, null]);
  });

  test('with a failed check keep no files, and a newer one shortens how long older ones are kept', async () => {
    const older = await ask('older');
    await records.endPreflight(await taken(older.id), { checks: done, practice: null, failure: null });
    const failed = await ask('failing');
    const checks = done.map((check) => ({ ...check, status: 'failed' as const }));
    await records.endPreflight(await taken(failed.id), { checks, practice: null, failure: null });
    expect(await stale(failed.id)).toMatchObject({ digests: expect.arrayContaining([blob('labels failing').sha256]) });
    const minutes = async (id: string) =>
      ((await records.findPreflight(id))!.filesUntil!.getTime() - Date.now()) / 60_000;
    expect(await minutes(older.id)).toBeLessThan(11);
    expect(await minutes(older.id)).toBeGreaterThan(8);
  });

  test('that are settled at the desk owe nothing', async () => {
    const settled = await ask('settled', done);
    expect(settled).toMatchObject({ state: 'done', finishedAt: expect.any(Date) });
    expect(await owed(settled.id)).toEqual([]);
  });

  test('whose worker was lost are taken over, three times at most', async () => {
    const { id } = await ask('lost');
    expect(await owed(id)).toHaveLength(1);
    for (const [n, owner] of ['w1', 'w2', 'w3'].entries()) {
      expect(await records.claimPreflight(id, owner, 10)).toMatchObject({ attempt: n + 1 });
      await age(id, 'lease_until', '1 s');
      await sql(`update outbox set sent_at = now() - interval '1 min' where preflight_id = $1`, [id]);
      await records.sweep();
      if (n < 2) expect(await owed(id)).toEqual([`preflight.${id}.${n + 1}`]);
    }
    const ended = await records.findPreflight(id);
    expect(ended).toMatchObject({ state: 'failed', failure: { code: 'worker-lost' } });
    expect(new Set(ended!.checks.map(({ status }) => status))).toEqual(new Set(['skipped']));
    expect(ended!.checks.map(({ name }) => name)).toEqual([...CHECK_NAMES]);
    expect(await owed(id)).toEqual([]);
    expect((await stale(id))?.digests).toHaveLength(3);
  });

  test('for which nobody had time end after an hour; a job that the queue lost is sent again under its id', async () => {
    const { id } = await ask('patient');
    expect(await owed(id)).toHaveLength(1);
    await records.sweep();
    expect(await owed(id)).toEqual([]); // sent a moment ago
    await sql(`update outbox set sent_at = now() - interval '1 min' where preflight_id = $1`, [id]);
    await records.sweep();
    expect(await owed(id)).toEqual([`preflight.${id}.0`]);
    await age(id, 'created_at', '61 min');
    await records.sweep();
    expect(await records.findPreflight(id)).toMatchObject({ state: 'failed', failure: { code: 'deadline-passed' } });
  });

  test('are forgotten after a month, with what they predicted', async () => {
    const { id } = await ask('old');
    const [one] = await records.cases(benchmark.phases[0].id);
    const claim = await taken(id);
    const inputs = one.images.map((image) => image.id);
    const practice = { caseId: one.id, prediction: { ...scored(one).prediction!, inputs } };
    await records.endPreflight(claim, { checks: done, practice, failure: null });
    const objectId = (await records.findPreflight(id))!.practice!.prediction.id;
    await age(id, 'finished_at', '31 days');
    await age(id, 'files_until', '30 days');
    // its label map is that of a run, too: that stays
    expect((await stale(id))?.own).toEqual([]);
    await sql(`update stored_object set sha256 = $2 where id = $1`, [objectId, 'f'.repeat(64)]);
    expect((await stale(id))?.own).toEqual(['f'.repeat(64)]);
    await records.forgetFiles(id);
    expect([await records.findPreflight(id), await records.findObject(objectId)]).toEqual([null, null]);
  });
});
