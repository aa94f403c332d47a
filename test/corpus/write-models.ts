/**
 * Writes every hostile model, and the large honest ones, as files into a folder, and prints their names as a JSON array of
 * { path, name }: `node --conditions=source --import ./test/typescript.mjs test/corpus/write-models.ts FOLDER`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOSTILE } from './hostile.js';
import { LARGE } from './large-models.js';

const [folder] = process.argv.slice(2);
const files = [
  ...HOSTILE.map(({ kind, name, make }) => ({
    name: `${kind}: ${name}`,
    write: (path: string) => writeFileSync(path, make()),
  })),
  ...LARGE,
].map(({ name, write }, i) => {
  const path = join(folder, `${i}.onnx`);
  write(path);
  return { path, name };
});
process.stdout.write(JSON.stringify(files));
