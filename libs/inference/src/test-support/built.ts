import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The compiled child: a process of its own cannot run TypeScript. `npm test` builds before integration tests;
 * VOXELMARK_TEST_DIST names another compiled tree.
 */
export function builtChildScript(): string {
  const dist = process.env.VOXELMARK_TEST_DIST ?? resolve(import.meta.dirname, '../../../../dist');
  const path = resolve(dist, 'libs/inference/src/child/runner-child.js');
  if (!existsSync(path)) throw new Error(`${path} is missing; run "npm run build" first`);
  return path;
}
