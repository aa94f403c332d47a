/**
 * `node --import …/tell-peak.mjs PROGRAM`: the last line on stderr is `peak BYTES cpu MICROSECONDS`, the most resident
 * memory that the process ever held, and the processor time of all its threads. Linux keeps it for each program (`VmHWM`); what `getrusage` says there is at least that of the
 * process which started it. Elsewhere that is all there is.
 */
import { readFileSync } from 'node:fs';

function peakKib() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process._rawDebug(`peak ${1024 * peakKib()} cpu ${user + system}`);
});
