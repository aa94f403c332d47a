import type { Job } from '#evaluation';

/**
 * A job as it came from the queue, checked: another release may have written it.
 *
 * @throws TypeError when it is none of ours
 */
export function parseJob(name: string, data: unknown): Job {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const { runId, epoch, caseId, preflightId, dryRunId } = fields;
  if (name === 'preflight' && typeof preflightId === 'string') return { name, preflightId };
  if (name === 'dry-run' && typeof dryRunId === 'string') return { name, dryRunId };
  if (typeof runId === 'string' && typeof epoch === 'number' && Number.isSafeInteger(epoch)) {
    if (name === 'validate-model' || name === 'close-run') return { name, runId, epoch };
    if (name === 'evaluate-case' && typeof caseId === 'string') return { name, runId, epoch, caseId };
  }
  throw new TypeError(
    `job "${name}" with fields ${Object.keys(fields).join(', ') || 'none'}: expected validate-model, evaluate-case or close-run with runId, epoch and, for a case, caseId, preflight with preflightId, or dry-run with dryRunId`,
  );
}
