import { ModelFailure, type RunLimits } from '#domain';
import { ImageFormatError, type Geometry, type LabelMap } from '#imaging';
import type { MetricValue, RegionScore, ScoredRegion } from '#metrics';
import { PipelineError, type Manifest } from '#pipeline';
import { failed, passed, skip, type Answer } from './check-answers.js';
import type { CaseUsage, Clock, ModelFile, ModelRunner, ModelSession, Scorer } from './ports.js';
import { budgeted, type Practised } from './preflight-budget.js';
import { ABNORMAL_ENDS } from './use-model.js';
import { zeroTile, type ZeroTile } from './zero-tile.js';

export const CHECK_NAMES = ['inspect', 'zero-tile', 'conformance', 'practice-case', 'budget'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/**
 * One answer of the preflight. `detail` is JSON: of a failed check it has `code` and `message`, of a skipped one `reason`,
 * beside the figures of the check.
 */
export interface PreflightCheck {
  readonly name: CheckName;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What an inspector said about one model file; further figures travel along into the detail of the check. */
export interface InspectionReport {
  readonly accepted: boolean;
  readonly findings: readonly {
    readonly severity: 'refusal' | 'warning';
    readonly code: string;
    readonly message: string;
    readonly node: string | null;
  }[];
  readonly memoryEstimateBytes: number | null;
}

export interface PreflightPorts {
  /** Looks at `task.models[index]` without loading it, against the manifest of the task. */
  readonly inspect: (index: number) => Promise<InspectionReport>;
  readonly runner: Pick<ModelRunner, 'open'>;
  readonly score: Scorer['score'];
  readonly agree: Scorer['agree'];
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Images of one case, a NIfTI file for each channel of the manifest, in its order. */
type Images = readonly Uint8Array[];
type Skip = { readonly skip: string };

export interface PracticeCase {
  readonly name: string;
  readonly images: Images;
  /** NIfTI file. */
  readonly reference: Uint8Array;
  readonly regions: readonly ScoredRegion[];
  readonly metrics: readonly string[];
  /** Voxels that the reference marks with it are not scored. */
  readonly ignoreLabel?: number;
}

export interface PreflightTask {
  readonly models: readonly ModelFile[];
  readonly manifest: Manifest;
  readonly limits: RunLimits;
  readonly conformance: { readonly images: Images; readonly expected: Uint8Array; readonly minDice: number } | Skip;
  /** Called when its turn comes: there is no sense in fetching an image for a model that is refused. */
  readonly practice: (() => Promise<PracticeCase | Skip>) | Skip;
  /** Cases that the budget is reckoned for; of held-out cases not even the size may be told. */
  readonly budget: { readonly cases: readonly { readonly name: string; readonly geometry: Geometry }[] } | Skip;
}

export interface PreflightOptions {
  readonly signal?: AbortSignal;
  readonly onStart?: (name: CheckName) => void;
  readonly onCheck?: (check: PreflightCheck) => void;
  /** The prediction of the practice case, for whoever wants to show it. */
  readonly onPrediction?: (labels: LabelMap) => void;
}

/** Where the manifest states no conformance case of its own, so that nobody chose a threshold. */
export const DEFAULT_MIN_DICE = 0.99;

/**
 * All that can be said about a submission before it counts: is the model accepted, does it run, does it make of the
 * author's own case what the author's framework made of it, how does it score on a practice case, will it finish in time.
 *
 * The same code on a laptop, in the worker and in tests. Always five checks, in the order of `CHECK_NAMES`. A model that is
 * refused or cannot process a tile of zeros is run on nothing else. One abnormal end of the process may have been an
 * accident, so what it was doing is done once more; the second is the model's.
 *
 * @throws EngineUnavailable when we are at fault, or the reason of the signal; what a model does wrong is a failed check
 */
export async function preflight(
  ports: PreflightPorts,
  task: PreflightTask,
  options: PreflightOptions = {},
): Promise<readonly PreflightCheck[]> {
  const signal = options.signal ?? new AbortController().signal;
  const checks: PreflightCheck[] = [];
  const check = async (name: CheckName, work: () => Promise<Omit<PreflightCheck, 'name'>>): Promise<boolean> => {
    signal.throwIfAborted();
    options.onStart?.(name);
    const done = { name, ...(await work()) };
    checks.push(done);
    options.onCheck?.(done);
    return done.status !== 'failed';
  };
  const skipRest = (reason: string): readonly PreflightCheck[] => {
    for (const name of CHECK_NAMES.slice(checks.length)) {
      const skipped = { name, ...skip(reason) };
      checks.push(skipped);
      options.onCheck?.(skipped);
    }
    return checks;
  };

  let memoryEstimateBytes: number | null = null;
  const accepted = await check('inspect', async () => {
    const reports = await inEach(task.models, (_, index) => ports.inspect(index));
    memoryEstimateBytes = sumOf(reports.map((report) => report.memoryEstimateBytes));
    return inspected(reports);
  });
  if (!accepted) return skipRest('the model is refused');

  let tile: ZeroTile | null = null;
  const like = 'skip' in task.budget ? null : (task.budget.cases[0]?.geometry ?? null);
  const runs = await check('zero-tile', () =>
    orFailed(async () => {
      tile = await twice(() => zeroTile(ports, task.models, task.manifest, task.limits, signal, like));
      return passed(describeTile(tile, task.limits));
    }),
  );
  if (!runs || tile === null) return skipRest('the model did not process a tile of zeros');

  const session = lazily(() => ports.runner.open(task.models, task.manifest, task.limits));
  const usages: CaseUsage[] = [];
  let practised: Practised | null = null;
  const predict = async (images: Images): Promise<LabelMap> => {
    const { labels, usage } = await twice(async () => (await session.get()).predict(images, signal));
    usages.push(usage);
    return labels;
  };
  try {
    const { conformance, practice } = task;
    await check('conformance', async () =>
      'skip' in conformance ? skip(conformance.skip) : orFailed(() => conforms(conformance, ports.agree, predict)),
    );
    await check('practice-case', async () => {
      const given = 'skip' in practice ? practice : await practice();
      if ('skip' in given) return skip(given.skip);
      return orFailed(async () => {
        const answer = await practise(given, ports.score, predict, options.onPrediction);
        practised = { name: given.name, usage: usages[usages.length - 1] };
        return answer;
      });
    });
  } finally {
    await session.close();
  }
  const { budget } = task;
  const measured: ZeroTile = tile;
  await check('budget', () =>
    orFailed(() => Promise.resolve(budgeted(task, budget, measured, usages, practised, memoryEstimateBytes))),
  );
  return checks;
}

/** What the model or a file of the author's does wrong is an answer; everything else goes on. */
async function orFailed(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelFailure) return failed(error.code, error.detail);
    if (error instanceof ImageFormatError || error instanceof PipelineError) return failed(error.code, error.message);
    throw error;
  }
}

/** Again after an abnormal end of the process that ran the model, whose next session is a fresh process. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelFailure && ABNORMAL_ENDS.includes(error.code)) return work();
    throw error;
  }
}

function inspected(reports: readonly InspectionReport[]): Answer {
  const detail = { models: reports };
  const refusal = reports.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'refusal');
  if (!refusal) return passed(detail);
  return failed(
    refusal.code,
    refusal.node === null ? refusal.message : `node "${refusal.node}" ${refusal.message}`,
    detail,
  );
}

function describeTile({ shape, facts, ...measured }: ZeroTile, { threads }: RunLimits): Answer['detail'] {
  return { shape, ...measured, threads, inputs: facts.inputs, outputs: facts.outputs, runtime: facts.runtime };
}

async function conforms(
  { images, expected, minDice }: Exclude<PreflightTask['conformance'], Skip>,
  agree: PreflightPorts['agree'],
  predict: (images: Images) => Promise<LabelMap>,
): Promise<Answer> {
  const found = await agree({ expected, predicted: await predict(images) });
  const detail = { minDice, voxelAgreement: found.voxels, labels: found.labels, lowestDice: found.lowestDice };
  if (found.lowestDice === null) {
    return failed(
      'conformance-empty',
      'neither the expected label map nor the prediction holds a label; expected a case with all of them',
      detail,
    );
  }
  if (found.lowestDice >= minDice) return passed(detail);
  const low = Object.entries(found.labels).filter(([, { dice }]) => dice < minDice);
  const sentences = low.slice(0, 8).map(([label, { dice }]) => `label ${label} has Dice ${dice.toFixed(4)}`);
  return failed('conformance-failed', `${sentences.join(', ')}; expected at least ${minDice}`, detail);
}

async function practise(
  { name, images, reference, regions, metrics, ignoreLabel }: PracticeCase,
  score: Scorer['score'],
  predict: (images: Images) => Promise<LabelMap>,
  onPrediction: PreflightOptions['onPrediction'],
): Promise<Answer> {
  const prediction = await predict(images);
  onPrediction?.(prediction);
  const { scores } = await score({ reference, prediction, regions, metrics, ignoreLabel });
  return passed({ case: name, scores: scores.map(printed) });
}

/** As everywhere outside of kernels: a finite number, "Infinity", or null with its reason. */
function printed({ region, status, values }: RegionScore): Record<string, unknown> {
  const entries = Object.entries(values);
  const plain = (value: MetricValue) =>
    value.kind === 'value' ? value.value : value.kind === 'unbounded' ? 'Infinity' : null;
  return {
    region,
    status,
    values: Object.fromEntries(entries.map(([id, value]) => [id, plain(value)])),
    reasons: Object.fromEntries(
      entries.flatMap(([id, value]) => (value.kind === 'undefined' ? [[id, value.why]] : [])),
    ),
  };
}

async function inEach<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await work(item, index));
  return results;
}

function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** A session that is opened when first needed, and anew after its process ended. */
function lazily(open: () => Promise<ModelSession>): { get: () => Promise<ModelSession>; close: () => Promise<void> } {
  let session: ModelSession | null = null;
  const close = async () => {
    await session?.close();
    session = null;
  };
  return {
    async get() {
      if (session && !session.alive) await close();
      session ??= await open();
      return session;
    },
    close,
  };
}
