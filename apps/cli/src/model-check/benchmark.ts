import { ENDPOINTS, type BenchmarkView, type CaseView } from '#contracts';
import type { RunLimits } from '#domain';
import type { Geometry, Mat3 } from '#imaging';
import { voxelCount } from '#imaging';
import {
  benchmarkProblems,
  channelOrder,
  strictestLimits,
  type AskedOfManifests,
  type PracticeCase,
  type PreflightTask,
} from '#evaluation';
import type { ExpandedManifest } from '#pipeline';
import type { ApiClient } from '../api-client.js';
import { CliError, EXIT } from '../exit.js';

/** What a benchmark has to say to a preflight. */
export interface BenchmarkFacts {
  /** The least that any phase allows, as on the server; what a check on this machine is held to as well. Null when the server could not be asked. */
  readonly limits: RunLimits | null;
  readonly practice: PreflightTask['practice'];
  readonly budget: PreflightTask['budget'];
  /** Where manifest and benchmark contradict each other: the server would refuse the submission for them. */
  readonly problems: readonly string[];
}

/** An open case, wherever its files lie. */
export interface OpenCase {
  readonly name: string;
  readonly geometry: Geometry;
  /** One for each channel of the benchmark, in order, and the consensus reference; null where they cannot be had. */
  readonly files: { readonly images: readonly Load[]; readonly reference: Load } | null;
}
/** @returns a NIfTI file */
type Load = () => Promise<Uint8Array>;

/** What of a benchmark a preflight goes by: of an answer of the API, or of a starter kit. */
export type KnownBenchmark = Pick<AskedOfManifests, 'channels' | 'labels'> &
  Pick<BenchmarkView, 'slug'> & { readonly phases: readonly KnownPhase[] };
type Phase = BenchmarkView['phases'][number];
type KnownPhase = Pick<Phase, 'kind'> & {
  readonly rules: Pick<Phase['rules'], 'regions' | 'metrics' | 'limits' | 'ignoreLabel'>;
};

/**
 * The benchmark of a preflight: its limits, the sizes of its open cases, and the smallest of them to practise on.
 *
 * @param skipOf why the practice case could not be had; throws what is no reason to go on without
 */
export function benchmarkFacts(
  benchmark: KnownBenchmark,
  cases: readonly OpenCase[],
  manifest: ExpandedManifest,
  skipOf: (error: unknown) => { readonly skip: string },
): BenchmarkFacts {
  return {
    limits: benchmark.phases.length === 0 ? null : strictestLimits(benchmark),
    problems: benchmarkProblems(manifest, benchmark),
    practice: practiceOf(benchmark, cases, manifest, skipOf),
    budget:
      cases.length === 0
        ? { skip: `benchmark ${benchmark.slug} has no public practice case` }
        : { cases: cases.map(({ name, geometry }) => ({ name, geometry })) },
  };
}

function practiceOf(
  { slug, channels, phases }: KnownBenchmark,
  cases: readonly OpenCase[],
  manifest: ExpandedManifest,
  skipOf: (error: unknown) => { readonly skip: string },
): PreflightTask['practice'] {
  const phase = phases.find(({ kind }) => kind === 'practice');
  // the smallest, as on the server
  const [first] = cases
    .flatMap(({ name, geometry, files }) => (files === null ? [] : [{ name, geometry, ...files }]))
    .sort((a, b) => voxelCount(a.geometry) - voxelCount(b.geometry));
  if (!phase || !first) return { skip: `benchmark ${slug} has no public practice case` };
  const wanted = manifest.inputs[0].channels.map(({ name }) => name);
  const offered = channels.map(({ name }) => name);
  const order = channelOrder(wanted, offered);
  if (order === null)
    return { skip: `the manifest reads ${wanted.join(', ')}; benchmark ${slug} has ${offered.join(', ')}` };
  const load = async (): Promise<PracticeCase> => {
    const images: Uint8Array[] = [];
    for (const channel of order) images.push(await first.images[channel]());
    const { regions, metrics, ignoreLabel } = phase.rules;
    const reference = await first.reference();
    return { name: first.name, images, reference, regions, ignoreLabel, metrics: metrics.map(({ id }) => id) };
  };
  return () => load().catch(skipOf);
}

/** Cases whose size is asked for. */
const MOST_CASES = 64;

/**
 * Asks the server. Nobody signed in, or a server that does not answer, is no fault of the model: these checks are skipped
 * then, and say why.
 *
 * @throws CliError `not-found` when the server has no such benchmark
 */
export async function askBenchmark(
  connect: () => Promise<ApiClient>,
  slug: string,
  manifest: ExpandedManifest,
): Promise<BenchmarkFacts> {
  try {
    const client = await connect();
    const benchmark = await client.call(ENDPOINTS.getBenchmark, { params: { slug } });
    const { items } = await client.call(ENDPOINTS.listCases, { params: { slug }, query: { phase: 'practice' } });
    const ordered = items.toSorted((a, b) => a.ordinal - b.ordinal).slice(0, MOST_CASES);
    const cases: OpenCase[] = [];
    for (const { id } of ordered) {
      cases.push(openCase(client, await client.call(ENDPOINTS.getCase, { params: { id } })));
    }
    return benchmarkFacts(benchmark, cases, manifest, skipOf);
  } catch (error) {
    const skip = skipOf(error);
    return { limits: null, problems: [], practice: skip, budget: skip };
  }
}

function openCase(client: ApiClient, { name, geometry, images, references }: CaseView): OpenCase {
  const load = (id: string) => () => client.download(ENDPOINTS.getObject, { params: { id } });
  const consensus = references.find((reference) => reference.consensus);
  return {
    name,
    geometry: geometryOf(geometry),
    files: consensus
      ? { images: images.map(({ objectId }) => load(objectId)), reference: load(consensus.objectId) }
      : null,
  };
}

/** @throws what is more than a server that cannot be asked */
function skipOf(error: unknown): { readonly skip: string } {
  const away = [EXIT.network, EXIT.notSignedIn, EXIT.forbidden] as readonly number[];
  if (error instanceof CliError && away.includes(error.exit)) return { skip: error.message };
  throw error;
}

/** Of a contract, which says that there are nine numbers. */
export function geometryOf({ direction, ...rest }: CaseView['geometry']): Geometry {
  return { ...rest, direction: direction as unknown as Mat3 };
}
