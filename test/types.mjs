#!/usr/bin/env node
/** `npm run types`: the three programs, each with the globals that its code may use, by the native compiler (ADR 0015). */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const tsc = fileURLToPath(import.meta.resolve('typescript-native/package.json')).replace('package.json', join('bin', 'tsc'));
// server and libraries (no DOM), pages (no Node), suites that run partly in the browser (both)
const ended = ['.', 'apps/web', 'test/e2e'].map(
  (program) => spawnSync(process.execPath, [tsc, '--noEmit', '-p', join(root, program)], { stdio: 'inherit' }).status,
);
process.exit(ended.every((code) => code === 0) ? 0 : 1);
