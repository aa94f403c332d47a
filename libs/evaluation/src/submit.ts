import { createHash } from 'node:crypto';
import { canonicalJson, hasClosed, notFound, RequestRefused } from '#domain';
import type { Manifest } from '#pipeline';
import { bundleDigest } from './bundle-digest.js';
import { factsOf, inspectBundle, orderBundle, type SentModel } from './bundle.js';
import type { Clock, ModelInspector, StoredBlob } from './ports.js';
import type { Benchmark, EvaluationRecords, NewSubmission, Preflight, Submission } from './records.js';

export interface SubmitPorts {
  readonly records: Pick<EvaluationRecords, 'findBenchmark' | 'createSubmission' | 'latestPreflight'>;
  readonly inspector: Pick<ModelInspector, 'inspect'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The author's own case as files: an image for each channel of the manifest, and the label map it ought to become. */
export interface ConformanceFiles {
  readonly images: readonly StoredBlob[];
  readonly expected: StoredBlob;
}

export interface SubmitCommand {
  /** Slug or id. */
  readonly benchmark: string;
  readonly submitterId: string;
  readonly algorithm: { readonly slug: string; readonly name: string; readonly description: string };
  readonly version: string;
  /** Already of the right shape, with every default said: what `manifestOfBundle` gives. */
  readonly manifest: Manifest;
  /** The files, in any order. */
  readonly models: readonly SentModel[];
  readonly conformance: ConformanceFiles | null;
  readonly idempotencyKey: string | null;
}

/**
 * The desk: enters an algorithm version into a benchmark. The caller has asked the policy; here the manifest is held
 * against itself, the files and the benchmark, the model files are looked at (not loaded), and everything is written in one
 * transaction. A bundle is not taken in when a preflight that the same person asked for has shown that a case would take
 * longer than the benchmark allows.
 *
 * The same files, manifest and version again are the same submission, also after the close; `existing` says so.
 *
 * @throws RequestRefused 404 without such a benchmark; 409 `benchmark-closed` for
 *   a new one once a phase has closed; 422 `manifest-invalid`, `conformance-images`, `budget-exceeded` or
 *   the code of what is wrong with a model; 409 as `createSubmission` says
 */
export async function submit(
  { records, inspector, clock }: SubmitPorts,
  command: SubmitCommand,
): Promise<{ readonly submission: Submission; readonly existing: boolean }> {
  const { manifest, conformance } = command;
  const benchmark = await records.findBenchmark(command.benchmark);
  if (!benchmark) throw notFound('benchmark');
  const models = orderBundle(manifest, command.models, benchmark);
  checkConformanceImages(manifest, conformance);
  const reports = await inspectBundle(inspector, models, manifest);
  const manifestSha256 = manifestDigest(manifest);
  const { submitterId } = command;
  const bundle = { benchmarkId: benchmark.id, submitterId, modelSha256: bundleDigest(models), manifestSha256 };
  const tried = await records.latestPreflight(bundle);
  if (tried) refuseOverBudget(tried);
  return records.createSubmission({
    benchmarkId: benchmark.id,
    submitterId,
    algorithm: command.algorithm,
    version: command.version,
    manifest,
    manifestSha256,
    models: models.map(({ sha256, bytes, file }, n) => ({ sha256, bytes, file, facts: factsOf(reports[n]) })),
    conformance,
    checks: tried && covers(tried, conformance) ? { benchmarkId: benchmark.id, checks: tried.checks } : null,
    idempotencyKey: command.idempotencyKey,
    refusal: refusalWhenClosed(benchmark, clock.now()),
  });
}

/** SHA-256 of the canonical JSON of a manifest, lower-case hex. */
export function manifestDigest(manifest: Manifest): string {
  return createHash('sha256').update(canonicalJson(manifest)).digest('hex');
}

/** @throws RequestRefused 422 `conformance-images` when there are not as many images as the network reads */
export function checkConformanceImages(
  { inputs: [{ channels }] }: Pick<Manifest, 'inputs'>,
  conformance: ConformanceFiles | null,
): void {
  if (conformance === null || conformance.images.length === channels.length) return;
  const names = channels.map(({ name }) => name).join(', ');
  throw new RequestRefused(
    422,
    'conformance-images',
    `The conformance case has ${conformance.images.length} images; the manifest reads ${channels.length} (${names}), one file each, in this order.`,
    [{ path: 'form.conformanceImage', message: `expected ${channels.length}` }],
  );
}

/** A submission enters every phase; its references may be shown once a phase has closed. */
function refusalWhenClosed({ phases }: Benchmark, at: Date): RequestRefused | null {
  const closed = phases.find(({ rules }) => hasClosed(rules, at));
  if (closed === undefined) return null;
  return new RequestRefused(
    409,
    'benchmark-closed',
    `This benchmark takes no submissions any more: "${closed.title}" closed at ${closed.rules.closesAt}.`,
  );
}

function refuseOverBudget({ checks }: Preflight): void {
  const budget = checks.find(({ name }) => name === 'budget');
  if (budget?.status !== 'failed') return;
  const { code, message } = budget.detail;
  if (code !== 'budget-exceeded') return;
  throw new RequestRefused(
    422,
    'budget-exceeded',
    `This submission cannot finish in time: ${String(message)}. Use larger tiles, less overlap, no mirroring, fewer models or a smaller network.`,
    [{ path: 'manifest.inference', message: String(message) }],
  );
}

/** Whether a preflight answers for this submission, too: nothing failed in it, and it had the same conformance case, or none either. */
function covers({ checks, conformance: tried }: Preflight, sent: NewSubmission['conformance'] | null): boolean {
  if (checks.some(({ status }) => status !== 'passed' && status !== 'skipped')) return false;
  const digests = (files: ConformanceFiles | null | undefined) =>
    files ? [...files.images, files.expected].map(({ sha256 }) => sha256).join() : '';
  return digests(tried) === digests(sent);
}
