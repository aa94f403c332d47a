import { RequestRefused } from '#domain';
import type { Manifest } from '#pipeline';
import { storeThenWrite, type StorableFile, type StorePorts } from '../datasets/store-then-write.js';
import type { Benchmark, EvaluationRecords } from '../records.js';
import { fitNetwork } from './fit-network.js';
import type { DryRun, DryRunNetwork, Making } from './making-records.js';

/** A network that comes with the platform. */
export interface DemoNetwork {
  readonly network: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly models: readonly (StorableFile & { readonly file: string })[];
}

export interface DryRunDeskPorts extends StorePorts {
  readonly records: StorePorts['records'] & Pick<EvaluationRecords, 'createDryRun' | 'findAlgorithm' | 'recentDryRuns'>;
  readonly networks: readonly DemoNetwork[];
}

/** One that works and one that fails on deep volumes: what both look like is worth seeing. */
const USUAL = ['unet-small', 'crashes-sometimes'];
/** Each of them takes a worker's time. */
const DRY_RUNS_AN_HOUR = 20;

/**
 * Has networks run on the practice cases of a draft: demo networks by name, versions of one's own as `algorithm@version`.
 *
 * @throws RequestRefused 422 `network-unknown`, `network-unfit` when none of those asked for takes the images, 429
 *   `dry-runs-busy`
 */
export async function askDryRun(
  ports: DryRunDeskPorts,
  benchmark: Pick<Benchmark, 'id' | 'channels' | 'labels'>,
  { definitionSha256 }: Pick<Making, 'definitionSha256'>,
  by: string,
  asked: readonly string[] | undefined,
): Promise<DryRun> {
  const recent = await ports.records.recentDryRuns(by);
  if (recent >= DRY_RUNS_AN_HOUR)
    throw new RequestRefused(
      429,
      'dry-runs-busy',
      `You have asked for ${recent} dry runs within the last hour; ${DRY_RUNS_AN_HOUR} are allowed.`,
    );
  const networks: DryRunNetwork[] = [];
  for (const network of asked ?? USUAL) networks.push(await findNetwork(ports, network, benchmark, by));
  if (networks.every(({ models }) => models.length === 0))
    throw new RequestRefused(
      422,
      'network-unfit',
      `No network takes the images of a case: ${networks.map(({ network, note }) => `${network} ${note ?? ''}`.trim()).join('; ')}.`,
    );
  const files = networks.flatMap(({ network, models }) =>
    models.length > 0 ? (ports.networks.find((one) => one.network === network)?.models ?? []) : [],
  );
  return storeThenWrite(ports, files, () =>
    ports.records.createDryRun({ benchmarkId: benchmark.id, by, definitionSha256, networks }),
  );
}

async function findNetwork(
  { records, networks }: DryRunDeskPorts,
  network: string,
  benchmark: Pick<Benchmark, 'channels' | 'labels'>,
  by: string,
): Promise<DryRunNetwork> {
  const demo = networks.find((one) => one.network === network);
  if (demo) {
    const { manifest, note } = fitNetwork(demo.manifest, benchmark);
    const models = manifest ? demo.models.map(({ file, sha256, bytes }) => ({ file, sha256, bytes })) : [];
    return { network, name: demo.name, note, manifest: manifest ?? demo.manifest, models };
  }
  const [slug, version] = network.split('@', 2);
  const found = await records.findAlgorithm(slug);
  const own = found?.algorithm.ownerId === by ? found.versions.find((one) => one.version === version) : undefined;
  if (!own) {
    const there = networks.map((one) => one.network).join(', ');
    throw new RequestRefused(
      422,
      'network-unknown',
      `"${network}" is no demo network and no version of an algorithm of yours; expected one of ${there}, or ALGORITHM@VERSION.`,
      [{ path: 'body.networks', message: `unknown: ${network}` }],
    );
  }
  const { manifest, note } = fitNetwork(own.manifest, benchmark);
  const models = manifest ? own.models.map(({ file, sha256, bytes }) => ({ file, sha256, bytes })) : [];
  return { network, name: own.manifest.name, note, manifest: manifest ?? own.manifest, models };
}
