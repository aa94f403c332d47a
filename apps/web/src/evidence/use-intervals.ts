import { useEffect, useState } from 'react';
import type { Intervals, IntervalsMessage, IntervalsRequest } from './intervals-messages.js';

export type IntervalsState =
  | { readonly state: 'idle' }
  | { readonly state: 'working'; readonly done: number; readonly of: number }
  | { readonly state: 'done'; readonly intervals: Intervals }
  | { readonly state: 'failed'; readonly sentence: string };

const IDLE: IntervalsState = { state: 'idle' };

/**
 * Rank intervals from a worker of their own. Another request ends the work on the one before.
 *
 * @param request keep it the same object while nothing changes; null: nothing to do
 */
export function useIntervals(request: IntervalsRequest | null): IntervalsState {
  const [answer, setAnswer] = useState<{ of: IntervalsRequest; state: IntervalsState } | null>(null);
  useEffect(() => {
    if (request === null) return;
    const worker = new Worker(new URL('./intervals.worker.ts', import.meta.url), { type: 'module' });
    const say = (state: IntervalsState): void => setAnswer({ of: request, state });
    worker.addEventListener('message', ({ data }: MessageEvent<IntervalsMessage>) => {
      if (data.kind === 'progress') say({ state: 'working', done: data.done, of: data.of });
      else say({ state: 'done', intervals: data.intervals });
    });
    worker.addEventListener('error', (event) => {
      console.error('the worker that draws intervals stopped', event);
      say({ state: 'failed', sentence: 'The intervals could not be drawn in this browser; the places stand.' });
    });
    worker.postMessage(request);
    return () => worker.terminate();
  }, [request]);
  if (request === null) return IDLE;
  // an answer to an earlier request says nothing about this one
  return answer?.of === request ? answer.state : { state: 'working', done: 0, of: request.draws };
}
