import type { EvidenceMessage, EvidenceRequest } from './evidence-messages.js';
import type { Evidence, RankEvidence } from './evidence-of-values.js';

export type DrawingState =
  | { readonly state: 'idle' }
  | { readonly state: 'working'; readonly done: number; readonly of: number }
  | { readonly state: 'ranked'; readonly ranks: RankEvidence }
  | { readonly state: 'done'; readonly ranks: RankEvidence; readonly slices: Evidence['slices'] }
  | { readonly state: 'failed' };

/** As much of a `Worker` as is used here. */
export interface EvidenceWorker {
  postMessage(request: EvidenceRequest): void;
  terminate(): void;
  onmessage: ((event: { readonly data: EvidenceMessage }) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

/**
 * Sends a request to a worker of its own.
 *
 * @param say told each step; never again after the answer is stopped
 * @returns ends the work: a newer request makes this one worthless
 */
export function drawEvidence(
  request: EvidenceRequest,
  say: (state: DrawingState) => void,
  start: () => EvidenceWorker,
): () => void {
  const worker = start();
  let wanted = true;
  let ranks: RankEvidence | null = null;
  const end = (): void => {
    wanted = false;
    worker.terminate();
  };
  worker.onmessage = ({ data }) => {
    if (!wanted) return; // was on its way when the work was ended
    if (data.kind === 'progress') return say({ state: 'working', done: data.done, of: data.of });
    if (data.kind === 'ranks') {
      ranks = data.ranks;
      return say({ state: 'ranked', ranks });
    }
    if (ranks === null) throw new TypeError('the worker sent groups before ranks');
    end();
    say({ state: 'done', ranks, slices: data.slices });
  };
  worker.onerror = (event: unknown) => {
    if (!wanted) return;
    console.error('the worker that draws intervals stopped', event);
    end();
    say({ state: 'failed' });
  };
  worker.postMessage(request);
  return end;
}
