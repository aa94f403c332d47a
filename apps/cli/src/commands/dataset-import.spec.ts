import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENDPOINTS, sentCase, type SentCaseFields } from '#contracts';
import { patientPseudonyms, type PlannedCase } from '#datasets';
import { readLabelMap, readNifti, writeNifti, type VoxelArray } from '#imaging';
import type { ApiClient } from '../api-client.js';
import { parse, type Terminal } from '../command.js';
import { readDatasetKey, saveDatasetKey } from '../dataset/dataset-key.js';
import { folderFiles } from '../dataset/folder-files.js';
import { prepareCase, sendCase } from '../dataset/send-case.js';
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

async function run(...args: string[]): Promise<Record<string, unknown> & { text: string }> {
  let [data, said]: [object, string] = [{}, ''];
  const terminal: Terminal = { json: true, interactive: false, say: () => undefined, progress: () => undefined, out: (given, words) => ([data, said] = [given as object, words]) };
  const exit = await datasetImport.run({ ...parse(datasetImport, ['dataset', 'import', '--key-file', join(root, 'key.json'), ...args]), terminal }).catch((error: { code?: unknown }) => error.code ?? error);
  return { exit, text: said, ...data };
}

const table = (text: string) => writeFile(join(root, 'table.csv'), text);

