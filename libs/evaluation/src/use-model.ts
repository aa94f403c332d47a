import {
  EngineUnavailable,
  isolationReaches,
  ModelFailure,
  requiredIsolation,
  SessionLost,
  type FailureCode,
} from '#domain';
import type { ModelFile, ModelSession } from './ports.js';
import type { AlgorithmVersion, RunContext } from './records.js';
import type { StagePorts } from './stage-ports.js';

/** Ends of the process that may have been an accident: another process, the kernel short of memory, an operator's kill. */
export const ABNORMAL_ENDS: readonly FailureCode[] = ['inference-crashed', 'inference-out-of-memory'];
/** So often may a case lose its process to other cases before we say that something is wrong with us. */
const MOST_LOST = 10;

/** This worker cannot cut models off as far as the phase asks. Another worker may; the operator is told. */
export class IsolationTooLow extends EngineUnavailable {
  constructor(got: string, required: string) {
    super(
      'isolation-too-low',
      `this worker runs models at isolation level ${got}; the phase requires ${required} (docs/sandbox.md says what gives which level)`,
    );
  }
}

/** The ONNX files of a version, in the order of its manifest. */
export function modelFiles({ models }: AlgorithmVersion, blobs: Pick<StagePorts['blobs'], 'copyTo'>): ModelFile[] {
  return models.map(({ sha256 }) => ({ sha256, copyTo: (path: string) => blobs.copyTo(sha256, path) }));
}

/**
 * Does `work` with the models of a run in a child process. When the process ended abnormally over it, it is done once more,
 * alone in a fresh one that is sparing with memory, so that the second such end is nobody else's doing. A process lost to another case costs no
 * attempt.
 *
 * @throws ModelFailure; with code `inference-crashed` when the process ended abnormally for the second time
 * @throws IsolationTooLow before anything is shown to the model
 * @throws EngineUnavailable, or the reason of `signal`
 */
export async function useModel<T>(
  { sessions, blobs, log }: Pick<StagePorts, 'sessions' | 'blobs' | 'log'>,
  { run, version, phase, benchmark }: RunContext,
  signal: AbortSignal,
  work: (session: ModelSession) => Promise<T>,
): Promise<T> {
  const required = requiredIsolation(phase.rules, { label: phase.label, synthetic: benchmark.synthetic });
  let ends = 0;
  let lost = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await sessions.use(
        run.id,
        (runner) =>
          runner.open(modelFiles(version, blobs), version.manifest, phase.rules.limits, { sparing: ends > 0 }),
        (session) => {
          if (!isolationReaches(session.isolation, required)) throw new IsolationTooLow(session.isolation, required);
          return work(session);
        },
        ends > 0,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SessionLost) {
        lost++;
        if (lost < MOST_LOST) continue;
        throw new EngineUnavailable('runner-lost', `lost ${lost} processes in a row: ${error.message}`, {
          cause: error,
        });
      }
      if (!(error instanceof ModelFailure) || !ABNORMAL_ENDS.includes(error.code)) throw error;
      ends++;
      if (ends === 2) throw error;
      log.warn('model.tried-again', { runId: run.id, code: error.code });
    }
  }
}
