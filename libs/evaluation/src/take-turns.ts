import { errorText } from './error-text.js';
import { evaluateCase } from './evaluate-case.js';
import type { PutBack } from './ports.js';
import type { StagePorts } from './stage-ports.js';

/** How long a job waits for its run before it looks again whether another one has something to do. */
const LOOK_EVERY_MS = 1000;
/** How long a job keeps its place in this worker while it only waits. */
const WAIT_MS = 2000;
/** For a job that waited in vain: another worker may have room, or this one by then. */
const LATER: PutBack = { againInMs: 1000 };
/** For a job that did another case: its place is given anew, by priority. */
const NEXT: PutBack = { againInMs: 0 };

interface CaseOfRun {
  readonly runId: string;
  readonly epoch: number;
  readonly caseId: string;
}

/**
 * Does the case of a job as soon as its run has a seat in this worker. The queue gives all cases of one run before those of
 * the next, and a run has but one process here: so that the others do not stand idle meanwhile, a job that has to wait does
 * an untouched case of another run, whose own job will find it done. Nothing is claimed and nothing is read while it waits.
 * A job that did somebody else's case, or waited for two seconds, is put back: other workers may have room for it, and
 * preflights and validations want its place here. So are all that wait when the worker stops.
 *
 * @param evaluate what is done with one case
 */
export async function takeTurns(
  ports: StagePorts,
  job: CaseOfRun,
  signal: AbortSignal,
  evaluate: typeof evaluateCase = evaluateCase,
): Promise<PutBack | void> {
  const { records, log, clock } = ports;
  const { seats } = ports.sessions;
  const since = clock.monotonicMs();
  let helped = false;
  for (;;) {
    signal.throwIfAborted();
    const seat = seats.take(job.runId);
    if (seat !== null) {
      await evaluate(ports, job, signal).finally(seat);
      return seats.welcome(job.runId);
    }
    if (helped) return NEXT;
    const other = seats.closed ? null : await records.untouchedCase([...seats.full(), ...seats.avoided()]);
    const otherSeat = other === null ? null : seats.take(other.runId);
    if (other === null || otherSeat === null) {
      if (seats.closed || clock.monotonicMs() - since >= WAIT_MS) return LATER;
      await seats.given(job.runId, LOOK_EVERY_MS, signal);
      continue;
    }
    try {
      await evaluate(ports, other, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      seats.avoid(other.runId);
      const { runId, caseId } = other;
      log.warn('case.left-to-its-job', { runId, caseId, message: errorText(error) });
    } finally {
      otherSeat();
    }
    helped = true;
  }
}
