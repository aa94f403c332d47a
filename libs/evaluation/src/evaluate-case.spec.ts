import { EngineUnavailable, ModelFailure, SessionLost } from '#domain';
import { readLabelMap, voxelCount, writeNifti, type LabelMap } from '#imaging';
import { evaluateCase } from './evaluate-case.js';
import {
  collectingLog,
  GEOMETRY,
  memoryBlobs,
  memoryRun,
  noPrediction,
  RULES,
  scriptedSessions,
  sha256,
  stagePorts,
  USAGE,
} from './test-support/memory-ports.js';

const JOB = { runId: 'run-1', epoch: 1, caseId: 'case-1' };
const never = new AbortController().signal;
/** Label 1 in the first `count` voxels; the reference has it in the first 6. */
const prediction = (count: number): LabelMap => ({
  geometry: GEOMETRY,
  data: Uint8Array.from({ length: voxelCount(GEOMETRY) }, (_, v) => (v < count ? 1 : 0)),
});
const predicts = (count: number) => async () => ({ labels: prediction(count), usage: USAGE });

async function setUp(label: 'PUBLIC' | 'SEALED' = 'PUBLIC') {
  const blobs = memoryBlobs();
  return { blobs, run: await memoryRun(blobs, label) };
}

describe('one case', () => {
  it('ends as a scored row with its prediction, labelled as its image', async () => {
    const { blobs, run } = await setUp('SEALED');
    await evaluateCase(stagePorts(run, blobs, scriptedSessions(predicts(3))), JOB, never);
    // 3 of 6 voxels found, none too many: Dice 2*3/(3+6)
    expect(run.outcome?.scores).toEqual([
      { region: 'liver', status: 'ok', values: { dice: { kind: 'value', value: 2 / 3 } } },
    ]);
    expect(run.outcome?.prediction).toMatchObject({ kind: 'prediction', label: 'SEALED', inputs: ['image-id'] });
    expect(run.outcome?.usage).toEqual(USAGE);
    expect(run.outcome?.receipt).toEqual({ isolation: 'L2', runtime: 'onnxruntime-node 1.30.0' });
    const stored = await readLabelMap(await blobs.read(run.outcome!.prediction!.sha256));
    expect(stored.data).toEqual(prediction(3).data);
    expect(run.released).toBe(0);
  });

  it('is not scored where the reference marks what nobody could tell', async () => {
    const { blobs, run } = await setUp();
    const marked = {
      ...prediction(6),
      data: prediction(6).data.map((label, v) => (label === 0 && v < 9 ? 255 : label)),
    };
    const file = await writeNifti(marked as LabelMap, { gzip: true });
    Object.assign(run.case.references[0].object, { sha256: sha256(file), bytes: file.length });
    blobs.content.set(sha256(file), file);
    Object.assign(run.context.phase, { rules: { ...RULES, ignoreLabel: 255 } });
    await evaluateCase(stagePorts(run, blobs, scriptedSessions(predicts(9))), JOB, never);
    expect(run.outcome?.scores?.[0].values.dice).toEqual({ kind: 'value', value: 1 });
  });

  it('is logged with the time that went into the model and into the metrics, waiting for failed attempts included', async () => {
    const { blobs, run } = await setUp();
    let now = 0;
    let calls = 0;
    const sessions = scriptedSessions(async () => {
      if (++calls === 2) return predicts(3)();
      now += 250;
      throw new ModelFailure('inference-crashed', 'gone');
    });
    const logged: unknown[] = [];
    const ports = stagePorts(run, blobs, sessions, {
      clock: { now: () => new Date(0), monotonicMs: () => now },
      log: { ...collectingLog(), info: (event, fields) => void logged.push({ event, ...fields }) },
    });
    await evaluateCase(ports, JOB, never);
    // the child says 10 ms, the scorer 1 ms; the clock moved only while the first attempt crashed
    expect(logged).toEqual([
      { event: 'case.scored', ...JOB, attempt: 1, elapsedMs: 250, inferenceMs: 250 + USAGE.elapsedMs, scoringMs: 1 },
    ]);
  });

  it('does nothing when somebody else has it or it is done', async () => {
    const { blobs, run } = await setUp();
    run.entitled = false;
    const sessions = scriptedSessions(predicts(3));
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect([sessions.opened, run.outcome]).toEqual([0, null]);
  });

  it('ends as a failed row with code, detail, what it used up and undefined values when the algorithm fails', async () => {
    const { blobs, run } = await setUp();
    const used = { elapsedMs: 12, cpuMs: 20, peakRssBytes: null };
    const sessions = scriptedSessions(() =>
      Promise.reject(new ModelFailure('inference-failed', 'Reshape: 24 into 27', { usage: used })),
    );
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(run.outcome).toEqual({
      prediction: null,
      usage: used,
      scores: noPrediction,
      failure: { code: 'inference-failed', detail: 'Reshape: 24 into 27' },
      receipt: { isolation: 'L2', runtime: 'onnxruntime-node 1.30.0' },
    });
    expect(sessions.opened).toBe(1);
  });

  it.each(['inference-crashed', 'inference-out-of-memory'] as const)(
    'is tried once more in a fresh process after %s, and then scored',
    async (code) => {
      const { blobs, run } = await setUp();
      let calls = 0;
      const sessions = scriptedSessions(async () => {
        if (++calls === 1) throw new ModelFailure(code, 'gone');
        return predicts(6)();
      });
      await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
      expect(sessions.alone).toEqual([false, true]); // so that a second end would be its own doing
      expect(run.outcome?.failure).toBeNull();
    },
  );

  it('puts the run on hold after two abnormal ends, with the last words of the process and without a row', async () => {
    const { blobs, run } = await setUp();
    const sessions = scriptedSessions(() => Promise.reject(new ModelFailure('inference-crashed', 'signal SIGFPE')));
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(sessions.opened).toBe(2);
    expect(run.quarantined).toEqual({ code: 'inference-crashed', detail: 'case one, twice: signal SIGFPE' });
    expect(run).toMatchObject({ outcome: null, failure: null, released: 1, faults: 0 });
  });

  it("is the algorithm's failure when memory runs out twice: a limit of the benchmark, and nothing unforeseen", async () => {
    const { blobs, run } = await setUp();
    const sessions = scriptedSessions(() => Promise.reject(new ModelFailure('inference-out-of-memory', '600 MiB')));
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(sessions.opened).toBe(2);
    expect(run.outcome?.failure?.code).toBe('inference-out-of-memory');
    expect(run.quarantined).toBeNull();
  });

  it('loses no attempt when its process ends over another case, however often, and then is scored', async () => {
    const { blobs, run } = await setUp();
    let calls = 0;
    const sessions = scriptedSessions(async () => {
      if (++calls <= 5) throw new SessionLost('signal SIGFPE');
      if (calls === 6) throw new ModelFailure('inference-crashed', 'gone');
      return predicts(6)();
    });
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(sessions.alone).toEqual([false, false, false, false, false, false, true]);
    expect(run.outcome?.failure).toBeNull();
    expect(run).toMatchObject({ quarantined: null, attempts: 1 });
  });

  it('is our fault when processes are lost without end', async () => {
    const { blobs, run } = await setUp();
    const sessions = scriptedSessions(() => Promise.reject(new SessionLost('closed')));
    await expect(evaluateCase(stagePorts(run, blobs, sessions), JOB, never)).rejects.toThrow(/lost 10 processes/);
    expect(run).toMatchObject({ outcome: null, faults: 1, released: 1 });
  });

  it('is not tried twice when time ran out: it would run out again', async () => {
    const { blobs, run } = await setUp();
    const sessions = scriptedSessions(() =>
      Promise.reject(new ModelFailure('inference-timeout', 'no answer within 10 s')),
    );
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(sessions.opened).toBe(1);
  });

  it('that took three workers with it ends the run as worker-lost, without touching the model or recording a failed case', async () => {
    const { blobs, run } = await setUp();
    run.lost = 3;
    const sessions = scriptedSessions(predicts(6));
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(run.failure).toMatchObject({ code: 'worker-lost', detail: expect.stringMatching(/^3 workers .* case-1/) });
    expect(run).toMatchObject({ outcome: null, released: 1 });
    expect(sessions.opened).toBe(0);
  });
});

