import { interrupted } from './exit.js';

/** What we need of `process.stdin`. */
type Input = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'setEncoding' | 'resume' | 'pause' | 'on' | 'off'> &
  AsyncIterable<unknown>;

/**
 * Reads a password: without echo from a terminal, otherwise the first line of stdin.
 * @throws CliError `interrupted` on Ctrl-C and Ctrl-D, which a terminal without echo hands to us as characters
 */
export async function readSecret(question: string, input: Input = process.stdin): Promise<string> {
  input.setEncoding('utf8');
  if (!input.isTTY) {
    let piped = '';
    for await (const chunk of input) piped += chunk as string;
    return piped.split(/\r?\n/)[0];
  }
  process.stderr.write(question);
  input.setRawMode(true);
  input.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void) => {
      input.setRawMode(false);
      input.pause();
      input.off('data', onData);
      process.stderr.write('\n');
      settle();
    };
    const onData = (chunk: string) => {
      for (const key of chunk) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed));
        if (key === '\u0003' || key === '\u0004') return end(() => reject(interrupted('interrupted at the password')));
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    input.on('data', onData);
  });
}
