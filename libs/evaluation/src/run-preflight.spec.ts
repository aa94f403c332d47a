import { createHash } from 'node:crypto';
import type { LabelMap } from '#imaging';
import { readLabelMap, writeNifti } from '#imaging';
import { expandManifest } from '#pipeline';
import { checkVersion } from './check-version.js';
import { EngineUnavailable, ModelFailure, type SecrecyLabel } from '#domain';
import type { ModelSession } from './ports.js';
import { CHECK_NAMES } from './preflight.js';
import type { Benchmark, EvaluationRecords, NotedCheck, Preflight, VersionChecks } from './records.js';
import { runPreflight, withTotals } from './run-preflight.js';
import { GEOMETRY, memoryBlobs, memoryRun, RULES, stagePorts, scriptedSessions } from './test-support/memory-ports.js';

const MANIFEST = expandManifest({
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'storedZYX' }],
  inference: { mode: 'sliding', patch: [2, 2, 2], overlap: 0 },
  postprocess: [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
});
const LIVER: LabelMap = { geometry: GEOMETRY, data: Uint8Array.from({ length: 24 }, (_, v) => (v < 6 ? 1 : 0)) };

type Predict = ModelSession['predict'];
const answering =
  (sessionMs: number, labels: LabelMap = LIVER): Predict =>
  async () => ({ labels, usage: { elapsedMs: sessionMs + 20, cpuMs: 9, peakRssBytes: 2e8, sessionMs } });

/** A worker that is given one preflight, or one run, of a benchmark with one open case. */
async function world(predict: Predict, label: SecrecyLabel = 'PUBLIC') {
  const blobs = memoryBlobs();
  const run = await memoryRun(blobs, label);
  const store = async (bytes: Uint8Array) =>
    blobs.put(
      (async function* () {
        yield bytes;
      })(),
    );
  const model = await store(Uint8Array.of(8, 9));
  const image = await store(await writeNifti({ geometry: GEOMETRY, data: new Int16Array(24) }, { gzip: true }));
  const expected = await store(await writeNifti(LIVER, { gzip: true }));
  const benchmark = {
    id: 'benchmark-1',
    channels: [{ name: 'image' }],
    phases: [
      { id: 'phase-1', kind: 'practice', label, rules: RULES, caseCount: 1 },
      { id: 'phase-2', kind: 'test', label: 'SEALED', rules: RULES, caseCount: 3 },
    ],
  } as unknown as Benchmark;
  const taken = {
    id: 'p1',
    benchmarkId: 'benchmark-1',
    manifest: MANIFEST,
    models: [{ file: 'model.onnx', ...model }],
    conformance: { images: [image], expected },
    checks: CHECK_NAMES.map((name) => ({
      name,
      status: name === 'inspect' ? 'passed' : 'waiting',
      detail: name === 'inspect' ? { models: [{ accepted: true, findings: [], memoryEstimateBytes: 5 }] } : {},
    })),
  } as unknown as Preflight;
  const seen = {
    ended: null as Parameters<EvaluationRecords['endPreflight']>[1] | null,
    written: null as VersionChecks | null,
    opened: 0,
  };
  const records: EvaluationRecords = {
    ...run.records,
    claimPreflight: async () => ({ preflight: taken, attempt: 1 }),
    writePreflight: async () => true,
    endPreflight: async (_, end) => {
      seen.ended = end;
      return true;
    },
    findBenchmark: async () => benchmark,
    cases: async (phaseId) => (phaseId === 'phase-1' ? [run.case] : [{ ...run.case, id: 'case-2', label: 'SEALED' }]),
    writeChecks: async (_, checks) => {
      seen.written = checks;
      return true;
    },
  };
  const runner = {
    open: async (): Promise<ModelSession> => {
      seen.opened++;
      return {
        facts: { inputs: [], outputs: [], runtime: 'onnxruntime-node 1.30.0' },
        isolation: 'L2',
        alive: true,
        predict,
        close: async () => undefined,
      };
    },
  };
  const ports = stagePorts(run, blobs, scriptedSessions(predict), { records, runner });
  const context = {
    ...run.context,
    version: {
      ...run.context.version,
      manifest: MANIFEST,
      models: taken.models,
      conformance: taken.conformance,
      checks: null,
    },
  } as unknown as Parameters<typeof checkVersion>[1];
  return { ports, seen, blobs, run, taken, context, files: [model, image, expected] };
}

