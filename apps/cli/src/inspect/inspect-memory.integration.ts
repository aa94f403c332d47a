import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXHAUSTION } from '../../../../test/corpus/hostile/exhaustion.js';
import { LARGE } from '../../../../test/corpus/large-models.js';

const MIB = 2 ** 20;
/** What docs/sandbox.md promises: at most this, and three times the file. */
const BASE_BYTES = 192 * MIB;
const PER_BYTE = 3;

const dist = process.env.VOXELMARK_TEST_DIST ?? resolve(import.meta.dirname, '../../../../dist');
const main = join(dist, 'apps/cli/src/main.js');
const tell = resolve(import.meta.dirname, '../../../../test/support/tell-peak.mjs');

let folder: string;
beforeAll(() => {
  if (!existsSync(main)) throw new Error(`${main} is missing; run "npm run build" first`);
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-inspect-memory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The built command line, as people run it, in a process of its own. */
function inspected(path: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', tell, main, 'inspect', path, '--json'],
    { encoding: 'utf8', maxBuffer: 64 * MIB },
  ); // prettier-ignore
  const peak = /^peak (\d+) /m.exec(stderr)?.[1];
  if (peak === undefined)
    throw new Error(`the inspector ended with ${status} and did not say what it needed: ${stderr}`);
  return { status, peakBytes: Number(peak), answer: JSON.parse(stdout) as { accepted: boolean } };
}

describe('memory of voxelmark inspect', () => {
  it.each(LARGE.map(({ name, write }) => [name, write] as const))('%s', (_, write) => {
    const path = join(folder, 'large.onnx');
    write(path);
    const { status, answer, peakBytes } = inspected(path);
    expect({ status, accepted: answer.accepted }).toEqual({ status: 0, accepted: true });
    expect(peakBytes).toBeGreaterThan(20 * MIB); // it was measured
    expect(peakBytes).toBeLessThan(BASE_BYTES + PER_BYTE * statSync(path).size);
    // it is the promise for small files that is hard to keep: weights are not read at all
    expect(peakBytes).toBeLessThan(BASE_BYTES);
  });

  // those that are gone through to the end, and the longest; all of them: npm run bench -- --only inspector
  const hungry = EXHAUSTION.filter(({ code, name }) => code === 'walls' || name === '40 MB of names');
  it.each(hungry.map((hostile) => [hostile.name, hostile] as const))('%s', (_, { code, make }) => {
    const path = join(folder, 'hostile.onnx');
    writeFileSync(path, make());
    const { status, peakBytes } = inspected(path);
    expect(status).toBe(code === 'walls' ? 0 : 6);
    expect(peakBytes).toBeLessThan(BASE_BYTES + PER_BYTE * statSync(path).size);
  });
});
