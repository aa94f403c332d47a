import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { peakRssBytes } from './measures.js';

/**
 * Ends the process that runs models when the worker is gone, because the pipe on descriptor 3 then ends, and when it holds
 * more memory than it may, a few milliseconds after it does. Called in the thread that listens: ONNX Runtime blocks
 * another one for as long as a network runs, endless loops included. The worker looks at the memory as well, and does not
 * rely on this; but a worker that is busy may look late.
 */
export function endWithWorker(memoryBytes: number): void {
  const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: false });
  lifeline.on('end', die);
  lifeline.on('close', die);
  lifeline.on('error', die);
  lifeline.resume();

  setInterval(() => {
    // the highest so far: whoever was over the limit once is ended, however short it was
    if (process.resourceUsage().maxRSS * 1024 <= memoryBytes) return;
    // that counts what the worker held when it started this process, too; what we held ourselves takes longer to ask for
    const highest = peakRssBytes();
    if (highest <= memoryBytes) return;
    const [got, limit] = [highest, memoryBytes].map((bytes) => Math.ceil(bytes / 2 ** 20));
    writeSync(2, `out of memory: ${got} MiB in use; the limit is ${limit} MiB\n`);
    die();
  }, WATCH_EVERY_MS);
}

const LIFELINE_FD = 3;
const WATCH_EVERY_MS = 4;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
