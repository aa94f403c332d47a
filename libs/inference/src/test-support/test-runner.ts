import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunLimits } from '#domain';
import type { Log, ModelRunner } from '#evaluation';
import type { Geometry } from '#imaging';
import { createModelRunner } from '../model-runner.js';
import { builtChildScript } from './built.js';

export const LIMITS: RunLimits = { loadSeconds: 60, caseSeconds: 60, memoryMib: 1024, threads: 1 };
export const GEOMETRY: Geometry = {
  sizeXyz: [7, 5, 4],
  spacingMm: [1.5, 2, 3],
  originLps: [10, -20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
export const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
export const never = new AbortController().signal;

/**
 * A runner for the tests of a file, there from its `beforeAll` to its `afterAll`. Whatever a test does, nothing is left of a
 * closed session in its scratch folder.
 *
 * @param inspect false: models are loaded unseen; what the inspector would refuse, the walls behind it have to stop
 */
export function testRunner(
  name: string,
  { inspect = true }: { readonly inspect?: boolean } = {},
): { readonly scratchDir: string; readonly runner: ModelRunner } {
  const scratchDir = mkdtempSync(join(tmpdir(), `voxelmark-${name}-`));
  let made: ModelRunner | null = null;
  beforeAll(async () => {
    made = await createModelRunner({ scratchDir, log: SILENT, childScript: builtChildScript(), inspect });
  });
  afterAll(async () => {
    await made?.close();
    rmSync(scratchDir, { recursive: true });
  });
  afterEach(() => {
    expect(readdirSync(scratchDir)).toEqual([]);
  });
  return {
    scratchDir,
    get runner() {
      if (made === null) throw new Error('the runner is there from beforeAll on');
      return made;
    },
  };
}
