import fc from 'fast-check';
import { RequestRefused } from '#domain';
import { byteRange } from './byte-range.js';

describe('one range of bytes', () => {
  it.each<[string | undefined, { start: number; end: number } | null]>([
    [undefined, null],
    ['items=0-1', null],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=9-', { start: 9, end: 9 }],
    ['bytes=3-5', { start: 3, end: 5 }],
    ['bytes=3-500', { start: 3, end: 9 }],
    ['bytes=-4', { start: 6, end: 9 }],
    ['bytes=-400', { start: 0, end: 9 }],
    [' Bytes = 1-2 ', { start: 1, end: 2 }],
  ])('%s of ten bytes', (header, expected) => {
    expect(byteRange(header, 10)).toEqual(expected);
  });

  it.each([
    'bytes=10-',
    'bytes=10-12',
    'bytes=5-4',
    'bytes=-0',
    'bytes=-',
    'bytes=',
    'bytes=a-b',
    'bytes=0-1,2-3',
    'bytes=1--2',
    'bytes=0x1-2',
    'bytes=1e9-',
  ])('refuses %s', (header) => {
    expect(() => byteRange(header, 10)).toThrow(
      expect.objectContaining({ status: 416, code: 'range-not-satisfiable' }),
    );
  });

  it('an empty object has no range', () => {
    for (const header of ['bytes=0-0', 'bytes=0-', 'bytes=-1'])
      expect(() => byteRange(header, 0)).toThrow(RequestRefused);
  });

  it('whatever is asked: inside the object, or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^bytes=[0-9-]{0,20}$/)),
        fc.integer({ min: 0, max: 1000 }),
        (header, size) => {
          try {
            const range = byteRange(header, size);
            if (range === null) return;
            expect(range.start).toBeGreaterThanOrEqual(0);
            expect(range.end).toBeGreaterThanOrEqual(range.start);
            expect(range.end).toBeLessThan(size);
          } catch (error) {
            expect(error).toBeInstanceOf(RequestRefused);
          }
        },
      ),
    );
  });
});