const SIGNAL = new AbortController().signal;
const statuses = (checks: readonly NotedCheck[] | undefined) => checks?.map(({ name, status }) => `${name} ${status}`);

describe('a preflight', () => {
  it('runs zeros, the author’s case and a practice case, and says what the benchmark will take', async () => {
    const { ports, seen, run } = await world(answering(100));
    await runPreflight(ports, { preflightId: 'p1' }, SIGNAL);
    expect(statuses(seen.ended?.checks)).toEqual(CHECK_NAMES.map((name) => `${name} passed`));
    const [, , conformance, practice, budget] = seen.ended!.checks.map(({ detail }) => detail);
    expect(conformance).toMatchObject({ minDice: 0.99, lowestDice: 1, voxelAgreement: 1 });
    expect(practice).toMatchObject({ case: 'one', scores: [{ region: 'liver', values: { dice: 1 } }] });
    // 4 x 3 x 2 voxels in tiles of 2 x 2 x 2 without overlap: 2 x 2 x 1; three held-out cases are taken to be like the open one
    expect(budget).toMatchObject({ tiles: 4, runs: 4, secondsPerRun: 0.1, totalCases: 4, fits: true });
    expect(budget.secondsPerCase).toBeCloseTo(0.4 + 0.02);
    expect(budget.secondsTotal).toBeCloseTo(4 * 0.42);
    expect(seen.ended?.practice).toMatchObject({
      caseId: run.case.id,
      prediction: { kind: 'prediction', label: 'PUBLIC', inputs: [run.case.images[0].id] },
    });
  });

  it('leaves its files to the records, and predicts into a blob of its own', async () => {
    const { ports, seen, blobs, files } = await world(answering(100));
    await runPreflight(ports, { preflightId: 'p1' }, SIGNAL);
    expect(files.every(({ sha256 }) => blobs.content.has(sha256))).toBe(true);
    const { sha256 } = seen.ended!.practice!.prediction;
    const same = createHash('sha256').update(await writeNifti(LIVER, { gzip: true }));
    expect(sha256).not.toBe(same.digest('hex')); // what a run stores for the same label map
    expect((await readLabelMap(blobs.content.get(sha256)!)).data).toEqual(LIVER.data);
  });

  it('of which somebody else has taken over writes nothing more', async () => {
    const { ports, seen, blobs } = await world(answering(100));
    const before = [...blobs.content.keys()];
    const overtaken = { ...ports, records: { ...ports.records, endPreflight: async () => false } };
    await runPreflight(overtaken, { preflightId: 'p1' }, SIGNAL);
    expect(seen.ended).toBeNull();
    expect([...blobs.content.keys()]).toEqual(before); // nor does it leave a prediction that nobody knows of
  });

  it('predicts into another blob each time, so that an overtaken one never takes that of the other with it', async () => {
    const { ports, seen, taken } = await world(answering(100));
    const digests = new Set<string>();
    for (const attempt of [1, 2]) {
      const claimed = { ...ports.records, claimPreflight: async () => ({ preflight: taken, attempt }) };
      await runPreflight({ ...ports, records: claimed }, { preflightId: 'p1' }, SIGNAL);
      digests.add(seen.ended!.practice!.prediction.sha256);
    }
    expect(digests.size).toBe(2);
  });

  it('that loses its place once it has predicted leaves nothing of that behind', async () => {
    const { ports, blobs } = await world(answering(100));
    const before = [...blobs.content.keys()];
    const stop = new AbortController();
    const stopping = {
      ...blobs,
      put: async (bytes: AsyncIterable<Uint8Array>) => {
        const stored = await blobs.put(bytes);
        stop.abort(new EngineUnavailable('worker-stopping', 'this worker stops'));
        return stored;
      },
    };
    const running = runPreflight({ ...ports, blobs: stopping }, { preflightId: 'p1' }, stop.signal);
    await expect(running).rejects.toMatchObject({ code: 'worker-stopping' });
    expect([...blobs.content.keys()]).toEqual(before);
  });

  it('of a network that does nothing right fails at the zeros and tries nothing else', async () => {
    const { ports, seen } = await world(() =>
      Promise.reject(new ModelFailure('output-shape', 'one channel; expected 2')),
    );
    await runPreflight(ports, { preflightId: 'p1' }, SIGNAL);
    expect(statuses(seen.ended?.checks)).toEqual([
      'inspect passed',
      'zero-tile failed',
      'conformance skipped',
      'practice-case skipped',
      'budget skipped',
    ]);
    expect(seen.ended).toMatchObject({ practice: null, failure: null });
  });

  it('without an open case has nothing to practise on and no size to reckon with', async () => {
    const { ports, seen } = await world(answering(100), 'SEALED');
    await runPreflight(ports, { preflightId: 'p1' }, SIGNAL);
    expect(statuses(seen.ended?.checks)?.slice(3)).toEqual(['practice-case skipped', 'budget skipped']);
  });

  it('of which we are to blame failed as such; the checks say nothing against the bundle', async () => {
    const { ports, seen } = await world(() => Promise.reject(new Error('our mistake')));
    await runPreflight(ports, { preflightId: 'p1' }, SIGNAL);
    expect(seen.ended?.failure).toMatchObject({ code: 'defect' });
    expect(statuses(seen.ended?.checks)).not.toContain('zero-tile failed');
    expect(JSON.stringify(seen.ended)).not.toContain('our mistake');
  });
});

