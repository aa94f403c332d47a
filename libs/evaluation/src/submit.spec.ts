import type { Manifest } from '#pipeline';
import { bundleDigest } from './bundle-digest.js';
import { ModelFailure } from '#domain';
import type { ModelReport } from './ports.js';
import type { Benchmark, NewSubmission, NotedCheck, Preflight, Submission } from './records.js';
import { manifestDigest, submit, type SubmitCommand, type SubmitPorts } from './submit.js';
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
  channels: [{ name: 'image' }],
  labels: [
    { value: 1, name: 'liver' },
    { value: 4, name: 'liver lesion' },
  ],
  phases: [{ rules: RULES }],
} as unknown as Benchmark;
const REPORT: ModelReport = {
  accepted: true,
  findings: [],
  opset: 17,
  parameters: 1234,
  operators: [{ op: 'Conv', count: 3 }],
  inputs: [],
  outputs: [],
  memoryEstimateBytes: 1e6,
};

function file(name: string, digit: string) {
  return { file: name, sha256: digit.repeat(64), bytes: 100, copyTo: async () => undefined };
}

const COMMAND: SubmitCommand = {
  benchmark: 'demo',
  submitterId: 'u1',
  algorithm: { slug: 'net', name: 'Net', description: '' },
  version: '1.0.0',
  manifest: MANIFEST,
  models: [file('a.onnx', 'a')],
  conformance: null,
  idempotencyKey: null,
};

function ports(changes: Partial<SubmitPorts> = {}): SubmitPorts & { readonly written: NewSubmission[] } {
  const written: NewSubmission[] = [];
  return {
    written,
    records: {
      findBenchmark: async (slug) => (slug === 'demo' ? BENCHMARK : null),
      createSubmission: async (submission) => {
        if (submission.refusal) throw submission.refusal;
        written.push(submission);
        return { submission: { id: 's1' } as Submission, existing: false };
      },
      latestPreflight: async () => null,
    },
    inspector: { inspect: async () => REPORT },
    clock: { now: () => new Date('2026-11-22T20:00:00Z') },
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

  it('refuses once a phase has closed, and writes nothing; before that it takes what comes', async () => {
    const closing = (closesAt: string) => {
      const phases = [BENCHMARK.phases[0], { title: 'Held-out', rules: { ...RULES, closesAt } }];
      const given = ports();
      const findBenchmark = async () => ({ ...BENCHMARK, phases }) as unknown as Benchmark;
      return { ...given, records: { ...given.records, findBenchmark } };
    };
    const closed = closing('2026-11-22T20:00:00Z');
    await expect(submit(closed, COMMAND)).rejects.toMatchObject({
      status: 409,
      code: 'benchmark-closed',
      message: 'This benchmark takes no submissions any more: "Held-out" closed at 2026-11-22T20:00:00Z.',
    });
    expect(closed.written).toEqual([]);
    await expect(submit(closing('2026-11-22T20:00:01Z'), COMMAND)).resolves.toMatchObject({ existing: false });
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

  it('an ensemble is one submission, its files in the order of the manifest, with what the inspector read in each', async () => {
    const given = ports();
    const models = [{ file: 'fold_1.onnx' }, { file: 'fold_0.onnx' }];
    const sent = [file('fold_0.onnx', '0'), file('fold_1.onnx', '1')];
    await submit(given, { ...COMMAND, manifest: { ...MANIFEST, models }, models: sent });
    const facts = expect.objectContaining({ parameters: 1234, operators: [{ op: 'Conv', count: 3 }] }) as unknown;
    expect(given.written[0].models).toEqual([
      { file: 'fold_1.onnx', sha256: '1'.repeat(64), bytes: 100, facts },
      { file: 'fold_0.onnx', sha256: '0'.repeat(64), bytes: 100, facts },
    ]);
  });

  it('a conformance case has as many images as the network reads', async () => {
    const part = { sha256: 'c'.repeat(64), bytes: 5 };
    const given = ports();
    await submit(given, { ...COMMAND, conformance: { images: [part], expected: part } });
    expect(given.written[0].conformance).toEqual({ images: [part], expected: part });
    await expect(
      submit(given, { ...COMMAND, conformance: { images: [part, part], expected: part } }),
    ).rejects.toMatchObject({ status: 422, code: 'conformance-images' });
  });
});

describe('a bundle that was tried before', () => {
  const tried = (...checks: NotedCheck[]): SubmitPorts['records'] => ({
    ...ports().records,
    latestPreflight: async (of) => {
      expect(of).toEqual({
        benchmarkId: 'b1',
        submitterId: 'u1',
        modelSha256: bundleDigest(COMMAND.models),
        manifestSha256: manifestDigest(MANIFEST),
      });
      return { checks, conformance: null } as unknown as Preflight;
    },
  });
  const passed: NotedCheck = { name: 'budget', status: 'passed', detail: { secondsPerCase: 3 } };

  it('and would take too long is not taken in, with the figures', async () => {
    const message =
      'case p-1 would take about 700 s (50 tiles x 8 mirror images x 1 models x 1.75 s); the limit is 60 s';
    const records = tried({ name: 'budget', status: 'failed', detail: { code: 'budget-exceeded', message } });
    await expect(submit(ports({ records }), COMMAND)).rejects.toMatchObject({
      status: 422,
      code: 'budget-exceeded',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('and passed brings its checks along; not those of another conformance case, and none where one failed', async () => {
    const written: NewSubmission[] = [];
    const keep = (records: SubmitPorts['records']): SubmitPorts['records'] => ({
      ...records,
      createSubmission: async (submission) => {
        written.push(submission);
        return { submission: { id: 's1' } as Submission, existing: false };
      },
    });
    await submit(ports({ records: keep(tried(passed)) }), COMMAND);
    expect(written[0].checks).toEqual({ benchmarkId: 'b1', checks: [passed] });
    const part = { sha256: 'c'.repeat(64), bytes: 5 };
    await submit(ports({ records: keep(tried(passed)) }), {
      ...COMMAND,
      conformance: { images: [part], expected: part },
    });
    expect(written[1].checks).toBeNull();
    const failed: NotedCheck = { name: 'zero-tile', status: 'failed', detail: { code: 'inference-timeout' } };
    await submit(ports({ records: keep(tried(failed, passed)) }), COMMAND);
    expect(written[2].checks).toBeNull();
    // with a conformance case in the preflight alone: what was found with it is not for this submission
    const conformance = { images: [part], expected: part };
    const other = {
      ...tried(),
      latestPreflight: async () => ({ checks: [passed], conformance }) as unknown as Preflight,
    };
    await submit(ports({ records: keep(other) }), COMMAND);
    expect(written[3].checks).toBeNull();
    await submit(ports({ records: keep(other) }), { ...COMMAND, conformance });
    expect(written[4].checks).toEqual({ benchmarkId: 'b1', checks: [passed] });
  });
});
