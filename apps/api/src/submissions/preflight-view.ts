import type { ENDPOINTS } from '#contracts';
import type { Benchmark, ModelFileFacts, NotedCheck, Preflight } from '#evaluation';
import type { Manifest } from '#pipeline';
import type { Answer } from '../http/mount.js';

type PreflightView = Answer<typeof ENDPOINTS.getPreflight>;

type Check = PreflightView['checks'][number];

export function preflightView(
  preflight: Preflight,
  benchmark: Pick<Benchmark, 'slug' | 'title'>,
  now: Date,
): PreflightView {
  const { id, state, checks, manifest, manifestSha256, modelSha256, models, practice, failure, filesUntil } = preflight;
  const ended = state === 'done' || state === 'failed';
  const failed = checks.some(({ status }) => status === 'failed');
  return {
    id,
    benchmark: { slug: benchmark.slug, title: benchmark.title },
    state,
    checks: checks.map(checkView),
    passed: failed ? false : ended && failure === null ? true : null,
    forecast: forecastView(checks),
    conformance: conformanceView(checks, manifest, true),
    practice: practice && { caseId: practice.caseId, predictionObjectId: practice.prediction.id },
    manifest: manifest as PreflightView['manifest'],
    manifestSha256,
    modelSha256,
    models: models.map(({ file, sha256, bytes, facts }) => ({ file, sha256, bytes, facts: factsView(facts ?? null) })),
    failure: failure && { code: failure.code, message: failure.message },
    submittableUntil: filesUntil !== null && filesUntil > now ? filesUntil.toISOString() : null,
    createdAt: preflight.createdAt.toISOString(),
    finishedAt: preflight.finishedAt?.toISOString() ?? null,
  };
}

export function checkView({ name, status, detail }: NotedCheck): Check {
  return { name, status, detail: detail as Check['detail'] }; // JSON: it came out of the database
}

export function factsView(facts: ModelFileFacts | null): PreflightView['models'][number]['facts'] {
  if (facts === null) return null;
  const { opset, parameters, operators, inputs, outputs, memoryEstimateBytes } = facts;
  return {
    opset,
    parameters,
    operators: operators.map(({ op, count }) => ({ op, count })),
    inputs: inputs && inputs.map(faceView),
    outputs: outputs && outputs.map(faceView),
    memoryEstimateBytes,
  };
}

function faceView({ name, dtype, shape }: NonNullable<ModelFileFacts['inputs']>[number]) {
  return { name, dtype, shape: shape && [...shape] };
}

/** The figures of the budget; null while they are not known, or when they could not be found out. */
export function forecastView(checks: readonly NotedCheck[]): PreflightView['forecast'] {
  const detail = detailOf(checks, 'budget');
  const figure = (key: string): number => detail?.[key] as number;
  if (typeof detail?.secondsPerCase !== 'number') return null;
  return {
    tiles: figure('tiles'),
    runs: figure('runs'),
    secondsPerRun: figure('secondsPerRun'),
    secondsPerCase: figure('secondsPerCase'),
    secondsTotal: figure('secondsTotal'),
    cases: figure('totalCases'),
    peakMemoryBytes: figure('peakMemoryBytes'),
    limitSeconds: figure('limitSeconds'),
    limitMemoryBytes: figure('limitMemoryBytes'),
    secondsAround: typeof detail.secondsAround === 'number' ? detail.secondsAround : null,
    exact: detail.exact !== false,
    fits: typeof detail.fits === 'boolean' ? detail.fits : null,
  };
}

interface LabelAgreement {
  readonly dice: number;
  readonly voxels: number;
  readonly expectedVoxels: number;
  readonly predictedVoxels: number;
}

/**
 * Agreement on the author's own case, label by label; null when there was none. How large its structures are is for the
 * author alone.
 */
export function conformanceView(
  checks: readonly NotedCheck[],
  manifest: Pick<Manifest, 'labels'>,
  own: boolean,
): PreflightView['conformance'] {
  const check = checks.find(({ name }) => name === 'conformance');
  const { minDice, voxelAgreement, lowestDice, labels } = check?.detail ?? {};
  if (check === undefined || typeof minDice !== 'number' || typeof voxelAgreement !== 'number') return null;
  return {
    passed: check.status === 'passed',
    minDice,
    voxelAgreement,
    lowestDice: typeof lowestDice === 'number' ? lowestDice : null,
    labels: Object.entries(labels as Readonly<Record<string, LabelAgreement>>).map(([value, found]) => ({
      label: Number(value),
      name: manifest.labels.find((label) => label.value === Number(value))?.name ?? null,
      dice: found.dice,
      voxels: found.voxels,
      expectedVoxels: own ? found.expectedVoxels : null,
      predictedVoxels: own ? found.predictedVoxels : null,
    })),
  };
}

function detailOf(checks: readonly NotedCheck[], wanted: NotedCheck['name']): NotedCheck['detail'] | undefined {
  return checks.find(({ name }) => name === wanted)?.detail;
}
