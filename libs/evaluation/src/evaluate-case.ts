import { createHash } from 'node:crypto';
import { BenchmarkMisconfigured, EngineUnavailable, ModelFailure } from '#domain';
import { describeGrid, sameGrid, writeNifti, type LabelMap } from '#imaging';
import { scoresWithoutPrediction } from '#metrics';
import { errorText } from './error-text.js';
import { holding, Overtaken } from './holding.js';
import { inOnePiece } from './in-one-piece.js';
import { noteFault } from './note-fault.js';
import type { BlobStore, ModelSession } from './ports.js';
import { channelOrder } from './channels.js';
import type {
  CaseClaim,
  CaseImage,
  EvaluationCase,
  EvaluationRecords,
  Receipt,
  RunContext,
  StoredObject,
} from './records.js';
import type { StagePorts } from './stage-ports.js';
import { useModel } from './use-model.js';

const LEASE_SECONDS = 10;
const RENEW_SECONDS = 2;
/** A case that took this many workers with it is not given to another one. */
const LOST_WORKERS = 3;
/** Claims of a case after which a defect of ours ends the run rather than being tried again. */
const DEFECT_ATTEMPTS = 3;

/** A stored image or reference cannot be used: nothing the algorithm did. The run waits for the organiser. */
export class CaseUnreadable extends BenchmarkMisconfigured {
  constructor(message: string, options?: { cause?: unknown }) {
    super('case-unreadable', message, options);
  }
}

/** The process that ran the model ended abnormally twice over one case. The run waits for the organiser. */
class CrashedTwice extends Error {
  constructor(
    readonly detail: string,
    options: { cause: unknown },
  ) {
    super(detail, options);
    this.name = 'CrashedTwice';
  }
}

type Outcome = Parameters<EvaluationRecords['recordCase']>[1];

/** Where the time of a case went, for the log: an operator's figures, of held-out cases too. */
interface Spent {
  /** As the child process measured it; of an attempt that failed, as long as we waited for it. */
  inferenceMs: number;
  scoringMs: number;
}

/**
 * Light table, engine and bench for one reference case: image to label map in the child process, label map to metric
 * values, both stored, one row written.
 *
 * May be called any number of times, also at once: a claim with a lease lets one worker in, and the row is written only
 * by the holder of the latest claim. What the algorithm does wrong becomes a failed row; a process that ends abnormally
 * twice over one case puts the run on hold, since whoever looks at it must not be surprised by the third time. A fault of
 * ours never becomes a row: it gives the case back and is thrown, so that the queue tries again; or it puts the run on hold
 * (an image that cannot be read), or ends it (a defect, or workers lost time and again: whether the model or the machine
 * took them down cannot be told, so no penalty is counted).
 */
export async function evaluateCase(
  ports: StagePorts,
  job: { readonly runId: string; readonly epoch: number; readonly caseId: string },
  signal: AbortSignal,
): Promise<void> {
  const { records, log, owner, clock } = ports;
  const { runId, epoch, caseId } = job;
  const claim = await records.claimCase(runId, caseId, epoch, owner, LEASE_SECONDS);
  if (claim === null) return;
  if (claim.lost >= LOST_WORKERS) {
    if (!(await giveBack(ports, claim))) return;
    log.warn('case.workers-lost', { runId, caseId, epoch, lost: claim.lost });
    const detail = `${claim.lost} workers were lost while they worked on case ${caseId}`;
    await records.failRun(runId, epoch, { code: 'worker-lost', detail });
    return;
  }
  const lease = {
    what: `case ${caseId}`,
    seconds: LEASE_SECONDS,
    everySeconds: RENEW_SECONDS,
    renew: () => records.heartbeat(claim, LEASE_SECONDS),
  };
  const start = clock.monotonicMs();
  const spent: Spent = { inferenceMs: 0, scoringMs: 0 };
  try {
    const outcome = await holding(lease, clock, signal, async (held) => {
      const [context, found] = await Promise.all([records.runContext(runId), records.findCase(caseId)]);
      if (!context || !found) throw new Error(`run ${runId} or case ${caseId} is not in the records`);
      return evaluate(ports, context, found.case, spent, held);
    });
    const times = {
      elapsedMs: Math.round(clock.monotonicMs() - start),
      inferenceMs: Math.round(spent.inferenceMs),
      scoringMs: Math.round(spent.scoringMs),
    };
    if (await records.recordCase(claim, outcome)) {
      if (outcome.failure)
        log.info('case.failed', {
          runId,
          caseId,
          epoch,
          attempt: claim.attempt,
          code: outcome.failure.code,
          ...times,
        });
      else log.info('case.scored', { runId, caseId, epoch, attempt: claim.attempt, ...times });
    } else log.info('case.overtaken', { runId, caseId, epoch, attempt: claim.attempt });
  } catch (error) {
    if (error instanceof Overtaken) return;
    if (!(await giveBack(ports, claim))) return; // overtaken: somebody else answers for this case now
    if (error instanceof CaseUnreadable) {
      log.error('case.unreadable', error, { runId, caseId, epoch });
      await records.quarantineRun(runId, epoch, { code: 'case-unreadable', detail: error.message });
      return;
    }
    if (error instanceof CrashedTwice) {
      log.warn('case.crashed-twice', { runId, caseId, epoch });
      await records.quarantineRun(runId, epoch, { code: 'inference-crashed', detail: error.detail });
      return;
    }
    if (signal.aborted) throw error;
    if (error instanceof EngineUnavailable) await noteFault(ports, runId, epoch);
    else if (claim.attempt >= DEFECT_ATTEMPTS) {
      log.error('case.defect', error, { runId, caseId, epoch, attempt: claim.attempt });
      await records.failRun(runId, epoch, { code: 'defect', detail: errorText(error) });
      return;
    }
    throw error;
  }
}

