import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The compiled child: a process of its own cannot run TypeScript. `npm test` builds before integration tests. */
export function builtChildScript(): string {
  const path = resolve(import.meta.dirname, '../../../../dist/libs/inference/src/child/runner-child.js');
  if (!existsSync(path)) throw new Error(`${path} is missing; run "npm run build" first`);
  return path;
}
