import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNifti, type VoxelArray } from '#imaging';
import { parse, type Terminal } from '../command.js';
import { writeZip } from '../../../../libs/datasets/src/test-support/archive-writer.js';
import { datasetCheck } from './dataset-check.js';

const geometry = { sizeXyz: [3, 2, 2], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
const volume = (data: VoxelArray) => writeNifti({ geometry, data }, { gzip: true });
const scan = (seed: number) => volume(Int16Array.from({ length: 12 }, (_, v) => v * seed - 1000));
const mask = () => volume(Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'voxelmark-check-'));
  for (const folder of ['one/images', 'one/references', 'two/images', 'two/references']) await mkdir(join(root, folder), { recursive: true });
  for (const [n, folder] of ['one', 'two'].entries()) {
    await writeFile(join(root, folder, `images/case-${folder}.nii.gz`), await scan(n + 1));
    await writeFile(join(root, folder, `references/case-${folder}.nii.gz`), await mask());
  }
});
afterEach(() => rm(root, { recursive: true }));

/** Runs the command; an error is its code. */
async function run(...args: string[]): Promise<{ exit: unknown; layout?: string; cases?: number; codes: string[]; text: string }> {
  let [data, text]: [Record<string, unknown>, string] = [{}, ''];
  const terminal: Terminal = { json: true, interactive: false, say: () => undefined, progress: () => undefined, out: (given, words) => ([data, text] = [given as Record<string, unknown>, words]) };
  const exit = await (async () => datasetCheck.run({ ...parse(datasetCheck, ['dataset', 'check', ...args]), terminal }))().catch((error: { code?: unknown }) => error.code ?? error);
  return { exit, text, codes: ((data.findings ?? []) as { code: string }[]).map(({ code }) => code), ...data };
}

