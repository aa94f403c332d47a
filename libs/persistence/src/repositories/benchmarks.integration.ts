import { jest } from '@jest/globals';
import { BenchmarkMisconfigured } from '#domain';
import type { EvaluationRecords } from '#evaluation';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { insertObject } from './stored-objects.js';
import { scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import {
  blob,
  claimed,
  newSubmission,
  runOf,
  scored,
  smallBenchmark,
  somebody,
  started,
} from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

let scratch: ScratchDatabase;
let records: EvaluationRecords;

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
});
afterAll(() => scratch.remove());

const inputsOf = async (objectId: string): Promise<string[]> => {
  const rows: { input_id: string }[] = await scratch.database.dataSource.query(
    'select input_id from stored_object_input where object_id = $1',
    [objectId],
  );
  return rows.map(({ input_id }) => input_id).sort();
};

test('a benchmark reads back as it was written, by address and by id', async () => {
  const organiser = await somebody(createAccountRecords(scratch.database));
  const wanted = smallBenchmark({
    slug: 'reads-back',
    members: [
      { userId: organiser.id, capacity: 'organiser' },
      { userId: organiser.id, capacity: 'steward' },
    ],
  });
  const made = await records.createBenchmark(wanted);
  expect(made).toMatchObject({
    slug: 'reads-back',
    published: true,
    labels: wanted.labels,
    windowPresets: wanted.windowPresets,
    dataset: { ...wanted.dataset, version: 1 },
  });
  expect(made.phases.map(({ kind, ordinal, caseCount, label }) => ({ kind, ordinal, caseCount, label }))).toEqual([
    { kind: 'practice', ordinal: 0, caseCount: 2, label: 'PUBLIC' },
    { kind: 'test', ordinal: 1, caseCount: 3, label: 'SEALED' },
  ]);
  expect(made.phases[0].rules).toEqual(wanted.phases[0].rules);
  expect(made.phases[0].datasetDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(made.phases[0].datasetDigest).not.toBe(made.phases[1].datasetDigest);
  expect(await records.findBenchmark('reads-back')).toEqual(made);
  expect(await records.findBenchmark(made.id)).toEqual(made);
  expect(await records.findBenchmark('no-such')).toBeNull();
  expect(await records.listBenchmarks()).toContainEqual(made);
  expect(await records.capacities(organiser.id, made.id)).toEqual(['organiser', 'steward']);
  expect(await records.capacities('visitor', made.id)).toEqual([]);

  const cases = await records.cases(made.phases[1].id);
  expect(cases.map(({ name, ordinal }) => [name, ordinal])).toEqual([
    ['reads-back-test-1', 0],
    ['reads-back-test-2', 1],
    ['reads-back-test-3', 2],
  ]);
  const { images, references, ...declared } = wanted.phases[1].cases[0];
  expect(cases[0]).toMatchObject(declared);
  expect(cases[0].images[0]).toMatchObject({ ...images[0], kind: 'image', label: 'SEALED' });
  expect(cases[0].references.map(({ reader, consensus, object }) => [reader, consensus, object.sha256])).toEqual(
    references.map(({ reader, consensus, blob: { sha256 } }) => [reader, consensus, sha256]),
  );
  expect(await records.findCase(cases[0].id)).toEqual({ case: cases[0], phase: made.phases[1] });
  expect(await records.findCase('not-an-id')).toBeNull();
});

test('references are computed from the image, the consensus from the readers, and all carry the label of their phase', async () => {
  const { phases } = await records.createBenchmark(smallBenchmark({ slug: 'derived' }));
  const [sealed] = await records.cases(phases[1].id);
  expect(sealed.label).toBe('SEALED');
  for (const { object } of sealed.references) expect(object.label).toBe('SEALED');
  const [consensus, first, second] = sealed.references.map(({ object }) => object.id);
  expect(await inputsOf(sealed.images[0].id)).toEqual([]);
  expect(await inputsOf(first)).toEqual([sealed.images[0].id]);
  expect(await inputsOf(consensus)).toEqual([sealed.images[0].id, first, second].sort());
  const [open] = await records.cases(phases[0].id);
  expect([open.label, open.images[0].label, ...open.references.map(({ object }) => object.label)]).toEqual(
    Array(5).fill('PUBLIC'),
  );
});

test('a derived object takes the highest label of its inputs, whatever it was given', async () => {
  const { manager } = scratch.database.dataSource;
  const put = (content: string, label: 'PUBLIC' | 'PARTICIPANT' | 'SEALED', inputs: string[] = []) =>
    insertObject(manager, { ...blob(content), kind: 'image', mediaType: 'application/gzip', label, inputs });
  const open = await put('a', 'PUBLIC');
  const participant = await put('b', 'PARTICIPANT');
  const sealed = await put('c', 'SEALED');
  expect((await put('d', 'PUBLIC', [open.id])).label).toBe('PUBLIC');
  expect((await put('e', 'PUBLIC', [open.id, participant.id])).label).toBe('PARTICIPANT');
  expect((await put('f', 'PUBLIC', [open.id, sealed.id, participant.id, sealed.id])).label).toBe('SEALED');
  expect((await put('g', 'SEALED', [open.id])).label).toBe('SEALED');
  await expect(put('h', 'PUBLIC', [open.id, '00000000-0000-7000-8000-000000000000'])).rejects.toThrow(
    'names 2 inputs, of which 1 exist',
  );
});

test('a prediction inherits the label of its image and belongs to its case', async () => {
  const benchmark = await records.createBenchmark(smallBenchmark({ slug: 'predicted', practice: 1, test: 1 }));
  const submitter = await somebody(createAccountRecords(scratch.database));
  const { submission } = await records.createSubmission(newSubmission(benchmark, submitter));
  for (const ordinal of [0, 1] as const) {
    const runId = runOf(submission, ordinal);
    const [evaluationCase] = await records.cases(benchmark.phases[ordinal].id);
    await started(records, runId);
    await records.recordCase(await claimed(records, runId, evaluationCase.id), scored(evaluationCase));
    const [{ prediction }] = await records.caseResults(runId);
    expect(prediction!.label).toBe(ordinal === 0 ? 'PUBLIC' : 'SEALED');
    expect(await inputsOf(prediction!.id)).toEqual(
      [evaluationCase.images[0].id, submission.version.models[0].id].sort(),
    );
    expect(await records.findObject(prediction!.id)).toEqual({
      object: prediction,
      caseId: evaluationCase.id,
      caseName: evaluationCase.name,
      phaseId: evaluationCase.phaseId,
      benchmarkId: benchmark.id,
    });
    expect(await records.findObject(evaluationCase.images[0].id)).toMatchObject({
      caseId: evaluationCase.id,
      benchmarkId: benchmark.id,
    });
    expect(await records.findObject(evaluationCase.references[1].object.id)).toMatchObject({
      caseId: evaluationCase.id,
    });
    await records.completeRun(
      runId,
      1,
      { aggregates: [], metrics: { dice: 1 }, stop: null },
      (entries) => new Map(entries.map((entry) => [entry.runId, 1])),
    );
  }
  const { file, facts, ...stored } = submission.version.models[0];
  expect([file, facts]).toEqual(['model.onnx', null]);
  expect(await records.findObject(stored.id)).toEqual({
    object: stored,
    caseId: null,
    caseName: null,
    phaseId: null,
    benchmarkId: null,
  });
  expect(await records.findObject('nonsense')).toBeNull();
});

test('the same cases are the same version of a dataset, others the next', async () => {
  const dataset = { slug: 'shared-data', name: 'Shared', licence: 'CC0-1.0', description: '' };
  const one = smallBenchmark({ slug: 'version-one' });
  const first = await records.createBenchmark({ ...one, dataset });
  const again = await records.createBenchmark({ ...one, slug: 'version-one-again', dataset });
  const other = await records.createBenchmark({ ...smallBenchmark({ slug: 'version-two' }), dataset });
  expect([first, again, other].map((benchmark) => benchmark.dataset.version)).toEqual([1, 1, 2]);
  expect(again.dataset.digest).toBe(first.dataset.digest);
  expect(other.dataset.digest).not.toBe(first.dataset.digest);
});

test('what cannot be scored is refused, and leaves nothing', async () => {
  const wanted = smallBenchmark({ slug: 'refused' });
  const [practice, held] = wanted.phases;
  const [one] = practice.cases;
  const withCases = (cases: typeof practice.cases) =>
    records.createBenchmark({ ...wanted, phases: [{ ...practice, cases }, held] });
  const refusals: [Promise<unknown> | (() => Promise<unknown>), string][] = [
    [() => records.createBenchmark({ ...wanted, slug: '0190aa00-0000-7000-8000-0000000000ab' }), 'address-is-an-id'],
    [() => records.createBenchmark({ ...wanted, phases: [] }), 'benchmark-without-phases'],
    [() => withCases([]), 'phase-without-cases'],
    [() => withCases([one, one]), 'case-twice'],
    [() => withCases([{ ...one, references: [] }]), 'case-without-reference'],
    [
      () => withCases([{ ...one, references: [one.references[0], { ...one.references[0], reader: 'x' }] }]),
      'case-consensus-twice',
    ],
  ];
  for (const [attempt, code] of refusals) {
    const error: unknown = await Promise.resolve()
      .then(attempt as () => Promise<unknown>)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BenchmarkMisconfigured);
    expect(error).toMatchObject({ code });
  }
  // refused by the database half-way: the member does not exist
  await expect(
    records.createBenchmark({
      ...wanted,
      members: [{ userId: '00000000-0000-7000-8000-000000000000', capacity: 'reader' }],
    }),
  ).rejects.toThrow('fk_membership_account_id');
  expect(await records.findBenchmark('refused')).toBeNull();
  await records.createBenchmark(wanted);
  await expect(records.createBenchmark(wanted)).rejects.toMatchObject({ status: 409, code: 'benchmark-exists' });
});

