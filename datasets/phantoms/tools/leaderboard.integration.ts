import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { phantomDataset } from '../src/cases.js';
import type { Row } from './evaluate.js';

/** ONNX Runtime does not know the arrays of Jest's own realm, so the tool runs as it is run by hand: built, in a process. */
const tool = resolve(import.meta.dirname, '../../../dist/datasets/phantoms/tools/write-leaderboard.js');
const committed = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'expected-leaderboard.json'), 'utf8')) as {
  practice: readonly Row[];
};

/** The held-out board goes through the whole platform in the end-to-end test; this is the short twin without it. */
describe('the practice board, recomputed without the platform', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'phantom-board-'));
  let board: readonly Row[] = [];
  let scores: readonly string[][] = [];

  beforeAll(async () => {
    if (!existsSync(tool)) throw new Error(`${tool} is missing; run "npm run build" first`);
    const csv = join(scratch, 'scores.csv');
    const args = [tool, '--phase', 'practice', '--scores', csv];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
    board = JSON.parse(stdout) as Row[];
    scores = readFileSync(csv, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  }, 300_000);

  afterAll(() => rmSync(scratch, { recursive: true }));

  it('equals the committed one: ranks and counts exactly, metrics within the tolerance', () => {
    const outline = (rows: readonly Row[]): unknown[] =>
      rows.map(({ rank, algorithm, version, cases }) => ({ rank, algorithm, version, cases }));
    expect(outline(board)).toEqual(outline(committed.practice));
    board.forEach(({ metrics }, place) => {
      const before = committed.practice[place].metrics;
      for (const metric of ['dice', 'iou', 'nsd@2'])
        expect(Math.abs(metrics[metric] - before[metric])).toBeLessThan(0.001);
      for (const metric of ['hd95', 'volume_error_ml'])
        expect(Math.abs(metrics[metric] / before[metric] - 1)).toBeLessThan(0.01);
    });
  });

  it('has a value for every algorithm, case, structure and metric', () => {
    expect(scores).toHaveLength(5 * 8 * 4 * 5);
  });

  it('shows what thick-slice-weak is there for: good organs on 1.5 mm, bad ones on 5 mm', () => {
    const organDice = (siteId: string): number => {
      const names = phantomDataset()
        .cases.filter((phantom) => phantom.siteId === siteId)
        .map(({ name }) => name);
      const values = scores
        .filter(([slug, name, , metric]) => slug === 'thick-slice-weak' && names.includes(name) && metric === 'dice')
        .filter(([, , region]) => region !== 'lesion')
        .map(([, , , , value]) => Number(value));
      expect(values).toHaveLength(siteId === 'c' ? 6 : 9);
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(organDice('a')).toBeGreaterThan(0.85);
    expect(organDice('c')).toBeLessThan(0.7);
  });
});
