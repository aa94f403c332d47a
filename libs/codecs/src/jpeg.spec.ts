import { decodeJpeg } from './jpeg.js';

/** Bits as text into an entropy-coded segment: filled up with ones, and a zero stuffed after each ff. */
function stuffed(bits: string): number[] {
  const full = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return (full.match(/.{8}/g) ?? []).flatMap((byte) => (byte === '11111111' ? [255, 0] : [parseInt(byte, 2)]));
}

/** Codes of one length n for the categories 0 to 16, in order: five bits each. */
const TABLE = [
  0xff,
  0xc4,
  0,
  36,
  0,
  0,
  0,
  0,
  0,
  17,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  ...Array.from({ length: 17 }, (_, n) => n),
];

function code(difference: number): string {
  const wrapped = ((difference + 32767) & 0xffff) - 32767; // -32767 to 32768
  if (wrapped === 32768) return (16).toString(2).padStart(5, '0');
  const size = wrapped === 0 ? 0 : Math.floor(Math.log2(Math.abs(wrapped))) + 1;
  const extra = wrapped > 0 ? wrapped : wrapped + (1 << size) - 1;
  return size.toString(2).padStart(5, '0') + (size ? extra.toString(2).padStart(size, '0') : '');
}

/** The slow, obvious twin: codes samples losslessly from the definition of the predictions. */
function encodeLossless(
  samples: number[],
  columns: number,
  selector: number,
  { bits = 16, restart = 0, shift = 0 } = {},
): Uint8Array {
  const kept = samples.map((x) => x >> shift);
  const intervals: string[] = [''];
  let firstRow = true;
  kept.forEach((x, v) => {
    if (restart && v > 0 && v % restart === 0) {
      intervals.push('');
      firstRow = true;
    } else if (v > 0 && v % columns === 0) firstRow = false;
    const [a, b, c] = [kept[v - 1], kept[v - columns], kept[v - columns - 1]];
    const predictions = [0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1];
    const left = v % columns === 0;
    const prediction = firstRow ? (left ? 1 << (bits - shift - 1) : a) : left ? b : predictions[selector];
    intervals[intervals.length - 1] += code(x - prediction);
  });
  const data = intervals.flatMap((part, n) => [...(n ? [0xff, 0xd0 + ((n - 1) % 8)] : []), ...stuffed(part)]);
  const rows = samples.length / columns;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...[0xff, 0xc3, 0, 11, bits, rows >> 8, rows & 255, columns >> 8, columns & 255, 1, 1, 0x11, 0],
    ...TABLE,
    ...(restart ? [0xff, 0xdd, 0, 4, restart >> 8, restart & 255] : []),
    ...[0xff, 0xda, 0, 8, 1, 1, 0, selector, 0, shift],
    ...data,
    ...[0xff, 0xd9],
  ]);
}

const noise = (count: number, bits: number): number[] =>
  Array.from({ length: count }, (_, n) => (n * n * 40503 + n * 7919) % 2 ** bits);
const words = (bytes: Uint8Array): number[] => Array.from(new Uint16Array(bytes.slice().buffer));

describe('lossless JPEG', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('undoes predictor %i', (selector) => {
    const samples = noise(7 * 5, 16);
    expect(words(decodeJpeg(encodeLossless(samples, 7, selector)))).toEqual(samples);
  });

  it('knows a difference of half the range', () => {
    const samples = [0, 32768, 0, 65535, 32767, 0];
    expect(words(decodeJpeg(encodeLossless(samples, 3, 1)))).toEqual(samples);
  });

  it('starts anew behind restart markers', () => {
    const samples = noise(6 * 4, 12);
    expect(words(decodeJpeg(encodeLossless(samples, 6, 4, { bits: 12, restart: 6 })))).toEqual(samples);
  });

  it('gives dropped bits back as zeros, and bytes for 8 bits', () => {
    const samples = noise(12, 8);
    const decoded = decodeJpeg(encodeLossless(samples, 4, 6, { bits: 8, shift: 2 }));
    expect(Array.from(decoded)).toEqual(samples.map((x) => x & ~3));
  });

  it('refuses data that end early, at every length', () => {
    const whole = encodeLossless(noise(20, 16), 5, 1);
    const head = whole.length - 2 - stuffed('0'.repeat(20 * 8)).length;
    for (let length = Math.max(20, head); length < whole.length - 3; length++) {
      const cut = Uint8Array.from([...whole.subarray(0, length), 0xff, 0xd9]);
      expect(() => decodeJpeg(cut)).toThrow();
    }
  });
});
