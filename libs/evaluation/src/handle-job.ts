import { closeRun } from './close-run.js';
import type { Job, PutBack } from './ports.js';
import { runDryRun } from './making/run-dry-run.js';
import { runPreflight } from './run-preflight.js';
import type { StagePorts } from './stage-ports.js';
import { takeTurns } from './take-turns.js';
import { validateModel } from './validate-model.js';

type Stage<Name extends Job['name']> = (
  ports: StagePorts,
  job: Extract<Job, { name: Name }>,
  signal: AbortSignal,
) => Promise<PutBack | void>;

/** One stage for each job name; a name without one does not compile. */
export const STAGES: { readonly [Name in Job['name']]: Stage<Name> } = {
  'validate-model': validateModel,
  'evaluate-case': takeTurns,
  'close-run': closeRun,
  preflight: runPreflight,
  'dry-run': runDryRun,
};

/**
 * Carries out one job of the queue. Returns when there is nothing (more) to do, also when somebody else did it; a job that
 * has to wait for others is put back.
 *
 * @param signal aborted when the queue gave the job to somebody else, or when this worker stops
 * @throws EngineUnavailable and defects, for the queue to try again
 */
export async function handleJob(ports: StagePorts, job: Job, signal: AbortSignal): Promise<PutBack | void> {
  // the compiler does not relate the name of a union member to the stage of that name
  const stage: ((ports: StagePorts, job: never, signal: AbortSignal) => Promise<PutBack | void>) | undefined =
    STAGES[job.name];
  if (!stage) throw new TypeError(`no stage for job "${job.name}"; expected one of ${Object.keys(STAGES).join(', ')}`);
  return stage(ports, job as never, signal);
}
