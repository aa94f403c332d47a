import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { modelImport } from '../commands/model-import.js';
import { EXIT, explain } from '../exit.js';

/** Real bundles that a clone does not carry. */
const BUNDLES = resolve(import.meta.dirname, '../../../../../shared/data/bundles/monai');
const present = existsSync(BUNDLES);

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-import-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  readonly exit: number;
  readonly data: Record<string, unknown>;
}

async function run(words: readonly string[], options: Record<string, string>): Promise<Answer> {
  let data: unknown;
  const terminal = {
    json: true,
    interactive: false,
    out: (given: unknown) => void (data = given),
    say: () => undefined,
    progress: () => undefined,
  };
  const exit = await modelImport.run({ words, options, terminal }).catch((error: unknown) => explain(error).exit);
  return { exit, data: (data ?? {}) as Record<string, unknown> };
}

const bundle = (name: string): Promise<Answer> =>
  run(['monai', join(BUNDLES, name)], { output: join(folder, `${name}.json`) });
const steps = ({ data }: Answer): string[] => (data.refused as { step: string }[]).map(({ step }) => step);

describe('voxelmark model import', () => {
  it('writes the manifest of an nnU-Net folder, named by its folder, with its folds', async () => {
    const model = join(folder, 'nnUNetTrainer__nnUNetPlans__3d_fullres');
    for (const fold of ['fold_0', 'fold_1']) {
      await mkdir(join(model, fold), { recursive: true });
      await writeFile(join(model, fold, 'model.onnx'), '');
    }
    const configuration = {
      patch_size: [8, 8, 8],
      spacing: [1, 1, 1],
      normalization_schemes: ['ZScoreNormalization'],
      use_mask_for_norm: [true],
    };
    await writeFile(
      join(model, 'plans.json'),
      JSON.stringify({ dataset_name: 'D', configurations: { '3d_fullres': configuration, '2d': {} } }),
    );
    await writeFile(
      join(model, 'dataset.json'),
      JSON.stringify({ channel_names: { 0: 'T1' }, labels: { background: 0, a: 1 } }),
    );
    const output = join(folder, 'voxelmark.json');
    const { exit, data } = await run(['nnunet', model], { output, 'input-tensor': 'x' });
    expect(exit).toBe(EXIT.ok);
    const written = JSON.parse(await readFile(output, 'utf8')) as Record<string, unknown>;
    expect(written).toEqual(data.manifest);
    expect(written).toMatchObject({
      models: [{ file: 'fold_0.onnx' }, { file: 'fold_1.onnx' }],
      inputs: [{ tensor: 'x' }],
    });
  });

  it('tells what is wrong by its exit code', async () => {
    const output = join(folder, 'none.json');
    expect((await run(['nnunet', join(folder, 'nowhere')], { output })).exit).toBe(EXIT.notFound);
    expect((await run(['keras', folder], { output })).exit).toBe(EXIT.usage);
    await mkdir(join(folder, 'broken'), { recursive: true });
    await writeFile(join(folder, 'broken', 'inference.json'), '{');
    expect((await run(['monai', join(folder, 'broken')], { output })).exit).toBe(EXIT.invalidInput);
    expect((await run(['bioimage', join(folder, 'broken')], { output })).exit).toBe(EXIT.notFound);
    expect(existsSync(output)).toBe(false);
  });
});

(present ? describe : describe.skip)(
  `five real MONAI bundles${present ? '' : ' [data absent: ../shared/data/bundles]'}`,
  () => {
    it.each([
      ['spleen_ct_segmentation', [-57, 164]],
      ['swin_unetr_btcv_segmentation', [-175, 250]],
    ])('%s is imported', async (name, window) => {
      const { exit, data } = await bundle(name);
      expect(exit).toBe(EXIT.ok);
      expect(data.manifest).toMatchObject({
        preprocess: [
          { op: 'orient', axes: 'RAS' },
          { op: 'resample', spacing: [1.5, 1.5, 2], order: 1, grid: 'firstVoxel', boundary: 'edge' },
          { op: 'window', in: window, out: [0, 1], clip: true },
        ],
        inference: { mode: 'sliding', patch: [96, 96, 96], overlap: 0.5, tiling: 'fixedStep', blend: 'constant' },
        postprocess: [{ op: 'softmax' }, { op: 'invert', order: 1 }, { op: 'argmax' }],
      });
    });

    it('prostate_mri_anatomy keeps the largest pieces on its own grid before the way back', async () => {
      const { exit, data } = await bundle('prostate_mri_anatomy');
      expect(exit).toBe(EXIT.ok);
      const { postprocess } = data.manifest as { postprocess: { op: string }[] };
      expect(postprocess).toMatchObject([
        { op: 'argmax' },
        { op: 'keepLargest', labels: [1, 2], connectivity: 26 },
        { op: 'invert', order: 0 },
      ]);
      expect(data.notes).toContainEqual(expect.stringContaining('fractions between labels'));
    });

    it('two are refused by the steps that are Python', async () => {
      const brats = await bundle('brats_mri_segmentation');
      expect([brats.exit, steps(brats)]).toEqual([EXIT.invalidInput, ['Lambdad']]);
      const renal = await bundle('renalStructures_CECT_segmentation');
      expect(renal.exit).toBe(EXIT.invalidInput);
      expect(steps(renal)).toEqual(['scripts.my_transforms.ConcatImages', 'scripts.my_transforms.MergeClassesd']);
      expect(existsSync(join(folder, 'brats_mri_segmentation.json'))).toBe(false);
    });
  },
);
