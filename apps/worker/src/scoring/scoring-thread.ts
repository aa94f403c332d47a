import { parentPort } from 'node:worker_threads';
import { ImageFormatError, readLabelMap } from '#imaging';
import { scoreCase } from '#metrics';
import type { ScoringAnswer, ScoringTask } from './scoring-pool.js';

// A thread that computes metrics: surface distances of a large organ take seconds, in which the worker must keep its leases.

if (!parentPort) throw new Error('scoring-thread runs as a worker thread only');
const port = parentPort;

async function score({
  reference,
  prediction,
  regions,
  metrics,
  predictionGrid,
}: ScoringTask['task']): Promise<ScoringAnswer['outcome']> {
  const start = performance.now();
  try {
    const stored = await readLabelMap(reference);
    const scores = scoreCase({ reference: stored, prediction, regions, metrics, predictionGrid });
    return { kind: 'scored', scores, elapsedMs: performance.now() - start };
  } catch (error) {
    if (error instanceof ImageFormatError) return { kind: 'unreadable', message: `${error.code}: ${error.message}` };
    return { kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

port.on('message', ({ id, task }: ScoringTask) => {
  void score(task).then((outcome) => port.postMessage({ id, outcome } satisfies ScoringAnswer));
});
