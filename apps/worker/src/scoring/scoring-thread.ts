import { parentPort } from 'node:worker_threads';
import type { AgreementTask, CaseStudy, Scorer, StudyTask } from '#evaluation';
import { ImageFormatError, readLabelMap } from '#imaging';
import { scoreCase } from '#metrics';
import type { ScoringAnswer, ScoringTask } from './scoring-pool.js';

// A thread that unpacks and compares label maps: surface distances of a large organ take seconds, in which the worker must
// keep its leases.

if (!parentPort) throw new Error('scoring-thread runs as a worker thread only');
const port = parentPort;

async function score({
  reference,
  prediction,
  regions,
  metrics,
  predictionGrid,
  ignoreLabel,
}: Parameters<Scorer['score']>[0]): ReturnType<Scorer['score']> {
  const start = performance.now();
  const stored = await readLabelMap(reference);
  const scores = scoreCase({ reference: stored, prediction, regions, metrics, predictionGrid, ignoreLabel });
  return { scores, elapsedMs: performance.now() - start };
}

/** Loaded when first asked for: it costs half a second and 14 MB, and most threads never see a preflight. */
async function agree({ expected, predicted }: AgreementTask): ReturnType<Scorer['agree']> {
  const { agreementWithFile } = await import('#evaluation');
  return agreementWithFile(expected, predicted);
}

async function study(task: StudyTask): Promise<CaseStudy> {
  const { studyCase } = await import('#evaluation');
  return studyCase(task);
}

async function answer(asked: ScoringTask): Promise<ScoringAnswer['outcome']> {
  try {
    const value = asked.kind === 'score' ? await score(asked.task) : asked.kind === 'agree' ? await agree(asked.task) : await study(asked.task);
    return { kind: 'done', value };
  } catch (error) {
    if (error instanceof ImageFormatError) return { kind: 'unreadable', code: error.code, message: error.message };
    return { kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

port.on('message', (asked: ScoringTask) => {
  void answer(asked).then((outcome) => port.postMessage({ id: asked.id, outcome } satisfies ScoringAnswer));
});
