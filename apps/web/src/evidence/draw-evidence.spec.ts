import { jest } from '@jest/globals';
import { drawEvidence, type DrawingState, type EvidenceWorker } from './draw-evidence.js';
import type { EvidenceMessage, EvidenceRequest } from './evidence-messages.js';

const request = { scheme: { kind: 'mean-then-rank' } } as unknown as EvidenceRequest;
const ranks = { rule: 'r' } as unknown as Extract<EvidenceMessage, { kind: 'ranks' }>['ranks'];

function staged() {
  const sent: EvidenceRequest[] = [];
  const said: DrawingState[] = [];
  const worker = {
    postMessage: (message) => void sent.push(message),
    terminate: jest.fn<() => void>(),
    onmessage: null,
    onerror: null,
  } satisfies EvidenceWorker as EvidenceWorker & { terminate: jest.Mock<() => void> };
  const stop = drawEvidence(
    request,
    (state) => void said.push(state),
    () => worker,
  );
  return { worker, sent, said, stop, answer: (data: EvidenceMessage) => worker.onmessage?.({ data }) };
}

it('tells how far the draws are, then the ranks, then the groups, and lets the worker go', () => {
  const { worker, sent, said, answer } = staged();
  expect(sent).toEqual([request]);
  answer({ kind: 'progress', done: 100, of: 10_000 });
  answer({ kind: 'ranks', ranks });
  expect(worker.terminate).not.toHaveBeenCalled();
  answer({ kind: 'slices', slices: [] });
  expect(said).toEqual([
    { state: 'working', done: 100, of: 10_000 },
    { state: 'ranked', ranks },
    { state: 'done', ranks, slices: [] },
  ]);
  expect(worker.terminate).toHaveBeenCalledTimes(1);
});

it('ends the work of a rule that is no longer wanted, and hears nothing more of it', () => {
  const { worker, said, stop, answer } = staged();
  stop();
  expect(worker.terminate).toHaveBeenCalledTimes(1);
  answer({ kind: 'ranks', ranks });
  answer({ kind: 'slices', slices: [] });
  expect(said).toEqual([]);
});

it('says that a worker broke', () => {
  const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const { worker, said } = staged();
  worker.onerror?.(new Error('out of memory') as never);
  expect(said).toEqual([{ state: 'failed' }]);
  expect(logged).toHaveBeenCalledTimes(1);
  logged.mockRestore();
});
