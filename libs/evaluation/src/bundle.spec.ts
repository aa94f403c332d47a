import type { ExpandedManifest, Manifest } from '#pipeline';
import { expandManifest } from '#pipeline';
import { fitProblems, labelProblems, manifestOfBundle, orderBundle, type SentModel } from './bundle.js';
import { ModelFailure } from '#domain';
import type { Benchmark } from './records.js';
import { RULES } from './test-support/memory-ports.js';

const SOURCE: Manifest = {
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full' },
  postprocess: [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'Liver' },
  ],
};
const MANIFEST: ExpandedManifest = expandManifest(SOURCE);
const BENCHMARK = {
  channels: [{ name: 'image' }],
  labels: [
    { value: 1, name: 'liver' },
    { value: 4, name: 'liver lesion' },
  ],
  phases: [{ rules: RULES }],
} as unknown as Benchmark;
const sent = (file: string, digit = 'a'): SentModel => ({
  file,
  sha256: digit.repeat(64),
  bytes: 100,
  copyTo: async () => undefined,
});

describe('the manifest of a bundle', () => {
  const carrying = (text: string | null) => ({ embeddedManifest: async () => text });
  const file = [sent('net.onnx')];

  it('is the one that was sent, or the one that the first model carries, or both when they say the same', async () => {
    const embedded = JSON.stringify(SOURCE);
    await expect(manifestOfBundle(carrying(null), file, MANIFEST)).resolves.toEqual(MANIFEST);
    await expect(manifestOfBundle(carrying(embedded), file, null)).resolves.toEqual(MANIFEST);
    await expect(manifestOfBundle(carrying(embedded), file, MANIFEST)).resolves.toEqual(MANIFEST);
  });

  it.each<[string, string | null, ExpandedManifest | null, object]>([
    ['none at all', null, null, { code: 'manifest-missing' }],
    [
      'one that is no JSON',
      '{',
      null,
      { code: 'manifest-invalid', message: expect.stringContaining('in the metadata') as unknown },
    ],
    [
      'two that differ',
      JSON.stringify({ ...SOURCE, version: '2.0.0' }),
      MANIFEST,
      { code: 'manifest-differs', problems: [{ path: 'manifest', message: 'differs in version' }] },
    ],
  ])('%s is refused', async (_, embedded, given, expected) => {
    await expect(manifestOfBundle(carrying(embedded), file, given)).rejects.toMatchObject({ status: 422, ...expected });
  });

  it('a file that is no model is refused with the code of what is wrong with it', async () => {
    const inspector = { embeddedManifest: () => Promise.reject(new ModelFailure('model-not-onnx', 'it ends early')) };
    await expect(manifestOfBundle(inspector, file, MANIFEST)).rejects.toMatchObject({
      status: 422,
      code: 'model-not-onnx',
    });
  });
});

describe('files of a bundle', () => {
  it('a single one is called as in the manifest, whatever its sender calls it', () => {
    expect(orderBundle(MANIFEST, [sent('C:\\net <1>.onnx')], BENCHMARK)).toMatchObject([{ file: 'model.onnx' }]);
  });

  it('several are put into the order of the manifest', () => {
    const manifest = expandManifest({ ...SOURCE, models: [{ file: 'b.onnx' }, { file: 'a.onnx' }] });
    const ordered = orderBundle(manifest, [sent('a.onnx', '1'), sent('b.onnx', '2')], BENCHMARK);
    expect(ordered.map(({ file, sha256 }) => [file, sha256[0]])).toEqual([
      ['b.onnx', '2'],
      ['a.onnx', '1'],
    ]);
  });

  const listing = (...files: readonly { file: string; sha256?: string }[]) => ({ ...MANIFEST, models: files });
  it.each<[string, Pick<Manifest, 'models' | 'inputs'>, readonly SentModel[], readonly string[]]>([
    ['one and one', listing({ file: 'x.onnx' }), [sent('y.onnx')], []],
    [
      'the digest that was promised',
      listing({ file: 'x.onnx', sha256: 'b'.repeat(64) }),
      [sent('x.onnx')],
      [`models[0] has the SHA-256 ${'b'.repeat(64)}; the file that was sent has ${'a'.repeat(64)}`],
    ],
    [
      'one that is not there',
      listing({ file: 'a.onnx' }, { file: 'b.onnx' }),
      [sent('a.onnx')],
      ['it lists b.onnx; files were sent as a.onnx'],
    ],
    [
      'one too many',
      listing({ file: 'a.onnx' }, { file: 'b.onnx' }),
      [sent('a.onnx'), sent('b.onnx'), sent('c.onnx')],
      ['c.onnx was sent; it lists a.onnx, b.onnx'],
    ],
    [
      'two of one name',
      listing({ file: 'a.onnx' }, { file: 'b.onnx' }),
      [sent('a.onnx'), sent('a.onnx', 'c')],
      ['two files are called a.onnx', 'it lists b.onnx; files were sent as a.onnx, a.onnx'],
    ],
  ])('%s', (_, manifest, models, expected) => {
    expect(fitProblems(manifest, models, BENCHMARK)).toEqual(expected);
  });
});

describe('channels of manifest and benchmark', () => {
  const reading = (...names: readonly string[]): Pick<Manifest, 'models' | 'inputs'> => ({
    inputs: [{ ...MANIFEST.inputs[0], channels: names.map((name) => ({ name })) }],
  });
  const offering = (...names: readonly string[]) => ({ channels: names.map((name) => ({ name })) });

  it('one image feeds one channel, whatever they are called; several go by name, and some may be left out', () => {
    expect(fitProblems(reading('CT'), [sent('m')], offering('image'))).toEqual([]);
    expect(fitProblems(reading('flair', 'T1 C'), [sent('m')], offering('T1c', 'T1-c', 'FLAIR'))).toEqual([]);
  });

  it('a channel that no case has is a problem', () => {
    expect(fitProblems(reading('T1', 'FLAIR'), [sent('m')], offering('T1', 'T2'))).toEqual([
      'its channels are T1, FLAIR; the images of a case here are T1, T2',
    ]);
  });
});

describe('labels of manifest and benchmark', () => {
  const labelled = (...labels: readonly (readonly [number, string])[]) => ({
    ...MANIFEST,
    labels: labels.map(([value, name]) => ({ value, name })),
  });

  it('may be spelt differently, may be fewer, may be more', () => {
    expect(labelProblems(labelled([0, 'anything'], [1, 'LIVER']), BENCHMARK)).toEqual([]);
    expect(labelProblems(labelled([0, 'b'], [1, 'liver'], [4, 'liver-lesion'], [9, 'pancreas']), BENCHMARK)).toEqual(
      [],
    );
  });

  it('must not give a value to another structure', () => {
    expect(labelProblems(labelled([0, 'b'], [1, 'liver'], [4, 'spleen']), BENCHMARK)).toEqual([
      'label 4 is "spleen" in the manifest and "liver lesion" in the benchmark',
    ]);
  });

  it('must hold something that is scored', () => {
    expect(labelProblems(labelled([0, 'b'], [9, 'pancreas']), BENCHMARK)).toEqual([
      'labels of the manifest are 0, 9; the benchmark scores 1 liver',
    ]);
  });
});
