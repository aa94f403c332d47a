import { meanBounds, type MeansAnswer, type MeansRequest } from './mean-intervals.js';

interface WorkerScope {
  postMessage(message: MeansAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<MeansRequest>) => void): void;
}
const scope = self as unknown as WorkerScope;

scope.addEventListener('message', ({ data: { values, columns } }) => {
  for (const column of columns) scope.postMessage(meanBounds(values, column));
});
