import { createHash } from 'node:crypto';
import type { BlobStore, EvaluationRecords } from '#evaluation';
import { geometryHash, orientTo, readLabelMap, readNifti, type Volume } from '#imaging';
import { createLog, openPlatform, readConfig } from '#platform';

/** What a case has in the store: image and label maps, each by its grid and its voxels in one order. */
export interface StoredCase {
  readonly image: string;
  /** In no order of their own. */
  readonly labelMaps: readonly string[];
}

/** A volume by its grid, whatever the order of its axes, and its values at each place. */
export function fingerprint(volume: Volume): string {
  const { geometry, data } = orientTo(volume, 'LPS');
  const values = Float64Array.from(data); // the same whatever type they are kept in
  return `${geometryHash(geometry)} ${createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')}`;
}

/** A case of a benchmark, with the predictions on it, and one of a dataset of somebody's, read from the store itself. */
export async function readStored(
  dataDir: string,
  which: { readonly caseId: string } | { readonly ownerId: string; readonly dataset: string; readonly isIt: (name: string) => boolean },
): Promise<StoredCase> {
  const platform = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: dataDir }), 'test', createLog('error', 'test'));
  try {
    return await ('caseId' in which ? ofBenchmark(platform, which.caseId) : ofDataset(platform, which));
  } finally {
    await platform.close();
  }
}

interface Store {
  readonly records: EvaluationRecords;
  readonly blobs: BlobStore;
}
type Stored = { readonly sha256: string };

async function ofBenchmark(store: Store, caseId: string): Promise<StoredCase> {
  const found = await store.records.findCase(caseId);
  if (found === null) throw new Error(`there is no case ${caseId}`);
  const predictions = (await store.records.predictionsOfCase(caseId, 10, null)).map(({ object }) => object);
  return readCase(store, found.case.images[0], [...found.case.references.map(({ object }) => object), ...predictions]);
}

async function ofDataset(
  store: Store,
  { ownerId, dataset, isIt }: { readonly ownerId: string; readonly dataset: string; readonly isIt: (name: string) => boolean },
): Promise<StoredCase> {
  const found = await store.records.findDataset(ownerId, dataset);
  const cases = await store.records.datasetCases(found?.id ?? 'none');
  const one = cases.find(({ name }) => isIt(name));
  if (one === undefined) throw new Error(`dataset "${dataset}" has the cases ${cases.map(({ name }) => name).join(', ') || '(none)'}`);
  return readCase(store, one.images[0], one.references.map(({ object }) => object));
}

async function readCase({ blobs }: Store, image: Stored, maps: readonly Stored[]): Promise<StoredCase> {
  const bytesOf = async ({ sha256 }: Stored) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of await blobs.open(sha256)) pieces.push(piece);
    return new Uint8Array(Buffer.concat(pieces));
  };
  const labelMaps: string[] = [];
  for (const one of maps) labelMaps.push(fingerprint(await readLabelMap(await bytesOf(one))));
  return { image: fingerprint(await readNifti(await bytesOf(image))), labelMaps: labelMaps.sort() };
}