describe('datasets of organisers', () => {
  const geometry = { sizeXyz: [4, 3, 2], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
  const one = (name: string, digest = 'a') => ({
    name,
    patient: `patient of ${name}`,
    split: null,
    facts: { site: 'York', age: 61 },
    geometry,
    digest: digest.repeat(64),
    images: [blob(`image of ${name}`)],
    references: [
      { reader: 'A', consensus: false, recipe: null, reading: null, blob: blob(`first of ${name}`) },
      { reader: 'B', consensus: true, recipe: null, reading: null, blob: blob(`second of ${name}`) },
    ],
  });

  test('grow case by case, each of them once, and are frozen as they are', async () => {
    const owner = await somebody(createAccountRecords(scratch.database));
    const wanted = {
      slug: 'brought',
      name: 'Brought',
      licence: 'CC0-1.0',
      description: '',
      ownerId: owner.id,
      synthetic: true,
      labels: [{ value: 1, name: 'liver' }],
      ignoreLabel: null,
      regions: [],
      channels: [{ name: 'CT', modality: 'CT' }],
      dictionary: { age: { unit: 'years' } },
    };
    const { dataset, existing } = await records.createDataset(wanted);
    expect(existing).toBe(false);
    expect(dataset).toMatchObject(wanted);
    expect(await records.createDataset(wanted)).toEqual({ dataset, existing: true, changed: [], kept: [] });
    expect(await records.findDataset(owner.id, 'brought')).toEqual(dataset);
    await expect(records.createDataset({ ...wanted, labels: [{ value: 2, name: 'liver' }] })).rejects.toMatchObject({ status: 409, code: 'dataset-exists' });
    // what one side does not say of a channel contradicts nothing, and stays as it was
    expect(await records.createDataset({ ...wanted, channels: [{ name: 'CT', modality: 'CT', unit: 'HU' }] })).toEqual({ dataset, existing: true, changed: [], kept: [] });
    expect(await records.createDataset({ ...wanted, channels: [{ name: 'CT' }] })).toEqual({ dataset, existing: true, changed: [], kept: [] });
    for (const channels of [[{ name: 'CT', modality: 'MR' }], [{ name: 'MR', modality: 'CT' }], [...wanted.channels, { name: 'PET' }]]) {
      await expect(records.createDataset({ ...wanted, channels })).rejects.toMatchObject({ status: 409, code: 'dataset-exists', message: expect.stringContaining('other channels') });
    }
    const stranger = await somebody(createAccountRecords(scratch.database));
    const theirs = await records.createDataset({ ...wanted, ownerId: stranger.id, ignoreLabel: 9, regions: [{ name: 'organ', labels: [1] }] });
    expect(theirs).toMatchObject({ existing: false, dataset: { slug: 'brought', ownerId: stranger.id, ignoreLabel: 9, regions: [{ name: 'organ', labels: [1] }] } });
    expect(await records.createDataset({ ...wanted, licence: 'CC-BY-4.0' })).toMatchObject({ existing: true, changed: ['licence'], kept: [], dataset: { licence: 'CC-BY-4.0' } });
    await records.createDataset(wanted);
    await expect(records.freezeDataset(dataset.id)).rejects.toMatchObject({ status: 409, code: 'dataset-empty' });

    // two senders of one case at once
    const added = await Promise.all([1, 2].map(() => records.addDatasetCase(dataset.id, one('b'))));
    expect(added.map(({ existing: known }) => known).sort()).toEqual([false, true]);
    expect(added[0].case).toEqual(added[1].case);
    await expect(records.addDatasetCase(dataset.id, one('b', 'c'))).rejects.toMatchObject({ status: 409, code: 'dataset-case-exists' });
    const [{ case: b }] = added;
    expect(b).toMatchObject({ name: 'b', facts: { site: 'York', age: 61 }, geometry });
    expect([...b.images, ...b.references.map(({ object }) => object)].map(({ label }) => label)).toEqual(['SEALED', 'SEALED', 'SEALED']);
    expect(b.references.map(({ reader, consensus }) => [reader, consensus])).toEqual([['A', false], ['B', true]]);
    expect(await inputsOf(b.references[0].object.id)).toEqual([b.images[0].id]);
    // an object of no benchmark: the policy then shows it to nobody
    expect(await records.findObject(b.images[0].id)).toMatchObject({ object: b.images[0], caseId: null, benchmarkId: null });
    expect(await records.blobInUse(b.images[0].sha256)).toBe(true);

    const first = await records.freezeDataset(dataset.id);
    expect(first).toMatchObject({ existing: false, version: { version: 1, caseCount: 1 } });
    expect(await records.freezeDataset(dataset.id)).toEqual({ ...first, existing: true });
    const { case: a } = await records.addDatasetCase(dataset.id, one('a'));
    const second = await records.freezeDataset(dataset.id);
    expect(second).toMatchObject({ existing: false, version: { version: 2, caseCount: 2 } });
    expect(second.version.digest).not.toBe(first.version.digest);
    expect(await records.datasetVersions(dataset.id)).toEqual([first.version, second.version]);
    expect(await records.versionCases(dataset.id, 1)).toEqual([b]);
    expect(await records.versionCases(dataset.id, 2)).toEqual([a, b]);
    expect(await records.datasetCases(dataset.id)).toEqual([a, b]);
    expect(await records.listDatasets(owner.id)).toEqual([{ ...dataset, caseCount: 2 }]);
    expect(await records.createDataset({ ...wanted, name: 'Other' })).toEqual({ dataset, existing: true, changed: [], kept: ['name'] });
    expect(await records.listDatasets(stranger.id)).toEqual([{ ...theirs.dataset, caseCount: 0 }]);

    // regions and ignore label are part of what a version is
    await records.addDatasetCase(theirs.dataset.id, one('a'));
    await records.addDatasetCase(theirs.dataset.id, one('b'));
    expect((await records.freezeDataset(theirs.dataset.id)).version.digest).not.toBe(second.version.digest);

    // a benchmark that brings a dataset of this address has nothing to do with either
    const { dataset: own } = await records.createBenchmark({ ...smallBenchmark({ slug: 'beside' }), dataset: { slug: 'brought', name: 'Its own', licence: 'CC0-1.0', description: '' } });
    expect(own).toMatchObject({ name: 'Its own', version: 1 });
    expect((await records.datasetVersions(dataset.id)).length).toBe(2);
  });

  test('lose cases: before a version without a trace, afterwards in the next version', async () => {
    const owner = await somebody(createAccountRecords(scratch.database));
    const { dataset } = await records.createDataset({
      slug: 'consent',
      name: 'Consent',
      licence: 'CC0-1.0',
      description: '',
      ownerId: owner.id,
      synthetic: true,
      labels: [{ value: 1, name: 'liver' }],
      ignoreLabel: null,
      regions: [],
      channels: [{ name: 'CT' }],
      dictionary: {},
    });
    const recipe = { method: 'majority', version: 1, readers: ['A'], parameters: {}, estimates: [] } as const;
    const derived = { ...one('kept'), references: [{ ...one('kept').references[0], reading: { fractionalThreshold: 0.3 } }, { ...one('kept').references[1], recipe }] };
    const { case: kept } = await records.addDatasetCase(dataset.id, derived);
    expect(kept.references.map((reference) => reference.recipe)).toEqual([null, recipe]);
    expect(kept.references.map(({ reading }) => reading)).toEqual([{ fractionalThreshold: 0.3 }, null]);
    const { case: gone } = await records.addDatasetCase(dataset.id, one('gone'));
    const digests = [...gone.images, ...gone.references.map(({ object }) => object)].map(({ sha256 }) => sha256).sort();
    const removed = await records.withdrawDatasetCase(dataset.id, 'gone');
    expect(removed).toMatchObject({ caseId: gone.id, versions: [] });
    expect([...removed!.digests].sort()).toEqual(digests);
    expect([await records.blobInUse(digests[0]), await records.findObject(gone.images[0].id)]).toEqual([false, null]);
    expect(await records.withdrawDatasetCase(dataset.id, 'gone')).toBeNull();

    const { case: late } = await records.addDatasetCase(dataset.id, one('late'));
    await records.freezeDataset(dataset.id);
    await expect(records.deleteDataset(dataset.id)).rejects.toMatchObject({ status: 409, code: 'dataset-frozen' });
    expect(await records.withdrawDatasetCase(dataset.id, 'late')).toEqual({ caseId: late.id, versions: [1], digests: [] });
    await expect(records.addDatasetCase(dataset.id, one('late'))).rejects.toMatchObject({ status: 409, code: 'dataset-case-withdrawn' });
    expect(await records.freezeDataset(dataset.id)).toMatchObject({ version: { version: 2, caseCount: 1 } });
    expect((await records.versionCases(dataset.id, 1)).map(({ name }) => name)).toEqual(['kept', 'late']);
    expect((await records.versionCases(dataset.id, 2)).map(({ name }) => name)).toEqual(['kept']);
    expect((await records.datasetCases(dataset.id)).map(({ withdrawnAt }) => withdrawnAt === null)).toEqual([true, false]);

    const { dataset: empty } = await records.createDataset({ ...dataset, slug: 'never-frozen' });
    const { case: only } = await records.addDatasetCase(empty.id, one('only'));
    expect(await records.deleteDataset(empty.id)).toContain(only.images[0].sha256);
    expect([await records.findDataset(owner.id, 'never-frozen'), await records.blobInUse(only.images[0].sha256)]).toEqual([null, false]);
  });

  test('are told apart from data that came with a benchmark', async () => {
    const { dataset } = await records.createBenchmark(smallBenchmark({ slug: 'with-data' }));
    const owner = await somebody(createAccountRecords(scratch.database));
    expect(await records.findDataset(owner.id, dataset.slug)).toBeNull();
  });
});
