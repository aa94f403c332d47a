import type { RunEvent } from '#evaluation';
import type { Database } from '../database.js';
import { RunEventEntity } from '../entities/evaluation-run.entity.js';

/** What was written about one run, or all runs of a submission, oldest first. */
export async function eventsOf(
  database: Database,
  of: { readonly runId: string } | { readonly submissionId: string },
): Promise<RunEvent[]> {
  const found = await database.dataSource.manager.find(RunEventEntity, { where: of, order: { id: 'ASC' } });
  return found.map(({ id, runId, submissionId, at, state, caseId }) => ({
    id,
    runId,
    submissionId,
    at,
    state,
    caseId,
  }));
}
