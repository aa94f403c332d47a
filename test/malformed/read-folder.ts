/**
 * Reads files that must be refused, in a process of its own, and prints as one JSON object the code of each and the most memory
 * that the process held: node read-folder.js LIST.json, compiled, so that no compiler is in that memory
 *
 * The list holds [kind, [paths…]] for each case.
 */
import { readFileSync } from 'node:fs';
import { read } from './read.js';
import type { Kind } from './read.js';

const list = JSON.parse(readFileSync(process.argv[2], 'utf8')) as [Kind, string[]][];
const codes: (string | null)[] = [];
for (const [kind, paths] of list) {
  codes.push(
    await read(
      kind,
      paths.map((path) => readFileSync(path)),
    ).then(
      () => null,
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    ),
  );
}
// Linux keeps a peak for each program; what `getrusage` says there is at least that of the process which started it
const peakKib =
  process.platform === 'linux'
    ? Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
    : process.resourceUsage().maxRSS;
console.log(JSON.stringify({ codes, peakBytes: peakKib * 1024 }));
