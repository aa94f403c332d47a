import fc from 'fast-check';
import { cursor, id, instant, line, metricValues, newSlug, sha256, slug, text, version } from './primitives.js';

const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('names', () => {
  it.each(['phantoms', 'organ-finder-2', '3d', 'a1'])('takes the slug %s', (value) =>
    expect(takes(slug, value)).toBe(true),
  );
  it.each(['', 'a', 'A-b', '-a', 'a-', 'a--b', 'a_b', 'a b', '../a', 'ä-b', 'a'.repeat(65), 'a\n'])(
    'refuses the slug %j',
    (value) => expect(takes(slug, value)).toBe(false),
  );

  it('refuses a new slug that looks like an id, and takes others', () => {
    expect(takes(slug, '0190aa00-0000-7000-8000-0000000000ab')).toBe(true); // ids stand where slugs do
    expect(takes(newSlug, '0190aa00-0000-7000-8000-0000000000ab')).toBe(false);
    expect(takes(newSlug, '0190aa00-0000-7000-8000')).toBe(true);
    expect(takes(newSlug, 'a--b')).toBe(false);
  });

  it.each(['1', '1.2.0', '2025a', 'v1.0+gpu_2'])('takes the version %s', (value) =>
    expect(takes(version, value)).toBe(true),
  );
  it.each(['', '.1', '../1', '1 2', '1/2', '1\u0000', '1'.repeat(33)])('refuses the version %j', (value) =>
    expect(takes(version, value)).toBe(false),
  );

  it('takes only digests and ids of their own form', () => {
    expect(takes(sha256, 'a'.repeat(64))).toBe(true);
    for (const value of ['A'.repeat(64), 'a'.repeat(63), `${'a'.repeat(63)}g`, ''])
      expect(takes(sha256, value)).toBe(false);
    expect(takes(id, '0192f0c4-7777-7777-8777-777777777777')).toBe(true);
    for (const value of ['1', "' or 1=1", '0192f0c4-7777-7777-8777-77777777777']) expect(takes(id, value)).toBe(false);
    expect(takes(instant, '2026-01-01T00:00:00.000Z')).toBe(true);
    expect(takes(instant, '1 January')).toBe(false);
    expect(takes(cursor, 'abc-_1')).toBe(true);
    for (const value of ['', 'a b', 'a=b', 'x'.repeat(201)]) expect(takes(cursor, value)).toBe(false);
  });
});

describe('text that is stored, shown and logged', () => {
  it('keeps every script, and trims', () => {
    expect(line(80).parse('  Łukasz O’Brien 肝臓 🫀 ')).toBe('Łukasz O’Brien 肝臓 🫀');
    expect(text(80).parse('two\nlines\tand a tab')).toBe('two\nlines\tand a tab');
  });

  it.each(['a\nb', 'a\r\nBcc: x', 'a\u0000', '\u001b[31m', 'a\u2028b', '\ud800', '', '   ', 'x'.repeat(81)])(
    'one line refuses %j',
    (value) => expect(takes(line(80), value)).toBe(false),
  );
  it.each(['a\u0000', '\u0007', '\udfff', 'x'.repeat(81)])('text refuses %j', (value) =>
    expect(takes(text(80), value)).toBe(false),
  );

  it('whatever passes survives UTF-8 and JSON as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const parsed = text(4000).safeParse(value);
        if (!parsed.success) return;
        expect(Buffer.from(parsed.data, 'utf8').toString('utf8')).toBe(parsed.data);
        expect(JSON.stringify(parsed.data)).not.toMatch(/\\u0000|\\ud[89a-f]/);
      }),
    );
  });
});

describe('metric values', () => {
  it('are numbers, null, or the one word for unbounded; JSON has no other', () => {
    expect(metricValues.parse({ dice: 0.5, hd95: 'Infinity', asd: null })).toEqual({
      dice: 0.5,
      hd95: 'Infinity',
      asd: null,
    });
    for (const value of ['NaN', '0.5', Number.NaN, Number.POSITIVE_INFINITY, true])
      expect(takes(metricValues, { dice: value })).toBe(false);
  });
});
