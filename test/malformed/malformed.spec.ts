import { DatasetFileFault } from '#datasets';
import { ImageFormatError } from '#imaging';
import { MALFORMED } from './malformed.js';
import { read } from './read.js';

describe('malformed images and archives', () => {
  it('are at least 200, each with a name of its own', () => {
    expect(MALFORMED.length).toBeGreaterThanOrEqual(200);
    expect(new Set(MALFORMED.map(({ kind, name }) => `${kind}: ${name}`)).size).toBe(MALFORMED.length);
  });

  it.each(MALFORMED.map((malformed) => [`${malformed.kind}: ${malformed.name}`, malformed.code, malformed] as const))(
    '%s: %s',
    async (_, code, { kind, files }) => {
      const answer: unknown = await read(kind, files()).catch((error: unknown) => error);
      if (!(answer instanceof ImageFormatError || answer instanceof DatasetFileFault))
        throw answer instanceof Error ? answer : new Error('the file was read');
      expect(answer.code).toBe(code);
      expect(answer.message.length).toBeLessThan(600);
      expect(answer.message).toMatch(/; .|expected/); // what we got; what we expected
    },
  );
});
