import { createHash } from 'node:crypto';
import { EngineUnavailable, ModelFailure, type IsolationLevel, type PhaseRules } from '#domain';
import { ImageFormatError, voxelCount, type LabelMap } from '#imaging';
import { scoresWithoutPrediction, type MetricValue, type RegionScore } from '#metrics';
import { aggregate } from '../aggregate.js';
import { channelOrder } from '../channels.js';
import { removeUnused, storeThenWrite } from '../datasets/store-then-write.js';
import { holding, Overtaken } from '../holding.js';
import { inOnePiece } from '../in-one-piece.js';
import type { CaseUsage, ModelSession } from '../ports.js';
import type { Benchmark, CaseResult, EvaluationCase, Phase } from '../records.js';
import type { StagePorts } from '../stage-ports.js';
import { ABNORMAL_ENDS } from '../use-model.js';
import type { DryRun, DryRunNetwork, DryRunProgress, Making } from './making-records.js';
import { isPrepared } from './prepared-findings.js';

const LEASE_SECONDS = 15;
/** Also how old what the page shows may be. */
const RENEW_SECONDS = 1;
/** Smallest first: a dry run is to show the rules at work, not to measure. */
export const MOST_CASES = 10;

type NetworkProgress = DryRunProgress[number];
type CaseProgress = NetworkProgress['cases'][number];

/** What is known so far, rewritten while the work goes on. */
interface Known {
  progress: DryRunProgress;
  isolation: IsolationLevel | null;
}

/**
 * Prepares the cases of a draft (measures references, derives the consensus of readers), then runs the networks of the dry
 * run on its practice cases by its rules. What a network does wrong is an answer; nothing of it enters a board.
 *
 * May be called twice, also by one worker that stalled in between: only the holder of the latest claim writes, a case that
 * is prepared is not prepared again, and a network begins anew.
 */
export async function runDryRun(
  ports: StagePorts,
  { dryRunId }: { readonly dryRunId: string },
  signal: AbortSignal,
): Promise<void> {
  const { records, log, owner, clock } = ports;
  const claim = await records.claimDryRun(dryRunId, owner, LEASE_SECONDS);
  if (claim === null) return;
  const { dryRun } = claim;
  const known: Known = { progress: dryRun.progress, isolation: dryRun.isolation };
  const lease = {
    what: `dry run ${dryRunId}`,
    seconds: LEASE_SECONDS,
    everySeconds: RENEW_SECONDS,
    renew: () => records.writeDryRun(claim, LEASE_SECONDS, known),
  };
  try {
    await holding(lease, clock, signal, (held) => walk(ports, dryRun, known, held));
    if (await records.endDryRun(claim, { ...known, failure: null })) log.info('dry-run.done', { dryRunId });
  } catch (error) {
    if (error instanceof Overtaken) return;
    if (signal.aborted || error instanceof EngineUnavailable) throw error; // tried again when the lease has run out
    log.error('dry-run.defect', error, { dryRunId });
    await records.endDryRun(claim, { ...known, failure: failureOf(error) });
  }
}

/** A case whose references cannot be measured, with the error as its cause. */
class Unmeasurable extends Error {
  constructor(
    readonly caseName: string,
    cause: unknown,
  ) {
    super('the references of a case could not be measured', { cause });
  }
}

function failureOf(error: unknown): NonNullable<DryRun['failure']> {
  if (error instanceof Unmeasurable) {
    const why = error.cause instanceof ImageFormatError || error.cause instanceof RangeError ? `: ${error.cause.message}` : '';
    return {
      code: 'case-unmeasurable',
      message: `The references of case "${error.caseName}" could not be measured${why}. It has been recorded; leave the case out, or tell the operator.`,
    };
  }
  return { code: 'defect', message: 'Something went wrong on our side. It has been recorded; try it again.' };
}

async function walk(ports: StagePorts, dryRun: DryRun, known: Known, signal: AbortSignal): Promise<void> {
  const { records } = ports;
  const [benchmark, making] = await Promise.all([
    records.findBenchmark(dryRun.benchmarkId),
    records.findMaking(dryRun.benchmarkId),
  ]);
  if (benchmark === null || making === null || making.definitionSha256 !== dryRun.definitionSha256)
    throw new Overtaken(`dry run ${dryRun.id}`);
  for (const phase of benchmark.phases) {
    for (const one of await records.cases(phase.id)) {
      signal.throwIfAborted();
      if (isPrepared(one)) continue;
      await prepare(ports, making, phase, one).catch((error: unknown) => {
        throw signal.aborted || error instanceof EngineUnavailable ? error : new Unmeasurable(one.name, error);
      });
    }
  }
  if (dryRun.networks.length === 0) return;
  const practice = benchmark.phases.find(({ kind }) => kind === 'practice');
  if (practice === undefined) throw new Error(`benchmark ${benchmark.id} has no practice phase`);
  const cases = [...(await records.cases(practice.id))]
    .sort((a, b) => voxelCount(a.geometry) - voxelCount(b.geometry))
    .slice(0, MOST_CASES);
  for (const [n, network] of dryRun.networks.entries()) {
    const write = (progress: Partial<NetworkProgress>): void => {
      known.progress = known.progress.map((one, m) => (m === n ? { ...one, ...progress } : one));
    };
    if (network.models.length === 0) {
      write({ state: 'skipped' });
      continue;
    }
    const rows = cases.map(waiting);
    write({ state: 'running', cases: rows });
    const means = await tryNetwork(ports, { network, cases, benchmark, practice }, known, signal, (at, row) => {
      rows[at] = row;
      write({ cases: [...rows] });
    });
    write({ state: 'done', means });
  }
}

