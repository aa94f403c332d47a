import type { Dataset, DatasetRecords } from '../datasets/dataset-records.js';
import { findSourceOfDraft } from './make-benchmark.js';

const OWNERS: Readonly<Record<string, string>> = { 'of-anna': 'anna', 'of-bert': 'bert' };
const dataset = (id: string): Dataset => ({ id, slug: 'livers', ownerId: OWNERS[id] }) as Dataset;
/** Anna and Bert have a dataset of the same address, with two versions each. */
const records = {
  findDataset: (owner: string, slug: string) =>
    Promise.resolve(slug === 'livers' && ['anna', 'bert'].includes(owner) ? dataset(`of-${owner}`) : null),
  findDatasetById: (id: string) => Promise.resolve(dataset(id)),
  datasetVersions: () => Promise.resolve([{ version: 1 }, { version: 2 }]),
  versionCases: () => Promise.resolve([]),
} as unknown as DatasetRecords;

const draft = { datasetId: 'of-anna', definition: { dataset: { slug: 'livers', version: 1 } } } as Parameters<typeof findSourceOfDraft>[2];
const found = async (who: string, making: typeof draft, slug: string, version: number): Promise<string> => {
  const one = await findSourceOfDraft(records, who, making, { dataset: { slug, version } });
  return `${one.dataset.id}@${one.version.version}`;
};

it('a draft is described anew over the version that it is made of, whoever brought it', async () => {
  expect(await found('bert', draft, 'livers', 1)).toBe('of-anna@1');
  expect(await found('carl', draft, 'livers', 1)).toBe('of-anna@1');
});

it('another version of that dataset is for its owner, and is not mixed up with one of the same address', async () => {
  expect(await found('anna', draft, 'livers', 2)).toBe('of-anna@2');
  await expect(found('bert', draft, 'livers', 2)).rejects.toMatchObject({ status: 404 });
  await expect(found('carl', draft, 'livers', 2)).rejects.toMatchObject({ status: 404 });
});

it('what is no draft yet is made of one’s own', async () => {
  expect(await found('bert', null, 'livers', 1)).toBe('of-bert@1');
  await expect(found('carl', null, 'livers', 1)).rejects.toMatchObject({ status: 404 });
  await expect(found('anna', draft, 'spleens', 1)).rejects.toMatchObject({ status: 404 });
});
