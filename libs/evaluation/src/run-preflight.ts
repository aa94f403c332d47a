import { EngineUnavailable } from '#domain';
import { voxelCount, writeNifti, type LabelMap } from '#imaging';
import { channelOrder } from './channels.js';
import { strictestLimits } from './ask-preflight.js';
import { holding, Overtaken } from './holding.js';
import { inOnePiece } from './in-one-piece.js';
import type { StoredBlob } from './ports.js';
import {
  DEFAULT_MIN_DICE,
  preflight,
  type InspectionReport,
  type PracticeCase,
  type PreflightTask,
} from './preflight.js';
import type { Benchmark, EvaluationCase, NewObject, NotedCheck, Preflight, PreflightClaim } from './records.js';
import type { StagePorts } from './stage-ports.js';

const LEASE_SECONDS = 15;
/** Also how old what the page shows may be. */
const RENEW_SECONDS = 1;

/**
 * Tries a bundle in the sandbox before it is submitted: a tile of zeros, the author's own case, one practice case, and what
 * that means for the whole benchmark. Each answer is written when it is there, for whoever looks at the page.
 *
 * May be called twice, also by one worker that stalled in between: only the holder of the latest claim writes. Its files
 * stay where they are; the records say when nobody needs them any more (`removeStaleFiles`). What it predicted is removed
 * again when somebody else has taken over, since no row will ever know of it.
 */
export async function runPreflight(
  ports: StagePorts,
  { preflightId }: { readonly preflightId: string },
  signal: AbortSignal,
): Promise<void> {
  const { records, blobs, log, owner, clock } = ports;
  const claim = await records.claimPreflight(preflightId, owner, LEASE_SECONDS);
  if (claim === null) return;
  let checks: readonly NotedCheck[] = claim.preflight.checks;
  const write = () => records.writePreflight(claim, LEASE_SECONDS, checks);
  const note = (check: NotedCheck): void => {
    checks = checks.map((one) => (one.name === check.name ? check : one));
  };
  let predicted: string | null = null;
  const forgetPrediction = async (): Promise<void> => {
    if (predicted === null) return;
    await blobs.delete(predicted).catch((error: unknown) => log.error('preflight.blob-left', error, { preflightId }));
  };
  const lease = { what: `preflight ${preflightId}`, seconds: LEASE_SECONDS, everySeconds: RENEW_SECONDS, renew: write };
  try {
    const practice = await holding(lease, clock, signal, async (held) => {
      const found = await tryBundle(ports, claim, held, note);
      predicted = found?.prediction.sha256 ?? null;
      return found;
    }).catch(async (error: unknown) => {
      await forgetPrediction();
      throw error;
    });
    if (await records.endPreflight(claim, { checks, practice, failure: null })) {
      const failed = checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
      log.info('preflight.done', { preflightId, failed });
    } else await forgetPrediction();
  } catch (error) {
    if (error instanceof Overtaken) return;
    if (signal.aborted || error instanceof EngineUnavailable) throw error; // tried again when the lease has run out
    log.error('preflight.defect', error, { preflightId });
    const failure = {
      code: 'defect',
      message: 'Something went wrong on our side. It has been recorded; try it again.',
    };
    const open = checks.map((check) =>
      check.status === 'waiting' || check.status === 'running'
        ? ({ ...check, status: 'skipped', detail: { reason: failure.message } } as const)
        : check,
    );
    await records.endPreflight(claim, { checks: open, practice: null, failure });
  }
}