async function prepare(
  ports: StagePorts,
  { definition }: Making,
  { rules }: Phase,
  { id, references }: EvaluationCase,
): Promise<void> {
  const { records, blobs, scorer } = ports;
  const files = await Promise.all(
    references.map(async ({ reader, consensus, object }) => ({
      reader,
      consensus,
      file: await blobs.read(object.sha256),
    })),
  );
  const { study, derived } = await scorer.study({
    references: files,
    regions: rules.regions,
    metrics: rules.metrics.map((metric) => metric.id),
    ignoreLabel: rules.ignoreLabel,
    derive: definition.consensus.kind === 'staple' ? 'staple' : 'majority',
  });
  if (derived === null) return void (await records.prepareCase(id, { consensus: null, study }));
  const { file, recipe } = derived;
  const blob = { sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length };
  const store = { records, blobs };
  const kept = await storeThenWrite(store, [{ ...blob, read: () => inOnePiece(file) }], () =>
    records.prepareCase(id, { consensus: { blob, recipe }, study }),
  );
  if (!kept) await removeUnused(store, [blob.sha256]);
}

interface Trial {
  readonly network: DryRunNetwork;
  readonly cases: readonly EvaluationCase[];
  readonly benchmark: Benchmark;
  readonly practice: Phase;
}

/** Runs one network on every case. Returns its means. */
async function tryNetwork(
  ports: StagePorts,
  { network, cases, benchmark, practice }: Trial,
  known: Known,
  signal: AbortSignal,
  onCase: (index: number, row: CaseProgress) => void,
): Promise<Record<string, number>> {
  const { blobs, runner } = ports;
  const { rules } = practice;
  const models = network.models.map(({ sha256 }) => ({ sha256, copyTo: (path: string) => blobs.copyTo(sha256, path) }));
  const order = channelOrder(
    network.manifest.inputs[0].channels.map(({ name }) => name),
    benchmark.channels.map(({ name }) => name),
  );
  if (order === null)
    throw new Error(
      `network ${network.network} of dry run does not fit benchmark ${benchmark.id}; the desk has checked it`,
    );
  let session: ModelSession | null = null;
  const results: CaseResult[] = [];
  try {
    for (const [at, one] of cases.entries()) {
      const images: Uint8Array[] = [];
      for (const n of order) images.push(await blobs.read(one.images[n].sha256));
      const attempt = async (): Promise<{ labels: LabelMap; usage: CaseUsage }> => {
        if (session && !session.alive) {
          await session.close();
          session = null;
        }
        session ??= await runner.open(models, network.manifest, rules.limits);
        known.isolation = session.isolation;
        return session.predict(images, signal);
      };
      const { row, scores } = await tryCase(ports, one, rules, () => twice(attempt));
      signal.throwIfAborted();
      onCase(at, row);
      results.push({
        runId: '',
        caseId: one.id,
        state: row.state === 'scored' ? 'scored' : 'failed',
        attempt: 1,
        failureCode: null,
        failureDetail: null,
        prediction: null,
        usage: null,
        receipt: null,
        scores,
      });
    }
  } finally {
    await (session as ModelSession | null)?.close();
  }
  return { ...aggregate(rules, cases, results).metrics };
}

async function tryCase(
  { blobs, scorer }: StagePorts,
  one: EvaluationCase,
  rules: PhaseRules,
  predict: () => Promise<{ labels: LabelMap; usage: CaseUsage }>,
): Promise<{ row: CaseProgress; scores: readonly RegionScore[] }> {
  const metrics = rules.metrics.map(({ id }) => id);
  const { regions, predictionGrid, ignoreLabel } = rules;
  try {
    const { labels, usage } = await predict();
    const reference = one.references.find(({ consensus }) => consensus);
    if (!reference) throw new Error(`case ${one.id} has no consensus after it was prepared`);
    const prediction = { ...labels, geometry: one.geometry };
    const { scores } = await scorer.score({
      reference: await blobs.read(reference.object.sha256),
      prediction,
      regions,
      metrics,
      predictionGrid,
      ignoreLabel,
    });
    const { elapsedMs, peakRssBytes } = usage;
    return { scores, row: { ...waiting(one), state: 'scored', elapsedMs, peakRssBytes, scores: scores.map(printed) } };
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    const scores = scoresWithoutPrediction(regions, metrics);
    return { scores, row: { ...waiting(one), state: 'failed', failure: { code: error.code, message: error.detail } } };
  }
}

/** Again after an abnormal end of the process that ran the model: one may have been an accident. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelFailure && ABNORMAL_ENDS.includes(error.code)) return work();
    throw error;
  }
}

function waiting({ id, name }: EvaluationCase): CaseProgress {
  return { caseId: id, case: name, state: 'waiting', failure: null, elapsedMs: null, peakRssBytes: null, scores: [] };
}

/** As everywhere outside of kernels: a finite number, "Infinity", or null with its reason. */
function printed({ region, status, values }: RegionScore): CaseProgress['scores'][number] {
  const entries = Object.entries(values);
  const plain = (value: MetricValue) =>
    value.kind === 'value' ? value.value : value.kind === 'unbounded' ? ('Infinity' as const) : null;
  return {
    region,
    status,
    values: Object.fromEntries(entries.map(([id, value]) => [id, plain(value)])),
    reasons: Object.fromEntries(
      entries.flatMap(([id, value]) => (value.kind === 'undefined' ? [[id, value.why]] : [])),
    ),
  };
}
