import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENDPOINTS, type SentCaseFields } from '#contracts';
import type { PlannedCase } from '#evaluation';
import { readLabelMap, readNifti, writeNifti, type VoxelArray } from '#imaging';
import type { ApiClient } from '../api-client.js';
import { parse, type Terminal } from '../command.js';
import { folderFiles } from '../dataset/folder-files.js';
import { prepareCase, pseudonyms, sendCase } from '../dataset/send-case.js';
import { loadCodecs } from './dataset-check.js';
import { datasetImport } from './dataset-import.js';

const geometry = { sizeXyz: [3, 2, 2], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
const volume = (data: VoxelArray) => writeNifti({ geometry, data }, { gzip: true, description: 'Jane Doe' });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'voxelmark-import-'));
  for (const folder of ['images', 'references']) await mkdir(join(root, folder));
  await writeFile(join(root, 'images/a.nii.gz'), await volume(Int16Array.from({ length: 12 }, (_, v) => v - 6)));
  await writeFile(join(root, 'references/a.nii.gz'), await volume(Uint8Array.from({ length: 12 }, (_, v) => (v === 3 ? 1 : 0))));
});
afterEach(() => rm(root, { recursive: true }));

async function run(...args: string[]): Promise<Record<string, unknown>> {
  let data: object = {};
  const terminal: Terminal = { json: true, interactive: false, say: () => undefined, progress: () => undefined, out: (given) => (data = given as object) };
  const exit = await datasetImport.run({ ...parse(datasetImport, ['dataset', 'import', ...args]), terminal }).catch((error: { code?: unknown }) => error.code ?? error);
  return { exit, ...data };
}

describe('voxelmark dataset import', () => {
  it('is a dry run without --yes', async () => {
    expect(await run(root, '--name', 'My  Liver CT!', '--licence', 'CC0-1.0')).toMatchObject({ exit: 0, ok: true, dryRun: true, layout: 'folder', dataset: 'my-liver-ct', cases: 1, withoutReference: 0 });
  });

  it('sends nothing that has errors, nor without a licence', async () => {
    expect(await run(root, '--name', 'liver', '--yes')).toMatchObject({ exit: 'usage' });
    expect(await run(root, '--name', '!', '--yes')).toMatchObject({ exit: 'usage' });
    await rm(join(root, 'images/a.nii.gz'));
    expect(await run(root, '--yes')).toMatchObject({ exit: 6, ok: false, dryRun: true });
  });
});

const planned = (name: string, patient: string | null): PlannedCase => ({
  name,
  split: null,
  patient,
  facts: { age: 61 },
  images: [{ kind: 'file', path: 'images/a.nii.gz', channel: 'image' }],
  references: [{ reader: null, path: 'references/a.nii.gz' }],
});

describe('what is sent of a case', () => {
  it('names patients after their first case, in any order', () => {
    const cases = [planned('c', '943 476 5919'), planned('b', null), planned('a', '943 476 5919')];
    expect(cases.map((one) => pseudonyms(cases).get(one))).toEqual(['a', 'b', 'a']);
  });

  it('holds voxels, place and facts, and is the same each time', async () => {
    const reading = { files: await folderFiles(root), codecs: loadCodecs, labels: null };
    const one = planned('a', '943 476 5919');
    const prepared = await prepareCase(reading, one, 'a', ['image']);
    expect((await prepareCase(reading, one, 'a', ['image'])).digest).toBe(prepared.digest);
    expect((await readNifti(prepared.images[0])).data).toEqual(Int16Array.from({ length: 12 }, (_, v) => v - 6));
    expect((await readNifti(prepared.images[0])).header.description).not.toContain('Doe');
    expect((await readLabelMap(prepared.references[0])).data[3]).toBe(1);
    let form: FormData | undefined;
    const client = { call: async (endpoint: unknown, request: { form: FormData }) => ({ existing: endpoint !== ENDPOINTS.addDatasetCase || !(form = request.form) }) } as unknown as ApiClient;
    expect(await sendCase(client, 'liver', prepared, () => undefined)).toEqual({ existing: false });
    expect([...form!.keys()]).toEqual(['case', 'image', 'reference']);
    const fields = JSON.parse(form!.get('case') as string) as SentCaseFields;
    expect(fields).toEqual({ name: 'a', patient: 'a', split: null, facts: { age: 61 }, references: [{ reader: 'reference', consensus: true }] });
    const bytes = new Uint8Array(await (form!.get('image') as Blob).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(prepared.sent.images[0].sha256);
  });

  it('is refused when a file has changed since it was checked', async () => {
    const reading = { files: await folderFiles(root), codecs: loadCodecs, labels: null };
    await writeFile(join(root, 'images/a.nii.gz'), 'something else');
    await expect(prepareCase(reading, planned('a', null), 'a', ['image'])).rejects.toMatchObject({ code: 'dataset-changed', exit: 6 });
  });
});