async function tryBundle(
  ports: StagePorts,
  { preflight: taken, attempt }: PreflightClaim,
  signal: AbortSignal,
  note: (check: NotedCheck) => void,
): Promise<{ readonly caseId: string; readonly prediction: NewObject } | null> {
  const { records, blobs, runner, scorer, clock } = ports;
  const benchmark = await records.findBenchmark(taken.benchmarkId);
  if (benchmark === null) throw new Error(`preflight ${taken.id} is for no known benchmark`);
  const reports = taken.checks[0].detail.models as readonly InspectionReport[];
  const open = await openCases(ports, benchmark);
  const example = open.reduce<EvaluationCase | null>(
    (small, one) => (small === null || voxelCount(one.geometry) < voxelCount(small.geometry) ? one : small),
    null,
  );
  let predicted: LabelMap | null = null;
  const task: PreflightTask = {
    models: taken.models.map(({ sha256 }) => ({ sha256, copyTo: (path) => blobs.copyTo(sha256, path) })),
    manifest: taken.manifest,
    limits: strictestLimits(benchmark),
    conformance: await conformanceTask(ports, taken),
    practice:
      example === null
        ? { skip: 'this benchmark has no case that submitters may see' }
        : () => practiceCase(ports, taken, benchmark, example),
    budget: { cases: open.map(({ name, geometry }) => ({ name, geometry })) },
  };
  await preflight(
    {
      inspect: async (index) => reports[index],
      runner,
      score: (one) => scorer.score(one),
      agree: (one) => scorer.agree(one),
      clock,
    },
    task,
    {
      signal,
      onStart: (name) => {
        if (name !== 'inspect') note({ name, status: 'running', detail: {} });
      },
      onCheck: (check) => note(withTotals(check, benchmark)),
      onPrediction: (labels) => {
        predicted = labels;
      },
    },
  );
  if (predicted === null || example === null) return null;
  // a blob of this attempt alone, whatever else predicts the same: it goes when the preflight is forgotten, or overtaken
  const own = { gzip: true, description: `preflight ${taken.id} ${attempt}` };
  const stored = await blobs.put(inOnePiece(await writeNifti(predicted, own)));
  const prediction: NewObject = {
    ...stored,
    kind: 'prediction',
    mediaType: 'application/gzip',
    label: example.label,
    inputs: example.images.map(({ id }) => id),
  };
  return { caseId: example.id, prediction };
}

/** Cases that whoever submits may see, who is signed in: only their sizes enter the forecast. */
export async function openCases(
  { records }: Pick<StagePorts, 'records'>,
  { phases }: Pick<Benchmark, 'phases'>,
): Promise<readonly EvaluationCase[]> {
  const practice = phases.filter(({ kind }) => kind === 'practice');
  const cases = (await Promise.all(practice.map(({ id }) => records.cases(id)))).flat();
  return cases.filter(({ label }) => label !== 'SEALED');
}

export async function conformanceTask(
  { blobs }: Pick<StagePorts, 'blobs'>,
  {
    conformance,
    manifest,
  }: Pick<Preflight, 'manifest'> & {
    readonly conformance: { readonly images: readonly StoredBlob[]; readonly expected: StoredBlob } | null;
  },
): Promise<PreflightTask['conformance']> {
  if (conformance === null) return { skip: 'no conformance case was sent' };
  const [expected, ...images] = await Promise.all(
    [conformance.expected, ...conformance.images].map(({ sha256 }) => blobs.read(sha256)),
  );
  return { images, expected, minDice: manifest.conformance?.minDice ?? DEFAULT_MIN_DICE };
}

async function practiceCase(
  { blobs }: Pick<StagePorts, 'blobs'>,
  { manifest }: Preflight,
  benchmark: Benchmark,
  { id, name, images, references, phaseId }: EvaluationCase,
): Promise<PracticeCase> {
  const wanted = manifest.inputs[0].channels.map((channel) => channel.name);
  const offered = images.map(({ channel }) => channel);
  const order = channelOrder(wanted, offered);
  const consensus = references.find((reference) => reference.consensus);
  const rules = benchmark.phases.find((phase) => phase.id === phaseId)?.rules;
  if (order === null || !consensus || !rules) {
    throw new Error(`case ${id} has no consensus, or not the channels ${wanted.join(', ')}`); // the desk has checked them
  }
  return {
    name,
    images: await Promise.all(order.map((n) => blobs.read(images[n].sha256))),
    reference: await blobs.read(consensus.object.sha256),
    regions: rules.regions,
    ignoreLabel: rules.ignoreLabel,
    metrics: rules.metrics.map((metric) => metric.id),
  };
}

/** The forecast for all cases, those that are held out taken to be like the open ones: their sizes are not told. */
export function withTotals<Check extends NotedCheck>(check: Check, { phases }: Pick<Benchmark, 'phases'>): Check {
  const { cases, secondsTotal } = check.detail;
  if (check.name !== 'budget' || !Array.isArray(cases) || typeof secondsTotal !== 'number') return check;
  const all = phases.reduce((sum, { caseCount }) => sum + caseCount, 0);
  const detail = { ...check.detail, totalCases: all, secondsTotal: (secondsTotal / cases.length) * all };
  return { ...check, detail };
}
