import { ENDPOINTS, type BenchmarkView, type CaseView } from '#contracts';
import type { RunLimits } from '#domain';
import { voxelCount, type Geometry, type Mat3 } from '#imaging';
import { benchmarkProblems, channelOrder, strictestLimits, type PracticeCase, type PreflightTask } from '#evaluation';
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

/** Cases whose size is asked for. */
const MOST_CASES = 64;

/**
 * Limits, sizes of the public cases, and one case to practise on. Nobody signed in, or a server that does not answer, is no
 * fault of the model: these checks are skipped then, and say why.
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
    const cases: CaseView[] = [];
    for (const { id } of ordered) cases.push(await client.call(ENDPOINTS.getCase, { params: { id } }));
    return {
      limits: benchmark.phases.length === 0 ? null : strictestLimits(benchmark),
      problems: benchmarkProblems(manifest, benchmark),
      practice: practiceOf(client, benchmark, cases, manifest),
      budget:
        cases.length === 0
          ? { skip: `benchmark ${slug} has no public practice case` }
          : { cases: cases.map(({ name, geometry }) => ({ name, geometry: geometryOf(geometry) })) },
    };
  } catch (error) {
    const skip = skipOf(error);
    return { limits: null, problems: [], practice: skip, budget: skip };
  }
}

/** @throws what is more than a server that cannot be asked */
function skipOf(error: unknown): { readonly skip: string } {
  const away = [EXIT.network, EXIT.notSignedIn, EXIT.forbidden] as readonly number[];
  if (error instanceof CliError && away.includes(error.exit)) return { skip: error.message };
  throw error;
}

function geometryOf({ direction, ...rest }: CaseView['geometry']): Geometry {
  return { ...rest, direction: direction as unknown as Mat3 }; // nine numbers, says the contract
}

function practiceOf(
  client: ApiClient,
  benchmark: BenchmarkView,
  cases: readonly CaseView[],
  manifest: ExpandedManifest,
): PreflightTask['practice'] {
  const phase = benchmark.phases.find(({ kind }) => kind === 'practice');
  // the smallest, as on the server
  const [first] = cases
    .filter(({ references }) => references.some(({ consensus }) => consensus))
    .sort((a, b) => voxelCount(geometryOf(a.geometry)) - voxelCount(geometryOf(b.geometry)));
  if (!phase || !first) return { skip: `benchmark ${benchmark.slug} has no public practice case` };
  const wanted = manifest.inputs[0].channels.map(({ name }) => name);
  const offered = first.images.map(({ channel }) => channel);
  const order = channelOrder(wanted, offered);
  if (order === null) {
    return { skip: `the manifest reads ${wanted.join(', ')}; benchmark ${benchmark.slug} has ${offered.join(', ')}` };
  }
  const download = (id: string) => client.download(ENDPOINTS.getObject, { params: { id } });
  const load = async (): Promise<PracticeCase> => {
    const images: Uint8Array[] = [];
    for (const channel of order) images.push(await download(first.images[channel].objectId));
    const reference = first.references.find(({ consensus }) => consensus);
    if (!reference) throw new Error(`case ${first.name} has lost its consensus reference`);
    return {
      name: first.name,
      images,
      reference: await download(reference.objectId),
      regions: phase.rules.regions,
      metrics: phase.rules.metrics.map(({ id }) => id),
    };
  };
  return () => load().catch(skipOf);
}