describe('the gate of a run', () => {
  it('finds out once what a preflight would have, and writes it with the version', async () => {
    const { ports, seen, context } = await world(answering(100));
    await checkVersion(ports, context, SIGNAL);
    expect(seen.written?.benchmarkId).toBe('benchmark-1');
    expect(statuses(seen.written?.checks)).toEqual([
      'inspect passed',
      'zero-tile passed',
      'conformance passed',
      'practice-case skipped',
      'budget passed',
    ]);
    const opened = seen.opened;
    await checkVersion(ports, { ...context, version: { ...context.version, checks: seen.written } }, SIGNAL);
    expect(seen.opened).toBe(opened);
  });

  it('stops what cannot finish in time before its first case, with the figures', async () => {
    const { ports, seen, context } = await world(answering(4_000)); // 4 tiles of 4 s; a case may take 10 s
    await expect(checkVersion(ports, context, SIGNAL)).rejects.toMatchObject({
      code: 'budget-exceeded',
      detail: expect.stringContaining('4 tiles x 1 mirror images x 1 models x 4.00 s') as unknown,
    });
    expect(statuses(seen.written?.checks)).toContain('budget failed');
    // the machine may have been busy: another run looks again
    const retried = { ...context, version: { ...context.version, checks: seen.written } };
    await expect(checkVersion(ports, retried, SIGNAL)).rejects.toMatchObject({ code: 'budget-exceeded' });
  });

  it('knows the sizes of practice cases that are for participants, as a preflight does', async () => {
    const { ports, seen, context } = await world(answering(4_000), 'PARTICIPANT');
    await expect(checkVersion(ports, context, SIGNAL)).rejects.toMatchObject({ code: 'budget-exceeded' });
    expect(seen.written?.checks.find(({ name }) => name === 'budget')?.detail).toMatchObject({ tiles: 4 });
  });

  it('stops what does not agree with its author', async () => {
    const other: LabelMap = {
      geometry: GEOMETRY,
      data: Uint8Array.from(LIVER.data, (value, v) => (v < 3 ? 0 : value)),
    };
    const { ports, context } = await world(answering(10, other));
    await expect(checkVersion(ports, context, SIGNAL)).rejects.toMatchObject({
      code: 'conformance-failed',
      detail: 'conformance: label 1 has Dice 0.6667; expected at least 0.99',
    });
  });

  it('takes one abnormal end for an accident, and the second for the algorithm’s', async () => {
    let calls = 0;
    const once: Predict = (images, signal) =>
      ++calls === 1
        ? Promise.reject(new ModelFailure('inference-crashed', 'killed by SIGKILL'))
        : answering(10)(images, signal);
    const lucky = await world(once);
    await checkVersion(lucky.ports, lucky.context, SIGNAL);
    expect(statuses(lucky.seen.written?.checks)).toContain('zero-tile passed');
    const crashing = await world(() => Promise.reject(new ModelFailure('inference-crashed', 'killed by SIGFPE')));
    await expect(checkVersion(crashing.ports, crashing.context, SIGNAL)).rejects.toMatchObject({
      code: 'inference-crashed',
    });
  });
});

it('totals: every case of every phase, at the mean of those whose size may be told', () => {
  const check = { name: 'budget', status: 'passed', detail: { cases: [{}, {}], secondsTotal: 6 } } as const;
  const phases = [{ caseCount: 2 }, { caseCount: 5 }] as unknown as Benchmark['phases'];
  expect(withTotals(check, { phases }).detail).toMatchObject({ totalCases: 7, secondsTotal: 21 });
});
