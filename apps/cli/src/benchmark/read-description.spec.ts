import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newBenchmark } from '#contracts';
import { benchmarkCreate } from '../commands/benchmark-create.js';
import { parse, type Terminal } from '../command.js';
import { readDescription } from './read-description.js';

const terminal: Terminal = { json: false, interactive: false, out: () => undefined, say: () => undefined, progress: () => undefined };
const read = (...argv: string[]) => readDescription({ ...parse(benchmarkCreate, ['benchmark', 'create', ...argv]), terminal });
const folder = mkdtempSync(join(tmpdir(), 'voxelmark-description-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a dataset and a title suffice', async () => {
  const body = await read('--dataset', 'spleen@2', '--title', 'Spleen on CT!');
  expect(body).toEqual({ slug: 'spleen-on-ct', title: 'Spleen on CT!', dataset: { slug: 'spleen', version: 2 } });
  expect(newBenchmark.safeParse(body).success).toBe(true);
});

it('what the command line says goes before what the file says, limit by limit', async () => {
  const path = join(folder, 'benchmark.json');
  writeFileSync(path, JSON.stringify({ slug: 's2', title: 'T', dataset: { slug: 'd', version: 1 }, limits: { threads: 2 }, question: 'Why?' }));
  expect(await read(path, '--title', 'Other', '--case-seconds', '60')).toEqual({
    slug: 's2',
    title: 'Other',
    dataset: { slug: 'd', version: 1 },
    limits: { threads: 2, caseSeconds: 60 },
    question: 'Why?',
  });
});

it('every option becomes what the API takes', async () => {
  const body = await read(
    ...['--dataset', 'd2@1', '--title', 'Whole', '--label', '1=liver', '--label', '2=liver lesion', '--region', 'liver=1+2', '--metric', 'dice', '--metric', 'hd95=diagonal'],
    ...['--metric', 'volume_error_ml=500', '--rank-by', 'dice', '--rank-by', 'hd95', '--test-share', '0.5', '--seed', '7', '--stratify-by', 'site', '--consensus', 'staple'],
    ...['--isolation', 'L1', '--memory-mib', '1024', '--practice-label', 'PUBLIC'],
  );
  expect(newBenchmark.parse(body)).toMatchObject({
    labels: [{ value: 1, name: 'liver' }, { value: 2, name: 'liver lesion' }],
    regions: [{ name: 'liver', labels: [1, 2] }],
    metrics: [{ id: 'dice' }, { id: 'hd95', penalty: { kind: 'volume-diagonal' } }, { id: 'volume_error_ml', penalty: { kind: 'fixed', value: 500 } }],
    ranking: { kind: 'consensus', metrics: ['dice', 'hd95'] },
    split: { kind: 'random', testShare: 0.5, seed: 7, stratifyBy: 'site' },
    consensus: { kind: 'staple' },
    requiredIsolation: 'L1',
    limits: { memoryMib: 1024 },
    phases: { practice: { label: 'PUBLIC' } },
  });
});

it.each([
  ['no title', ['--dataset', 'd@1']],
  ['no dataset', ['--title', 'T one']],
  ['a dataset without a version', ['--title', 'T one', '--dataset', 'd']],
  ['two ways to split', ['--title', 'T one', '--dataset', 'd@1', '--test-split', 'test', '--seed', '1']],
  ['a region without labels', ['--title', 'T one', '--dataset', 'd@1', '--region', 'liver']],
  ['a penalty that is no number', ['--title', 'T one', '--dataset', 'd@1', '--metric', 'dice=none']],
])('is a usage error: %s', async (_, argv) => {
  await expect(read(...argv)).rejects.toMatchObject({ code: 'usage' });
});

it('a file that is no JSON object is invalid input', async () => {
  const path = join(folder, 'list.json');
  writeFileSync(path, '[]');
  await expect(read(path)).rejects.toMatchObject({ code: 'description-invalid', exit: 6 });
});
