import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelFailure } from '#domain';
import { ImageFormatError } from '#imaging';
import { expandManifest, type ExpandedManifest, type Manifest } from '#pipeline';
import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import { embedManifest } from '#inference';
import { CliError, EXIT } from '../exit.js';
import { failureOf } from './failure.js';
import { findManifest, parseManifest } from './find-manifest.js';
import { limitsOf } from './limits.js';
import { digests, matchModels, withSiblings } from './match-models.js';

const written: Manifest = {
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full' },
  postprocess: [{ op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
};
const of = (...files: string[]): ExpandedManifest =>
  expandManifest({ ...written, models: files.map((file) => ({ file })) });

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'voxelmark-sandbox-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('which file is which model', () => {
  it('asks for no name where there is one of each', () => {
    expect(matchModels(of('model.onnx'), ['/x/anything.onnx']).paths).toEqual(['/x/anything.onnx']);
  });

  it('goes by names, whatever the order, or by the folders of folds', () => {
    const manifest = of('fold_0.onnx', 'fold_1.onnx');
    expect(matchModels(manifest, ['b/fold_1.onnx', 'a/fold_0.onnx']).paths).toEqual(['a/fold_0.onnx', 'b/fold_1.onnx']);
    expect(matchModels(manifest, ['fold_1/model.onnx', 'fold_0/model.onnx']).paths).toEqual([
      'fold_0/model.onnx',
      'fold_1/model.onnx',
    ]);
  });

  it.each([[['fold_0.onnx']], [['fold_0.onnx', 'fold_2.onnx']], [['a/fold_0.onnx', 'b/fold_0.onnx']]])(
    'refuses %j',
    (paths) => {
      expect(() => matchModels(of('fold_0.onnx', 'fold_1.onnx'), paths)).toThrow(
        expect.objectContaining({ code: 'models-differ', exit: EXIT.invalidInput }),
      );
    },
  );

  it('makes an ensemble of equal weights of several files for a manifest of one', () => {
    const { manifest, paths } = matchModels(of('model.onnx'), ['a/m.onnx', 'b/m.onnx', 'c.onnx']);
    expect(paths).toEqual(['a/m.onnx', 'b/m.onnx', 'c.onnx']);
    expect(manifest.models).toEqual(['0-m.onnx', '1-m.onnx', 'c.onnx'].map((file) => ({ file, weight: 1 })));
  });

  it('finds the others of an ensemble beside the first, all or none', async () => {
    const manifest = of('a.onnx', 'b.onnx');
    const [a, b] = [join(folder, 'a.onnx'), join(folder, 'b.onnx')];
    await writeFile(a, 'a');
    expect(withSiblings(manifest, [b])).toEqual([b]);
    await writeFile(b, 'b');
    expect(withSiblings(manifest, [b])).toEqual([a, b]);
    expect(withSiblings(manifest, [join(folder, 'c.onnx')])).toEqual([join(folder, 'c.onnx')]);
  });

  it('holds digests against those of the manifest', async () => {
    const path = join(folder, 'x.onnx');
    await writeFile(path, 'weights');
    const sha256 = createHash('sha256').update('weights').digest('hex');
    const manifest = (stated: string) => expandManifest({ ...written, models: [{ file: 'x.onnx', sha256: stated }] });
    expect(await digests({ manifest: manifest(sha256), paths: [path] })).toEqual([sha256]);
    await expect(digests({ manifest: manifest('0'.repeat(64)), paths: [path] })).rejects.toMatchObject({
      code: 'models-differ',
    });
  });
});

describe('the manifest of a model', () => {
  it('is the named one, else that beside it, else the one in it', async () => {
    const text = (name: string) => JSON.stringify({ ...written, name });
    const lonely = join(folder, 'lonely');
    await mkdir(lonely);
    const plain = join(lonely, 'plain.onnx');
    await writeFile(plain, onnx.thresholdModel());
    expect(await findManifest(plain, null)).toBeNull();
    const model = join(lonely, 'model.onnx');
    await embedManifest(plain, text('inside'), model);
    expect(await findManifest(model, null)).toMatchObject({ source: 'embedded', path: model });
    await writeFile(join(lonely, 'voxelmark.json'), text('beside'));
    const beside = await findManifest(model, null);
    expect(beside && [beside.source, parseManifest(beside).name]).toEqual(['beside', 'beside']);
    const named = join(lonely, 'other.json');
    await writeFile(named, text('named'));
    expect(await findManifest(model, named)).toMatchObject({ source: 'given', path: named });
    await expect(findManifest(model, join(lonely, 'no.json'))).rejects.toMatchObject({ code: 'no-such-file', exit: 5 });
    await writeFile(named, ' '.repeat(65_537));
    await expect(findManifest(model, named)).rejects.toMatchObject({ code: 'manifest-invalid', exit: 6 });
  });

  it('lists its faults', () => {
    const found = { text: JSON.stringify({ ...written, colour: 'blue' }), path: 'm.json', source: 'given' } as const;
    expect(() => parseManifest(found)).toThrow(/m\.json cannot be used: .*colour/);
    const odd = { ...found, text: JSON.stringify({ ...written, postprocess: [{ op: 'invert' }, { op: 'invert' }] }) };
    expect(() => parseManifest(odd)).toThrow(/expected exactly one "argmax"/);
  });
});

it('tells what was refused from runs that failed, and from everything else', () => {
  const ending = (error: unknown) => {
    const failure = failureOf(error);
    return failure && [failure.ending, failure.exit];
  };
  expect(ending(new ModelFailure('model-refused', 'x'))).toEqual(['refused', 6]);
  expect(ending(new ModelFailure('model-load-failed', 'x'))).toEqual(['refused', 6]);
  expect(ending(new ModelFailure('case-unreadable', 'x'))).toEqual(['refused', 6]);
  expect(ending(new ImageFormatError('dicom-slice-gap', 'x'))).toEqual(['refused', 6]);
  expect(ending(new ModelFailure('inference-timeout', 'x'))).toEqual(['timeout', 8]);
  expect(ending(new ModelFailure('inference-out-of-memory', 'x'))).toEqual(['out-of-memory', 8]);
  for (const code of ['inference-crashed', 'inference-failed', 'output-shape', 'output-not-finite'] as const) {
    expect(ending(new ModelFailure(code, 'x'))).toEqual(['crashed', 8]);
  }
  expect(ending(new CliError('no-such-file', 'x', EXIT.notFound))).toBeNull();
  expect(ending(new Error('defect'))).toBeNull();
});

it('limits are those of the machine or the benchmark, unless options say otherwise', () => {
  const base = { loadSeconds: 60, caseSeconds: 120, memoryMib: 2048, threads: 1 };
  expect(limitsOf({ options: {} }, base)).toEqual(base);
  expect(limitsOf({ options: { threads: '3', 'memory-mib': '512', 'max-seconds': '9' } }, base)).toEqual({
    loadSeconds: 60,
    caseSeconds: 9,
    memoryMib: 512,
    threads: 3,
  });
  for (const wrong of ['0', '-1', '1.5', 'many', '']) {
    expect(() => limitsOf({ options: { threads: wrong } }, base)).toThrow(/expected a whole number/);
  }
});
