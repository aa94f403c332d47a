import { createHash } from 'node:crypto';
import { notFound, RequestRefused } from '#domain';
import { manifestProblems, type Manifest } from '#pipeline';
import { canonicalJson } from './canonical-json.js';
import { ModelFailure, type BlobStore, type ModelInspector, type StoredBlob } from './ports.js';
import type { Benchmark, EvaluationRecords, Submission } from './records.js';

export interface SubmitPorts {
  readonly records: Pick<EvaluationRecords, 'findBenchmark' | 'createSubmission'>;
  readonly blobs: Pick<BlobStore, 'copyTo'>;
  readonly inspector: ModelInspector;
}

export interface SubmitCommand {
  /** Slug or id. */
  readonly benchmark: string;
  readonly submitterId: string;
  readonly algorithm: { readonly slug: string; readonly name: string; readonly description: string };
  readonly version: string;
  /** Already of the right shape (`manifest` of #contracts). */
  readonly manifest: Manifest;
  /** The uploaded file, in the blob store. */
  readonly model: StoredBlob;
  readonly idempotencyKey: string | null;
}

/**
 * The desk: enters an algorithm version into a benchmark. The caller has asked the policy; here the manifest is held
 * against itself and the benchmark, the model file is looked at (not loaded), and everything is written in one transaction.
 *
 * The same file, manifest and version again is the same submission; `existing` says so.
 *
 * @throws RequestRefused 404 without such a benchmark; 422 `manifest-invalid` or the code of what is wrong with the model;
 *   409 as `createSubmission` says
 */
export async function submit(
  ports: SubmitPorts,
  command: SubmitCommand,
): Promise<{ readonly submission: Submission; readonly existing: boolean }> {
  const { records, blobs, inspector } = ports;
  const { manifest, model } = command;
  const benchmark = await records.findBenchmark(command.benchmark);
  if (!benchmark) throw notFound('benchmark');
  const problems = [...manifestProblems(manifest), ...fitProblems(manifest), ...labelProblems(manifest, benchmark)];
  if (problems.length > 0) {
    throw new RequestRefused(
      422,
      'manifest-invalid',
      `The manifest cannot be used: ${problems[0]}`,
      problems.map((message) => ({ path: 'manifest', message })),
    );
  }
  try {
    await inspector.inspect((path) => blobs.copyTo(model.sha256, path), manifest);
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    throw new RequestRefused(
      422,
      error.code,
      `The model cannot be used: ${error.detail}.`,
      [{ path: 'model', message: error.detail }],
      { cause: error },
    );
  }
  return records.createSubmission({
    benchmarkId: benchmark.id,
    submitterId: command.submitterId,
    algorithm: command.algorithm,
    version: command.version,
    manifest,
    manifestSha256: manifestDigest(manifest),
    model,
    idempotencyKey: command.idempotencyKey,
  });
}

/** SHA-256 of the canonical JSON of a manifest, lower-case hex. */
export function manifestDigest(manifest: Manifest): string {
  return createHash('sha256').update(canonicalJson(manifest)).digest('hex');
}

/** What a manifest may say and a submission cannot give: it is one ONNX file, and a case is one image. */
export function fitProblems({ models = [], inputs }: Pick<Manifest, 'models' | 'inputs'>): string[] {
  const problems: string[] = [];
  if (models.length > 1) problems.push(`it lists ${models.length} models; a submission is one ONNX file`);
  const [{ channels }] = inputs;
  if (channels.length > 1) {
    const names = channels.map(({ name }) => name).join(', ');
    problems.push(`it asks for ${channels.length} images of a case (${names}); the cases here have one`);
  }
  return problems;
}

/**
 * Where labels of a manifest and of a benchmark contradict each other: a value that means another structure, or nothing
 * that is scored. Labels of other structures are no problem; they are not scored.
 */
export function labelProblems(manifest: Manifest, benchmark: Pick<Benchmark, 'labels' | 'phases'>): string[] {
  const known = new Map(benchmark.labels.map(({ value, name }) => [value, name]));
  const problems = manifest.labels.flatMap(({ value, name }) => {
    const meant = known.get(value);
    const same = value === 0 || meant === undefined || plain(meant) === plain(name);
    return same ? [] : [`label ${value} is "${name}" in the manifest and "${meant}" in the benchmark`];
  });
  const declared = new Set(manifest.labels.map(({ value }) => value));
  const scored = new Set(benchmark.phases.flatMap(({ rules }) => rules.regions.flatMap(({ labels }) => labels)));
  if (![...scored].some((value) => declared.has(value))) {
    const wanted = [...scored].sort((a, b) => a - b).map((value) => `${value} ${known.get(value) ?? ''}`.trim());
    problems.push(`labels of the manifest are ${[...declared].join(', ')}; the benchmark scores ${wanted.join(', ')}`);
  }
  return problems;
}

/** "Liver lesion", "liver-lesion" and "liver_lesion" are one name. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
