import { boardEvidence, studyOfData } from '#ranking';
import type { IntervalsMessage, IntervalsRequest } from './intervals-messages.js';

// Thousands of rankings of redrawn cases: here, so that the page keeps answering.

interface WorkerScope {
  postMessage(message: IntervalsMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<IntervalsRequest>) => void): void;
}
const scope = self as unknown as WorkerScope;

scope.addEventListener('message', ({ data: { study, scheme, directions, draws, seed } }) => {
  const { metric, region, confidence, standings } = boardEvidence(
    {
      study: studyOfData(study),
      scheme,
      directionOf: (id) => directions[id],
      attributes: [], // slices are asked of the server
      failed: () => false,
      draws,
      seed,
      detail: 'cases',
    },
    (done, of) => scope.postMessage({ kind: 'progress', done, of }),
  );
  scope.postMessage({ kind: 'done', intervals: { metric, region, confidence, draws, standings } });
});