async function evaluate(
  ports: StagePorts,
  context: RunContext,
  evaluationCase: EvaluationCase,
  spent: Spent,
  signal: AbortSignal,
): Promise<Outcome> {
  const { blobs, scorer, clock } = ports;
  const { rules } = context.phase;
  const consensus = evaluationCase.references.find((reference) => reference.consensus);
  if (!consensus) throw new CaseUnreadable(`case ${evaluationCase.name}: has no consensus reference segmentation`);
  const inputs = inputsOf(context, evaluationCase);
  const reference = await readVerified(blobs, evaluationCase, consensus.object);
  let prediction: LabelMap;
  let usage: Outcome['usage'];
  let receipt: Receipt | null = null;
  try {
    const images: Uint8Array[] = [];
    for (const image of inputs) images.push(await readVerified(blobs, evaluationCase, image));
    const predicted = await useModel(ports, context, signal, async (session) => {
      receipt = receiptOf(session);
      const asked = clock.monotonicMs();
      try {
        return await session.predict(images, signal);
      } catch (error) {
        spent.inferenceMs += clock.monotonicMs() - asked;
        throw error;
      }
    });
    prediction = onRecordedGrid(predicted.labels, evaluationCase);
    usage = predicted.usage;
    spent.inferenceMs += usage.elapsedMs;
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    if (error.code === 'case-unreadable')
      throw new CaseUnreadable(`case ${evaluationCase.name}: ${error.detail}`, { cause: error });
    if (error.code === 'inference-crashed')
      throw new CrashedTwice(`case ${evaluationCase.name}, twice: ${error.detail}`, { cause: error });
    return { ...failed(context, error), receipt };
  }
  const metrics = rules.metrics.map(({ id }) => id);
  const { regions, predictionGrid, ignoreLabel } = rules;
  const { scores, elapsedMs } = await scorer.score({
    reference,
    prediction,
    regions,
    metrics,
    predictionGrid,
    ignoreLabel,
  });
  spent.scoringMs = elapsedMs;
  signal.throwIfAborted();
  const stored = await blobs.put(inOnePiece(await writeNifti(prediction, { gzip: true })));
  return {
    prediction: {
      ...stored,
      kind: 'prediction',
      mediaType: 'application/gzip',
      label: evaluationCase.label,
      inputs: inputs.map(({ id }) => id),
    },
    usage,
    receipt,
    scores,
    failure: null,
  };
}

function receiptOf({ isolation, facts }: ModelSession): Receipt {
  return { isolation, runtime: facts.machine ? `${facts.runtime}; ${facts.machine}` : facts.runtime };
}

/** The images that feed the network, in the order of its channels. */
function inputsOf({ version, benchmark }: RunContext, { name, images }: EvaluationCase): readonly CaseImage[] {
  const wanted = version.manifest.inputs[0].channels.map((channel) => channel.name);
  const order = channelOrder(
    wanted,
    benchmark.channels.map((channel) => channel.name),
  );
  if (!order) throw new Error(`the manifest wants ${wanted.join(', ')}; submitted to a benchmark without one of them`);
  return order.map((index) => {
    const image = images.at(index);
    if (!image) throw new CaseUnreadable(`case ${name}: has ${images.length} image(s); channel ${index} is missing`);
    return image;
  });
}

/** True when it was still ours. A database that is away says neither: then the lease runs out by itself. */
async function giveBack({ records, log }: StagePorts, claim: CaseClaim): Promise<boolean> {
  try {
    return await records.releaseCase(claim);
  } catch (error) {
    log.error('case.release-failed', error, { runId: claim.runId, caseId: claim.caseId });
    return true;
  }
}

/** A case without a prediction is a row like any other: every value undefined, with the reason. */
function failed({ phase }: RunContext, { code, detail, usage }: ModelFailure): Outcome {
  const { regions, metrics } = phase.rules;
  const scores = scoresWithoutPrediction(
    regions,
    metrics.map(({ id }) => id),
  );
  return { prediction: null, usage, scores, failure: { code, detail } };
}

async function readVerified(
  blobs: BlobStore,
  { name }: EvaluationCase,
  { sha256, kind }: StoredObject,
): Promise<Uint8Array> {
  const bytes = await blobs.read(sha256).catch((error: unknown) => {
    throw error instanceof EngineUnavailable && error.code === 'blob-missing'
      ? new CaseUnreadable(`case ${name}: ${kind} ${sha256} is not in the blob store`, { cause: error })
      : error;
  });
  const got = createHash('sha256').update(bytes).digest('hex');
  if (got !== sha256)
    throw new CaseUnreadable(`case ${name}: ${kind} ${sha256} has changed in the blob store: its digest now is ${got}`);
  return bytes;
}

/** The child reports the grid it found in the image; the one that counts is the one recorded with the case. */
function onRecordedGrid(labels: LabelMap, { name, geometry }: EvaluationCase): LabelMap {
  if (!sameGrid(labels.geometry, geometry)) {
    throw new CaseUnreadable(
      `case ${name}: the image has the grid ${describeGrid(labels.geometry)}; recorded is ${describeGrid(geometry)}`,
    );
  }
  return { ...labels, geometry };
}
