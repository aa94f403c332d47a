import type { FailureCode } from '#domain';
import { ModelFailure, type ModelSession } from './ports.js';
import type { RunContext } from './records.js';
import type { StagePorts } from './stage-ports.js';

/** Ends of the process that may have been an accident: another process, the kernel short of memory, an operator's kill. */
const ABNORMAL: readonly FailureCode[] = ['inference-crashed', 'inference-out-of-memory'];

/**
 * Does `work` with the model of a run in a child process, and once more in a fresh one when the process ended abnormally.
 * The second such end is the algorithm's.
 *
 * @throws ModelFailure, EngineUnavailable, or the reason of `signal`
 */
export async function useModel<T>(
  { sessions, blobs, log }: Pick<StagePorts, 'sessions' | 'blobs' | 'log'>,
  { run, version, phase }: RunContext,
  signal: AbortSignal,
  work: (session: ModelSession) => Promise<T>,
): Promise<T> {
  const { sha256 } = version.model;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await sessions.use(
        run.id,
        (runner) =>
          runner.open({ sha256, copyTo: (path) => blobs.copyTo(sha256, path) }, version.manifest, phase.rules.limits),
        work,
      );
    } catch (error) {
      const accident = error instanceof ModelFailure && ABNORMAL.includes(error.code);
      if (!accident || attempt === 2) throw error;
      log.warn('model.tried-again', { runId: run.id, code: error.code });
    }
  }
}
