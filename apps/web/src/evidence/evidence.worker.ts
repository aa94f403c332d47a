import { questionOf, rankEvidence, sliceEvidence } from './evidence-of-values.js';
import type { EvidenceMessage, EvidenceRequest } from './evidence-messages.js';

// Thousands of rankings of redrawn cases: here, so that the page keeps answering.

interface WorkerScope {
  postMessage(message: EvidenceMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<EvidenceRequest>) => void): void;
}
const scope = self as unknown as WorkerScope;

scope.addEventListener('message', ({ data: { values, scheme, directions } }) => {
  const question = questionOf(values, scheme, (id) => directions[id]);
  const progress = (done: number, of: number): void => scope.postMessage({ kind: 'progress', done, of });
  scope.postMessage({ kind: 'ranks', ranks: rankEvidence(question, progress) });
  scope.postMessage({ kind: 'slices', slices: sliceEvidence(question) });
});
