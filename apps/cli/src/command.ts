import { parseArgs, type ParseArgsConfig } from 'node:util';
import { EXIT, EXIT_WORDS, usageError, type ExitCode } from './exit.js';

/** Where a command writes: data to `out`, words to `say`. */
export interface Terminal {
  readonly json: boolean;
  /** True when stderr is a terminal: only then progress is drawn. */
  readonly interactive: boolean;
  /** One piece of data on stdout: an object with `--json`, otherwise the given text. */
  out(data: unknown, text: string): void;
  /** A sentence on stderr. */
  say(text: string): void;
  /** A line on stderr that the next one overwrites; nothing unless stderr is a terminal. */
  progress(text: string): void;
}

export interface Invocation {
  readonly options: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly words: readonly string[];
  readonly terminal: Terminal;
}

export interface Command {
  /** Noun and verb, for instance `['run', 'show']`. */
  readonly name: readonly string[];
  readonly summary: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  readonly options: Readonly<
    Record<
      string,
      {
        readonly type: 'string' | 'boolean';
        readonly short?: string;
        readonly multiple?: boolean;
        /** It takes this many words, given once: `--conformance IMAGE LABELS`. */
        readonly takes?: readonly string[];
        readonly help: string;
      }
    >
  >;
  /** Smallest and largest number of words after the name. */
  readonly words: readonly [number, number];
  /** It stops in order on Ctrl-C; any other command simply ends, with exit code 130. */
  readonly stopsByItself?: true;
  run(invocation: Invocation): Promise<ExitCode>;
}

/** `--json` may stand anywhere, also before the command's name. What follows `--` are words. */
export function takeJson(argv: readonly string[]): { readonly json: boolean; readonly rest: readonly string[] } {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const rest = argv.filter((word, i) => i >= end || word !== '--json');
  return { json: rest.length < argv.length, rest };
}

/** The command that the words begin with, longest name first. */
export function findCommand<T extends Pick<Command, 'name'>>(commands: readonly T[], argv: readonly string[]): T | null {
  return (
    [...commands]
      .sort((a, b) => b.name.length - a.name.length)
      .find(({ name }) => name.every((word, i) => argv[i] === word)) ?? null
  );
}

/**
 * Options that take several words, apart from the others: the parser of Node knows options of one value only.
 *
 * @throws CliError `usage`
 */
function takeSeveral(command: Command, argv: readonly string[]): { readonly taken: Record<string, string[]>; readonly rest: string[] } {
  const taken: Record<string, string[]> = {};
  const rest = [...argv];
  for (const [name, { takes }] of Object.entries(command.options)) {
    if (!takes) continue;
    const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
    const at = rest.findIndex((word, n) => n < end && (word === `--${name}` || word.startsWith(`--${name}=`)));
    if (at < 0) continue;
    const values = rest.slice(at + 1, Math.min(at + 1 + takes.length, end));
    if (rest[at] !== `--${name}` || values.length < takes.length || values.some((word) => word.startsWith('-'))) {
      throw usageError(`--${name} takes ${takes.join(' and ')}\n\n${usageOf(command)}`);
    }
    taken[name] = values;
    rest.splice(at, 1 + takes.length);
  }
  return { taken, rest };
}

/** @throws CliError `usage` for unknown options, missing values, and too few or too many words */
export function parse(command: Command, argv: readonly string[]): Omit<Invocation, 'terminal'> & { readonly help: boolean } {
  const several = takeSeveral(command, argv.slice(command.name.length));
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    ...Object.fromEntries(
      Object.entries(command.options)
        .filter(([, { takes }]) => !takes)
        .map(([name, { type, short, multiple = false }]) => [name, { type, multiple, ...(short ? { short } : {}) }]),
    ),
  };
  let parsed;
  try {
    parsed = parseArgs({ args: several.rest, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(`${(error as Error).message}\n\n${usageOf(command)}`);
  }
  const { help, ...values } = parsed.values as Record<string, string | boolean | string[] | undefined>;
  const [least, most] = command.words;
  if (!help && (parsed.positionals.length < least || parsed.positionals.length > most)) {
    const expected = least === most ? `${least}` : `${least} to ${most}`;
    throw usageError(`\`voxelmark ${command.name.join(' ')}\` takes ${expected} argument(s), got ${parsed.positionals.length}\n\n${usageOf(command)}`);
  }
  return { options: { ...values, ...several.taken }, words: parsed.positionals, help: help === true };
}

export function usageOf(command: Command): string {
  const rows = Object.entries(command.options).map(
    ([name, { type, short, takes, help }]) =>
      `  ${`${short ? `-${short}, ` : ''}--${name}${takes ? ` ${takes.join(' ')}` : type === 'string' ? ' VALUE' : ''}`.padEnd(28)} ${help}`,
  );
  return [
    `usage: voxelmark ${command.name.join(' ')} ${command.usage}`.trimEnd(),
    `  ${command.summary}`,
    ...(rows.length > 0 ? ['', ...rows] : []),
    `  ${'--json'.padEnd(28)} one JSON object on stdout`,
  ].join('\n');
}

export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `  voxelmark ${name.join(' ').padEnd(20)} ${summary}`);
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return [
    'Voxelmark: benchmarks for medical-image segmentation.',
    '',
    ...rows,
    '',
    'Add --help to any of them, --json for machine-readable output.',
    '',
    'Exit codes:',
    ...names.map((name) => `  ${String(EXIT[name]).padStart(3)}  ${EXIT_WORDS[name]}`),
  ].join('\n');
}

/** A text option that was given, or null. */
export function text(invocation: Pick<Invocation, 'options'>, name: string): string | null {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : null;
}

/** All values of an option that may be repeated; empty when it was not given. */
export function texts(invocation: Pick<Invocation, 'options'>, name: string): readonly string[] {
  const values = invocation.options[name];
  return Array.isArray(values) ? values : [];
}

/** @throws CliError `usage` when it was not given */
export function required(invocation: Pick<Invocation, 'options'>, name: string): string {
  const value = text(invocation, name);
  if (value === null) throw usageError(`--${name} is needed`);
  return value;
}
