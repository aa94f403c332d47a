import { notFound, type RunLimits } from '#domain';
import type { Manifest } from '#pipeline';
import { factsOf, orderBundle, type SentModel } from './bundle.js';
import type { ModelInspector, ModelReport } from './ports.js';
import { CHECK_NAMES } from './preflight.js';
import type { EvaluationRecords, NewPreflight, NotedCheck, Preflight } from './records.js';
import { checkConformanceImages, manifestDigest, type ConformanceFiles } from './submit.js';

export interface PreflightDeskPorts {
  readonly records: Pick<EvaluationRecords, 'findBenchmark' | 'createPreflight'>;
  readonly inspector: Pick<ModelInspector, 'report'>;
}

export interface PreflightCommand {
  /** Slug or id. */
  readonly benchmark: string;
  readonly submitterId: string;
  readonly manifest: Manifest;
  readonly models: readonly SentModel[];
  readonly conformance: ConformanceFiles | null;
}

/**
 * Has a bundle tried before it counts. The files are looked at here; what is accepted goes on to a worker, where it is run.
 * A model that is refused is an answer of the first check, not an error: all its findings are in there.
 *
 * @throws RequestRefused 404 without such a benchmark, 422 `manifest-invalid` or `conformance-images`
 */
export async function askPreflight(
  { records, inspector }: PreflightDeskPorts,
  command: PreflightCommand,
): Promise<Preflight> {
  const { manifest, conformance, submitterId } = command;
  const benchmark = await records.findBenchmark(command.benchmark);
  if (!benchmark) throw notFound('benchmark');
  const models = orderBundle(manifest, command.models, benchmark);
  checkConformanceImages(manifest, conformance);
  const reports: ModelReport[] = [];
  for (const model of models) reports.push(await inspector.report((path) => model.copyTo(path), manifest));
  const preflight: NewPreflight = {
    benchmarkId: benchmark.id,
    submitterId,
    manifest,
    manifestSha256: manifestDigest(manifest),
    models: models.map(({ sha256, bytes, file }, n) => ({ sha256, bytes, file, facts: factsOf(reports[n]) })),
    conformance: conformance && {
      images: conformance.images.map(({ sha256, bytes }) => ({ sha256, bytes })),
      expected: { sha256: conformance.expected.sha256, bytes: conformance.expected.bytes },
    },
    checks: firstChecks(reports),
  };
  return records.createPreflight(preflight);
}

/** The first check is done; the others wait, or are skipped when a model is refused. */
function firstChecks(reports: readonly ModelReport[]): NotedCheck[] {
  const refusal = reports.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'refusal');
  const rest = CHECK_NAMES.slice(1);
  if (refusal === undefined) {
    return [
      { name: 'inspect', status: 'passed', detail: { models: reports } },
      ...rest.map((name) => ({ name, status: 'waiting', detail: {} }) as const),
    ];
  }
  const { code, node } = refusal;
  const message = node === null ? refusal.message : `node "${node}" ${refusal.message}`;
  return [
    { name: 'inspect', status: 'failed', detail: { code, message, models: reports } },
    ...rest.map((name) => ({ name, status: 'skipped', detail: { reason: 'the model is refused' } }) as const),
  ];
}

/** The least that any phase of a benchmark allows, figure by figure: what fits these fits all of it. */
export function strictestLimits({
  phases,
}: {
  readonly phases: readonly { readonly rules: { readonly limits: RunLimits } }[];
}): RunLimits {
  const least = (figure: keyof RunLimits) => Math.min(...phases.map(({ rules }) => rules.limits[figure]));
  return {
    loadSeconds: least('loadSeconds'),
    caseSeconds: least('caseSeconds'),
    memoryMib: least('memoryMib'),
    threads: least('threads'),
  };
}
