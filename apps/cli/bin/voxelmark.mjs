#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const entry = resolve(dirname(fileURLToPath(import.meta.url)), '../../../dist/apps/cli/src/main.js');
if (!existsSync(entry)) {
  const sentence = 'This checkout is not built yet. Run `npm run build` (or `npm start`) first.';
  process.stderr.write(`voxelmark: ${sentence}\n`);
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: { code: 'not-built', message: sentence } })}\n`);
  }
  process.exit(2);
}
await import(pathToFileURL(entry).href);
