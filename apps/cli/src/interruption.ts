import type { EventEmitter } from 'node:events';
import { interrupted } from './exit.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * What a command gives, unless Ctrl-C comes first: nothing it does needs an orderly end, the server carries on by itself.
 * @throws CliError `interrupted`
 */
export async function orInterrupted<T>(work: Promise<T>, signals: Pick<EventEmitter, 'on' | 'off'>): Promise<T> {
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(interrupted('interrupted'));
  });
  for (const signal of SIGNALS) signals.on(signal, stop);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    for (const signal of SIGNALS) signals.off(signal, stop);
  }
}
