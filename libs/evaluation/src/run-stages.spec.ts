import { EngineUnavailable, ModelFailure } from '#domain';
import type { Manifest } from '#pipeline';
import { handleJob } from './handle-job.js';
import type { Job } from './ports.js';
import { memoryBlobs, memoryRun, noPrediction, scriptedSessions, stagePorts } from './test-support/memory-ports.js';

const VALIDATE: Job = { name: 'validate-model', runId: 'run-1', epoch: 1 };
const CLOSE: Job = { name: 'close-run', runId: 'run-1', epoch: 1 };
const never = new AbortController().signal;
const noCase = () => Promise.reject(new Error('no case is run here'));

async function setUp(open?: () => Promise<void>) {
  const blobs = memoryBlobs();
  const run = await memoryRun(blobs);
  return { run, ports: stagePorts(run, blobs, scriptedSessions(noCase, open)) };
}

describe('the gate', () => {
  it('starts the run under the signature of the runtime that loaded the model', async () => {
    const { run, ports } = await setUp();
    await handleJob(ports, VALIDATE, never);
    expect(run.signature).toContain('|onnxruntime-node-1.30.0|threads.1');
    expect(run.failure).toBeNull();
  });

  it('fails the run with the code of what is wrong with the model', async () => {
    const { run, ports } = await setUp(() => Promise.reject(new ModelFailure('model-load-failed', 'no such operator')));
    await handleJob(ports, VALIDATE, never);
    expect(run).toMatchObject({ signature: null, failure: { code: 'model-load-failed', detail: 'no such operator' } });
  });

  it('throws what the operator has to mend, and fails the run for a defect of ours', async () => {
    const away = await setUp(() => Promise.reject(new EngineUnavailable('runner-start', 'no process')));
    await expect(handleJob(away.ports, VALIDATE, never)).rejects.toThrow('no process');
    expect(away.run).toMatchObject({ failure: null, faults: 1 });
    const broken = await setUp(() => Promise.reject(new TypeError('x is undefined')));
    await handleJob(broken.ports, VALIDATE, never);
    expect(broken.run).toMatchObject({ failure: { code: 'defect' }, faults: 0 });
  });

  it('a worker that stops notes no fault', async () => {
    const stop = new AbortController();
    const { run, ports } = await setUp(async () => {
      stop.abort(new EngineUnavailable('worker-stopping', 'stops'));
      throw new Error('the session was closed');
    });
    await expect(handleJob(ports, VALIDATE, stop.signal)).rejects.toThrow('stops');
    expect(run).toMatchObject({ failure: null, faults: 0 });
  });

  it('leaves a run that asks for more isolation to another worker', async () => {
    const { run, ports } = await setUp();
    Object.assign(run.context.phase, { rules: { ...run.context.phase.rules, requiredIsolation: 'L3' } });
    await expect(handleJob(ports, VALIDATE, never)).rejects.toMatchObject({ code: 'isolation-too-low' });
    expect(run).toMatchObject({ signature: null, failure: null, faults: 1 });
  });

  it('ends the process that told the runtime before it begins the one that is fed zeros', async () => {
    const blobs = memoryBlobs();
    const run = await memoryRun(blobs);
    const { context } = run;
    const manifest: Manifest = {
      manifestVersion: 1,
      name: 'threshold',
      version: '1',
      inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
      output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
      preprocess: [{ op: 'orient', axes: 'RAS' }],
      inference: { mode: 'full' },
      postprocess: [{ op: 'invert' }, { op: 'argmax' }],
      labels: [0, 1].map((value) => ({ value, name: `l${value}` })),
    };
    Object.assign(context.version, { checks: null, manifest });
    Object.assign(run.records, {
      findBenchmark: async () => ({ ...context.benchmark, phases: [context.phase] }),
      writeChecks: async () => undefined,
    });
    const sessions = scriptedSessions(noCase);
    const before: unknown[] = [];
    const open = async () => {
      before.push([sessions.opened, ...sessions.ended]);
      throw new ModelFailure('model-load-failed', 'no such operator');
    };
    await handleJob(stagePorts(run, blobs, sessions, { runner: { open } }), VALIDATE, never);
    expect(before).toEqual([[1, 'run-1']]);
    expect(run.failure).toEqual({ code: 'model-load-failed', detail: 'zero-tile: no such operator' });
  });

  it('does nothing for a run that somebody else has', async () => {
    const { run, ports } = await setUp();
    run.entitled = false;
    await handleJob(ports, VALIDATE, never);
    expect([run.signature, run.failure]).toEqual([null, null]);
  });
});

describe('the count', () => {
  it('completes the run with its means', async () => {
    const { run, ports } = await setUp();
    const scores = [{ region: 'liver', status: 'ok', values: { dice: { kind: 'value', value: 0.75 } } }] as const;
    run.outcome = { prediction: null, usage: null, scores, failure: null };
    await handleJob(ports, CLOSE, never);
    expect(run.completed).toEqual({
      aggregates: [{ region: 'liver', metric: 'dice', mean: 0.75, n: 1, penalised: 0, empty: 0 }],
      metrics: { dice: 0.75 },
      stop: null,
    });
  });

  it('stops before the held-out cases when every practice case failed', async () => {
    const { run, ports } = await setUp();
    run.outcome = {
      prediction: null,
      usage: null,
      scores: noPrediction,
      failure: { code: 'inference-failed', detail: '' },
    };
    await handleJob(ports, CLOSE, never);
    expect(run.completed).toMatchObject({
      metrics: { dice: 0 },
      stop: { code: 'practice-all-failed', detail: 'all 1 practice cases failed: inference-failed on 1' },
    });
  });

  it('refuses to count a run with an unfinished case: a defect, not a score', async () => {
    const { run, ports } = await setUp();
    await handleJob(ports, CLOSE, never);
    expect(run.completed).toBeNull();
    expect(run.failure?.code).toBe('defect');
  });

  it('does nothing for a run of another epoch or state', async () => {
    const { run, ports } = await setUp();
    await handleJob(ports, { ...CLOSE, epoch: 2 }, never);
    expect([run.completed, run.failure]).toEqual([null, null]);
  });
});

it('a job without a stage is refused by name', async () => {
  const { ports } = await setUp();
  await expect(
    handleJob(ports, { name: 'sweep-floor', runId: 'r', epoch: 1 } as unknown as Job, never),
  ).rejects.toThrow('no stage for job "sweep-floor"');
});
