import { readdirSync, readFileSync } from 'node:fs';
import { expectBoard, expectedBoards, type DemoBoards } from '../support/demo-board.js';
import { newDataDir, removeDataDir, voxelmark } from '../support/platform.js';

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

/** The long form evaluates everything a second time; the short one leaves that to the suite that kills processes. */
const TURNS = process.env.VOXELMARK_TEST_LONG === '1' ? ['first', 'second'] : ['only'];

describe('voxelmark demo --exit-when-done', () => {
  it('gives the committed leaderboard, each time to the last digit, and leaves no process behind', async () => {
    const boards: DemoBoards[] = [];
    for (const turn of TURNS) {
      const dataDir = await newDataDir(`demo-${turn}`);
      try {
        const { code, stdout, stderr } = await voxelmark(['demo', '--exit-when-done', '--json', '--data-dir', dataDir]);
        if (code !== 0) throw new Error(`ended with ${code}: ${stderr}\n${stdout}`);
        expect(stdout.trim().split('\n')).toHaveLength(1);
        boards.push(JSON.parse(stdout) as DemoBoards);
        if (process.platform === 'linux') expect(processesOf(dataDir)).toEqual([]);
      } finally {
        await removeDataDir(dataDir);
      }
    }
    const [first, ...others] = boards;
    expectBoard(first.leaderboard, expectedBoards.leaderboard);
    expectBoard(first.practice, expectedBoards.practice);
    for (const other of others) {
      expect(other.leaderboard).toEqual(first.leaderboard);
      expect(other.practice).toEqual(first.practice);
    }
  }, 900_000);
});
