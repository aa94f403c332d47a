import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNifti, type Geometry } from '#imaging';
import { bin, cleanEnv, root, voxelmark } from '../support/platform.js';

const GOLDEN = join(root, 'test/golden/pairs');
const GOLDEN_PAIRS = readdirSync(GOLDEN)
  .filter((name) => /^p\d\d_.*\.json$/.test(name))
  .sort();

type Value = number | string | null | Block;
interface Block {
  readonly [key: string]: Value;
}
interface Summary {
  mean: number | null;
  median: number | null;
  n: number;
  failed: number;
  empty: number;
  penalised: number;
  leftOut: number;
}
interface Case {
  status: string;
  labels: Record<string, Block>;
  error?: { code: string; message: string };
}
interface Answer {
  labels: Record<string, Block>;
  regions: Record<string, Block>;
  signature: string;
  cases: Record<string, Case>;
  aggregate: Record<string, Record<string, Summary> & { boundary_voxel_variant: Record<string, Summary> }>;
  counts: Record<string, number>;
  extraPredictions: string[];
  error?: { code: string; message: string };
}

/** Counts and their ratios to 1e-12, volumes to 1e-9, distances and NSD to 1e-6 with a floor of 1e-9 mm: the README's. */
function toleranceOf(key: string, wanted: number): number {
  if (/^(nsd@|hd|assd|masd|distance_penalty)/.test(key)) return Math.max(1e-6 * Math.abs(wanted), 1e-9);
  if (/_mm3$|relative_volume|volumetric/.test(key)) return Math.max(1e-9 * Math.abs(wanted), 1e-12);
  return 1e-12;
}

/** Every key of what is wanted, however deep; words and nulls to the letter. */
function faults(found: Value | undefined, wanted: Value, path: readonly string[]): string[] {
  if (wanted !== null && typeof wanted === 'object') {
    return Object.entries(wanted).flatMap(([key, value]) =>
      faults((found as Block | undefined)?.[key], value, [...path, key]),
    );
  }
  const key = path[path.length - 1];
  const close =
    typeof wanted === 'number'
      ? typeof found === 'number' && Math.abs(found - wanted) <= toleranceOf(key, wanted)
      : found === wanted;
  return close ? [] : [`${path.join('.')} is ${JSON.stringify(found)}; expected ${JSON.stringify(wanted)}`];
}

