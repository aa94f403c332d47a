import { createHash } from 'node:crypto';
import type {
  Account,
  AccountRecords,
  Benchmark,
  CaseClaim,
  EvaluationCase,
  EvaluationRecords,
  NewBenchmark,
  NewCase,
  NewSubmission,
  StoredBlob,
  Submission,
} from '#evaluation';
import type { RegionScore } from '#metrics';
import type { Manifest } from '#pipeline';

export const REGIONS = ['liver', 'spleen'];
export const METRICS = ['dice', 'hd95'];
export const SIGNATURE = 'test|v1';

export function blob(content: string): StoredBlob {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

function newCase(name: string): NewCase {
  return {
    name,
    patient: `patient of ${name}`,
    facts: { site: 'a', ageBand: '40-59' },
    geometry: {
      sizeXyz: [4, 4, 2],
      spacingMm: [1, 1, 5],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    images: [{ channel: 'image', ...blob(`image ${name}`) }],
    references: [
      { reader: 'consensus', consensus: true, blob: blob(`consensus ${name}`) },
      { reader: 'reader-1', consensus: false, blob: blob(`reader-1 ${name}`) },
      { reader: 'reader-2', consensus: false, blob: blob(`reader-2 ${name}`) },
    ],
    referenceStudy: { volumesMl: { liver: 12.5, spleen: 0 }, agreement: [] },
  };
}

/** Two phases, practice PUBLIC and test SEALED, scored on two regions by two metrics. */
export function smallBenchmark({
  slug = 'small',
  practice = 2,
  test = 3,
  members = [] as NewBenchmark['members'],
} = {}): NewBenchmark {
  const rules = {
    regions: [
      { name: 'liver', labels: [1] },
      { name: 'spleen', labels: [2] },
    ],
    metrics: [
      { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
      { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
    ],
    ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
    limits: { loadSeconds: 10, caseSeconds: 10, memoryMib: 512, threads: 1 },
  } as const;
  const named = (kind: string, n: number): NewCase[] =>
    Array.from({ length: n }, (_, index) => newCase(`${slug}-${kind}-${index + 1}`));
  return {
    slug,
    title: 'Small',
    question: 'Does it work?',
    summary: 'Two phases.',
    rules: 'None.',
    synthetic: true,
    labels: [
      { value: 1, name: 'liver' },
      { value: 2, name: 'spleen' },
    ],
    windowPresets: [{ name: 'soft tissue', center: 40, width: 400 }],
    dataset: { slug: `${slug}-data`, name: 'Small data', licence: 'CC0-1.0', description: 'Made up.' },
    phases: [
      { kind: 'practice', title: 'Practice', label: 'PUBLIC', rules, cases: named('practice', practice) },
      { kind: 'test', title: 'Test', label: 'SEALED', rules, cases: named('test', test) },
    ],
    members,
  };
}

let serial = 0;

export async function somebody(accounts: AccountRecords): Promise<Account> {
  serial += 1;
  return await accounts.createAccount({
    email: `p${serial}@example.org`,
    name: `Person ${serial}`,
    role: 'researcher',
    passwordHash: null,
  });
}

export function newSubmission(
  benchmark: Benchmark,
  submitter: Account,
  change: Partial<NewSubmission> = {},
): NewSubmission {
  serial += 1;
  const version = change.version ?? '1.0.0';
  const slug = change.algorithm?.slug ?? `algorithm-${serial}`;
  const manifest: Manifest = {
    manifestVersion: 1,
    name: slug,
    version,
    task: 'semantic',
    inputs: [{ tensor: 'x', layout: 'NCXYZ', dtype: 'float32', channels: [{ name: 'CT' }] }],
    output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
    preprocess: [{ op: 'orient', axes: 'RAS' }],
    inference: { mode: 'full', divisor: [1, 1, 1], padValue: 0 },
    postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }],
    labels: [
      { value: 0, name: 'background' },
      { value: 1, name: 'liver' },
      { value: 2, name: 'spleen' },
    ],
  };
  return {
    benchmarkId: benchmark.id,
    submitterId: submitter.id,
    algorithm: { slug, name: slug, description: '' },
    version,
    manifest,
    manifestSha256: blob(`manifest ${slug} ${version}`).sha256,
    models: [{ file: 'model.onnx', ...blob(`model ${slug} ${version}`) }],
    idempotencyKey: null,
    ...change,
  };
}

export function scores(dice: number): RegionScore[] {
  return REGIONS.map((region) => ({
    region,
    status: 'ok',
    values: { dice: { kind: 'value', value: dice }, hd95: { kind: 'value', value: 3.25 } },
  }));
}

export const USAGE = { elapsedMs: 100, cpuMs: 90, peakRssBytes: 1e6, sessionMs: 80 };

/** A prediction that names nothing: the records add what it was made from. */
export function scored(evaluationCase: EvaluationCase, dice = 0.9): Parameters<EvaluationRecords['recordCase']>[1] {
  return {
    prediction: {
      ...blob(`prediction on ${evaluationCase.name}`),
      kind: 'prediction',
      mediaType: 'application/gzip',
      label: 'PUBLIC',
      inputs: [],
    },
    usage: USAGE,
    scores: scores(dice),
    failure: null,
  };
}

export async function claimed(
  records: EvaluationRecords,
  runId: string,
  caseId: string,
  epoch = 1,
  owner = 'w1',
): Promise<CaseClaim> {
  const claim = await records.claimCase(runId, caseId, epoch, owner, 10);
  if (claim === null) throw new Error(`case ${caseId} could not be claimed`);
  return claim;
}

/** queued -> running. */
export async function started(
  records: EvaluationRecords,
  runId: string,
  epoch = 1,
  signature = SIGNATURE,
): Promise<void> {
  if ((await records.claimRun(runId, epoch, 'w1')) === null) throw new Error('the run could not be claimed');
  if (!(await records.startRun(runId, epoch, 'w1', signature))) throw new Error('the run could not be started');
}

/** queued -> completed, all cases scored alike. */
export async function completed(
  records: EvaluationRecords,
  runId: string,
  { dice = 0.9, epoch = 1, signature = SIGNATURE } = {},
): Promise<void> {
  await started(records, runId, epoch, signature);
  const context = await records.runContext(runId);
  for (const evaluationCase of await records.cases(context!.phase.id)) {
    await records.recordCase(await claimed(records, runId, evaluationCase.id, epoch), scored(evaluationCase, dice));
  }
  const done = await records.completeRun(runId, epoch, { aggregates: [], metrics: { dice }, stop: null }, byDice);
  if (!done) throw new Error('the run could not be completed');
}

/** Highest Dice first; equal ones share the better place. */
export function byDice(
  entries: readonly { runId: string; metrics: Readonly<Record<string, number>> }[],
): Map<string, number> {
  return new Map(
    entries.map(({ runId, metrics }) => [
      runId,
      1 + entries.filter((other) => other.metrics.dice > metrics.dice).length,
    ]),
  );
}

export function runOf(submission: Submission, ordinal: 0 | 1): string {
  return submission.runs[ordinal].id;
}
