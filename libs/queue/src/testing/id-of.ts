import type { Job } from '#evaluation';

/** What a job is about. */
export function idOf(job: Job): string {
  return job.name === 'preflight' ? job.preflightId : job.name === 'dry-run' ? job.dryRunId : job.runId;
}
