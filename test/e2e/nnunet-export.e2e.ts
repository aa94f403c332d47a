import { jest } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PreflightCheck } from '#evaluation';
import { writeNifti, type Geometry } from '#imaging';
import { findProgram } from '../requires.js';
import { root, voxelmark } from '../support/platform.js';

/** Each call starts two processes; a test makes up to nine, also on a machine that has other things to do. */
jest.setTimeout(300_000);

const python = findProgram('python3');
const available =
  python !== null &&
  spawnSync(python, ['-c', 'import numpy, torch, onnx, onnxruntime'], { stdio: 'ignore' }).status === 0;
const run = promisify(execFile);

/** One patch of the plans at their spacing, [16, 64, 64] voxels of 5 x 1.2 x 1.2 mm. */
const GEOMETRY: Geometry = {
  sizeXyz: [64, 64, 16],
  spacingMm: [1.2, 1.2, 5],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** HU without zeros, smooth enough for labels to have some extent. */
const scan = (): Int16Array =>
  Int16Array.from({ length: 64 * 64 * 16 }, (_, v) => {
    const [i, j, k] = [v % 64, Math.floor(v / 64) % 64, Math.floor(v / 4096)];
    return 61 + Math.round(60 * Math.sin(i / 5) * Math.cos(j / 7) + 3 * k) || 1;
  });

// no test of the product needs Python: where torch is not at hand, this one is exempt
const absent = available ? '' : ' [data absent: python3 with torch, onnx and onnxruntime]';
(available ? describe : describe.skip)(`the way of an nnU-Net fold to a prediction${absent}`, () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voxelmark-nnunet-'));
    await run(python as string, [join(root, 'test/support/nnunet-folder.py'), folder]);
    const script = join(root, 'datasets/starter-kit/export_nnunet.py');
    const model = at('nnUNetTrainer__nnUNetPlans__3d_fullres');
    const { stdout } = await run(python as string, [script, model, at('exported')], {
      env: { ...process.env, PYTHONPATH: at('package') },
    });
    expect(stdout).toMatch(/fold_0\.onnx: .* 0 of 65536 labels differ\nfold_1\.onnx: .* 0 of 65536 labels differ/);
    expect(stdout).toContain('"mirror": [0, 1, 2]');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('builds the same networks from plans of before nnU-Net 2.4, which spell the architecture out in the configuration', async () => {
    const model = at('nnUNetTrainer__nnUNetPlans__3d_fullres');
    const plans = JSON.parse(await readFile(join(model, 'plans.json'), 'utf8')) as {
      configurations: Record<string, Record<string, unknown>>;
    };
    const { architecture, ...rest } = plans.configurations['3d_fullres'];
    const { arch_kwargs: kwargs } = architecture as { arch_kwargs: Record<string, unknown> };
    plans.configurations['3d_fullres'] = {
      ...rest,
      UNet_class_name: 'PlainConvUNet',
      UNet_base_num_features: 4,
      unet_max_num_features: 320,
      n_conv_per_stage_encoder: kwargs.n_conv_per_stage,
      n_conv_per_stage_decoder: kwargs.n_conv_per_stage_decoder,
      num_pool_per_axis: [1, 2, 2],
      pool_op_kernel_sizes: kwargs.strides,
      conv_kernel_sizes: kwargs.kernel_sizes,
    };
    const early = at('early__3d_fullres');
    await cp(model, early, { recursive: true });
    await writeFile(join(early, 'plans.json'), JSON.stringify(plans));
    const script = join(root, 'datasets/starter-kit/export_nnunet.py');
    const env = { ...process.env, PYTHONPATH: at('package') };
    await run(python as string, [script, early, at('early'), '--folds', '1'], { env });
    expect(await readFile(at('early/fold_1.onnx'))).toEqual(await readFile(at('exported/fold_1.onnx')));
    const args = [at('early'), '-o', at('early/voxelmark.json'), '--configuration', '3d_fullres'];
    expect(await voxelmark(['model', 'import', 'nnunet', ...args])).toMatchObject({ code: 0 });

    // a network of no such class is named, not guessed
    const { '3d_fullres': configuration } = plans.configurations;
    plans.configurations['3d_fullres'] = { ...configuration, UNet_class_name: 'UMambaBot' };
    await writeFile(join(early, 'plans.json'), JSON.stringify(plans));
    const refused = run(python as string, [script, early, at('refused')], { env });
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('UNet_class_name is UMambaBot'),
    });
  });

  it('imports the folds as an ensemble', async () => {
    const args = [
      'model',
      'import',
      'nnunet',
      at('exported'),
      '-o',
      at('exported/voxelmark.json'),
      '--configuration',
      '3d_fullres',
    ];
    expect(await voxelmark(args)).toMatchObject({ code: 0 });
    const written = JSON.parse(await readFile(at('exported/voxelmark.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      models: [{ file: 'fold_0.onnx' }, { file: 'fold_1.onnx' }],
      ensemble: { average: 'logits' },
      inference: { mode: 'sliding', patch: [16, 64, 64], tiling: 'evenStep', blend: 'gaussianNnunet' },
    });
    for (const fold of ['fold_0.onnx', 'fold_1.onnx']) {
      const inspected = await voxelmark([
        'inspect',
        at(`exported/${fold}`),
        '--manifest',
        at('exported/voxelmark.json'),
        '--json',
      ]);
      expect(JSON.parse(inspected.stdout)).toMatchObject({ accepted: true, findings: [] });
    }
  });

  it('predicts what torch predicts: the conformance case agrees label by label', async () => {
    const hu = scan();
    await writeFile(at('scan.raw'), new Uint8Array(hu.buffer));
    await run(python as string, [
      join(root, 'test/support/nnunet-folder.py'),
      folder,
      at('scan.raw'),
      at('expected.raw'),
    ]);
    const expected = new Uint8Array(await readFile(at('expected.raw')));
    expect(new Set(expected).size).toBeGreaterThan(1); // not background alone: that would prove nothing
    await writeFile(at('scan.nii.gz'), await writeNifti({ geometry: GEOMETRY, data: hu }, { gzip: true }));
    await writeFile(at('expected.nii.gz'), await writeNifti({ geometry: GEOMETRY, data: expected }, { gzip: true }));
    const case_ = ['--conformance', at('scan.nii.gz'), at('expected.nii.gz')];
    const { code, stdout } = await voxelmark(['model', 'check', at('exported/fold_0.onnx'), ...case_, '--json']);
    const { checks } = JSON.parse(stdout) as { checks: PreflightCheck[] };
    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'inspect passed',
      'zero-tile passed',
      'conformance passed',
      'practice-case skipped',
      'budget skipped',
    ]);
    expect(checks[2].detail.lowestDice).toBeGreaterThanOrEqual(0.999);
    expect(checks[2].detail.voxelAgreement).toBeGreaterThanOrEqual(0.9999);
    expect(code).toBe(0);
    const folds = ['fold_1', 'fold_0'].flatMap((fold) => ['--model', at(`exported/${fold}.onnx`)]);
    const predicted = await voxelmark([
      'predict',
      ...folds,
      '--image',
      at('scan.nii.gz'),
      '-o',
      at('out.nii.gz'),
      '--json',
    ]);
    const answer = JSON.parse(predicted.stdout) as { labels: Record<string, { voxels: number }> };
    const count = (label: number) => expected.reduce((sum, one) => sum + Number(one === label), 0);
    expect(Math.abs(answer.labels[1].voxels - count(1)) + Math.abs(answer.labels[2].voxels - count(2))).toBeLessThan(7);
  });
});
