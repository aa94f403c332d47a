import { createHash } from 'node:crypto';
import { EngineUnavailable, type PhaseRules, type SecrecyLabel } from '#domain';
import { readLabelMap, voxelCount, writeNifti, type Geometry } from '#imaging';
import { scoreCase, scoresWithoutPrediction } from '#metrics';
import { agreementWithFile } from '../agreement.js';
import { studyCase } from '../making/study-case.js';
import type { BlobStore, CaseUsage, Log, ModelRunner, ModelSession, ModelSessions, Scorer } from '../ports.js';
import type { CaseClaim, CaseResult, EvaluationCase, EvaluationRecords, RunContext, StoredObject } from '../records.js';
import { createSeats } from '../seats.js';
import type { StagePorts } from '../stage-ports.js';

/** Small ports that keep everything in memory: real enough to follow one case through its stage. What needs transactions is tested on PostgreSQL. */

export const GEOMETRY: Geometry = {
  sizeXyz: [4, 3, 2],
  spacingMm: [1, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
export const RULES: PhaseRules = {
  regions: [{ name: 'liver', labels: [1] }],
  metrics: [{ id: 'dice', penalty: { kind: 'fixed', value: 0 } }],
  ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
  limits: { loadSeconds: 10, caseSeconds: 10, memoryMib: 512, threads: 1 },
};
export const USAGE: CaseUsage = { elapsedMs: 10, cpuMs: 9, peakRssBytes: 1e8, sessionMs: 5 };

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function memoryBlobs(): BlobStore & { readonly content: Map<string, Uint8Array> } {
  const content = new Map<string, Uint8Array>();
  const missing = (digest: string) => new EngineUnavailable('blob-missing', `no blob ${digest}`);
  const read = async (digest: string) => {
    const bytes = content.get(digest);
    if (!bytes) throw missing(digest);
    return bytes;
  };
  return {
    content,
    read,
    async put(parts) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of parts) chunks.push(chunk);
      const bytes = new Uint8Array(Buffer.concat(chunks));
      content.set(sha256(bytes), bytes);
      return { sha256: sha256(bytes), bytes: bytes.length };
    },
    async open(digest) {
      const bytes = await read(digest);
      return (async function* () {
        yield bytes;
      })();
    },
    head: async (digest) => (content.has(digest) ? { sha256: digest, bytes: content.get(digest)!.length } : null),
    copyTo: async (digest) => void (await read(digest)),
    delete: async (digest) => content.delete(digest),
    async *list() {
      yield* content.keys();
    },
    close: async () => undefined,
  };
}

type Outcome = Parameters<EvaluationRecords['recordCase']>[1];

/** One run with one case, in state `validating` or `scoring` as the stage under test needs it. Tests set `entitled` to false to play the part of whoever overtook. */
export interface MemoryRun {
  readonly records: EvaluationRecords;
  readonly context: RunContext;
  readonly case: EvaluationCase;
  outcome: Outcome | null;
  failure: { readonly code: string; readonly detail: string } | null;
  quarantined: { readonly code: string; readonly detail: string } | null;
  faults: number;
  signature: string | null;
  completed: Parameters<EvaluationRecords['completeRun']>[2] | null;
  released: number;
  attempts: number;
  lost: number;
  entitled: boolean;
}

