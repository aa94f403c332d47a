import { PassThrough } from 'node:stream';
import { readSecret } from './secret.js';

/** A terminal that hands over what is typed, and remembers whether it echoes. */
function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode(mode: boolean) {
      raw.push(mode);
      return input as never;
    },
  });
  return { input: input as never, type: (keys: string) => input.write(keys), raw };
}

describe('a password from a terminal', () => {
  it('is what was typed before Enter, with mistakes taken back', async () => {
    const { input, type, raw } = terminal();
    const secret = readSecret('Password: ', input);
    type('correcx');
    type('\u007ft horse\r');
    expect(await secret).toBe('correct horse');
    expect(raw).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is given up on %s: exit code 130, and the terminal echoes again', async (_, key) => {
    const { input, type, raw } = terminal();
    const secret = readSecret('Password: ', input);
    type(`half${key}`);
    await expect(secret).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
    expect(raw).toEqual([true, false]);
  });
});

it('a password from a pipe is its first line', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: false });
  input.end('first line\r\nsecond\n');
  expect(await readSecret('Password: ', input as never)).toBe('first line');
});
