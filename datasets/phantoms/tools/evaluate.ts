import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { diagonalMm, type LabelMap } from '#imaging';
import { metricDefinition, scoreCase, scoresWithoutPrediction, type RegionScore } from '#metrics';
import { PipelineError, runPipeline, type Manifest, type RunTile } from '#pipeline';
import { aggregateScores, rank, type ScoreRow } from '#ranking';
import { mean } from '#statistics';
import { PHANTOM_ALGORITHMS } from '../src/algorithms.js';
import { PHANTOM_BENCHMARK } from '../src/benchmark.js';
import { generateCase, type GeneratedCase } from '../src/generate.js';
import type { PhantomCase } from '../src/cases.js';
import { phantomsFolder } from './places.js';

/**
 * The benchmark without the platform: no queue, no database, no child process. An independent twin of the real path that
 * says what its leaderboard must be.
 */

const REGIONS = PHANTOM_BENCHMARK.regions;
const METRICS: readonly string[] = PHANTOM_BENCHMARK.metrics.map(({ id }) => id);

export interface OfflineAlgorithm {
  readonly slug: string;
  readonly manifest: Manifest;
  readonly runTile: RunTile;
}

export interface OfflineResult {
  readonly caseName: string;
  readonly diagonalMm: number;
  readonly scores: readonly RegionScore[];
  /** Why there is no prediction; null when there is one. */
  readonly failure: string | null;
}

/** ONNX Runtime could not run the model on this case. Anything else that goes wrong is a fault of ours and stops the tool. */
class ModelFailed extends Error {
  override readonly name = 'ModelFailed';
}

/** Loads one of the committed algorithms with one thread, as the benchmark demands. */
export async function loadAlgorithm(slug: string): Promise<OfflineAlgorithm> {
  const folder = join(phantomsFolder(), 'models', slug);
  const manifest = JSON.parse(readFileSync(join(folder, 'voxelmark.json'), 'utf8')) as Manifest;
  const session = await ort.InferenceSession.create(join(folder, 'model.onnx'), {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'extended',
    intraOpNumThreads: PHANTOM_BENCHMARK.limits.threads,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    logSeverityLevel: 4,
  });
  const runTile: RunTile = async (tile, shape) => {
    const feeds = { [manifest.inputs[0].tensor]: new ort.Tensor('float32', tile, [1, 1, ...shape]) };
    const outputs = await session.run(feeds).catch((cause: unknown) => {
      throw new ModelFailed(cause instanceof Error ? cause.message : String(cause), { cause });
    });
    return (await outputs[manifest.output.tensor].getData()) as Float32Array;
  };
  return { slug, manifest, runTile };
}

export function loadAlgorithms(): Promise<OfflineAlgorithm[]> {
  return Promise.all(PHANTOM_ALGORITHMS.map(({ slug }) => loadAlgorithm(slug)));
}

/** Runs one algorithm on one case and scores it against the consensus; a failure is a result, too. */
export async function evaluateCase(
  algorithm: OfflineAlgorithm,
  phantom: PhantomCase,
  { image, consensus }: GeneratedCase,
): Promise<OfflineResult> {
  const about = { caseName: phantom.name, diagonalMm: diagonalMm(consensus.geometry) };
  let prediction: LabelMap;
  try {
    prediction = (await runPipeline(image, algorithm.manifest, algorithm.runTile)).labels;
  } catch (error) {
    if (!(error instanceof ModelFailed || error instanceof PipelineError)) throw error;
    return { ...about, scores: scoresWithoutPrediction(REGIONS, METRICS), failure: error.message };
  }
  return {
    ...about,
    scores: scoreCase({ reference: consensus, prediction, regions: REGIONS, metrics: METRICS }),
    failure: null,
  };
}

/** All algorithms on all cases; each case is generated once. Results by algorithm, in the order of the cases. */
export async function evaluateAll(
  algorithms: readonly OfflineAlgorithm[],
  cases: readonly PhantomCase[],
  onCase: (phantom: PhantomCase, results: readonly OfflineResult[]) => void = () => undefined,
): Promise<Map<string, OfflineResult[]>> {
  const all = new Map<string, OfflineResult[]>(algorithms.map(({ slug }) => [slug, []]));
  for (const phantom of cases) {
    const generated = generateCase(phantom);
    const results: OfflineResult[] = [];
    for (const algorithm of algorithms) {
      const result = await evaluateCase(algorithm, phantom, generated);
      results.push(result);
      all.get(algorithm.slug)?.push(result);
    }
    onCase(phantom, results);
  }
  return all;
}

/** One row for each region and metric of a result, with the penalty that the benchmark declares for its case. */
export function scoreRows(algorithm: string, result: OfflineResult): ScoreRow[] {
  return result.scores.flatMap(({ region, values }) =>
    PHANTOM_BENCHMARK.metrics.map(({ id, penalty }) => ({
      algorithm,
      case: result.caseName,
      region,
      metric: id,
      value: values[id],
      penalty: penalty.kind === 'fixed' ? penalty.value : result.diagonalMm,
    })),
  );
}

export interface Row {
  readonly rank: number;
  readonly algorithm: string;
  readonly version: string;
  /** Means over structures and cases after penalties, by metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Means over cases after penalties, by structure and metric. */
  readonly structures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly cases: { readonly scored: number; readonly failed: number };
}

/** The leaderboard: ranked by the benchmark's scheme, equals by name. */
export function leaderboard(
  algorithms: readonly OfflineAlgorithm[],
  results: ReadonlyMap<string, OfflineResult[]>,
): Row[] {
  const rows = [...results].flatMap(([slug, own]) => own.flatMap((result) => scoreRows(slug, result)));
  const aggregates = aggregateScores(rows);
  const places = rank(rows, PHANTOM_BENCHMARK.ranking, (metric) => metricDefinition(metric).direction);
  return places.map(({ algorithm, rank: place }) => {
    const mine = aggregates.filter((a) => a.algorithm === algorithm);
    const meanOf = (metric: string, region: string): number =>
      mine.find((a) => a.metric === metric && a.region === region)?.mean ?? NaN;
    const perMetric = (of: (metric: string) => number): Record<string, number> =>
      Object.fromEntries(METRICS.map((metric) => [metric, of(metric)]));
    const own = results.get(algorithm) ?? [];
    const failed = own.filter(({ failure }) => failure !== null).length;
    return {
      rank: place,
      algorithm,
      version: algorithms.find(({ slug }) => slug === algorithm)?.manifest.version ?? '',
      metrics: perMetric((metric) => mean(REGIONS.map(({ name }) => meanOf(metric, name)))),
      structures: Object.fromEntries(REGIONS.map(({ name }) => [name, perMetric((metric) => meanOf(metric, name))])),
      cases: { scored: own.length - failed, failed },
    };
  });
}
