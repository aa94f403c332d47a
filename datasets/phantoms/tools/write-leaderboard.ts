/**
 * Evaluates the five algorithms without the platform and writes expected-leaderboard.json.
 *
 *     node dist/datasets/phantoms/tools/write-leaderboard.js [--phase practice|test] [--scores FILE.csv]
 *
 * With `--phase` only that board is computed, printed as JSON on stdout, and nothing is committed. `--scores` also writes
 * every counted value as CSV: algorithm, case, region, metric, value or penalty, kind of value.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aggregateScores } from '#ranking';
import { PHANTOM_BENCHMARK } from '../src/benchmark.js';
import { phantomDataset } from '../src/cases.js';
import { evaluateAll, leaderboard, loadAlgorithms, scoreRows, type Row } from './evaluate.js';
import { phantomsFolder } from './places.js';

const { values: flags } = parseArgs({ options: { scores: { type: 'string' }, phase: { type: 'string' } } });
const phases = flags.phase ? [flags.phase] : ['practice', 'test'];
if (phases.some((phase) => phase !== 'practice' && phase !== 'test')) {
  throw new Error(`phase is "${flags.phase}"; expected practice or test`);
}

const algorithms = await loadAlgorithms();
const csv = ['algorithm,case,region,metric,value,kind'];
const boards: Record<string, Row[]> = {};
for (const phase of phases) {
  const cases = phantomDataset().cases.filter(({ split }) => split === phase);
  const results = await evaluateAll(algorithms, cases);
  boards[phase] = leaderboard(algorithms, results);
  for (const [slug, own] of results) {
    const rows = own.flatMap((result) => scoreRows(slug, result));
    const dice = aggregateScores(rows).filter(({ metric }) => metric === 'dice');
    console.error(`${phase} ${slug}: mean Dice ${dice.map((a) => `${a.region} ${a.mean?.toFixed(3)}`).join(', ')}`);
    for (const { case: name, region, metric, value, penalty } of rows) {
      csv.push([slug, name, region, metric, value.kind === 'value' ? value.value : penalty, value.kind].join(','));
    }
  }
}
if (flags.scores) writeFileSync(flags.scores, `${csv.join('\n')}\n`);
if (flags.phase) {
  console.log(JSON.stringify(boards[flags.phase]));
} else {
  const expected = {
    benchmark: PHANTOM_BENCHMARK.slug,
    phase: 'test',
    leaderboard: boards.test,
    practice: boards.practice,
    // Ranks, names and counts hold exactly. Other processors round differently inside ONNX Runtime.
    tolerance: { dice: 0.001, iou: 0.001, 'nsd@2': 0.001, hd95Relative: 0.01, volumeErrorMlRelative: 0.01 },
  };
  writeFileSync(join(phantomsFolder(), 'expected-leaderboard.json'), `${JSON.stringify(expected, null, 2)}\n`);
}
