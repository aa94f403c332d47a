import { RequestRefused } from '#domain';

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * The one range that a Range header asks for; null for the whole (no header, or a unit that is not bytes, which RFC 9110
 * wants ignored). An end past the last byte is cut to it.
 *
 * @throws RequestRefused 416 `range-not-satisfiable`: beyond the end, malformed, or several ranges
 */
export function byteRange(header: string | undefined, size: number): ByteRange | null {
  if (header === undefined || !/^\s*bytes\s*=/i.test(header)) return null;
  const match = /^\s*bytes\s*=\s*(\d{0,16})-(\d{0,16})\s*$/i.exec(header);
  if (match === null || (match[1] === '' && match[2] === '')) {
    throw refused('expected one range, for instance "bytes=0-1023"', size);
  }
  const [, first, last] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (last !== '' && first !== '' && Number(last) < start) || (first === '' && Number(last) === 0)) {
    throw refused(`the object has ${size} bytes`, size);
  }
  return { start, end };
}

function refused(why: string, size: number): RequestRefused {
  return new RequestRefused(416, 'range-not-satisfiable', `This range cannot be answered: ${why}.`, [
    { path: 'header.range', message: `${why}; size ${size}` },
  ]);
}
