import type { LeaderboardView } from '#contracts';
import { PHASE_KINDS, type PhaseKind } from '#domain';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';
import { wholeBoard } from '../whole-board.js';

export const leaderboardShow: Command = {
  name: ['leaderboard', 'show'],
  summary: 'ranks and means of a benchmark',
  usage: 'BENCHMARK [--phase practice|test] [--url URL]',
  options: { phase: { type: 'string', help: 'practice or test; by default test' }, url: { type: 'string', help: 'server' } },
  words: [1, 1],
  async run(invocation) {
    const phase = (text(invocation, 'phase') ?? 'test') as PhaseKind;
    if (!PHASE_KINDS.includes(phase)) throw usageError(`--phase is "${phase}"; expected ${PHASE_KINDS.join(' or ')}`);
    const client = await connect(text(invocation, 'url'), { anonymous: true });
    const board = await wholeBoard(client, invocation.words[0], phase);
    invocation.terminal.out(board, table(board));
    return EXIT.ok;
  },
};

function table({ items, signature }: LeaderboardView): string {
  if (items.length === 0) return 'no completed runs yet';
  const metrics = Object.keys(items[0].metrics);
  const rows = [
    ['rank', 'algorithm', ...metrics, 'failed'],
    ...items.map(({ rank, algorithm, version, metrics: values, cases }) => [
      String(rank),
      `${algorithm.slug}@${version}`,
      ...metrics.map((metric) => values[metric].toFixed(3)),
      `${cases.failed}/${cases.scored + cases.failed}`,
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return [...rows.map((row) => row.map((cell, column) => (column === 1 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')), '', signature].join('\n');
}
