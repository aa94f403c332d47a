import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from '@swc/core';
import { MALFORMED } from './malformed.js';

const root = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 300 * 2 ** 20;

/** The reading program beside the built product, which it reads with. */
function program(): string {
  const dist = join(root, 'dist/test/malformed');
  mkdirSync(dist, { recursive: true });
  for (const name of ['read', 'read-folder']) {
    const source = readFileSync(join(root, `test/malformed/${name}.ts`), 'utf8');
    const { code } = transformSync(source, { swcrc: false, module: { type: 'es6' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } });
    writeFileSync(join(dist, `${name}.js`), code);
  }
  return join(dist, 'read-folder.js');
}

describe('malformed images in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'malformed-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are all refused, one after the other, within 300 MiB', async () => {
    const list = MALFORMED.map(({ kind, files }, n) => [
      kind,
      files().map((bytes, m) => {
        const path = join(folder, `${n}-${m}`);
        writeFileSync(path, bytes);
        return path;
      }),
    ]);
    writeFileSync(join(folder, 'list.json'), JSON.stringify(list));
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', join(root, 'test/support/tell-peak.mjs'), program(), join(folder, 'list.json')],
      { cwd: root, maxBuffer: 1 << 24 },
    );
    const { codes } = JSON.parse(stdout) as { codes: string[] };
    expect(codes).toEqual(MALFORMED.map(({ code }) => code));
    expect(Number(/^peak (\d+) /m.exec(stderr)?.[1])).toBeLessThan(MOST_BYTES);
  }, 300_000);
});
