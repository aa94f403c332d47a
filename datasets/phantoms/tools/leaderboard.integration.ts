import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantomDataset } from '../src/cases.js';
import { evaluateAll, leaderboard, loadAlgorithms, type Row } from './evaluate.js';

/** The held-out board is recomputed through the whole platform by the end-to-end test; this one is its twin on practice cases. */
it('the practice board is recomputed without the platform and equals the committed one', async () => {
  const file = join(import.meta.dirname, '..', 'expected-leaderboard.json');
  const { practice } = JSON.parse(readFileSync(file, 'utf8')) as { practice: readonly Row[] };
  const algorithms = await loadAlgorithms();
  const cases = phantomDataset().cases.filter(({ split }) => split === 'practice');
  const results = await evaluateAll(algorithms, cases);
  const board = leaderboard(algorithms, results);
  const outline = (rows: readonly Row[]): unknown[] =>
    rows.map(({ rank, algorithm, version, cases: counted }) => ({ rank, algorithm, version, counted }));
  expect(outline(board)).toEqual(outline(practice));
  board.forEach(({ metrics }, place) => {
    const committed = practice[place].metrics;
    for (const metric of ['dice', 'iou', 'nsd@2']) {
      expect(Math.abs(metrics[metric] - committed[metric])).toBeLessThan(0.001);
    }
    for (const metric of ['hd95', 'volume_error_ml']) {
      expect(Math.abs(metrics[metric] / committed[metric] - 1)).toBeLessThan(0.01);
    }
  });

  // What thick-slice-weak is there for: good on 1.5 mm, bad on 5 mm.
  const organDice = (siteId: string): number => {
    const own = (results.get('thick-slice-weak') ?? []).filter((_, n) => cases[n].siteId === siteId);
    const values = own.flatMap(({ scores }) =>
      scores.filter(({ region }) => region !== 'lesion').map(({ values: v }) => v['dice']),
    );
    return values.reduce((sum, value) => sum + (value.kind === 'value' ? value.value : 0), 0) / values.length;
  };
  expect(organDice('a')).toBeGreaterThan(0.85);
  expect(organDice('c')).toBeLessThan(0.7);
}, 300_000);
