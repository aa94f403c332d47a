import 'reflect-metadata';
import { describeError } from '#platform';
import { findCommand, overview, parse, takeJson, usageOf, type Command, type Terminal } from './command.js';
import { COMMANDS } from './commands/index.js';
import { explain, EXIT, EXIT_WORDS, type ExitCode } from './exit.js';
import { orInterrupted } from './interruption.js';

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

async function main(given: readonly string[], commands: readonly Command[]): Promise<ExitCode> {
  const { json, rest: argv } = takeJson(given);
  const terminal = terminalFor(json);
  try {
    const command = findCommand(commands, argv);
    if (!command) {
      const asked = argv.length === 0 || argv[0] === '--help' || argv[0] === '-h' || argv[0] === 'help';
      if (asked) {
        terminal.out({ commands: commands.map(({ name, summary }) => ({ name: name.join(' '), summary })), exitCodes: EXIT_CODES }, overview(commands));
        return EXIT.ok;
      }
      const words = argv.filter((word) => !word.startsWith('-')).slice(0, 2).join(' ');
      return fail(terminal, 'usage', `there is no command \`${words}\`\n\n${overview(commands)}`, EXIT.usage);
    }
    const { help, ...invocation } = parse(command, argv);
    if (help) {
      terminal.out({ usage: usageOf(command) }, usageOf(command));
      return EXIT.ok;
    }
    const ended = command.run({ ...invocation, terminal });
    return await (command.stopsByItself ? ended : orInterrupted(ended, process));
  } catch (error) {
    const { code, message, exit, defect } = explain(error);
    if (defect) process.stderr.write(`${JSON.stringify(describeError(error))}\n`);
    return fail(terminal, code, message, exit);
  }
}

function fail(terminal: Terminal, code: string, message: string, exit: ExitCode): ExitCode {
  terminal.say(`voxelmark: ${message}`);
  if (terminal.json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  return exit;
}

const exit = await main(process.argv.slice(2), COMMANDS);
// stdout may be a pipe: let it drain before the process ends
process.stdout.write('', () => process.exit(exit));
