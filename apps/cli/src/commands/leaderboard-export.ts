import { ENDPOINTS, EXPORT_FORMATS, SCHEME_KINDS, sha256, type ExportFormat } from '#contracts';
import { PHASE_KINDS } from '#domain';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';
import { writeOutput } from '../output-file.js';

const SCHEMES = ['declared', ...SCHEME_KINDS] as const;

export const leaderboardExport: Command = {
  name: ['leaderboard', 'export'],
  summary: 'a leaderboard as table, LaTeX, methods paragraph or citation',
  usage: 'BENCHMARK [--format FORMAT] [--phase practice|test] [--as-of HASH] [-o FILE]',
  options: {
    format: { type: 'string', help: `${EXPORT_FORMATS.join(', ')}; by default csv, with --json json` },
    phase: { type: 'string', help: 'practice or test; by default test' },
    'as-of': { type: 'string', help: 'address of a state of the board; by default the newest' },
    scheme: { type: 'string', help: `${SCHEMES.join(', ')}; by default declared: the rule of the phase` },
    metric: { type: 'string', help: 'id; by default the metric of the declared rule' },
    region: { type: 'string', help: 'name of a region; by default all' },
    output: { type: 'string', short: 'o', help: 'file to write; by default stdout' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const { terminal, words } = invocation;
    const format: ExportFormat =
      oneOf('format', text(invocation, 'format'), EXPORT_FORMATS) ?? (terminal.json ? 'json' : 'csv');
    const asOf = text(invocation, 'as-of') ?? undefined;
    if (asOf !== undefined && !sha256.safeParse(asOf).success) {
      throw usageError(`--as-of is "${asOf}"; expected the 64 hexadecimal digits of a state of the board`);
    }
    const query = {
      format,
      asOf,
      phase: oneOf('phase', text(invocation, 'phase'), PHASE_KINDS),
      scheme: oneOf('scheme', text(invocation, 'scheme'), SCHEMES),
      metric: text(invocation, 'metric') ?? undefined,
      region: text(invocation, 'region') ?? undefined,
    };
    const client = await connect(text(invocation, 'url'), { anonymous: true });
    const bytes = await client.download(ENDPOINTS.exportLeaderboard, { params: { slug: words[0] }, query });
    const output = text(invocation, 'output');
    if (output !== null) {
      await writeOutput(output, bytes);
      terminal.out({ output, format, bytes: bytes.length }, `${output}: ${bytes.length} bytes`);
      return EXIT.ok;
    }
    const content = new TextDecoder().decode(bytes);
    // one JSON object whatever the format; the other texts end with a line end already
    terminal.out(
      format === 'json' ? (JSON.parse(content) as unknown) : { format, text: content },
      content.replace(/\n$/, ''),
    );
    return EXIT.ok;
  },
};

function oneOf<T extends string>(name: string, given: string | null, allowed: readonly T[]): T | undefined {
  if (given === null) return undefined;
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw usageError(`--${name} is "${given}"; expected ${allowed.join(', ')}`);
  return found;
}
