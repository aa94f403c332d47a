import fc from 'fast-check';
import { cursor } from '#contracts';
import { RequestRefused } from '#domain';
import { afterPlace, beforePlace, createdAtPlace, offsetPlace, readCursor, writeCursor } from './cursor.js';

describe('cursors', () => {
  it('come back as they went, and fit the contract', () => {
    const place = { at: '2026-01-01T00:00:00.123Z', id: '0192f0c4-7777-7777-8777-777777777777' };
    for (const [value, schema] of [
      [place, createdAtPlace],
      [{ after: 'organ-finder-2' }, afterPlace],
      [{ offset: 100 }, offsetPlace],
      [{ before: 17 }, beforePlace],
    ] as const) {
      const written = writeCursor(value);
      expect(cursor.safeParse(written).success).toBe(true);
      expect(readCursor(written, schema)).toEqual(value);
    }
    expect(readCursor(undefined, offsetPlace)).toBeUndefined();
  });

  it('whatever else comes is refused, and never an error of ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (text) => {
          for (const schema of [createdAtPlace, afterPlace, offsetPlace, beforePlace]) {
            try {
              readCursor(text, schema);
            } catch (error) {
              expect(error).toBeInstanceOf(RequestRefused);
              expect((error as RequestRefused).code).toBe('cursor-invalid');
            }
          }
        },
      ),
    );
  });
});
