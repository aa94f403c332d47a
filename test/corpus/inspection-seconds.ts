/**
 * Inspects hostile models and controls, one after the other, and prints a JSON array of { name, seconds }: the processor
 * time of this process, all its threads, over each of them.
 * `node --conditions=source --import ./test/typescript.mjs test/corpus/inspection-seconds.ts [KIND …]`, without kinds all.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectModel } from '#inference';
import { HOSTILE } from './hostile.js';

const CONTROLS = join(import.meta.dirname, 'controls');
const kinds = process.argv.slice(2);
const hostile = HOSTILE.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
const files = [
  ...hostile.map(({ kind, name, make }) => ({ name: `${kind}: ${name}`, read: make })),
  ...readdirSync(CONTROLS)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => ({ name: `control: ${name}`, read: () => readFileSync(join(CONTROLS, name)) })),
];
const seen = files.map(({ name, read }) => {
  const model = read();
  const before = process.cpuUsage();
  inspectModel(model);
  const { user, system } = process.cpuUsage(before);
  return { name, seconds: (user + system) / 1e6 };
});
process.stdout.write(JSON.stringify(seen));
