import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { affineRas, readLabelMap, readNifti, voxelVolumeMm3, writeNifti, type Geometry } from '#imaging';
import type { Manifest } from '#pipeline';
import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import { bin, cleanEnv, isRunning, root, voxelmark } from '../support/platform.js';
import { thresholdJson } from '../support/threshold-manifest.js';

/** Each call starts two processes; a test makes up to nine, also on a machine that has other things to do. */
jest.setTimeout(300_000);

const SMALL = join(root, 'datasets/phantoms/models/unet-small/model.onnx');
const REAL = resolve(root, '../shared/data/real');
const present = existsSync(REAL);

/** Oblique, mirrored, not cubic: what must come back as it was. */
const GEOMETRY: Geometry = {
  sizeXyz: [20, 16, 12],
  spacingMm: [1.5, 2, 2.5],
  originLps: [-31.25, 14.5, 103.75],
  direction: [0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, -1],
};

interface Answer {
  readonly output: string | null;
  readonly labels: Record<string, { voxels: number; ml: number }>;
  readonly stagesMs: Record<string, number>;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly exit: string;
  readonly error?: { readonly code: string; readonly message: string };
}

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-predict-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
async function file(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}
async function predict(...args: readonly string[]) {
  const { code, stdout, stderr } = await voxelmark(['predict', ...args, '--json']);
  return { code, stderr, answer: JSON.parse(stdout) as Answer };
}

/** Label 1 where the value exceeds 0.5, in tiles; `change` makes other manifests of it. */
const manifest = (change: Partial<Manifest> = {}): string => thresholdJson([8, 8, 8], change);
const values = (at: (v: number) => number) => Float32Array.from({ length: 20 * 16 * 12 }, (_, v) => at(v));
const image = (name: string, at: (v: number) => number) =>
  writeNifti({ geometry: GEOMETRY, data: values(at) }, { gzip: name.endsWith('.gz') }).then((bytes) =>
    file(name, bytes),
  );

