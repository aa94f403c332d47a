import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, overview, parse, takeJson, usageOf, type Terminal } from './command.js';
import type { CommandEntry } from './commands/index.js';
import { explain, EXIT, EXIT_WORDS, type ExitCode } from './exit.js';
import { orInterrupted } from './interruption.js';
import { packageRoot } from './package-root.js';

/** Data to stdout, words to stderr. */
function terminalFor(json: boolean): Terminal {
  const interactive = process.stderr.isTTY === true;
  let drawn = false;
  const clear = () => {
    if (drawn) process.stderr.write('\r\u001b[2K');
    drawn = false;
  };
  return {
    json,
    interactive,
    out(data, text) {
      clear();
      process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
    },
    say(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!interactive) return;
      clear();
      process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
      drawn = true;
    },
  };
}

const EXIT_CODES = Object.fromEntries(Object.entries(EXIT).map(([name, code]) => [code, EXIT_WORDS[name as keyof typeof EXIT]]));

async function main(given: readonly string[], entries: readonly CommandEntry[]): Promise<ExitCode> {
  const { json, rest: argv } = takeJson(given);
  const terminal = terminalFor(json);
  try {
    const entry = findCommand(entries, argv);
    if (!entry) {
      if (argv[0] === '--version' || argv[0] === '-V') {
        const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
        terminal.out({ version }, `voxelmark ${version}`);
        return EXIT.ok;
      }
      const commands = await Promise.all(entries.map(({ load }) => load()));
      const asked = argv.length === 0 || argv[0] === '--help' || argv[0] === '-h' || argv[0] === 'help';
      if (asked) {
        terminal.out({ commands: commands.map(({ name, summary }) => ({ name: name.join(' '), summary })), exitCodes: EXIT_CODES }, overview(commands));
        return EXIT.ok;
      }
      const words = argv.filter((word) => !word.startsWith('-')).slice(0, 2).join(' ');
      return fail(terminal, 'usage', `there is no command \`${words || argv.join(' ')}\`\n\n${overview(commands)}`, EXIT.usage);
    }
    const command = await entry.load();
    const { help, ...invocation } = parse(command, argv);
    if (help) {
      terminal.out({ usage: usageOf(command) }, usageOf(command));
      return EXIT.ok;
    }
    const ended = command.run({ ...invocation, terminal });
    return await (command.stopsByItself ? ended : orInterrupted(ended, process));
  } catch (error) {
    const { code, message, exit, defect } = explain(error);
    if (defect) {
      // only now, as it brings the whole platform along and most commands end without a defect
      const { describeError } = await import('#platform');
      process.stderr.write(`${JSON.stringify(describeError(error))}\n`);
    }
    return fail(terminal, code, message, exit);
  }
}

function fail(terminal: Terminal, code: string, message: string, exit: ExitCode): ExitCode {
  terminal.say(`voxelmark: ${message}`);
  if (terminal.json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  return exit;
}

/** Carries out the command line of this process with these commands, and ends the process. */
export async function runCommandLine(entries: readonly CommandEntry[]): Promise<never> {
  const exit = await main(process.argv.slice(2), entries);
  // stdout may be a pipe: let it drain before the process ends
  await new Promise<void>((drained) => void process.stdout.write('', () => drained()));
  process.exit(exit);
}
