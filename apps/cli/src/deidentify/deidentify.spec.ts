import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ctSlice, makeFile, type DataSet } from '../../../../libs/deidentification/src/test-support/dicom-maker.js';
import { deidentify } from '../commands/deidentify.js';
import { EXIT, explain } from '../exit.js';
import type { FileReport } from './deidentify-folder.js';

let folder: string;
let count = 0;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-deidentify-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  readonly exit: number;
  readonly code: string | null;
  readonly said: string;
  readonly totals: { readonly done: number; readonly held: number; readonly refused: number };
  readonly files: readonly FileReport[];
  readonly output: string;
}

async function run(
  input: string,
  options: Record<string, string | string[]> = {},
  output = join(folder, `out-${count++}`),
): Promise<Answer> {
  let data = {};
  const said: string[] = [];
  const terminal = {
    json: true,
    interactive: false,
    out: (given: unknown) => void (data = given as object),
    say: (text: string) => void said.push(text),
    progress: () => undefined,
  };
  let code: string | null = null;
  const exit = await deidentify.run({ words: [input, output], options, terminal }).catch((error: unknown) => {
    const explained = explain(error);
    code = explained.code;
    return explained.exit;
  });
  return { exit, code, said: said.join('\n'), output, ...(data as Pick<Answer, 'totals' | 'files'>) };
}

/** A folder of files, named as archives name them: after the patient. */
async function scans(files: Record<string, DataSet | string>): Promise<string> {
  const path = join(folder, `in-${count++}`);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), typeof content === 'string' ? content : makeFile(content));
  }
  return path;
}

const slice = (n: number, extra: DataSet = {}): DataSet => ctSlice({ '00080018': ['UI', `1.2.3.${n}`], ...extra });

describe('voxelmark deidentify', () => {
  it('rebuilds a folder, names files anew and reports nothing of the old ones', async () => {
    const input = await scans({
      'DOE^JOHN/1.dcm': slice(1),
      'DOE^JOHN/2.dcm': slice(2),
      DICOMDIR: 'x',
      '._1.dcm': 'x',
    });
    const secret = join(folder, 'secret');
    const { exit, totals, files, output, said } = await run(input, { 'secret-file': secret });
    expect([exit, totals]).toEqual([EXIT.ok, { done: 2, held: 0, refused: 0 }]);
    expect(said).toContain('made the secret');
    const written = (await readdir(output, { recursive: true })).filter((name) => name.endsWith('.dcm'));
    expect(written.sort()).toEqual(files.map((file) => file.output).sort());
    const everything = [
      await readFile(join(output, 'deidentification.json'), 'utf8'),
      ...written,
      JSON.stringify(files),
    ];
    for (const name of written) everything.push(await readFile(join(output, name), 'latin1'));
    expect(everything.join('\n')).not.toMatch(/DOE|Doe|John|4711|1\.2\.3\.|19700615|20200301/);
    // the same secret gives the same names on another day, another secret others
    expect((await run(input, { 'secret-file': secret })).files.map((file) => file.output)).toEqual(
      files.map((file) => file.output),
    );
    expect((await run(input)).files[0].patient).not.toBe(files[0].patient);
    if (process.platform !== 'win32') expect((await stat(secret)).mode & 0o077).toBe(0);
  });

  it('holds what a steward has to see and writes it only when accepted', async () => {
    const input = await scans({ 'a.dcm': slice(1, { '00180015': ['CS', 'HEAD'] }), 'b.dcm': slice(2) });
    const held = await run(input);
    expect([held.exit, held.totals, held.files[0].code, held.files[0].output]).toEqual([
      EXIT.ok,
      { done: 1, held: 1, refused: 0 },
      'deid-recognisable',
      null,
    ]);
    expect(held.said).toContain('a.dcm');
    expect((await run(input, { accept: ['deid-recognisable'] })).totals).toEqual({ done: 2, held: 0, refused: 0 });
  });

  it('refuses what it does not understand, and the same instance twice', async () => {
    const input = await scans({ 'a.txt': 'no DICOM', 'b.dcm': slice(1), 'c.dcm': slice(1) });
    const { exit, totals, files } = await run(input);
    expect([exit, totals]).toEqual([EXIT.invalidInput, { done: 1, held: 0, refused: 2 }]);
    expect(files.map(({ file, code }) => [file, code])).toEqual([
      [1, 'dicom-header'],
      [2, null],
      [3, 'deid-instance-twice'],
    ]);
  });

  it('says what is wrong with its arguments before it does anything', async () => {
    const input = await scans({ 'a.dcm': slice(1) });
    const short = join(folder, 'short');
    await writeFile(short, 'abc');
    const policy = join(folder, 'policy.json');
    await writeFile(policy, JSON.stringify({ uids: 'forget', colour: 'red' }));
    expect((await run(input, { 'secret-file': short })).code).toBe('secret-invalid');
    expect((await run(input, { policy })).code).toBe('policy-invalid');
    expect((await run(input, { accept: ['deid-everything'] })).code).toBe('usage');
    expect((await run(input, {}, join(input, 'out'))).code).toBe('usage');
    expect((await run(input, {}, await scans({ 'old.dcm': 'x' }))).code).toBe('output-not-empty');
    expect((await run(join(folder, 'nowhere'))).code).toBe('no-such-file');
  });
});
