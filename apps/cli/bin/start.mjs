#!/usr/bin/env node
// `npm start`: builds what is missing or older than its sources, then runs `voxelmark start` in this same process.
import { build } from './build.mjs';

await build((sentence) => process.stderr.write(`${sentence}\n`));
process.argv.splice(2, 0, 'start');
await import('./voxelmark.mjs');
