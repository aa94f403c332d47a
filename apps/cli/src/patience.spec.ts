import { CliError, EXIT } from './exit.js';
import { patiently } from './patience.js';

const silence = () => new CliError('network', 'http://x does not answer', EXIT.network);

it('asks again until the server answers', async () => {
  let asked = 0;
  let told = 0;
  const answer = await patiently(
    async () => {
      if (++asked < 4) throw silence();
      return 'here';
    },
    () => told++,
    [1, 2],
  );
  expect([answer, asked, told]).toEqual(['here', 4, 3]);
});

it('gives up with the server’s silence when its patience ends', async () => {
  let asked = 0;
  const ask = async () => {
    asked++;
    throw silence();
  };
  await expect(patiently(ask, () => undefined, [5], 12)).rejects.toMatchObject({ code: 'network', exit: 10 });
  expect(asked).toBeGreaterThan(1);
});

it('does not repeat what the server refused, nor a defect', async () => {
  for (const error of [new CliError('not-found', 'gone', EXIT.notFound), new TypeError('oops')]) {
    let asked = 0;
    const ask = async () => {
      asked++;
      throw error;
    };
    await expect(patiently(ask, () => undefined, [1])).rejects.toBe(error);
    expect(asked).toBe(1);
  }
});
