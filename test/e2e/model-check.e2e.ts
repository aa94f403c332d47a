import { jest } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { importBenchmark, type ImportedBenchmark, type PreflightCheck } from '#evaluation';
import { writeNifti, type Geometry } from '#imaging';
import type { Manifest } from '#pipeline';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import { newDataDir, removeDataDir, startPlatform, voxelmark, type RunningPlatform } from '../support/platform.js';
import { thresholdJson } from '../support/threshold-manifest.js';

/** Each call starts two processes; a test makes up to nine, also on a machine that has other things to do. */
jest.setTimeout(300_000);

/** 24 x 20 x 16 voxels of 2 x 2 x 3 mm. */
const GEOMETRY: Geometry = {
  sizeXyz: [24, 20, 16],
  spacingMm: [2, 2, 3],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const VOXELS = 24 * 20 * 16;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-check-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
async function file(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}
/** A block along k that begins at slice `from`. */
const block = (from: number, value = 1): Uint8Array =>
  Uint8Array.from({ length: VOXELS }, (_, v) => (Math.floor(v / 480) >= from && v % 24 < 12 ? value : 0));
const nifti = (data: Uint8Array, geometry = GEOMETRY) => writeNifti({ geometry, data }, { gzip: true });

const manifest = (change: Partial<Manifest> = {}): string => thresholdJson([16, 16, 16], change);

async function check(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await voxelmark(['model', 'check', ...args, '--json'], {
    env: { XDG_CONFIG_HOME: folder, ...env },
  });
  const answer = JSON.parse(stdout) as { checks?: PreflightCheck[]; error?: { code: string; message: string } };
  const checks = answer.checks ?? [];
  return {
    code,
    stderr,
    error: answer.error,
    statuses: checks.map(({ name, status }) => `${name} ${status}`).join(', '),
    of: (name: string) => checks.find((one) => one.name === name)!.detail,
  };
}

describe('voxelmark model check', () => {
  let model: string;
  beforeAll(async () => {
    model = await file('model.onnx', onnx.thresholdModel());
    await file('voxelmark.json', manifest());
    await file('image.nii.gz', await nifti(block(4)));
    await file('expected.nii.gz', await nifti(block(4)));
  });

  it('says what it knows without a case and a server, exit 0', async () => {
    const { code, statuses, of } = await check([model]);
    expect(code).toBe(0);
    expect(statuses).toBe(
      'inspect passed, zero-tile passed, conformance skipped, practice-case skipped, budget skipped',
    );
    expect(of('zero-tile')).toMatchObject({ shape: [16, 16, 16] });
    expect(of('zero-tile').secondsPerRun).toBeGreaterThan(0);
    expect(of('conformance').reason).toContain('--conformance');
  });

  it("holds the author's own case against the manifest's threshold: exit 9 below it", async () => {
    const same = await check([model, '--conformance', at('image.nii.gz'), at('expected.nii.gz')]);
    expect(same.code).toBe(0);
    expect(same.of('conformance')).toMatchObject({ voxelAgreement: 1, labels: { 1: { dice: 1, voxels: 1 } } });
    // one slice of twelve less: Dice 2 * 11 / 23
    const shorter = await file('shorter.nii.gz', await nifti(block(5)));
    const differs = await check(['--conformance', at('image.nii.gz'), shorter, model]);
    expect(differs.code).toBe(9);
    expect(differs.of('conformance')).toMatchObject({ code: 'conformance-failed', labels: { 1: { dice: 22 / 23 } } });
    const named = { image: 'image.nii.gz', expected: 'shorter.nii.gz', minDice: 0.95 };
    const lenient = await file('lenient.json', manifest({ conformance: named }));
    const found = await check([model, '--manifest', lenient]); // the case that the manifest names, beside it
    expect([found.code, found.of('conformance').lowestDice]).toEqual([0, 22 / 23]);
    const strict = await file('strict.json', manifest({ conformance: { ...named, minDice: 0.96 } }));
    expect((await check([model, '--manifest', strict])).code).toBe(9);
  });

  it('ends with 6 for what is refused and 8 for what does not run', async () => {
    const endless = await check([await file('endless.onnx', onnx.endlessModel())]);
    expect(endless.code).toBe(6);
    expect(endless.statuses).toBe(
      'inspect failed, zero-tile skipped, conformance skipped, practice-case skipped, budget skipped',
    );
    const nan = await check([await file('nan.onnx', onnx.notFiniteModel())]);
    expect([nan.code, nan.of('zero-tile').code]).toEqual([8, 'output-not-finite']);
    const junk = await check([model, '--conformance', await file('junk.nii', 'no image'), at('expected.nii.gz')]);
    expect([junk.code, junk.of('conformance').code]).toEqual([6, 'case-unreadable']);
    const elsewhere = await nifti(block(4), { ...GEOMETRY, originLps: [500, 0, 0] });
    const moved = await check([model, '--conformance', at('image.nii.gz'), await file('moved.nii.gz', elsewhere)]);
    expect([moved.code, moved.of('conformance').code]).toEqual([6, 'grid-differs']);
    const odd = await check([model, '--manifest', await file('odd.json', '{"manifestVersion":1}')]);
    expect([odd.code, odd.of('inspect').code]).toEqual([6, 'manifest-invalid']);
    expect((await check([model, '--conformance', at('image.nii.gz')])).error?.code).toBe('usage');
    expect((await check([at('nowhere.onnx')])).code).toBe(5);
  });

  it('takes the models of an ensemble from beside the first', async () => {
    const models = [{ file: 'model.onnx' }, { file: 'second.onnx' }];
    await file('second.onnx', onnx.thresholdModel());
    const both = await file('both.json', manifest({ models }));
    const { code, of } = await check([model, '--manifest', both]);
    expect([code, (of('inspect').models as unknown[]).length]).toEqual([0, 2]);
    const three = await file('three.json', manifest({ models: [...models, { file: 'third.onnx' }] }));
    const lacking = await check([model, '--manifest', three]);
    expect([lacking.code, lacking.of('inspect').code]).toEqual([6, 'models-differ']);
  });

  it('draws a list for people', async () => {
    const { code, stdout } = await voxelmark(['model', 'check', model]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ inspect +passed\n[\s\S]*✓ zero-tile +passed\n[\s\S]*– conformance +skipped: /);
  });
});

describe('voxelmark model check against a benchmark', () => {
  let platform: RunningPlatform;
  const SLUG = 'blocks';
  const limits = { loadSeconds: 60, caseSeconds: 30, memoryMib: 1024, threads: 1 };
  const rules = {
    regions: [{ name: 'block', labels: [1] }],
    metrics: ['dice', 'hd95'].map((id) => ({ id, penalty: { kind: 'fixed' as const, value: 0 } })),
    ranking: { kind: 'mean-then-rank' as const, metric: 'dice', ties: 'min' as const },
    limits,
  };
  const benchmark = (organiser: string): ImportedBenchmark => ({
    slug: SLUG,
    title: 'Blocks',
    question: 'Where is the block?',
    summary: 'Two cases.',
    rules: 'None.',
    synthetic: true,
    labels: [{ value: 1, name: 'bright' }],
    windowPresets: [],
    dataset: { slug: 'blocks', name: 'Blocks', licence: 'CC0-1.0', description: 'Computed.' },
    phases: [
      {
        kind: 'practice',
        title: 'Practice',
        label: 'PUBLIC',
        rules,
        cases: [4, 5].map((from) => ({
          name: `block-${from}`,
          patient: `block-${from}`,
          facts: {},
          files: async () => ({
            image: await nifti(block(from)),
            references: [{ reader: 'drawn', consensus: true, labels: await nifti(block(from + 1)) }],
          }),
        })),
      },
    ],
    members: [{ userId: organiser, capacity: 'organiser' }],
  });

  beforeAll(async () => {
    await file('alone.onnx', onnx.thresholdModel());
    await file('beside.json', manifest());
    platform = await startPlatform({ dataDir: await newDataDir('check'), args: ['--workers', '1'] });
    const records = await openPlatform(
      readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }),
      'test',
      createLog('error', 'test'),
    );
    try {
      const passwordHash = await hashPassword('blocks-and-blocks');
      const organiser = await records.accounts.createAccount({
        email: 'organiser@example.org',
        name: 'O',
        role: 'organiser',
        passwordHash,
      });
      await importBenchmark(records, benchmark(organiser.id));
    } finally {
      await records.close();
    }
  });
  afterAll(async () => {
    await platform?.stop();
    if (platform) await removeDataDir(platform.dataDir);
  });

  const against = (...args: readonly string[]) =>
    check([at('alone.onnx'), '--manifest', at('beside.json'), '--benchmark', SLUG, ...args], {
      VOXELMARK_URL: platform.url,
    });

  it('runs and scores a practice case by its metrics, and holds the forecast against its limit', async () => {
    const { code, statuses, of } = await against();
    expect(of('practice-case').reason).toBeUndefined();
    expect(statuses).toBe('inspect passed, zero-tile passed, conformance skipped, practice-case passed, budget passed');
    expect(code).toBe(0);
    expect(of('practice-case')).toMatchObject({
      case: 'block-4',
      scores: [{ region: 'block', status: 'ok', values: { dice: 22 / 23, hd95: 3 } }],
    });
    // 24 x 20 x 16 in tiles of 16, half overlapping: 2 x 2 x 1
    expect(of('budget')).toMatchObject({ tiles: 4, runs: 4, limitSeconds: 30, limitMemoryBytes: 2 ** 30, fits: true });
    expect((of('budget').cases as unknown[]).length).toBe(2);
  });

  it('does the same from an unpacked starter kit, without a server', async () => {
    const answer = await fetch(`${platform.url}/api/v1/benchmarks/${SLUG}/starter-kit`);
    for (const [name, bytes] of Object.entries(unzipSync(new Uint8Array(await answer.arrayBuffer())))) {
      await mkdir(dirname(at(`kit/${name}`)), { recursive: true });
      await writeFile(at(`kit/${name}`), bytes);
    }
    const kit = [at('alone.onnx'), '--manifest', at('beside.json'), '--kit', at('kit')];
    const nobody = { VOXELMARK_URL: 'http://127.0.0.1:9' };
    const { code, statuses, of } = await check(kit, nobody);
    expect([code, statuses]).toEqual([
      0,
      'inspect passed, zero-tile passed, conformance skipped, practice-case passed, budget passed',
    ]);
    const online = await against();
    expect(of('practice-case').scores).toEqual(online.of('practice-case').scores);
    expect([of('budget').tiles, of('budget').limitSeconds]).toEqual([4, 30]);
    const torn = JSON.parse(await readFile(at('kit/benchmark.json'), 'utf8')) as { cases: { files: unknown }[] };
    torn.cases[0].files = { images: ['images/../../../etc/hostname'], reference: 'references/block-4.nii.gz' };
    await writeFile(at('kit/benchmark.json'), JSON.stringify(torn));
    const refused = await check(kit, nobody);
    expect([refused.code, refused.error?.code]).toEqual([6, 'kit-invalid']);
  });

  it('refuses what cannot finish: exit 8 with the figures', async () => {
    const tiles = { mode: 'sliding', patch: [4, 4, 1], overlap: 0.9, mirror: [0, 1, 2] } as const;
    await file('beside.json', manifest({ inference: tiles as unknown as Manifest['inference'] }));
    const { code, statuses, of } = await against('--max-seconds', '1');
    await file('beside.json', manifest());
    expect(statuses).toContain('budget failed');
    expect(code).toBe(8);
    expect(of('budget')).toMatchObject({ limitSeconds: 1, fits: false });
  });

  it('refuses labels of another meaning, as the server does: exit 6', async () => {
    await file(
      'beside.json',
      manifest({
        labels: [
          { value: 0, name: 'background' },
          { value: 1, name: 'spleen' },
        ],
      }),
    );
    const { code, statuses, of } = await against();
    await file('beside.json', manifest());
    expect([code, statuses.split(',')[0]]).toEqual([6, 'inspect failed']);
    expect(of('inspect')).toMatchObject({
      code: 'manifest-invalid',
      message: expect.stringContaining('label 1 is "spleen"'),
    });
  });

  it('passes over a server that is away, and knows a benchmark that does not exist', async () => {
    const away = await check([
      at('alone.onnx'),
      '--manifest',
      at('beside.json'),
      '-b',
      SLUG,
      '--url',
      'http://127.0.0.1:9',
    ]);
    expect(away.statuses).toContain('practice-case skipped, budget skipped');
    expect([away.code, away.of('budget').reason]).toEqual([0, expect.stringContaining('does not answer')]);
    const unknown = await check([
      at('alone.onnx'),
      '--manifest',
      at('beside.json'),
      '-b',
      'no-such',
      '--url',
      platform.url,
    ]);
    expect([unknown.code, unknown.error?.code]).toEqual([5, 'not-found']);
  });
});