export async function memoryRun(blobs: BlobStore, label: SecrecyLabel = 'PUBLIC'): Promise<MemoryRun> {
  const stored = async (kind: StoredObject['kind'], bytes: Uint8Array): Promise<StoredObject> => {
    const blob = await blobs.put(
      (async function* () {
        yield bytes;
      })(),
    );
    return { ...blob, id: `${kind}-id`, kind, mediaType: 'application/gzip', label };
  };
  const voxels = voxelCount(GEOMETRY);
  const image = await stored(
    'image',
    await writeNifti({ geometry: GEOMETRY, data: new Int16Array(voxels) }, { gzip: true }),
  );
  const labels = Uint8Array.from({ length: voxels }, (_, v) => (v < 6 ? 1 : 0));
  const reference = await stored('reference', await writeNifti({ geometry: GEOMETRY, data: labels }, { gzip: true }));
  const context = {
    run: { id: 'run-1', epoch: 1, state: 'scoring' },
    phase: { id: 'phase-1', kind: 'practice', label, rules: RULES, caseCount: 1, datasetDigest: 'd'.repeat(64) },
    version: {
      id: 'version-1',
      models: [{ sha256: 'm'.repeat(64), file: 'model.onnx' }],
      modelSha256: 'm'.repeat(64),
      manifest: { labels: [], inputs: [{ channels: [{ name: 'CT' }] }] },
      conformance: null,
      // as a preflight has left them, so that the gate has nothing to find out
      checks: { benchmarkId: 'benchmark-1', checks: [] },
    },
    submission: { id: 'submission-1', submitterId: 'user-1' },
    benchmark: { id: 'benchmark-1', slug: 'demo', synthetic: true, channels: [{ name: 'image' }] },
  } as unknown as RunContext;
  const found: EvaluationCase = {
    id: 'case-1',
    phaseId: 'phase-1',
    ordinal: 0,
    name: 'one',
    patient: 'p1',
    label,
    facts: {},
    geometry: GEOMETRY,
    images: [{ ...image, channel: 'image' }],
    references: [{ reader: 'consensus', consensus: true, object: reference }],
    referenceStudy: null,
  };
  const run: MemoryRun = {
    context,
    case: found,
    outcome: null,
    failure: null,
    quarantined: null,
    faults: 0,
    signature: null,
    completed: null,
    released: 0,
    attempts: 0,
    lost: 0,
    entitled: true,
    records: null as never,
  };
  const stands = (claim: CaseClaim) => run.entitled && claim.attempt === run.attempts && run.outcome === null;
  const records: Partial<EvaluationRecords> = {
    claimCase: async (runId, caseId, epoch) =>
      run.entitled && run.outcome === null ? { runId, caseId, epoch, attempt: ++run.attempts, lost: run.lost } : null,
    heartbeat: async (claim) => stands(claim),
    releaseCase: async (claim) => stands(claim) && ++run.released > 0,
    runContext: async () => context,
    findCase: async () => ({ case: found, phase: context.phase }),
    recordCase: async (claim, outcome) => {
      if (!stands(claim)) return false;
      run.outcome = outcome;
      return true;
    },
    claimRun: async () => (run.entitled ? context : null),
    heartbeatRun: async () => run.entitled,
    startRun: async (_, __, ___, signature) => {
      run.signature = signature;
      return true;
    },
    cases: async () => [found],
    caseResults: async () => [resultOf(run)],
    completeRun: async (_, __, outcome, rank) => {
      rank([{ runId: context.run.id, metrics: outcome.metrics }]);
      run.completed = outcome;
      return true;
    },
    failRun: async (_, __, failure) => {
      run.failure = failure;
      return true;
    },
    quarantineRun: async (_, __, failure) => {
      run.quarantined = failure;
      return true;
    },
    noteFault: async () => void run.faults++,
  };
  return Object.assign(run, { records: records as EvaluationRecords });
}

function resultOf({ outcome, attempts, case: { id } }: MemoryRun): CaseResult {
  const state = outcome === null ? 'pending' : outcome.failure ? 'failed' : 'scored';
  const failure = outcome?.failure ?? null;
  return {
    runId: 'run-1',
    caseId: id,
    state,
    attempt: attempts,
    failureCode: failure?.code ?? null,
    failureDetail: failure?.detail ?? null,
    prediction: null,
    usage: null,
    receipt: null,
    scores: outcome?.scores ?? [],
  };
}

/** Sessions whose prediction the test writes; counts how many were opened. */
export function scriptedSessions(
  predict: ModelSession['predict'],
  open?: () => Promise<void>,
  isolation: ModelSession['isolation'] = 'L2',
): ModelSessions & { opened: number; alone: boolean[]; ended: string[] } {
  const sessions = {
    opened: 0,
    /** Keys whose idle session was to end. */
    ended: [] as string[],
    /** Which of them were asked for alone. */
    alone: [] as boolean[],
    async use<T>(
      _: string,
      __: (runner: ModelRunner) => Promise<ModelSession>,
      work: (session: ModelSession) => Promise<T>,
      alone = false,
    ): Promise<T> {
      sessions.opened++;
      sessions.alone.push(alone);
      await open?.();
      return work({
        facts: { inputs: [], outputs: [], runtime: 'onnxruntime-node 1.30.0' },
        isolation,
        alive: true,
        predict,
        close: async () => undefined,
      });
    },
    async endIdle(key: string): Promise<void> {
      await Promise.resolve();
      sessions.ended.push(key);
    },
    seats: createSeats(2),
    close: async () => undefined,
  };
  return sessions;
}

export const inlineScorer: Scorer = {
  score: async ({ reference, prediction, regions, metrics, predictionGrid, ignoreLabel }) => ({
    scores: scoreCase({
      reference: await readLabelMap(reference),
      prediction,
      regions,
      metrics,
      predictionGrid,
      ignoreLabel,
    }),
    elapsedMs: 1,
  }),
  agree: ({ expected, predicted }) => agreementWithFile(expected, predicted),
  study: (task) => studyCase(task),
  close: async () => undefined,
};

export function collectingLog(): Log & { readonly events: string[] } {
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  return { events, info: note, warn: note, error: note };
}

export function stagePorts(
  run: MemoryRun,
  blobs: BlobStore,
  sessions: ModelSessions,
  changes: Partial<StagePorts> = {},
): StagePorts {
  const clock = { now: () => new Date(0), monotonicMs: () => performance.now() };
  return {
    records: run.records,
    blobs,
    sessions,
    runner: { open: () => Promise.reject(new Error('no model is opened here outside of a run')) },
    scorer: inlineScorer,
    clock,
    log: collectingLog(),
    owner: 'worker-1',
    ...changes,
  };
}

export const noPrediction = scoresWithoutPrediction(
  RULES.regions,
  RULES.metrics.map(({ id }) => id),
);
