import { readdirSync, readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { CHROMIUM_INSTALL, chromiumPath } from '../browser.js';
import { describeIf } from '../requires.js';
import { expectBoard, expectedBoards, type DemoBoards } from '../support/demo-board.js';
import { newDataDir, removeDataDir, voxelmark } from '../support/platform.js';
import { evidencePages } from './demo/evidence-pages.js';
import { killingAnyProcess } from './demo/recovery.js';

// One folder, evaluated once, for all that needs an evaluated demo: it takes minutes of CPU.

jest.setTimeout(900_000);

/** Command lines of all processes that mention a folder: nobody may be left behind. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return line.includes(folder) || environment.includes(folder) ? [line] : [];
      } catch (error) {
        // it ended while we looked, or belongs to somebody else
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    });
}

async function demo(dataDir: string): Promise<DemoBoards> {
  const { code, stdout, stderr } = await voxelmark(['demo', '--exit-when-done', '--json', '--data-dir', dataDir]);
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}\n${stdout}`);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  if (process.platform === 'linux') expect(processesOf(dataDir)).toEqual([]);
  const boards = JSON.parse(stdout) as DemoBoards;
  expectBoard(boards.leaderboard, expectedBoards.leaderboard);
  expectBoard(boards.practice, expectedBoards.practice);
  return boards;
}

let folder: string;
beforeAll(async () => {
  folder = await newDataDir('demo');
});
afterAll(() => removeDataDir(folder));

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('killing any process [needs linux: /proc tells who is whose child]', () => killingAnyProcess(() => folder));

describe('voxelmark demo --exit-when-done', () => {
  it('gives the committed leaderboard, and leaves no process behind', async () => {
    const boards = await demo(folder);
    if (process.env.VOXELMARK_TEST_LONG !== '1') return;
    const another = await newDataDir('demo-again');
    try {
      expect(await demo(another)).toEqual(boards); // to the last digit, whatever was killed in between
    } finally {
      await removeDataDir(another);
    }
  });
});

describeIf(chromiumPath() !== null, 'a board shows how firmly its ranks stand', CHROMIUM_INSTALL, () => evidencePages(() => folder));
