import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunManifestView, SubmissionView } from '#contracts';
import type { PhaseRules } from '#domain';
import { importBenchmark, type ImportedCase } from '#evaluation';
import { readNifti, storedGeometry, writeNifti, type Geometry } from '#imaging';
import { volumeDiagonalMm } from '#metrics';
import { createLog, hashPassword, openPlatform, readConfig } from '#platform';
import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import { Client, until } from '../support/http.js';
import { newDataDir, removeDataDir, startPlatform, voxelmark, type RunningPlatform } from '../support/platform.js';
import { THRESHOLD_MANIFEST } from '../support/threshold-manifest.js';

const PASSWORD = 'a password for this test only';
const SLUG = 'small';
/** An oblique grid with spacings that float32 cannot hold: what is stored has to give the same bits none the less. */
const GEOMETRY: Geometry = {
  sizeXyz: [12, 10, 6],
  spacingMm: [1 / 3, 1 / 3, 2.3],
  originLps: [-10.1, 4.2, 100.3],
  direction: [Math.cos(0.3), -Math.sin(0.3), 0, Math.sin(0.3), Math.cos(0.3), 0, 0, 0, 1],
};
const VOXELS = 12 * 10 * 6;
const RULES: PhaseRules = {
  regions: [{ name: 'liver', labels: [1] }],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
    { id: 'sensitivity', penalty: { kind: 'fixed', value: 0 } },
  ],
  ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
  limits: { loadSeconds: 60, caseSeconds: 60, memoryMib: 1024, threads: 1 },
};
/** Finds what is 1 in an image. What is 1e38 or more overflows, which fails the case. */
function thresholdModel(): Uint8Array {
  const weights = [
    onnx.tensor('w', [2, 1, 1, 1, 1], Float32Array.of(0, 4)),
    onnx.tensor('b', [2], Float32Array.of(2, 0)),
  ];
  return onnx.body(
    [onnx.node('Conv', ['image', 'w', 'b'], ['logits'], [onnx.attribute.ints('kernel_shape', [1, 1, 1])])],
    weights,
  );
}

/** The image is bright in the first 120 voxels; of the reference the first `missing` voxels lack: 120 is an empty one. */
function smallCase(name: string, missing: number, bright = 1): ImportedCase {
  const image = Float32Array.from({ length: VOXELS }, (_, v) => (v < 120 ? bright : 0));
  const labels = Uint8Array.from({ length: VOXELS }, (_, v) => (v >= missing && v < 120 ? 1 : 0));
  return {
    name,
    patient: name,
    facts: { site: 'A' },
    files: async () => ({
      image: await placedByQuaternion(image),
      references: [{ reader: 'consensus', consensus: true, labels: await placedByQuaternion(labels) }],
    }),
  };
}

/** A file whose geometry comes out of float64 arithmetic, so that no header of ours can hold it to the last digit. */
async function placedByQuaternion(data: Float32Array | Uint8Array): Promise<Uint8Array> {
  const file = await writeNifti({ geometry: GEOMETRY, data });
  new DataView(file.buffer).setInt16(254, 0, true); // no sform
  const { geometry } = await readNifti(file);
  if (volumeDiagonalMm(geometry) === volumeDiagonalMm(storedGeometry(geometry)))
    throw new Error('the geometry of the file survives being stored; choose another');
  return file;
}

interface Verdict {
  equal: boolean;
  checked: number;
  differences: {
    case: string | null;
    region: string | null;
    metric: string | null;
    field?: string;
    stored: unknown;
    recomputed: unknown;
    rounding?: boolean;
  }[];
  skipped: number;
  notChecked: string[];
  error?: { code: string; message: string };
}

