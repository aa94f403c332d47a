import type { RunState } from '#domain';

export type Tone = 'neutral' | 'active' | 'good' | 'bad' | 'caution';

/** State of a run as a person reads it. */
export const RUN_WORDS: Readonly<
  Record<RunState, { readonly word: string; readonly tone: Tone; readonly sentence: string }>
> = {
  waiting: { word: 'Waiting', tone: 'neutral', sentence: 'Starts by itself when the practice run has ended.' },
  queued: { word: 'Queued', tone: 'neutral', sentence: 'Waits for a free worker.' },
  validating: {
    word: 'Checking model',
    tone: 'active',
    sentence: 'The model is loaded in a separate process and compared with its manifest.',
  },
  running: {
    word: 'Running',
    tone: 'active',
    sentence: 'The model segments the images, one case at a time; each prediction is scored as it arrives.',
  },
  scoring: { word: 'Closing', tone: 'active', sentence: 'All cases are settled; means and rank are being computed.' },
  quarantined: {
    word: 'On hold',
    tone: 'caution',
    sentence: 'Waits for the organiser: something of the benchmark has to be repaired first.',
  },
  completed: {
    word: 'Completed',
    tone: 'good',
    sentence: 'All cases are settled and the result is on the leaderboard.',
  },
  failed: { word: 'Failed', tone: 'bad', sentence: 'The run ended without a result.' },
  cancelled: { word: 'Cancelled', tone: 'caution', sentence: 'The run was cancelled before it was complete.' },
  expired: { word: 'Expired', tone: 'caution', sentence: 'The run waited longer than allowed and was ended.' },
};

export const PHASE_WORDS = {
  practice: {
    name: 'Practice',
    long: 'Practice cases',
    sentence: 'Cases to try algorithms on, where every figure leads to the picture that it comes from.',
  },
  test: {
    name: 'Test',
    long: 'Held-out test cases',
    sentence: 'Held-out cases: nobody who submits sees the images, the references or per-case figures.',
  },
} as const;

/** Beside a place in the queue: why it may be better than it looks. */
export const QUEUE_NOTE =
  'Runs ahead count until their result is released, which on held-out images of people is at set times: some of them may be done already.';

/** "next in line", "2 runs ahead". @param position runs ahead of it; null when it is not queued */
export function queueWords(position: number | null): string | null {
  if (position === null) return null;
  if (position === 0) return 'next in line';
  return position === 1 ? '1 run ahead of it' : `${position} runs ahead of it`;
}