describe('images and channels', () => {
  it("reach the network in the manifest's order, whatever the benchmark's", async () => {
    const { blobs, run } = await setUp();
    const bytes = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
    const images = await Promise.all(
      ['T1', 'T1 c', 'FLAIR'].map(async (channel, n) => {
        const stored = await blobs.put(
          (async function* () {
            yield bytes[n];
          })(),
        );
        return { ...run.case.images[0], ...stored, id: `image-${n}`, channel };
      }),
    );
    Object.assign(run.case, { images });
    Object.assign(run.context.benchmark, { channels: images.map(({ channel }) => ({ name: channel })) });
    Object.assign(run.context.version.manifest.inputs[0], { channels: [{ name: 'flair' }, { name: 't1-c' }] });
    const fed: number[][] = [];
    const sessions = scriptedSessions(async (given) => {
      fed.push(given.map(([first]) => first));
      return predicts(6)();
    });
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(fed).toEqual([[3, 2]]);
    expect(run.outcome?.prediction?.inputs).toEqual(['image-2', 'image-1']);
  });
});

describe('isolation', () => {
  it.each([
    ['a sealed phase with images of people', false, undefined, 'L1', 'L2'],
    ['a phase that says so', true, 'L3', 'L2', 'L3'],
  ] as const)(
    'below what is required by %s: nothing is shown to the model, another worker may',
    async (_, synthetic, asked, level, required) => {
      const { blobs, run } = await setUp('SEALED');
      Object.assign(run.context.benchmark, { synthetic });
      Object.assign(run.context.phase, { rules: { ...RULES, requiredIsolation: asked } });
      let shown = 0;
      const sessions = scriptedSessions(
        async () => {
          shown++;
          return predicts(6)();
        },
        undefined,
        level,
      );
      await expect(evaluateCase(stagePorts(run, blobs, sessions), JOB, never)).rejects.toMatchObject({
        code: 'isolation-too-low',
        message: expect.stringContaining(`level ${level}; the phase requires ${required}`) as string,
      });
      expect(run).toMatchObject({ outcome: null, failure: null, released: 1, faults: 1 });
      expect(shown).toBe(0);
    },
  );
});

