import { EngineUnavailable, ModelFailure } from '#domain';
import { checkVersion } from './check-version.js';
import { errorText } from './error-text.js';
import { holding, Overtaken } from './holding.js';
import { noteFault } from './note-fault.js';
import { runSignature } from './signature.js';
import type { StagePorts } from './stage-ports.js';
import { useModel } from './use-model.js';

/** Matches the deadline of `validating`, which every renewal sets anew. */
const LEASE_SECONDS = 15;
const RENEW_SECONDS = 2;

/**
 * The gate: loads the models in a child process that is as isolated as the phase requires, checks them against the manifest,
 * tries a tile of zeros and the author's own case, holds the forecast against the limits, fixes the signature of the run
 * and plans its cases. A model at fault fails the run with a code; nothing is queued for it then. On a worker that cannot
 * isolate models well enough the run is left to another one.
 *
 * May be called twice: the second caller finds the run taken, or takes it over from a lost worker.
 */
export async function validateModel(
  ports: StagePorts,
  job: { readonly runId: string; readonly epoch: number },
  signal: AbortSignal,
): Promise<void> {
  const { records, log, owner, clock } = ports;
  const { runId, epoch } = job;
  const context = await records.claimRun(runId, epoch, owner);
  if (context === null) return;
  const lease = {
    what: `run ${runId}`,
    seconds: LEASE_SECONDS,
    everySeconds: RENEW_SECONDS,
    renew: () => records.heartbeatRun(runId, epoch, owner),
  };
  try {
    const runtime = await holding(lease, clock, signal, async (held) => {
      const loaded = await useModel(ports, context, held, async (session) => session.facts.runtime);
      await checkVersion(oneProcess(ports, runId), context, held);
      return loaded;
    });
    const started = await records.startRun(runId, epoch, owner, runSignature(context, runtime));
    if (started) log.info('run.started', { runId, epoch, cases: context.phase.caseCount });
  } catch (error) {
    if (error instanceof Overtaken) return;
    if (error instanceof ModelFailure) {
      if (await records.failRun(runId, epoch, { code: error.code, detail: error.detail })) {
        log.info('run.model-refused', { runId, epoch, code: error.code });
      }
      return;
    }
    if (signal.aborted) throw error;
    if (error instanceof EngineUnavailable) {
      await noteFault(ports, runId, epoch);
      throw error;
    }
    log.error('run.defect', error, { runId, epoch });
    await records.failRun(runId, epoch, { code: 'defect', detail: errorText(error) });
  }
}

/** The same ports; a process that is opened with them begins when the one that is kept for the run has gone. */
function oneProcess(ports: StagePorts, runId: string): StagePorts {
  const { sessions, runner } = ports;
  const open: typeof runner.open = async (...task) => {
    await sessions.endIdle(runId);
    return runner.open(...task);
  };
  return { ...ports, runner: { open } };
}
