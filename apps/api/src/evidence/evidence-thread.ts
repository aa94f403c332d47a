import { parentPort } from 'node:worker_threads';
import { answerTask, type EvidenceTask } from './evidence-task.js';

/** A thread that works out evidence: takes a task, answers with what came of it. */
if (!parentPort) throw new Error('evidence-thread runs as a worker thread');
const port = parentPort;

port.on('message', ({ id, task }: { readonly id: number; readonly task: EvidenceTask }) => {
  try {
    port.postMessage({ id, evidence: answerTask(task) });
  } catch (error) {
    port.postMessage({ id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
