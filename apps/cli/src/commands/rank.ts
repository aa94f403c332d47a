import { readFile } from 'node:fs/promises';
import { required, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { rankScores, type RankAnswer } from '../rank/rank-scores.js';
import { readSettings } from '../rank/settings.js';

export const rank: Command = {
  name: ['rank'],
  summary: 'ranks algorithms from a file of scores; needs no server',
  usage: '--scores FILE.csv --scheme SCHEME [--draws N --seed S | --draws-file FILE]',
  options: {
    scores: {
      type: 'string',
      help: 'CSV with the columns algorithm, case, value and perhaps patient; a blank value is missing',
    },
    scheme: {
      type: 'string',
      help: 'mean-then-rank, median-then-rank, rank-then-mean, rank-then-median or test-then-rank',
    },
    missing: { type: 'string', help: 'worst, remove or last; by default worst, with rank-then-… last' },
    worst: { type: 'string', help: 'what counts for Infinity, and for missing values with --missing worst' },
    ties: { type: 'string', help: 'min (1, 1, 3) or average (1.5, 1.5, 3); by default min' },
    direction: { type: 'string', help: 'higher or lower is better; by default higher' },
    adjust: { type: 'string', help: 'none, holm or bonferroni, for test-then-rank; by default holm' },
    alpha: { type: 'string', help: 'significance level of test-then-rank; by default 0.05' },
    draws: { type: 'string', help: 'bootstrap draws over cases (patients, when the file names them) for intervals' },
    seed: { type: 'string', help: 'whole number that fixes the draws; by default 1' },
    'draws-file': { type: 'string', help: 'JSON array of arrays of zero-based indices into the sorted cases' },
  },
  words: [0, 0],
  async run(invocation) {
    const { terminal } = invocation;
    const scores = required(invocation, 'scores');
    const settings = readSettings(invocation);
    for (const option of settings.idle) terminal.say(`voxelmark: ${option} changes nothing here`);
    const csv = await readText(scores, 'scores');
    const drawsText = settings.draws?.kind === 'file' ? await readText(settings.draws.path, 'draws') : null;
    const { answer, notes } = rankScores(csv, settings, drawsText, (share) =>
      terminal.progress(`draws ${Math.floor(100 * share)} %`),
    );
    for (const note of notes) terminal.say(`voxelmark: ${note}`);
    terminal.out(answer, table(answer));
    return EXIT.ok;
  },
};

/** @throws CliError `no-such-file`, or `scores-invalid` / `draws-invalid` when it is no UTF-8 text */
async function readText(path: string, what: 'scores' | 'draws'): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CliError(
      'no-such-file',
      `the ${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      EXIT.notFound,
      { cause: error },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`${what}-invalid`, `the ${what} ${path} are no UTF-8 text`, EXIT.invalidInput, { cause: error });
  }
}

function table({ ranking, scheme, kendallTau }: RankAnswer): string {
  const rows = [
    ['rank', '95 %', 'algorithm', 'aggregate'],
    ...ranking.map(({ rank: place, interval, algorithm, aggregate }) => [
      String(place),
      interval ? interval.map((end) => Number(end.toFixed(2))).join('–') : '',
      algorithm,
      aggregate === null ? 'no values' : String(Number(aggregate.toPrecision(6))),
    ]),
  ];
  const columns = [0, 1, 2, 3].filter((column) => column !== 1 || kendallTau);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    columns
      .map((column) => (column === 2 ? row[column].padEnd(widths[column]) : row[column].padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const tau =
    !kendallTau || kendallTau.mean === null
      ? []
      : [`Kendall's tau-b of the draws with this ranking: mean ${kendallTau.mean.toFixed(3)}`];
  return [...lines, '', ...tau, String(scheme.description)].join('\n');
}
