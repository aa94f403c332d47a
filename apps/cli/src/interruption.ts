import type { EventEmitter } from 'node:events';
import { interrupted } from './exit.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type Signals = Pick<EventEmitter, 'once' | 'off'>;

/**
 * Does work that has something to put in order when Ctrl-C comes: child processes, half a file. The first signal aborts the
 * work, which then throws the reason; a second one ends the process at once.
 *
 * @throws CliError `interrupted`, and whatever the work throws
 */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signals: Signals = process,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(interrupted('interrupted'));
  for (const signal of SIGNALS) signals.once(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) signals.off(signal, stop);
  }
}

/** What `work` gives, unless the signal comes first: for work that cannot be told to stop. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * What a command gives, unless Ctrl-C comes first: nothing it does needs an orderly end, the server carries on by itself.
 * @throws CliError `interrupted`
 */
export function orInterrupted<T>(work: Promise<T>, signals: Signals): Promise<T> {
  return untilInterrupted((signal) => unlessAborted(work, signal), signals);
}
