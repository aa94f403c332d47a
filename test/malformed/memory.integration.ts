import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MALFORMED } from './malformed.js';

const root = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 300 * 2 ** 20;

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
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--conditions=source',
        '--import',
        './test/typescript.mjs',
        'test/malformed/read-folder.ts',
        join(folder, 'list.json'),
      ],
      { cwd: root, maxBuffer: 1 << 24 },
    );
    const { codes, peakBytes } = JSON.parse(stdout) as { codes: string[]; peakBytes: number };
    expect(codes).toEqual(MALFORMED.map(({ code }) => code));
    expect(peakBytes).toBeLessThan(MOST_BYTES);
  }, 300_000);
});
