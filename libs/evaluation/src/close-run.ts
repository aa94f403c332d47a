import { EngineUnavailable } from '#domain';
import { aggregate } from './aggregate.js';
import { errorText } from './error-text.js';
import { holding, Overtaken } from './holding.js';
import type { CaseResult } from './records.js';
import { rankBoard } from './rank-board.js';
import type { StagePorts } from './stage-ports.js';

const LEASE_SECONDS = 20;
const RENEW_SECONDS = 2;

/**
 * The count: when all cases are settled, means, places, and the next phase of the submission, all written at once.
 *
 * May be called twice: only a run that is still `scoring` in this epoch is closed, and only by one caller. When not one
 * practice case succeeded, the held-out cases are not started.
 */
export async function closeRun(
  ports: StagePorts,
  job: { readonly runId: string; readonly epoch: number },
  signal: AbortSignal,
): Promise<void> {
  const { records, log, owner, clock } = ports;
  const { runId, epoch } = job;
  const context = await records.runContext(runId);
  if (!context || context.run.epoch !== epoch || context.run.state !== 'scoring') return;
  const { phase } = context;
  const lease = {
    what: `run ${runId}`,
    seconds: LEASE_SECONDS,
    everySeconds: RENEW_SECONDS,
    renew: () => records.heartbeatRun(runId, epoch, owner),
  };
  try {
    await holding(lease, clock, signal, async () => {
      const [cases, results] = await Promise.all([records.cases(phase.id), records.caseResults(runId)]);
      const stop =
        phase.kind === 'practice' && results.every(({ state }) => state === 'failed') ? practiceFailed(results) : null;
      const outcome = { ...aggregate(phase.rules, cases, results), stop };
      if (await records.completeRun(runId, epoch, outcome, rankBoard(phase.rules.ranking))) {
        const failed = results.filter(({ state }) => state === 'failed').length;
        log.info('run.completed', { runId, epoch, cases: results.length, failed });
      }
    });
  } catch (error) {
    if (error instanceof Overtaken) return;
    if (error instanceof EngineUnavailable || signal.aborted) throw error;
    log.error('run.defect', error, { runId, epoch });
    await records.failRun(runId, epoch, { code: 'defect', detail: errorText(error) });
  }
}

function practiceFailed(results: readonly CaseResult[]) {
  const codes = new Map<string, number>();
  for (const { failureCode } of results)
    codes.set(failureCode ?? 'defect', (codes.get(failureCode ?? 'defect') ?? 0) + 1);
  const counts = [...codes].map(([code, count]) => `${code} on ${count}`).join(', ');
  return { code: 'practice-all-failed', detail: `all ${results.length} practice cases failed: ${counts}` } as const;
}