describe('voxelmark dataset check', () => {
  it('takes a folder, several, the files of a case, a table or an archive', async () => {
    expect(await run(join(root, 'one'))).toMatchObject({ exit: 0, ok: true, layout: 'folder', cases: 1, codes: [] });
    expect(await run(join(root, 'one'), join(root, 'two'))).toMatchObject({ exit: 0, cases: 2, codes: ['patient-unknown'] });
    expect(await run(join(root, 'one/images/case-one.nii.gz'), join(root, 'two/references/case-two.nii.gz'))).toMatchObject({ exit: 0, layout: 'folder', cases: 1 });
    await writeFile(join(root, 'cases.csv'), 'case,image,reference\nx,one/images/case-one.nii.gz,two/references/case-two.nii.gz\n');
    expect(await run(join(root, 'cases.csv'))).toMatchObject({ exit: 0, layout: 'folder', cases: 1 });
    const [image, reference] = [await scan(3), await mask()];
    await writeFile(join(root, 'data.zip'), writeZip([{ name: 'data/images/c.nii.gz', content: image }, { name: 'data/references/c.nii.gz', content: reference, deflated: true }]));
    expect(await run(join(root, 'data.zip'))).toMatchObject({ exit: 0, layout: 'folder', cases: 1, labels: [{ value: 1 }, { value: 2 }] });
  });

  it('ends with 6 and says everything when something stands in the way', async () => {
    await writeFile(join(root, 'one/references/other.nii.gz'), await mask());
    await rm(join(root, 'one/references/case-one.nii.gz'));
    const report = await run(join(root, 'one'));
    expect(report).toMatchObject({ exit: 6, ok: false, codes: ['image-missing', 'reference-missing'] });
    expect(report.text).toContain('error    reference-missing  case case-one');
    expect(report.text).toContain('cannot be imported yet: 2 errors, 0 warnings, 0 notes');
    await writeFile(join(root, 'one/references/x\u001b[2J.nii.gz'), await mask());
    expect((await run(join(root, 'one'))).text).toContain('case x?[2J');
    await writeFile(join(root, 'bad.zip'), writeZip([{ name: '../c.nii.gz' }]));
    expect(await run(join(root, 'bad.zip'))).toMatchObject({ exit: 6, layout: null, cases: 0, codes: ['archive-path'] });
    expect(await run(join(root, 'one'), '--layout', 'bids')).toMatchObject({ exit: 6, layout: 'bids', codes: ['dataset-description', 'dataset-no-cases'] });
  });

  it('uses columns of a table as it is told', async () => {
    await writeFile(join(root, 'table.csv'), 'scan no;x,MRN,case\ncase-one,1,first\n'.replace(';x', ''));
    const asked = (...args: string[]) => run(join(root, 'one'), '--table', join(root, 'table.csv'), ...args);
    expect(await asked()).toMatchObject({ exit: 6, codes: expect.arrayContaining(['table-case-unknown']) });
    expect(await asked('--column', 'scan no=case')).toMatchObject({ exit: 'usage' }); // two columns that name cases
    expect(await asked('--column', 'scan no=case', '--column', 'case=none', '--column', 'MRN=patient')).toMatchObject({
      exit: 0,
      codes: [],
    });
    await writeFile(join(root, 'columns.json'), JSON.stringify({ 'scan no': 'case', case: 'fact', MRN: 'patient' }));
    expect(await asked('--columns', join(root, 'columns.json'))).toMatchObject({ exit: 'usage' });
    expect(await asked('--columns', join(root, 'columns.json'), '--column', 'case=none')).toMatchObject({
      exit: 0,
      codes: [],
    });
    for (const bad of ['MRN=fact', 'MRN=years', 'age=fact', 'MRN'])
      expect(await asked('--column', bad)).toMatchObject({ exit: 'usage' });
    expect(await run(join(root, 'one'), '--column', 'a=case')).toMatchObject({ exit: 'usage' });
    await writeFile(
      join(root, 'cases.csv'),
      'scan,image,reference\nx,one/images/case-one.nii.gz,one/references/case-one.nii.gz\n',
    );
    expect(await run(join(root, 'cases.csv'), '--column', 'scan=case')).toMatchObject({
      exit: 0,
      layout: 'folder',
      cases: 1,
    });
  });

  it('says which columns a dictionary describes and no case has', async () => {
    await writeFile(join(root, 'table.csv'), 'case,age\ncase-one,61\n');
    await writeFile(
      join(root, 'dictionary.json'),
      JSON.stringify({ age: 'at the scan', participant_id: 'x', Age: 'in years' }),
    );
    const told = await run(
      join(root, 'one'),
      '--table',
      join(root, 'table.csv'),
      '--dictionary',
      join(root, 'dictionary.json'),
    );
    expect(told).toMatchObject({ exit: 0, codes: ['dictionary-column'] });
    expect(told.text).toContain('column "Age" described');
  });

  it('takes a rule for overlapping structures, and a threshold for fractional ones', async () => {
    for (const rule of ['first', 'last', 'refuse'])
      expect(await run(join(root, 'one'), '--overlap', rule)).toMatchObject({ exit: 0 });
    expect(await run(join(root, 'one'), '--fractional-threshold', '0.3')).toMatchObject({ exit: 0 });
    for (const bad of ['0', '1.1', 'half', '', ' ', 'NaN'])
      expect(await run(join(root, 'one'), '--fractional-threshold', bad)).toMatchObject({ exit: 'usage' });
    expect(await run(join(root, 'one'), '--overlap', 'highest')).toMatchObject({ exit: 'usage' });
  });

  it('refuses what it cannot understand', async () => {
    expect(await run(join(root, 'nowhere'))).toMatchObject({ exit: 'no-such-file' });
    expect(await run(join(root, 'one'), '--layout', 'zip')).toMatchObject({ exit: 'usage' });
    expect(await run(join(root, 'one/images/case-one.nii.gz'), join(root, 'two'))).toMatchObject({ exit: 'usage' });
    expect(await run(join(root, 'one/images'), join(root, 'two/images'))).toMatchObject({ exit: 'usage' });
    expect(await run()).toMatchObject({ exit: 'usage' });
  });
});
