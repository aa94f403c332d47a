import type { CaseResultView, RunSummary } from '#contracts';
import { FAILURE_ADVICE, type Actor, type FailureCode, type Resource } from '#domain';
import type { CaseResult, EvaluationCase, EvaluationRun, Phase } from '#evaluation';
import { instantView } from '../benchmarks/board-view.js';
import { scoresView } from '../cases/scores-view.js';
import { may } from '../http/permit.js';

/** What one person may know of one run, as the policy said. */
export interface RunSight {
  /** k of n, and which cases. */
  readonly progress: boolean;
  /** Figures of single cases, and times exact enough to tell what a case cost. */
  readonly caseResults: boolean;
  /** What the model or ONNX Runtime said, word for word. */
  readonly errorText: boolean;
  /** Has to decide what becomes of a run on hold. */
  readonly decides: boolean;
}

/** @param resource of the phase that the run belongs to, with the submission's owner */
export function sightOfRun(actor: Actor, resource: Resource): RunSight {
  return {
    progress: may(actor, 'run.case-list', resource),
    caseResults: may(actor, 'run.case-result', resource),
    errorText: may(actor, 'run.error-text', resource),
    decides: may(actor, 'run.release', resource),
  };
}

/**
 * Whether a run has to look as if its cases were still being worked on: how long they took is for other eyes. Whoever decides
 * about runs on hold sees that one is.
 */
export function endsLater(
  { releaseAt, state }: Pick<EvaluationRun, 'releaseAt' | 'state'>,
  sight: RunSight,
  now: Date,
): boolean {
  if (sight.caseResults || (sight.decides && state === 'quarantined')) return false;
  return releaseAt !== null && now < releaseAt;
}

/**
 * A run for one pair of eyes. Of a held-out run a submitter or visitor learns the state, on failure a code and what to do,
 * and to the minute when it ended: nothing that was computed from a single image. Where images are of people not even when
 * its cases were settled: such a run goes on running until it may be known how it ended (`releaseSeconds`).
 */
export function runSummaryView(
  run: EvaluationRun,
  phase: Pick<Phase, 'kind'>,
  sight: RunSight,
  queuePosition: number | null,
  now: Date,
): RunSummary {
  if (endsLater(run, sight, now)) {
    const unknown = {
      state: 'running',
      failureCode: null,
      failureDetail: null,
      finishedAt: null,
      releaseAt: null,
    } as const;
    return runSummaryView({ ...run, ...unknown }, phase, sight, queuePosition, now);
  }
  const { cases } = run;
  return {
    id: run.id,
    phase: phase.kind,
    state: run.state,
    queuePosition: run.state === 'queued' ? queuePosition : null,
    failure: failureView(run.failureCode, run.failureDetail, sight),
    progress: sight.progress ? { done: cases.scored + cases.failed, failed: cases.failed, total: cases.total } : null,
    createdAt: run.createdAt.toISOString(),
    startedAt: sight.caseResults ? (run.startedAt?.toISOString() ?? null) : null,
    finishedAt: run.finishedAt && instantView(run.finishedAt, sight.caseResults),
  };
}

export function failureView(
  code: FailureCode | null,
  detail: string | null,
  sight: Pick<RunSight, 'errorText'>,
): RunSummary['failure'] {
  return code === null ? null : { code, advice: FAILURE_ADVICE[code], detail: sight.errorText ? detail : null };
}

/**
 * One row of the per-case table; only for those whom `run.case-result` lets in. Whoever does not see the times of the run
 * does not see what a case of it cost either, nor on what it ran.
 */
export function caseResultView(
  result: CaseResult,
  of: EvaluationCase,
  sight: RunSight,
  mayOpenPrediction: boolean,
): CaseResultView {
  const { usage, receipt, prediction } = result;
  return {
    caseId: of.id,
    caseName: of.name,
    facts: { ...of.facts },
    state: result.state,
    failure: failureView(result.failureCode, result.failureDetail, sight),
    usage:
      sight.caseResults && usage
        ? {
            elapsedMs: usage.elapsedMs,
            cpuMs: usage.cpuMs,
            peakRssBytes: usage.peakRssBytes,
            sessionMs: usage.sessionMs ?? null,
            stagesMs: usage.stagesMs ? { ...usage.stagesMs } : null,
          }
        : null,
    receipt: sight.caseResults && receipt ? { isolation: receipt.isolation, runtime: receipt.runtime } : null,
    scores: scoresView(result.scores),
    predictionObjectId: mayOpenPrediction ? (prediction?.id ?? null) : null,
  };
}
