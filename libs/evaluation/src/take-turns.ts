import { errorText } from './error-text.js';
import { evaluateCase } from './evaluate-case.js';
import type { StagePorts } from './stage-ports.js';

/** How long a job waits for its run before it looks again whether another one has something to do. */
const LOOK_EVERY_MS = 1000;

interface CaseOfRun {
  readonly runId: string;
  readonly epoch: number;
  readonly caseId: string;
}

/**
 * Does the case of a job as soon as its run has a seat in this worker. The queue gives all cases of one run before those of
 * the next, and a run has but one process here: so that the others do not stand idle meanwhile, a job that has to wait does
 * untouched cases of other runs, whose own jobs will find them done. Nothing is claimed and nothing is read while it waits.
 *
 * @param evaluate what is done with one case
 */
export async function takeTurns(
  ports: StagePorts,
  job: CaseOfRun,
  signal: AbortSignal,
  evaluate: typeof evaluateCase = evaluateCase,
): Promise<void> {
  const { records, log } = ports;
  const { seats } = ports.sessions;
  /** Runs whose case failed here just now: their own jobs try again, each in its time. */
  const troubled = new Set<string>();
  for (;;) {
    signal.throwIfAborted();
    const seat = seats.take(job.runId);
    if (seat !== null) return evaluate(ports, job, signal).finally(seat);
    const other = await records.untouchedCase([...seats.full(), ...troubled]);
    const otherSeat = other === null ? null : seats.take(other.runId);
    if (other === null || otherSeat === null) {
      await seats.given(job.runId, LOOK_EVERY_MS, signal);
      continue;
    }
    try {
      await evaluate(ports, other, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      troubled.add(other.runId);
      const { runId, caseId } = other;
      log.warn('case.left-to-its-job', { runId, caseId, message: errorText(error) });
    } finally {
      otherSeat();
    }
  }
}