describe('voxelmark predict', () => {
  let model: string;
  let json: string;
  let scan: string;
  beforeAll(async () => {
    model = await file('threshold.onnx', onnx.thresholdModel());
    json = await file('threshold.json', manifest());
    scan = await image('scan.nii.gz', (v) => (v % 7 === 0 ? 1 : 0));
  });

  it('writes labels on the grid and affine of the image, with the figures that scripts rely on', async () => {
    const { code, answer } = await predict(
      '--model',
      model,
      '--manifest',
      json,
      '--image',
      scan,
      '-o',
      at('out.nii.gz'),
    );
    expect(code).toBe(0);
    const written = await readLabelMap(new Uint8Array(await readFile(at('out.nii.gz'))));
    expect([...written.data]).toEqual([...values((v) => (v % 7 === 0 ? 1 : 0))]);
    expect(written.data).toBeInstanceOf(Uint8Array);
    const { geometry } = await readNifti(new Uint8Array(await readFile(scan)));
    expect(affineRas(written.geometry)).toEqual(affineRas(geometry));
    const voxels = Math.ceil((20 * 16 * 12) / 7);
    expect(answer).toMatchObject({
      output: at('out.nii.gz'),
      labels: { 1: { voxels, ml: (voxels * voxelVolumeMm3(geometry)) / 1000 } },
      exit: 'ok',
    });
    for (const stage of ['load', 'read', 'prepare', 'network', 'restore', 'write']) {
      expect(answer.stagesMs[stage]).toBeGreaterThanOrEqual(0);
    }
    expect(answer.cpuSeconds).toBeGreaterThan(0);
    expect(answer.peakRssBytes).toBeGreaterThan(20 * 2 ** 20);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('finds the manifest beside the model, and in it: one file is a submission', async () => {
    const { code, answer } = await predict('--model', SMALL, '--image', scan, '-o', at('small.nii.gz'));
    expect([code, Object.keys(answer.labels)]).toEqual([0, ['1', '2', '3', '4']]);
    const alone = at('alone.onnx');
    expect(await voxelmark(['model', 'embed', model, '--manifest', json, '-o', alone])).toMatchObject({ code: 0 });
    expect(await predict('--model', alone, '--image', scan, '-o', at('alone.nii'))).toMatchObject({ code: 0 });
    const [a, b] = await Promise.all(
      ['out.nii.gz', 'alone.nii'].map(async (name) => readLabelMap(new Uint8Array(await readFile(at(name))))),
    );
    expect(b.data).toEqual(a.data);
    const again = await voxelmark(['model', 'embed', alone, '--manifest', json, '-o', at('twice.onnx'), '--json']);
    expect(again.code).toBe(6);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'manifest-embedded-already' } });
    expect(existsSync(at('twice.onnx'))).toBe(false);
    expect(await predict('--model', model, '--image', scan, '-o', at('none.nii.gz'))).toMatchObject({
      code: 6,
      answer: { exit: 'refused', error: { code: 'manifest-invalid' } },
    });
  });

  it('averages an ensemble, whatever the order on the command line', async () => {
    // brighter than 0.5, and brighter than 2: their mean is brighter than 1.25
    const other = await file('bright.onnx', shifted(2));
    const both = await file('both.json', manifest({ models: [{ file: 'threshold.onnx' }, { file: 'bright.onnx' }] }));
    const grey = await image('grey.nii.gz', (v) => (v % 3) * 0.75); // 0, 0.75, 1.5
    for (const models of [
      [model, other],
      [other, model],
    ]) {
      const named = models.flatMap((path) => ['--model', path]);
      const { code, answer } = await predict(...named, '--manifest', both, '--image', grey, '-o', at('both.nii.gz'));
      expect([code, answer.labels[1].voxels]).toEqual([0, 20 * 16 * 4]);
    }
    const stranger = await predict(
      '--model',
      model,
      '--model',
      SMALL,
      '--manifest',
      both,
      '--image',
      grey,
      '-o',
      at('x.nii.gz'),
    );
    expect(stranger).toMatchObject({ code: 6, answer: { error: { code: 'models-differ' } } });
  });

  it('feeds one image for each channel, all on one grid', async () => {
    const two = await file('two.onnx', twoChannels());
    const json = await file(
      'two.json',
      manifest({
        inputs: [{ tensor: 'image', channels: [{ name: 'T1' }, { name: 'T2' }] }] as unknown as Manifest['inputs'],
      }),
    );
    const [a, b] = [await image('a.nii.gz', (v) => (v % 2 ? 0.4 : 0)), await image('b.nii', (v) => (v % 3 ? 0 : 0.4))];
    const { code, answer } = await predict(
      '--model',
      two,
      '--manifest',
      json,
      '--image',
      a,
      '--image',
      b,
      '-o',
      at('two.nii.gz'),
    );
    expect([code, answer.labels[1].voxels]).toEqual([0, 640]); // 0.8 where v is odd and a multiple of 3
    const one = await predict('--model', two, '--manifest', json, '--image', a, '-o', at('x.nii.gz'));
    expect(one).toMatchObject({ code: 6, answer: { exit: 'refused', error: { code: 'images-channels' } } });
    const moved = await writeNifti({ geometry: { ...GEOMETRY, originLps: [0, 0, 0] }, data: values(() => 0) });
    const elsewhere = await predict(
      '--model',
      two,
      '--manifest',
      json,
      '--image',
      a,
      '--image',
      await file('c.nii', moved),
      '-o',
      at('x.nii.gz'),
    );
    expect(elsewhere).toMatchObject({ code: 6, answer: { exit: 'refused', output: null } });
    expect(elsewhere.answer.error?.message).toContain('grid-differs');
  });

  it('writes uint16 for labels above 255', async () => {
    const high = await file(
      'high.json',
      manifest({
        labels: [
          { value: 0, name: 'background' },
          { value: 300, name: 'bright' },
        ],
      }),
    );
    const { code, answer } = await predict(
      '--model',
      model,
      '--manifest',
      high,
      '--image',
      scan,
      '-o',
      at('high.nii.gz'),
    );
    expect([code, answer.labels[300].voxels]).toEqual([0, 549]);
    const { data } = await readLabelMap(new Uint8Array(await readFile(at('high.nii.gz'))));
    expect(data).toBeInstanceOf(Uint16Array);
  });

  it('tells what is refused from what failed, and leaves no file', async () => {
    const to = ['-o', at('never.nii.gz')];
    const endless = await file('endless.onnx', onnx.endlessModel());
    expect(await predict('--model', endless, '--manifest', json, '--image', scan, ...to)).toMatchObject({
      code: 6,
      answer: { exit: 'refused', error: { code: 'model-loop-unbounded' } },
    });
    const junk = await file('junk.nii.gz', 'no image');
    expect(await predict('--model', model, '--manifest', json, '--image', junk, ...to)).toMatchObject({
      code: 6,
      answer: { exit: 'refused', error: { code: 'case-unreadable' } },
    });
    const nan = await file('nan.onnx', onnx.notFiniteModel());
    expect(await predict('--model', nan, '--manifest', json, '--image', scan, ...to)).toMatchObject({
      code: 8,
      answer: { exit: 'crashed', error: { code: 'output-not-finite' } },
    });
    const slow = JSON.parse(await readFile(join(SMALL, '../voxelmark.json'), 'utf8')) as Manifest;
    const tiles = { mode: 'sliding', patch: [64, 64, 64], overlap: 0.9, mirror: [0, 1, 2] };
    const endlessTiles = await file('slow.json', JSON.stringify({ ...slow, inference: tiles }));
    const large = await writeNifti({
      geometry: { ...GEOMETRY, sizeXyz: [128, 128, 128] },
      data: new Uint8Array(128 ** 3),
    });
    expect(
      await predict(
        '--model',
        SMALL,
        '--manifest',
        endlessTiles,
        '--image',
        await file('large.nii', large),
        '--max-seconds',
        '2',
        ...to,
      ),
    ).toMatchObject({ code: 8, answer: { exit: 'timeout', error: { code: 'inference-timeout' } } });
    // the whole volume at a millimetre: more than a GiB of activations
    const preprocess = slow.preprocess.map((step) => (step.op === 'resample' ? { ...step, spacing: [1, 1, 1] } : step));
    const whole = await file(
      'whole.json',
      JSON.stringify({ ...slow, preprocess, inference: { mode: 'full', divisor: [16, 16, 16] } }),
    );
    expect(
      await predict('--model', SMALL, '--manifest', whole, '--image', at('large.nii'), '--memory-mib', '300', ...to),
    ).toMatchObject({ code: 8, answer: { exit: 'out-of-memory', error: { code: 'inference-out-of-memory' } } });
    expect(existsSync(at('never.nii.gz'))).toBe(false);
  });

  it('knows a missing file (5) and a wrong call (2)', async () => {
    expect(await predict('--model', at('no.onnx'), '--image', scan, '-o', at('x.nii.gz'))).toMatchObject({
      code: 5,
      answer: { error: { code: 'no-such-file' } },
    });
    expect(
      await predict('--model', model, '--manifest', json, '--image', at('no.nii'), '-o', at('x.nii.gz')),
    ).toMatchObject({ code: 5 });
    expect(await predict('--model', model, '--manifest', json, '--image', scan, '-o', at('no/x.nii.gz'))).toMatchObject(
      { code: 5 },
    );
    expect(await predict('--model', model, '--image', scan)).toMatchObject({
      code: 2,
      answer: { error: { code: 'usage' } },
    });
    expect(await predict('--model', model, '--image', scan, '-o', at('x.mha'))).toMatchObject({ code: 2 });
  });

  it('does not replace what it reads', async () => {
    const own = await image('own.nii.gz', () => 1);
    const before = await readFile(own);
    const { code, answer } = await predict(
      '--model',
      model,
      '--manifest',
      json,
      '--image',
      own,
      '-o',
      `${folder}/../${folder.split('/').at(-1)}/own.nii.gz`,
    );
    expect([code, answer.error?.message]).toEqual([2, expect.stringContaining('which is read')]);
    expect(await readFile(own)).toEqual(before);
  });

  it('ends its processes on Ctrl-C and leaves nothing', async () => {
    const slow = JSON.parse(await readFile(join(SMALL, '../voxelmark.json'), 'utf8')) as Manifest;
    const tiles = { mode: 'sliding', patch: [64, 64, 64], overlap: 0.9, mirror: [0, 1, 2] };
    const json = await file('long.json', JSON.stringify({ ...slow, inference: tiles }));
    const large = await writeNifti({
      geometry: { ...GEOMETRY, sizeXyz: [128, 128, 128] },
      data: new Uint8Array(128 ** 3),
    });
    const args = [
      'predict',
      '--model',
      SMALL,
      '--manifest',
      json,
      '--image',
      await file('long.nii', large),
      '-o',
      at('long.nii.gz'),
      '--json',
    ];
    const temporary = await mkdtemp(at('tmp-'));
    const command = spawn(process.execPath, [bin, ...args], { cwd: root, env: cleanEnv({ TMPDIR: temporary }) });
    const ended = new Promise<number | null>((done) => command.once('close', done));
    let stdout = '';
    command.stdout.on('data', (chunk) => (stdout += String(chunk)));
    const images = () =>
      readdirSync(temporary, { recursive: true }).filter((name) => /cases.*\.nii/.test(String(name)));
    while (images().length === 0) {
      if (command.exitCode !== null) throw new Error(`predict ended before it was interrupted: ${stdout}`);
      await sleep(20);
    }
    const children = childrenOf(command.pid!);
    expect(children.length).toBeGreaterThan(0);
    command.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'interrupted' } });
    while (children.some(isAlive)) await sleep(20); // they end with the pipe that their parent held
    expect(readdirSync(temporary, { recursive: true }).filter((name) => /session/.test(String(name)))).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('long.nii.gz'))).toEqual([]);
  });

  (present ? it : it.skip)(`segments a real CT${present ? '' : ' [data absent: ../shared/data/real]'}`, async () => {
    const ct = join(REAL, 'msd-spleen2-crop/ct.nii.gz');
    const { code, answer } = await predict('--model', SMALL, '--image', ct, '-o', at('ct.nii.gz'));
    expect(code).toBe(0);
    expect(answer.labels[2].voxels).toBeGreaterThan(1000);
    const sform = (path: string) =>
      readNifti(new Uint8Array(readFileSync(path))).then(({ geometry }) => affineRas(geometry));
    expect(await sform(at('ct.nii.gz'))).toEqual(await sform(ct));
  });

  (present ? it : it.skip)(`reads a DICOM folder${present ? '' : ' [data absent: ../shared/data/real]'}`, async () => {
    const dicom = join(REAL, 'totalseg/example_ct_dicom');
    const { code } = await predict('--model', SMALL, '--image', dicom, '-o', at('dicom.nii.gz'));
    expect(code).toBe(0);
    // the published label map of this series lies on the same grid, with other axes: `score` would refuse another one
    const args = ['--reference', join(REAL, 'totalseg/example_seg_dicom.nii.gz'), '--prediction', at('dicom.nii.gz')];
    expect(await voxelmark(['score', ...args, '--labels', '5', '--json'])).toMatchObject({ code: 0 });
    const several = await predict('--model', SMALL, '--image', join(REAL, 'transfer-syntax'), '-o', at('x.nii.gz'));
    expect(several).toMatchObject({ code: 6, answer: { exit: 'refused', error: { code: 'dicom-several-series' } } });
    const none = await predict('--model', SMALL, '--image', join(REAL, 'msd-spleen2-crop'), '-o', at('x.nii.gz'));
    expect(none).toMatchObject({ code: 6, answer: { exit: 'refused', error: { code: 'dicom-header' } } });
  });
});

