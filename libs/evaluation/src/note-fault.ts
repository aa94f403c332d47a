import type { StagePorts } from './stage-ports.js';

/**
 * Tells the records that a fault of ours kept work on a run from succeeding, before that fault is thrown: when nothing else
 * comes of it for a day, the sweeper gives the run up. A database that is away cannot be told, and is no reason to hide
 * the fault itself.
 */
export async function noteFault({ records, log }: StagePorts, runId: string, epoch: number): Promise<void> {
  try {
    await records.noteFault(runId, epoch);
  } catch (error) {
    log.error('run.fault-not-noted', error, { runId, epoch });
  }
}
