import type { Manifest } from '#pipeline';
import { ModelFailure } from './ports.js';
import type { Benchmark, NewSubmission, Submission } from './records.js';
import { fitProblems, labelProblems, manifestDigest, submit, type SubmitCommand, type SubmitPorts } from './submit.js';
import { RULES } from './test-support/memory-ports.js';

const MANIFEST: Manifest = {
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  task: 'semantic',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', dtype: 'float32', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full', divisor: [8, 8, 8], padValue: 0 },
  postprocess: [{ op: 'softmax' }, { op: 'invert', order: 1 }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'Liver' },
  ],
};
const BENCHMARK = {
  id: 'b1',
  labels: [
    { value: 1, name: 'liver' },
    { value: 4, name: 'liver lesion' },
  ],
  phases: [{ rules: RULES }],
} as unknown as Benchmark;
const COMMAND: SubmitCommand = {
  benchmark: 'demo',
  submitterId: 'u1',
  algorithm: { slug: 'net', name: 'Net', description: '' },
  version: '1.0.0',
  manifest: MANIFEST,
  model: { sha256: 'a'.repeat(64), bytes: 100 },
  idempotencyKey: null,
};

function ports(changes: Partial<SubmitPorts> = {}): SubmitPorts & { readonly written: NewSubmission[] } {
  const written: NewSubmission[] = [];
  return {
    written,
    records: {
      findBenchmark: async (slug) => (slug === 'demo' ? BENCHMARK : null),
      createSubmission: async (submission) => {
        written.push(submission);
        return { submission: { id: 's1' } as Submission, existing: false };
      },
    },
    blobs: { copyTo: async () => undefined },
    inspector: { inspect: async (copyTo) => copyTo('/somewhere') },
    ...changes,
  };
}

describe('submitting', () => {
  it('writes one submission with the digest of the manifest, whatever the order of its keys', async () => {
    const given = ports();
    await expect(submit(given, COMMAND)).resolves.toMatchObject({ existing: false });
    const shuffled = Object.fromEntries(Object.entries(MANIFEST).reverse()) as unknown as Manifest;
    expect(given.written[0]).toMatchObject({ benchmarkId: 'b1', manifestSha256: manifestDigest(shuffled) });
  });

  it('refuses an unknown benchmark as not found', async () => {
    await expect(submit(ports(), { ...COMMAND, benchmark: 'other' })).rejects.toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });

  it('refuses a manifest that contradicts itself or the benchmark, with all problems, and writes nothing', async () => {
    const given = ports();
    const bad: Manifest = {
      ...MANIFEST,
      postprocess: [{ op: 'argmax' }],
      labels: [
        { value: 0, name: 'background' },
        { value: 1, name: 'spleen' },
      ],
    };
    await expect(submit(given, { ...COMMAND, manifest: bad })).rejects.toMatchObject({
      status: 422,
      code: 'manifest-invalid',
      problems: expect.arrayContaining([
        { path: 'manifest', message: 'label 1 is "spleen" in the manifest and "liver" in the benchmark' },
      ]) as unknown,
    });
    expect(given.written).toEqual([]);
  });

  it('refuses a model with the code of what is wrong with it, and writes nothing', async () => {
    const inspector = {
      inspect: () => Promise.reject(new ModelFailure('model-input-rank', 'input "image" has 3 dimensions')),
    };
    const given = ports({ inspector });
    await expect(submit(given, COMMAND)).rejects.toMatchObject({
      status: 422,
      code: 'model-input-rank',
      message: expect.stringContaining('3 dimensions') as unknown,
    });
    expect(given.written).toEqual([]);
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

describe('what a submission cannot give', () => {
  const channel = { name: 'CT' };
  const input = { tensor: 'x', layout: 'NCXYZ' } as const;

  it('is more than one model, and more than one image of a case', () => {
    expect(fitProblems({ inputs: [{ ...input, channels: [channel] }], models: [{ file: 'a.onnx' }] })).toEqual([]);
    expect(
      fitProblems({
        inputs: [{ ...input, channels: [{ name: 'T1' }, { name: 'FLAIR' }] }],
        models: [{ file: 'a.onnx' }, { file: 'b.onnx' }],
      }),
    ).toEqual([
      'it lists 2 models; a submission is one ONNX file',
      'it asks for 2 images of a case (T1, FLAIR); the cases here have one',
    ]);
  });
});