describe('voxelmark dataset import', () => {
  it('is a dry run without --yes', async () => {
    expect(await run(root, '--name', 'My  Liver CT!', '--licence', 'CC0-1.0')).toMatchObject({ exit: 0, ok: true, dryRun: true, layout: 'folder', dataset: 'my-liver-ct', cases: 1, withoutReference: 0 });
  });

  it('says that nobody stated a licence', async () => {
    expect((await run(root, '--name', 'liver')).text).toContain('licence not stated: say it with --licence');
    expect((await run(root, '--name', 'liver', '--licence', 'CC0-1.0')).text).toContain('licence CC0-1.0\n');
  });

  it('sends nothing that has errors', async () => {
    expect(await run(root, '--name', '!', '--yes')).toMatchObject({ exit: 'usage' });
    await rm(join(root, 'images/a.nii.gz'));
    expect(await run(root, '--yes')).toMatchObject({ exit: 6, ok: false, dryRun: true });
  });

  it('sends the site, and facts of a table that are named, by hand or in a dictionary, and no others', async () => {
    await table('case,age,site,diary\na,61,north,"Mrs Doe, again"\n');
    const asked = (...more: string[]) => run(root, '--name', 'liver', '--licence', 'CC0-1.0', '--table', join(root, 'table.csv'), ...more);
    expect(await asked()).toMatchObject({ exit: 0, facts: ['site'], factsLeftOut: ['age', 'diary'] });
    expect((await asked()).text).toContain('stay behind unless --facts names them: age (61); diary (Mrs Doe, again)');
    expect(await asked('--facts', 'age')).toMatchObject({ facts: ['age'], factsLeftOut: ['diary', 'site'] });
    await writeFile(join(root, 'participants.json'), '{"age": {"Description": "at the scan", "Units": "years"}, "sex": {}}');
    expect(await asked('--dictionary', join(root, 'participants.json'))).toMatchObject({ facts: ['age', 'site'] });
    expect(await asked('--facts', 'none')).toMatchObject({ facts: [] });
    expect((await asked('--facts', 'weight')).exit).toBe('usage');
  });

  it('says before anything is sent what the server would not take', async () => {
    const longest = 'a'.repeat(129);
    await writeFile(join(root, `images/${longest}.nii.gz`), await volume(Int16Array.from({ length: 12 }, (_, v) => v)));
    await writeFile(join(root, `references/${longest}.nii.gz`), await volume(Uint8Array.from({ length: 12 }, () => 1)));
    expect(await run(root)).toMatchObject({ exit: 6, findings: expect.arrayContaining([expect.objectContaining({ code: 'case-unsendable', case: longest, found: 'name of the case' })]) });
    expect(await run(root, '--rename')).toMatchObject({ exit: 0, names: ['case-0001', 'case-0002'] });
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
  it('holds voxels, place and facts, and is the same each time', async () => {
    const reading = { files: await folderFiles(root), codecs: loadCodecs, labels: null };
    const one = planned('a', '943 476 5919');
    const key = await readDatasetKey(join(root, 'key.json'));
    const { keyed, made } = await saveDatasetKey(join(root, 'key.json'), key);
    const pseudonym = (await patientPseudonyms([one], keyed)).get(one)!;
    // under the key that was saved, and no other
    const again = await saveDatasetKey(join(root, 'key.json'), await readDatasetKey(join(root, 'key.json')));
    expect([made, again.made, (await patientPseudonyms([one], again.keyed)).get(one)]).toEqual([true, false, pseudonym]);
    const prepared = await prepareCase(reading, one, pseudonym, ['image']);
    expect((await prepareCase(reading, one, pseudonym, ['image'])).digest).toBe(prepared.digest);
    expect((await readNifti(prepared.images[0])).data).toEqual(Int16Array.from({ length: 12 }, (_, v) => v - 6));
    expect((await readNifti(prepared.images[0])).header.description).not.toContain('Doe');
    expect((await readLabelMap(prepared.references[0])).data[3]).toBe(1);
    let form: FormData | undefined;
    const client = { call: async (endpoint: unknown, request: { form: FormData }) => ({ existing: endpoint !== ENDPOINTS.addDatasetCase || !(form = request.form) }) } as unknown as ApiClient;
    expect(await sendCase(client, 'liver', prepared, () => undefined)).toEqual({ existing: false });
    expect([...form!.keys()]).toEqual(['case', 'image', 'reference']);
    const fields = JSON.parse(form!.get('case') as string) as SentCaseFields;
    expect(fields).toEqual({ name: 'a', patient: pseudonym, split: null, facts: { age: 61 }, references: [{ reader: 'reference', consensus: true, recipe: null, reading: null }] });
    expect(sentCase.parse(fields)).toEqual(fields);
    expect(JSON.stringify(fields)).not.toContain('5919');
    const bytes = new Uint8Array(await (form!.get('image') as Blob).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(prepared.images[0]).digest('hex'));
  });

  it('holds a consensus that was derived, and how', async () => {
    const drawn = (...labels: number[]) => volume(Uint8Array.from({ length: 12 }, (_, v) => labels[v] ?? 0));
    for (const [reader, labels] of [['A', [1, 1]], ['B', [1, 1]], ['C', [1, 0, 1]]] as const) {
      await mkdir(join(root, 'references', reader));
      await writeFile(join(root, 'references', reader, 'a.nii.gz'), await drawn(...labels));
    }
    const three: PlannedCase = { ...planned('a', null), references: ['A', 'B', 'C'].map((reader) => ({ reader, path: `references/${reader}/a.nii.gz` })) };
    const reading = { files: await folderFiles(root), codecs: loadCodecs, labels: null };
    const prepared = await prepareCase({ ...reading, consensus: 'majority' }, three, 'p', ['image']);
    expect(prepared.readers.map(({ reader, consensus }) => [reader, consensus])).toEqual([['A', false], ['B', false], ['C', false], ['consensus', true]]);
    expect(prepared.readers[3].recipe).toMatchObject({ method: 'majority', readers: ['A', 'B', 'C'] });
    expect([...(await readLabelMap(prepared.references[3])).data.subarray(0, 4)]).toEqual([1, 1, 0, 0]);
    expect((await prepareCase(reading, three, 'p', ['image'])).readers.every(({ consensus }) => !consensus)).toBe(true);
  });

  it('is refused when a file has changed since it was checked', async () => {
    const reading = { files: await folderFiles(root), codecs: loadCodecs, labels: null };
    await writeFile(join(root, 'images/a.nii.gz'), 'something else');
    await expect(prepareCase(reading, planned('a', null), 'a', ['image'])).rejects.toMatchObject({ code: 'dataset-changed', exit: 6 });
  });
});
