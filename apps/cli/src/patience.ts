import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './exit.js';

const PAUSES_MS = [500, 1_000, 2_000, 4_000, 5_000];
/** An API that is started again is back within seconds; a machine that restarts, within a minute or two. */
const PATIENCE_MS = 180_000;

/**
 * Asks again while the server does not answer, with growing pauses, for three minutes from the first silence.
 *
 * @param ask must be safe to repeat
 * @throws CliError whatever `ask` throws otherwise, and `network` when the time is up
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  onSilence: (error: CliError) => void,
  pausesMs = PAUSES_MS,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const began = performance.now();
  for (let n = 0; ; n++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CliError) || error.exit !== EXIT.network) throw error;
      const pause = pausesMs[Math.min(n, pausesMs.length - 1)];
      if (performance.now() - began + pause > patienceMs) throw error;
      onSilence(error);
      await sleep(pause);
    }
  }
}
