import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { HOSTILE } from './hostile.js';

/** What docs/sandbox.md promises of the inspector, whatever the file. */
const MOST_SECONDS = 2;
/** The kinds that are made to take long; all of them with VOXELMARK_TEST_LONG=1. */
const KINDS: readonly string[] = process.env.VOXELMARK_TEST_LONG === '1' ? [] : ['hang', 'crash', 'arithmetic'];

/** In a process of its own, without Jest, under which the same code takes twice as long. */
function inspectionSeconds(): { readonly name: string; readonly seconds: number }[] {
  const program = ['--conditions=source', '--no-warnings', '--import', './test/typescript.mjs'];
  const args = [...program, 'test/corpus/inspection-seconds.ts', ...KINDS];
  const cwd = resolve(import.meta.dirname, '../..');
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })) as ReturnType<
    typeof inspectionSeconds
  >;
}

it('inspects each file within two seconds of processor time, which waiting for others does not lengthen', () => {
  const seen = inspectionSeconds();
  const hostile = HOSTILE.filter(({ kind }) => KINDS.length === 0 || KINDS.includes(kind));
  expect(hostile.length).toBeGreaterThan(40);
  expect(seen.length).toBeGreaterThanOrEqual(hostile.length + 24);
  expect(Math.max(...seen.map(({ seconds }) => seconds))).toBeGreaterThan(0.02); // something was measured
  expect(seen.filter(({ seconds }) => seconds >= MOST_SECONDS)).toEqual([]);
});
