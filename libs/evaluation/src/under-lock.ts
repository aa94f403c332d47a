import type { EvaluationRecords } from './records.js';

/** Between two tries, ms. */
const PAUSE_MS = 20;

/** Does `work` under a lock of the whole cluster, and waits while somebody else holds it. */
export async function underLock(
  records: Pick<EvaluationRecords, 'withLock'>,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  while (!(await records.withLock(name, work))) await new Promise((again) => setTimeout(again, PAUSE_MS));
}
