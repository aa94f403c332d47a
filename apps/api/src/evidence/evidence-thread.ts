import { parentPort } from 'node:worker_threads';
import { answerMeans, answerTask } from './evidence-task.js';
import type { Question } from './evidence-pool.js';

/** A thread that works out evidence: takes a task, answers with what came of it. */
if (!parentPort) throw new Error('evidence-thread runs as a worker thread');
const port = parentPort;

port.on('message', ({ id, ...question }: Question & { readonly id: number }) => {
  try {
    const answer = question.kind === 'means' ? answerMeans(question.task) : answerTask(question.task);
    port.postMessage({ id, answer });
  } catch (error) {
    port.postMessage({ id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
