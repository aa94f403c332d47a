import { blobKey, blobPath, cutRange, digestOf } from './digest.js';

const digest = 'ab' + 'c'.repeat(62);

it('spreads digests over 256 folders and finds them again', () => {
  expect(blobPath(digest)).toBe(`ab/${'c'.repeat(62)}`);
  expect(blobKey('team/', digest)).toBe(`team/ab/${'c'.repeat(62)}`);
  expect(digestOf('ab', 'c'.repeat(62))).toBe(digest);
  expect(digestOf('a', 'b' + 'c'.repeat(62))).toBeNull();
  expect(digestOf('ab', 'notes.txt')).toBeNull();
});

it('cuts ranges to the size', () => {
  expect(cutRange(10, undefined)).toEqual({ start: 0, end: 9 });
  expect(cutRange(10, { start: 9, end: 99 })).toEqual({ start: 9, end: 9 });
  expect(cutRange(0, undefined)).toBeNull();
  expect(() => cutRange(0, { start: 0 })).toThrow('range starts at byte 0; the blob has 0 bytes');
  expect(() => cutRange(10, { start: 1.5 })).toThrow(RangeError);
  expect(() => cutRange(10, { start: 3, end: 2 })).toThrow('range ends at byte 2, before its start 3');
});