const GEOMETRY: Geometry = {
  sizeXyz: [6, 5, 4],
  spacingMm: [1, 2, 3],
  originLps: [-10, 4, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const VOXELS = 6 * 5 * 4;

/** Label 1 in `count` voxels from `first` on. */
const run = (first: number, count: number) =>
  Uint8Array.from({ length: VOXELS }, (_, v) => (v >= first && v < first + count ? 1 : 0));
const nifti = (data: Uint8Array | Float32Array | Uint16Array, geometry = GEOMETRY) => writeNifti({ geometry, data });

/** A NIfTI file with other bytes in its header: little endian, 352 bytes before the voxels. */
async function patched(
  change: (header: DataView) => void,
  data: Uint8Array | Float32Array = run(40, 20),
): Promise<Uint8Array> {
  const bytes = await nifti(data);
  change(new DataView(bytes.buffer, bytes.byteOffset));
  return bytes;
}

/** Of a folder: how its cases are brought together. */
const AGGREGATION = 'mean-cases.penalty-diagonal.failed-worst';

describe('voxelmark score', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voxelmark-score-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const put = async (path: string, content: Uint8Array | string) => {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  const score = async (...args: string[]) => {
    // a server that does not exist and a home that cannot be read: none of them is asked
    const env = { VOXELMARK_URL: 'http://127.0.0.1:9', XDG_CONFIG_HOME: join(folder, 'absent') };
    const { code, stdout, stderr } = await voxelmark(['score', ...args, '--json'], { env });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    return { code, stderr, answer: JSON.parse(stdout) as Answer };
  };

  describe('of thirty golden pairs', () => {
    interface Golden {
      readonly name: string;
      readonly reference: string;
      readonly prediction: string;
      readonly labels: Record<string, { expected: Block }>;
    }
    let pairs: readonly Golden[];
    /** By name. Those with the same labels are scored as one folder: a start of the program for each would take longer than its pair. */
    const answers = new Map<string, { readonly labels: Record<string, Block>; readonly signature: string }>();

    beforeAll(async () => {
      pairs = await Promise.all(
        GOLDEN_PAIRS.map(async (name) => {
          const { files, labels } = JSON.parse(await readFile(join(GOLDEN, name), 'utf8')) as {
            files: { reference: string; prediction: string };
            labels: Golden['labels'];
          };
          return { name, labels, reference: join(GOLDEN, files.reference), prediction: join(GOLDEN, files.prediction) };
        }),
      );
      for (const wanted of new Set(pairs.map(({ labels }) => Object.keys(labels).join(',')))) {
        const sides = {
          reference: join(folder, `golden-${wanted}`, 'a'),
          prediction: join(folder, `golden-${wanted}`, 'b'),
        };
        const alike = pairs.filter(({ labels }) => Object.keys(labels).join(',') === wanted);
        for (const side of ['reference', 'prediction'] as const) {
          await mkdir(sides[side], { recursive: true });
          for (const pair of alike)
            await copyFile(pair[side], join(sides[side], pair.name.replace('.json', '.nii.gz')));
        }
        const { code, answer } = await score(
          '--reference',
          sides.reference,
          '--prediction',
          sides.prediction,
          '--labels',
          wanted,
        );
        expect([wanted, code, Object.keys(answer.cases).length]).toEqual([wanted, 0, alike.length]);
        for (const { name } of alike) {
          const { labels } = answer.cases[name.replace('.json', '')];
          answers.set(name, { labels, signature: answer.signature });
        }
      }
    }, 240_000);

    it.each(GOLDEN_PAIRS)('meets every expected value of %s', (name) => {
      const { labels } = pairs.find((pair) => pair.name === name)!;
      const answer = answers.get(name)!;
      expect(Object.keys(answer.labels)).toEqual(Object.keys(labels));
      expect(
        Object.entries(labels).flatMap(([label, { expected }]) => faults(answer.labels[label], expected, [label])),
      ).toEqual([]);
      expect(answer.signature).toMatch(/^metrics\.\d+\|/);
    });

    it.each(GOLDEN_PAIRS.filter((_, n) => n % 6 === 0))(
      'says the same of %s by itself',
      async (name) => {
        const { reference, prediction, labels } = pairs.find((pair) => pair.name === name)!;
        const wanted = Object.keys(labels).join(',');
        const { code, answer } = await score('--reference', reference, '--prediction', prediction, '--labels', wanted);
        expect([code, answer.labels]).toEqual([0, answers.get(name)!.labels]);
        expect(answers.get(name)!.signature).toBe(`${answer.signature}|${AGGREGATION}`); // what a folder adds
      },
      60_000,
    );

    it('are thirty', () => {
      expect(GOLDEN_PAIRS).toHaveLength(30);
      expect(answers.size).toBe(30);
    });
  });

  describe('of one pair', () => {
    let reference: string;
    let prediction: string;
    beforeAll(async () => {
      reference = await put('pair/reference.nii', await nifti(run(40, 20)));
      prediction = await put('pair/prediction.nii', await nifti(run(50, 20)));
    });

    it('takes the union of labels, and says both_empty of a label that is in neither', async () => {
      const { code, answer } = await score('--reference', reference, '--prediction', prediction);
      expect(code).toBe(0);
      expect(Object.keys(answer.labels)).toEqual(['1']);
      expect(answer.labels['1']).toMatchObject({ status: 'ok', dice: 0.5, iou: 1 / 3, reasons: {} });
      const asked = await score('--reference', reference, '--prediction', prediction, '--labels', '7');
      expect(asked.answer.labels['7']).toMatchObject({ status: 'both_empty', dice: 1, hd95: 0, sensitivity: null });
      expect(asked.answer.labels['7'].reasons).toMatchObject({ sensitivity: 'reference-empty' });
    }, 60_000);

    it('takes regions, tolerances, depths and an ignored label, as options or as a recipe', async () => {
      const two = Uint8Array.from({ length: VOXELS }, (_, v) => (v < 20 ? 1 : v < 40 ? 2 : v < 60 ? 9 : 0));
      const found = Uint8Array.from({ length: VOXELS }, (_, v) => (v < 20 ? 2 : v < 60 ? 1 : 0));
      const paths = [
        '--reference',
        await put('pair/two.nii', await nifti(two)),
        '--prediction',
        await put('pair/found.nii', await nifti(found)),
      ];
      const options = [
        '--regions',
        'both=1+2',
        '--regions',
        'one=1',
        '--ignore-label',
        '9',
        '--tolerance-mm',
        '0.5,4.0',
        '--boundary-mm',
        '3',
      ];
      const { code, answer } = await score(...paths, ...options);
      expect(code).toBe(0);
      // where the reference says 9 nothing counts: the union of 1 and 2 is right to the voxel, 1 alone is nowhere right
      expect(answer.regions.both).toMatchObject({
        status: 'ok',
        dice: 1,
        'nsd@0.5': 1,
        'nsd@4': 1,
        'boundary_iou@3mm': 1,
      });
      expect(answer.regions.one).toMatchObject({ dice: 0 });
      expect(Object.keys(answer.labels)).toEqual(['1', '2']);
      expect(Object.keys(answer.regions.both).filter((key) => key.startsWith('nsd@'))).toEqual(['nsd@0.5', 'nsd@4']);
      expect(answer.signature).toMatch(/ignore\.9$/);
      const recipe = await put(
        'recipe.json',
        JSON.stringify({ regions: { both: [1, 2], one: [1] }, ignoreLabel: 9, toleranceMm: [0.5, 4], boundaryMm: [3] }),
      );
      expect((await score(...paths, '--recipe', recipe)).answer).toEqual(answer);
      const together = await score(...paths, '--recipe', recipe, '--regions', 'both=1+2,one=1', '--tolerance-mm', '2');
      expect(Object.keys(together.answer.regions.both).filter((key) => key.startsWith('nsd@'))).toEqual(['nsd@2']);
    }, 60_000);

    it('reads qfac -1, whole numbers stored as floats, and a fourth axis of length 1', async () => {
      const flipped = (header: DataView) => {
        header.setFloat32(76, -1, true); // qfac: the third axis runs the other way
        header.setInt16(252, 1, true);
        header.setInt16(254, 0, true); // no sform
      };
      const fourth = (header: DataView) => header.setInt16(40, 4, true); // 4 axes, the last of length 1
      const floats = Float32Array.from(run(50, 20));
      const plain = await score('--reference', reference, '--prediction', prediction);
      for (const [name, truth, found] of [
        ['qfac', await patched(flipped), await patched(flipped, run(50, 20))],
        ['floats', await nifti(Float32Array.from(run(40, 20))), await nifti(floats)],
        ['fourth', await patched(fourth), await patched(fourth, floats)],
      ] as const) {
        const paths = [
          '--reference',
          await put(`good/${name}-a.nii`, truth),
          '--prediction',
          await put(`good/${name}-b.nii`, found),
        ];
        const { code, answer } = await score(...paths);
        expect([name, code, answer.labels]).toEqual([name, 0, plain.answer.labels]);
      }
      // a reference that is flipped in space, and a prediction that is not, lie on different grids: the flag is not ignored
      const apart = await score('--reference', join(folder, 'good/qfac-a.nii'), '--prediction', prediction);
      expect([apart.code, apart.answer.error?.code]).toEqual([6, 'grid-differs']);
    }, 60_000);

    it('refuses what cannot be scored, with a sentence and exit code 6', async () => {
      const fraction = Float32Array.from(run(40, 20), (x, v) => (v === 45 ? 0.5 : x));
      const NaNs =
        (...offsets: number[]) =>
        (header: DataView) =>
          offsets.forEach((at) => header.setFloat32(at, NaN, true));
      const spacing = (mm: number) => (header: DataView) => {
        header.setFloat32(80, mm, true);
        header.setFloat32(280, mm, true);
      };
      const whole = await nifti(run(50, 20));
      const bad: [string, Uint8Array | string, string][] = [
        ['fractions', await nifti(fraction), 'label-values'],
        ['negative', await nifti(Float32Array.from(run(40, 20), (x) => -x)), 'label-values'],
        ['not-a-number', await nifti(Float32Array.from(run(40, 20), (x, v) => (v === 45 ? NaN : x))), 'label-values'],
        [
          'four-axes',
          await patched((header) => {
            header.setInt16(40, 4, true);
            header.setInt16(46, 2, true); // 2 x 2 along the last two axes
            header.setInt16(48, 2, true);
          }),
          'nifti-dimensions',
        ],
        ['nan-affine', await patched(NaNs(280, 284)), 'nifti-affine'],
        ['zero-spacing', await patched(spacing(0)), 'nifti-spacing'],
        ['negative-spacing', await patched(spacing(-1)), 'nifti-spacing'],
        [
          'other-size',
          await nifti(run(50, 20).slice(0, 6 * 5 * 3), { ...GEOMETRY, sizeXyz: [6, 5, 3] }),
          'grid-differs',
        ],
        ['moved', await nifti(run(50, 20), { ...GEOMETRY, originLps: [0, 0, 0] }), 'grid-differs'],
        ['cut-short', whole.subarray(0, whole.length - 1), 'nifti-truncated'],
        ['empty', '', 'nifti-truncated'],
        ['text', 'not an image at all\n'.repeat(40), 'nifti-header'],
      ];
      for (const [name, content, error] of bad) {
        const file = await put(`bad/${name}.nii`, content);
        const { code, answer, stderr } = await score('--reference', reference, '--prediction', file);
        expect([name, code, answer.error?.code]).toEqual([name, 6, error]);
        expect(stderr).toContain(`${name}.nii cannot be scored: `);
      }
      const reversed = await score('--reference', join(folder, 'bad/fractions.nii'), '--prediction', prediction);
      expect([reversed.code, reversed.answer.error?.code]).toEqual([6, 'label-values']);
    }, 120_000);

    it('ends with the exit code of the fault', async () => {
      const pair = ['--reference', reference, '--prediction', prediction];
      const expectations: [string[], number, string][] = [
        [['--reference', reference], 2, 'usage'],
        [['--prediction', prediction], 2, 'usage'],
        [['--reference', reference, '--prediction', folder], 2, 'usage'],
        [[...pair, '--labels', '0'], 2, 'usage'],
        [[...pair, '--labels', '1,x'], 2, 'usage'],
        [[...pair, '--labels', '65536'], 2, 'usage'],
        [[...pair, '--regions', '1+2'], 2, 'usage'],
        [[...pair, '--regions', '7=1+2'], 2, 'usage'],
        [[...pair, '--regions', 'a=1,a=2'], 2, 'usage'],
        [[...pair, '--regions', 'a=1+9', '--ignore-label', '9'], 2, 'usage'],
        [[...pair, '--labels', '1,9', '--ignore-label', '9'], 2, 'usage'],
        [[...pair, '--tolerance-mm', '0'], 2, 'usage'],
        [[...pair, '--tolerance-mm', '1,,2'], 2, 'usage'],
        [[...pair, '--boundary-mm=-2'], 2, 'usage'],
        [[...pair, '--threads', '0'], 2, 'usage'],
        [[...pair, '--resample', 'linear'], 2, 'usage'],
        [[...pair, '--colour'], 2, 'usage'],
        [[...pair, 'word'], 2, 'usage'],
        [['--reference', join(folder, 'absent.nii'), '--prediction', prediction], 5, 'no-such-file'],
        [['--reference', reference, '--prediction', join(folder, 'absent.nii')], 5, 'no-such-file'],
        [[...pair, '--recipe', join(folder, 'absent.json')], 5, 'no-such-file'],
        [[...pair, '--nnunet', join(folder, 'absent/out.json')], 5, 'not-writable'],
        [[...pair, '--recipe', await put('bad-recipe.json', '{"label":[1]}')], 6, 'recipe-invalid'],
        [[...pair, '--recipe', await put('no-recipe.json', '{')], 6, 'recipe-invalid'],
      ];
      for (const [args, code, error] of expectations) {
        const found = await score(...args);
        expect([args, found.code, found.answer.error?.code]).toEqual([args, code, error]);
        expect(found.stderr).toMatch(/^voxelmark: /);
      }
    }, 180_000);

    it('shows people a table', async () => {
      const { code, stdout, stderr } = await voxelmark(['score', '--reference', reference, '--prediction', prediction]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^structure +status +dice +iou +hd95 mm.*\n1 +ok +0\.5 +0\.33333 /);
    }, 30_000);
  });

  describe('of two folders', () => {
    let references: string;
    let predictions: string;
    beforeAll(async () => {
      const gzipped = (data: Uint8Array) => writeNifti({ geometry: GEOMETRY, data }, { gzip: true });
      const fraction = Float32Array.from(run(40, 20), (x) => x / 2);
      await put('ref/a.nii.gz', await gzipped(run(40, 20)));
      await put('ref/b.nii', await nifti(run(40, 20)));
      await put('ref/c.nii.gz', await gzipped(run(40, 20)));
      await put('ref/d.nii.gz', await gzipped(run(0, 0)));
      await put('ref/e.nii.gz', await gzipped(run(40, 20)));
      await put('ref/f.nii.gz', 'no image');
      await put('ref/dataset.json', '{}');
      await put('ref/._a.nii.gz', 'what another system leaves behind');
      await put('pred/a.nii', await nifti(run(50, 20))); // the same name, not gzipped
      await put('pred/b.nii.gz', await gzipped(run(0, 0))); // empty
      // c has no prediction
      await put('pred/d.nii.gz', await gzipped(run(0, 0))); // both empty
      await put('pred/e.nii.gz', await nifti(fraction)); // unreadable
      await put('pred/f.nii.gz', await gzipped(run(40, 20)));
      await put('pred/stranger.nii.gz', await gzipped(run(40, 20)));
      references = join(folder, 'ref');
      predictions = join(folder, 'pred');
    });

    it('goes over the references, scores what can be scored, and counts the rest', async () => {
      const { code, answer, stderr } = await score('--reference', references, '--prediction', predictions);
      expect(code).toBe(6); // e and f cannot be read
      expect(Object.entries(answer.cases).map(([name, { status, error }]) => [name, status, error?.code])).toEqual([
        ['a', 'ok', undefined],
        ['b', 'ok', undefined],
        ['c', 'no-prediction', undefined],
        ['d', 'ok', undefined],
        ['e', 'invalid', 'label-values'],
        ['f', 'invalid', 'nifti-truncated'],
      ]);
      expect(answer.cases.c.labels['1']).toMatchObject({
        status: 'failed',
        dice: null,
        reasons: { dice: 'no-prediction' },
      });
      expect(answer.counts).toEqual({ cases: 6, ok: 3, noPrediction: 1, invalid: 2 });
      expect(answer.extraPredictions).toEqual(['stranger']);
      expect(stderr).toContain('stranger');
      expect(stderr).not.toMatch(/\r|\u001b/);
      // a 0.5, b 0, d 1 (both empty), c and e failed: 0; f has no readable reference and is in no mean
      const diagonal = Math.hypot(6, 10, 12);
      expect(answer.aggregate['1'].dice).toEqual({
        mean: 0.3,
        median: 0,
        n: 5,
        failed: 2,
        empty: 2,
        penalised: 2,
        leftOut: 1,
      });
      const hd95 = answer.aggregate['1'].hd95;
      expect(hd95).toMatchObject({ n: 5, failed: 2, empty: 2, penalised: 3, leftOut: 1, median: diagonal });
      expect(hd95.mean).toBeCloseTo((3 * diagonal + (answer.cases.a.labels['1'].hd95 as number)) / 5, 12);
      expect(answer.aggregate['1'].sensitivity).toMatchObject({ mean: 0.5 / 4, n: 4, failed: 2, leftOut: 2 });
      expect(answer.aggregate['1'].volume_error_ml).toMatchObject({
        mean: (3 * 20 * 6) / 1000 / 5,
        n: 5,
        penalised: 2,
      });
      expect(answer.aggregate['1'].boundary_voxel_variant.hd95_pooled).toMatchObject({ n: 5, penalised: 3 });
      expect(answer.signature).toMatch(/penalty-diagonal/);
    }, 60_000);

    it('gives the same with one thread and with several', async () => {
      const args = ['--reference', references, '--prediction', predictions];
      const [one, three] = [await score(...args, '--threads', '1'), await score(...args, '--threads', '3')];
      expect(three).toEqual(one);
    }, 60_000);

    it('ends with 0 when predictions are only missing, and with 6 when two files have one name', async () => {
      await put('few/a.nii.gz', await readFile(join(predictions, 'a.nii')));
      const readable = join(folder, 'readable');
      for (const name of ['a.nii.gz', 'b.nii', 'c.nii.gz'])
        await put(`readable/${name}`, await readFile(join(references, name)));
      const missing = await score('--reference', readable, '--prediction', join(folder, 'few'));
      expect([missing.code, missing.answer.counts]).toEqual([0, { cases: 3, ok: 1, noPrediction: 2, invalid: 0 }]);
      await put('few/a.nii', await readFile(join(predictions, 'a.nii')));
      const twice = await score('--reference', readable, '--prediction', join(folder, 'few'));
      expect([twice.code, twice.answer.cases.a.error?.code]).toEqual([6, 'case-twice']);
      await mkdir(join(folder, 'nothing'));
      expect((await score('--reference', join(folder, 'nothing'), '--prediction', readable)).answer.error?.code).toBe(
        'no-cases',
      );
      expect(await score('--reference', join(folder, 'absent'), '--prediction', readable)).toMatchObject({ code: 5 });
    }, 60_000);

    it("writes nnU-Net's summary: empty pairs without a value, failed cases left out", async () => {
      const path = join(folder, 'summary.json');
      await score('--reference', references, '--prediction', predictions, '--nnunet', path);
      const summary = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      const a = { Dice: 0.5, FN: 10, FP: 10, IoU: 1 / 3, TN: 90, TP: 10, n_pred: 20, n_ref: 20 };
      const b = { Dice: 0, FN: 20, FP: 0, IoU: 0, TN: 100, TP: 0, n_pred: 0, n_ref: 20 };
      const d = { Dice: null, FN: 0, FP: 0, IoU: null, TN: 120, TP: 0, n_pred: 0, n_ref: 0 };
      const mean = {
        Dice: 0.25,
        FN: 10,
        FP: 10 / 3,
        IoU: 1 / 6,
        TN: 310 / 3,
        TP: 10 / 3,
        n_pred: 20 / 3,
        n_ref: 40 / 3,
      };
      expect(summary).toEqual({
        foreground_mean: mean,
        mean: { 1: mean },
        metric_per_case: [
          {
            metrics: { 1: a },
            prediction_file: join(predictions, 'a.nii'),
            reference_file: join(references, 'a.nii.gz'),
          },
          {
            metrics: { 1: b },
            prediction_file: join(predictions, 'b.nii.gz'),
            reference_file: join(references, 'b.nii'),
          },
          {
            metrics: { 1: d },
            prediction_file: join(predictions, 'd.nii.gz'),
            reference_file: join(references, 'd.nii.gz'),
          },
        ],
      });
      await score('--reference', references, '--prediction', predictions, '--nnunet', path, '--regions', 'all=1+2');
      expect(Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { mean: object }).mean)).toEqual(['(1, 2)']);
    }, 60_000);

    it('reads folders that nobody may write to', async () => {
      await chmod(references, 0o555);
      try {
        expect((await score('--reference', references, '--prediction', predictions)).code).toBe(6);
      } finally {
        await chmod(references, 0o755);
      }
    }, 30_000);
  });

  it('brings a prediction on another grid over only when told to, and says where it did', async () => {
    const half = {
      ...GEOMETRY,
      sizeXyz: [3, 5, 4] as const,
      spacingMm: [2, 2, 3] as const,
      originLps: [-9.5, 4, 100] as const,
    };
    // each voxel of the coarse grid covers two of the reference
    const coarse = Uint8Array.from({ length: 60 }, (_, v) => (v >= 20 && v < 30 ? 1 : 0));
    await put('grids/reference/a.nii', await nifti(run(40, 20)));
    await put('grids/reference/b.nii', await nifti(run(40, 20)));
    await put('grids/prediction/a.nii', await nifti(coarse, half));
    await put('grids/prediction/b.nii', await nifti(run(45, 20)));
    const folders = ['--reference', join(folder, 'grids/reference'), '--prediction', join(folder, 'grids/prediction')];
    const pair = folders.map((part) => (part.startsWith('--') ? part : join(part, 'a.nii')));
    const refused = await score(...pair);
    expect([refused.code, refused.answer.error?.code]).toEqual([6, 'grid-differs']);

    const summary = join(folder, 'grids/summary.json');
    const one = await score(...pair, '--resample', 'nearest');
    expect(one).toMatchObject({ code: 0, answer: { resampled: true, labels: { 1: { dice: 1, hd95: 0 } } } });
    expect(one.answer.signature).toMatch(/\|grid\.nearest$/);
    expect(one.stderr).toContain('lay on another grid and was resampled (nearest)');
    const both = await score(...folders, '--resample', 'nearest', '--nnunet', summary);
    expect(both).toMatchObject({
      code: 0,
      answer: { counts: { ok: 2 }, cases: { a: { resampled: true }, b: { resampled: false } } },
    });
    expect(both.answer.signature).toContain('|grid.nearest|');
    const { metric_per_case: rows } = JSON.parse(await readFile(summary, 'utf8')) as {
      metric_per_case: { metrics: Record<string, Record<string, number>> }[];
    };
    expect(rows.map(({ metrics }) => metrics['1'].TP)).toEqual([20, 15]);

    const recipe = await put('grids/recipe.json', '{"resample":"nearest"}');
    expect((await score(...pair, '--recipe', recipe)).answer).toEqual(one.answer);
    const apart = await put('grids/apart.nii', await nifti(coarse, { ...half, originLps: [500, 0, 0] }));
    const nowhere = await score(...pair.slice(0, 3), apart, '--resample', 'nearest');
    expect([nowhere.code, nowhere.answer.error?.code]).toEqual([6, 'grid-differs']);
  }, 60_000);

  it('stops at once on Ctrl-C, also in the middle of a large volume', async () => {
    const geometry: Geometry = { ...GEOMETRY, sizeXyz: [256, 256, 128] };
    // many scattered voxels of many labels: minutes of work
    const noise = Uint8Array.from(
      { length: 256 * 256 * 128 },
      (_, v) => (Math.imul(v ^ (v >>> 7), 2654435761) >>> 26) % 40,
    );
    const large = await put('large.nii', await nifti(noise, geometry));
    const kept = await put('summary.json', 'of an earlier run');
    const before = readdirSync(folder).sort();
    const args = [bin, 'score', '--reference', large, '--prediction', large, '--json', '--nnunet', kept];
    // before it begins, it looks whether the summary could be written
    const watcher = watch(folder);
    const begun = new Promise<void>((done) => watcher.once('change', () => done()));
    const child = spawn(process.execPath, args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    await begun;
    watcher.close();
    await new Promise((done) => setTimeout(done, 1000));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect((JSON.parse(stdout) as Answer).error?.code).toBe('interrupted');
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(await readFile(kept, 'utf8')).toBe('of an earlier run');
  }, 120_000);
});