/** Like the threshold model, with another threshold. */
function shifted(threshold: number): Uint8Array {
  return onnx.body(
    [onnx.node('Conv', ['image', 'w', 'b'], ['logits'], [onnx.attribute.ints('kernel_shape', [1, 1, 1])])],
    [onnx.tensor('w', [2, 1, 1, 1, 1], Float32Array.of(0, 1)), onnx.tensor('b', [2], Float32Array.of(threshold, 0))],
  );
}

/** Label 1 where the sum of two channels exceeds 0.5. */
function twoChannels(): Uint8Array {
  return onnx.model(
    onnx.graph({
      nodes: [onnx.node('Conv', ['image', 'w', 'b'], ['logits'], [onnx.attribute.ints('kernel_shape', [1, 1, 1])])],
      inputs: [onnx.value('image', onnx.FLOAT, [1, 2, 'x', 'y', 'z'])],
      outputs: [onnx.LOGITS],
      initialisers: [
        onnx.tensor('w', [2, 2, 1, 1, 1], Float32Array.of(0, 0, 1, 1)),
        onnx.tensor('b', [2], Float32Array.of(0.5, 0)),
      ],
    }),
  );
}

/** Processes whose parent this one is. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1];
      return parent === String(pid) ? [Number(name)] : [];
    } catch {
      return []; // ended while we looked
    }
  });
}

/** A zombie waits for its new parent only. */
function isAlive(pid: number): boolean {
  try {
    return isRunning(pid) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
