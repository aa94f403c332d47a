/**
 * Evaluates the five algorithms without the platform and writes expected-leaderboard.json.
 *
 *     node dist/datasets/phantoms/tools/write-leaderboard.js [--scores FILE.csv] [--dry-run]
 *
 * `--scores` also writes every counted value as CSV: algorithm, case, region, metric, value or penalty, kind of value.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aggregateScores } from '#ranking';
import { PHANTOM_BENCHMARK } from '../src/benchmark.js';
import { phantomDataset, type Split } from '../src/cases.js';
import { evaluateAll, leaderboard, loadAlgorithms, scoreRows, type Row } from './evaluate.js';
import { phantomsFolder } from './places.js';

const { values: flags } = parseArgs({ options: { scores: { type: 'string' }, 'dry-run': { type: 'boolean' } } });
const algorithms = await loadAlgorithms();
const csv = ['algorithm,case,region,metric,value,kind'];
const boards = new Map<Split, readonly Row[]>();

for (const split of ['practice', 'test'] as const) {
  const cases = phantomDataset().cases.filter((phantom) => phantom.split === split);
  const results = await evaluateAll(algorithms, cases);
  boards.set(split, leaderboard(algorithms, results));
  for (const [slug, own] of results) {
    const rows = own.flatMap((result) => scoreRows(slug, result));
    const dice = aggregateScores(rows).filter(({ metric }) => metric === 'dice');
    console.log(`${split} ${slug}: mean Dice ${dice.map((a) => `${a.region} ${a.mean?.toFixed(3)}`).join(', ')}`);
    csv.push(
      ...rows.map((r) =>
        [slug, r.case, r.region, r.metric, r.value.kind === 'value' ? r.value.value : r.penalty, r.value.kind].join(
          ',',
        ),
      ),
    );
  }
}
console.table(
  boards.get('test')?.map(({ metrics, cases, structures: _, ...row }) => ({ ...row, ...metrics, ...cases })),
);
if (flags.scores) writeFileSync(flags.scores, `${csv.join('\n')}\n`);
if (!flags['dry-run']) {
  const expected = {
    benchmark: PHANTOM_BENCHMARK.slug,
    phase: 'test',
    leaderboard: boards.get('test'),
    practice: boards.get('practice'),
    // Ranks, names and counts hold exactly. Other processors round differently inside ONNX Runtime.
    tolerance: { dice: 0.001, iou: 0.001, 'nsd@2': 0.001, hd95Relative: 0.01, volumeErrorMlRelative: 0.01 },
  };
  writeFileSync(join(phantomsFolder(), 'expected-leaderboard.json'), `${JSON.stringify(expected, null, 2)}\n`);
}