describe('what people take away from a run', () => {
  let platform: RunningPlatform;
  let folder: string;
  let practice: string;
  let heldOut: string;
  const people: Record<'organiser' | 'researcher' | 'nobody', Record<string, string>> = {
    organiser: {},
    researcher: {},
    nobody: {},
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voxelmark-verify-'));
    platform = await startPlatform({ dataDir: await newDataDir('verify'), env: { VOXELMARK_WORKERS: '1' } });
    await makeBenchmark(platform.dataDir);
    for (const name of ['organiser', 'researcher', 'nobody'] as const) {
      people[name] = { XDG_CONFIG_HOME: join(folder, name), VOXELMARK_URL: platform.url };
      if (name === 'nobody') continue;
      const login = await voxelmark(['auth', 'login', '--email', `${name}@example.org`], {
        env: people[name],
        input: `${PASSWORD}\n`,
      });
      if (login.code !== 0) throw new Error(login.stderr);
    }
    const researcher = await new Client(platform.url).signIn('researcher@example.org', PASSWORD);
    // two on the board, so that the second one's state has a state before it
    for (const algorithm of ['first', 'second']) {
      const { status, json } = await researcher.submit(
        { benchmark: SLUG, manifest: THRESHOLD_MANIFEST, algorithm },
        thresholdModel(),
      );
      if (status !== 201 && status !== 202) throw new Error(JSON.stringify(json));
      const { runs } = await until(
        'both runs to complete',
        async () => {
          const submission = await researcher.get<SubmissionView>(`/submissions/${String(json.id)}`);
          return submission.runs.every(({ state }) => state === 'completed') && submission;
        },
        120_000,
      );
      [practice, heldOut] = (['practice', 'test'] as const).map((phase) => runs.find((run) => run.phase === phase)!.id);
    }
  }, 300_000);

  afterAll(async () => {
    expect(await platform.stop()).toBe(0);
    await removeDataDir(platform.dataDir);
    await rm(folder, { recursive: true });
  }, 60_000);

  /** An organiser, a researcher, two practice cases, and four held-out ones: one has an empty reference, one makes the model fail. */
  async function makeBenchmark(dataDir: string): Promise<void> {
    const parts = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: dataDir }), 'test', createLog('error', 'test'));
    try {
      const passwordHash = await hashPassword(PASSWORD);
      const account = (name: string, role: 'organiser' | 'researcher') =>
        parts.accounts.createAccount({ email: `${name}@example.org`, name, role, passwordHash });
      const { id: userId } = await account('organiser', 'organiser');
      await account('researcher', 'researcher');
      await importBenchmark(parts, {
        slug: SLUG,
        title: 'Small',
        question: 'Where is the liver?',
        summary: '',
        rules: '',
        synthetic: true,
        labels: [{ value: 1, name: 'liver' }],
        windowPresets: [],
        dataset: { slug: 'small-data', name: 'Small', licence: 'CC0-1.0', description: '' },
        members: [{ userId, capacity: 'organiser' }],
        phases: [
          {
            kind: 'practice',
            title: 'Practice',
            label: 'PUBLIC',
            rules: RULES,
            cases: [0, 20].map((missing) => smallCase(`practice-${missing}`, missing)),
          },
          {
            kind: 'test',
            title: 'Test',
            label: 'SEALED',
            rules: RULES,
            cases: [
              ...[10, 40, 120].map((missing) => smallCase(`test-${missing}`, missing)),
              smallCase('test-overflow', 0, 3e38),
            ],
          },
        ],
      });
    } finally {
      await parts.close();
    }
  }

  const json = async <T>(who: keyof typeof people, ...args: string[]): Promise<{ code: number | null; answer: T }> => {
    const { code, stdout } = await voxelmark([...args, '--json'], { env: people[who] });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    return { code, answer: JSON.parse(stdout) as T };
  };
  const verify = (who: keyof typeof people, ...args: string[]) => json<Verdict>(who, 'run', 'verify', ...args);
  const manifestOf = async (who: keyof typeof people, run: string) => {
    const path = join(folder, `${who}-${run}.json`);
    expect(await voxelmark(['run', 'manifest', run, '-o', path], { env: people[who] })).toMatchObject({ code: 0 });
    return { path, manifest: JSON.parse(await readFile(path, 'utf8')) as RunManifestView };
  };

  it('recomputes every figure of a public run for anybody, and of a held-out run for its organiser', async () => {
    for (const [who, run, cases] of [
      ['nobody', practice, 2],
      ['organiser', heldOut, 4],
    ] as const) {
      const { code, answer } = await verify(who, run);
      expect(answer).toMatchObject({ equal: true, differences: [], skipped: 0 });
      expect(answer.notChecked).toEqual(['the rank: it depends on the other runs of the board']);
      // status and three metrics a case at the least, and the means
      expect(answer.checked).toBeGreaterThan(cases * 4 + 6);
      expect(code).toBe(0);
      const words = await voxelmark(['run', 'verify', run], { env: people[who] });
      expect([words.code, words.stderr]).toEqual([0, '']);
      expect(words.stdout).toContain(
        `equal: all ${answer.checked} figures and digests, recomputed from ${cases} cases`,
      );
    }
    const { manifest } = await manifestOf('organiser', heldOut);
    expect(manifest.cases?.find(({ name }) => name === 'test-120')?.scores[0]).toMatchObject({
      status: 'empty_reference',
      values: { dice: 0, hd95: 'Infinity', sensitivity: null },
      reasons: { sensitivity: 'reference-empty' },
    });
    expect(manifest.cases?.find(({ name }) => name === 'test-overflow')).toMatchObject({
      state: 'failed',
      failureCode: 'output-not-finite',
      prediction: null,
      scores: [{ status: 'failed', values: { dice: null, hd95: null }, reasons: { dice: 'no-prediction' } }],
    });
  }, 120_000);

  it('catches each manipulation of a manifest, and names it', async () => {
    const { manifest } = await manifestOf('organiser', heldOut);
    type Draft = { -readonly [K in keyof RunManifestView]: RunManifestView[K] };
    const manipulations: [string, (draft: Draft) => void, Partial<Verdict['differences'][number]>][] = [
      [
        'a figure of a case',
        (draft) => (draft.cases![1].scores[0].values.dice = 0.9),
        { case: 'test-40', region: 'liver', metric: 'dice', stored: 0.9 },
      ],
      [
        'an unbounded distance',
        (draft) => (draft.cases![2].scores[0].values.hd95 = 3),
        { case: 'test-120', metric: 'hd95', stored: 3, recomputed: 'Infinity' },
      ],
      [
        'a status',
        (draft) => (draft.cases![2].scores[0].status = 'ok'),
        { case: 'test-120', metric: 'status', recomputed: 'empty_reference' },
      ],
      [
        'a mean',
        (draft) => (draft.results.aggregates[0].mean += 0.01),
        { case: null, region: 'liver', metric: 'dice' },
      ],
      [
        'a mean over regions',
        (draft) => (draft.results.metrics.dice += 0.01),
        { case: null, region: null, metric: 'dice' },
      ],
      ['a last digit', (draft) => (draft.results.metrics.dice *= 1 + 2 ** -52), { metric: 'dice', rounding: true }],
      [
        'the rules',
        (draft) => ((draft.benchmark.rules as { limits: { threads: number } }).limits.threads = 2),
        { field: 'benchmark.rulesSha256' },
      ],
      [
        'the signature',
        (draft) => (draft.run.signature = draft.run.signature.replace('dice,', '')),
        { field: 'run.signature' },
      ],
      [
        "the algorithm's manifest",
        (draft) => ((draft.algorithm.manifest as { name: string }).name = 'other'),
        { field: 'algorithm.manifestSha256' },
      ],
      ['the model', (draft) => (draft.algorithm.modelSha256 = '0'.repeat(64)), { field: 'state.hash' }],
      [
        'a digest of a mask',
        (draft) => (draft.cases![0].reference!.sha256 = '0'.repeat(64)),
        { case: 'test-10', field: 'reference.sha256' },
      ],
      [
        'another mask in its place',
        (draft) => (draft.cases![0].prediction = draft.cases![0].reference),
        { case: 'test-10', metric: 'dice', recomputed: 1 },
      ],
      [
        'a case that failed after all',
        (draft) => (draft.cases![0].state = 'failed'),
        { case: 'test-10', field: 'prediction' },
      ],
      ['a case less', (draft) => draft.cases!.pop(), { field: 'results.cases.failed', stored: 1, recomputed: 0 }],
    ];
    for (const [what, change, expected] of manipulations) {
      const draft = structuredClone(manifest) as Draft;
      change(draft);
      const path = join(folder, 'manipulated.json');
      await writeFile(path, JSON.stringify(draft));
      const { code, answer } = await verify('organiser', path);
      expect([what, code, answer.equal]).toEqual([what, 9, false]);
      expect({ what, differences: answer.differences }).toEqual({
        what,
        differences: expect.arrayContaining([expect.objectContaining(expected)]) as unknown,
      });
    }
  }, 180_000);

  it('says plainly what it cannot recompute: hidden figures, hidden masks', async () => {
    const hidden = await verify('researcher', heldOut);
    expect(hidden).toMatchObject({
      code: 4,
      answer: { equal: false, differences: [], error: { code: 'not-recomputed' } },
    });
    const { manifest, path } = await manifestOf('researcher', heldOut);
    expect(manifest.cases).toBeNull();
    // what is released is bound to the address of the board's state all the same
    manifest.results.aggregates[0].mean += 1e-9;
    await writeFile(path, JSON.stringify(manifest));
    const manipulated = await verify('nobody', path);
    expect(manipulated.code).toBe(9);
    expect(manipulated.answer.differences.map(({ field, metric }) => field ?? metric)).toEqual(['state.hash', 'dice']);
    // somebody hands the organiser's manifest on: the masks stay where they are
    const given = await manifestOf('organiser', heldOut);
    const withheld = await verify('researcher', given.path);
    expect(withheld).toMatchObject({
      code: 4,
      answer: { equal: false, skipped: 4, differences: [], error: { code: 'not-recomputed' } },
    });
  }, 120_000);

  it('verifies a file against a folder of masks, with no server at all', async () => {
    const { manifest, path } = await manifestOf('organiser', practice);
    const archive = join(folder, 'masks');
    await mkdir(archive);
    const organiser = await new Client(platform.url).signIn('organiser@example.org', PASSWORD);
    const masks = manifest.cases!.flatMap(({ reference, prediction }) => [reference!, prediction!]);
    for (const { objectId, sha256 } of masks) {
      await writeFile(join(archive, `${sha256}.nii.gz`), (await organiser.send('GET', `/objects/${objectId}`)).body);
    }
    const env = { VOXELMARK_URL: 'http://127.0.0.1:9', XDG_CONFIG_HOME: join(folder, 'absent') };
    const offline = async () => {
      const { code, stdout } = await voxelmark(['run', 'verify', path, '--masks', archive, '--json'], { env });
      return { code, answer: JSON.parse(stdout) as Verdict };
    };
    expect(await offline()).toMatchObject({ code: 0, answer: { equal: true, skipped: 0 } });
    const [, , first, second] = masks; // of a case whose prediction is not its reference
    await copyFile(join(archive, `${second.sha256}.nii.gz`), join(archive, `${first.sha256}.nii.gz`));
    const damaged = await offline();
    expect(damaged.code).toBe(9);
    expect(damaged.answer.differences).toEqual([
      expect.objectContaining({ case: 'practice-20', field: 'reference.sha256', stored: first.sha256 }),
    ]);
    await rm(join(archive, `${first.sha256}.nii.gz`));
    expect(await offline()).toMatchObject({ code: 4, answer: { skipped: 1 } });
  }, 60_000);

  it('exports a board in every format, to stdout or a file, as one object with --json', async () => {
    const begins: Record<string, RegExp> = {
      csv: /^algorithm,version,run,[a-z0-9_,]+\r?\n/,
      slices: /^algorithm,version,run,[a-z0-9_,]+\r?\n/,
      json: /^\{/,
      latex: /\\begin\{/,
      methods: /\w+/,
      bibtex: /^@/,
      cff: /^cff-version:/m,
    };
    for (const [format, pattern] of Object.entries(begins)) {
      const { code, stdout, stderr } = await voxelmark(['leaderboard', 'export', SLUG, '--format', format], {
        env: people.nobody,
      });
      expect([format, code, stderr]).toEqual([format, 0, '']);
      expect(stdout).toMatch(pattern);
      const whole = await json<Record<string, unknown>>('nobody', 'leaderboard', 'export', SLUG, '--format', format);
      if (format === 'json') expect(whole.answer).toEqual(JSON.parse(stdout));
      else expect(whole.answer).toEqual({ format, text: stdout });
    }
    const path = join(folder, 'board.csv');
    const written = await json<{ bytes: number }>(
      'nobody',
      'leaderboard',
      'export',
      SLUG,
      '--phase',
      'practice',
      '--format',
      'cases',
      '-o',
      path,
    );
    expect(written).toMatchObject({ code: 0, answer: { output: path, format: 'cases' } });
    expect((await readFile(path)).length).toBe(written.answer.bytes);
    const { manifest } = await manifestOf('nobody', heldOut);
    const asOf = await json<{ state: { hash: string } }>(
      'nobody',
      'leaderboard',
      'export',
      SLUG,
      '--as-of',
      manifest.state.hash,
    );
    expect(asOf).toMatchObject({ code: 0, answer: { state: { hash: manifest.state.hash } } });
  }, 120_000);

  it('ends with the exit code of the fault', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{"runManifestVersion":2}');
    const unknown = '01a20244-b894-7a3c-ba13-adcd16889cd7';
    const expectations: [keyof typeof people, string[], number, string][] = [
      ['nobody', ['leaderboard', 'export', SLUG, '--format', 'pdf'], 2, 'usage'],
      ['nobody', ['leaderboard', 'export', SLUG, '--as-of', 'abc'], 2, 'usage'],
      ['nobody', ['leaderboard', 'export', SLUG, '--phase', 'final'], 2, 'usage'],
      ['nobody', ['leaderboard', 'export', 'no-such-benchmark'], 5, 'not-found'],
      ['nobody', ['leaderboard', 'export', SLUG, '--format', 'cases'], 5, 'not-found'],
      ['nobody', ['leaderboard', 'export', SLUG, '-o', join(folder, 'absent/board.csv')], 5, 'not-writable'],
      ['nobody', ['run', 'manifest', 'no-id'], 2, 'usage'],
      ['nobody', ['run', 'manifest', unknown], 5, 'not-found'],
      ['nobody', ['run', 'verify', unknown], 5, 'not-found'],
      ['nobody', ['run', 'verify', join(folder, 'absent.json')], 5, 'no-such-file'],
      ['nobody', ['run', 'verify', broken], 6, 'run-manifest-invalid'],
      ['nobody', ['run', 'verify', unknown, '--url', 'http://127.0.0.1:9'], 10, 'network'],
    ];
    for (const [who, args, code, error] of expectations) {
      expect([args, await json(who, ...args)]).toMatchObject([args, { code, answer: { error: { code: error } } }]);
    }
  }, 120_000);
});
