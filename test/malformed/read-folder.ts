/**
 * Reads files that must be refused, in a process of its own, and prints as one JSON object the code of each:
 * node read-folder.js LIST.json, compiled, so that no compiler is in the memory that is measured
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
console.log(JSON.stringify({ codes }));