describe('faults of ours', () => {
  it('give the case back and are thrown, for the queue to try again', async () => {
    const { blobs, run } = await setUp();
    const ports = stagePorts(
      run,
      blobs,
      scriptedSessions(() => Promise.reject(new EngineUnavailable('runner-scratch', 'disk full'))),
    );
    for (let i = 0; i < 5; i++) await expect(evaluateCase(ports, JOB, never)).rejects.toThrow('disk full');
    expect(run).toMatchObject({ released: 5, faults: 5, outcome: null, failure: null });
  });

  it('end the run as a defect when they come back, instead of going round for ever', async () => {
    const { blobs, run } = await setUp();
    const ports = stagePorts(
      run,
      blobs,
      scriptedSessions(() => Promise.reject(new TypeError('x is undefined'))),
    );
    await expect(evaluateCase(ports, JOB, never)).rejects.toThrow(TypeError);
    await expect(evaluateCase(ports, JOB, never)).rejects.toThrow(TypeError);
    await evaluateCase(ports, JOB, never);
    expect(run.failure?.code).toBe('defect');
    expect(run).toMatchObject({ outcome: null, faults: 0 });
  });

  it('a blob that is gone or has changed puts the run on hold as case-unreadable, naming the case, and costs the algorithm nothing', async () => {
    for (const spoil of ['delete', 'change'] as const) {
      const { blobs, run } = await setUp();
      if (spoil === 'delete') blobs.content.delete(run.case.images[0].sha256);
      else blobs.content.set(run.case.references[0].object.sha256, Uint8Array.of(1, 2, 3));
      await evaluateCase(stagePorts(run, blobs, scriptedSessions(predicts(6))), JOB, never);
      expect(run.quarantined?.code).toBe('case-unreadable');
      expect(run.quarantined?.detail).toMatch(
        spoil === 'delete' ? /^case one: .*image .* is not in the blob store/ : /^case one: .*reference .* has changed/,
      );
      expect(run).toMatchObject({ outcome: null, failure: null, faults: 0, released: 1 });
    }
  });

  it('an image whose grid is not the recorded one puts the run on hold, too', async () => {
    const { blobs, run } = await setUp();
    const moved = { ...prediction(6), geometry: { ...GEOMETRY, originLps: [5, 0, 0] as const } };
    await evaluateCase(
      stagePorts(
        run,
        blobs,
        scriptedSessions(async () => ({ labels: moved, usage: USAGE })),
      ),
      JOB,
      never,
    );
    expect(run.quarantined).toMatchObject({ code: 'case-unreadable' });
    expect(run.failure).toBeNull();
  });
});

describe('letting go', () => {
  it('writes nothing after it was overtaken', async () => {
    const { blobs, run } = await setUp();
    const sessions = scriptedSessions(async () => {
      run.attempts++; // another worker claimed it while we were busy
      return predicts(6)();
    });
    await evaluateCase(stagePorts(run, blobs, sessions), JOB, never);
    expect(run.outcome).toBeNull();
  });

  it('gives the case back when the worker stops, and says so to the queue', async () => {
    const { blobs, run } = await setUp();
    const stop = new AbortController();
    const untilAborted = (_: readonly Uint8Array[], signal: AbortSignal) =>
      new Promise<never>((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const running = evaluateCase(stagePorts(run, blobs, scriptedSessions(untilAborted)), JOB, stop.signal);
    setTimeout(() => stop.abort(new EngineUnavailable('worker-stopping', 'stops')), 20);
    await expect(running).rejects.toThrow('stops');
    expect(run).toMatchObject({ released: 1, faults: 0, outcome: null, failure: null });
  });

  it('throws the fault itself, not that of a database that is away when the case is given back', async () => {
    const { blobs, run } = await setUp();
    const records = {
      ...run.records,
      releaseCase: () => Promise.reject(new EngineUnavailable('database-unavailable', 'away')),
    };
    const ports = stagePorts(
      run,
      blobs,
      scriptedSessions(() => Promise.reject(new EngineUnavailable('runner-start', 'no process'))),
      { records },
    );
    await expect(evaluateCase(ports, JOB, never)).rejects.toThrow('no process');
  });
});
