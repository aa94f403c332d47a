/**
 * Writes a grey image as baseline JPEG (ITU-T T.81): 8 bits, one component, the tables of its annex K.
 *
 * Our own, since the compiled encoder at hand writes beyond its buffer where the file gets larger than the image.
 *
 * @param grey    row by row
 * @param quality 1 to 100; scales the quantisation as the Independent JPEG Group's library does
 * @throws RangeError when grey and size disagree, or a size has no place in 16 bits
 */
export function writeJpeg(grey: Uint8Array, columns: number, rows: number, quality: number): Uint8Array {
  if (grey.length !== columns * rows || !(columns > 0 && rows > 0 && columns < 65536 && rows < 65536)) {
    throw new RangeError(`picture has ${grey.length} values for ${columns} x ${rows}; expected one each, at most 65535 wide and high`);
  }
  const steps = stepsOf(quality);
  const out = new Bits();
  out.marker(0xd8);
  out.segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]); // JFIF
  out.segment(0xdb, [0, ...ZIGZAG.map((at) => steps[at])]);
  out.segment(0xc0, [8, rows >> 8, rows & 255, columns >> 8, columns & 255, 1, 1, 0x11, 0]);
  out.segment(0xc4, [0x00, ...DC_COUNTS, ...DC_SYMBOLS]);
  out.segment(0xc4, [0x10, ...AC_COUNTS, ...AC_SYMBOLS]);
  out.segment(0xda, [1, 1, 0x00, 0, 63, 0]);

  const block = new Float64Array(64);
  let before = 0;
  for (let top = 0; top < rows; top += 8) {
    for (let left = 0; left < columns; left += 8) {
      for (let v = 0; v < 64; v++) {
        // beyond the edge the last row and column go on
        const [y, x] = [Math.min(rows - 1, top + (v >> 3)), Math.min(columns - 1, left + (v & 7))];
        block[v] = grey[y * columns + x] - 128;
      }
      transform(block);
      before = writeBlock(out, ZIGZAG.map((at) => Math.round(block[at] / steps[at])), before);
    }
  }
  out.flush();
  out.marker(0xd9);
  return out.bytes();
}

/** Places of the coefficients, lowest frequencies first. */
const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, at) => at).sort((a, b) => {
  const [da, db] = [(a >> 3) + (a & 7), (b >> 3) + (b & 7)];
  if (da !== db) return da - db;
  return da % 2 === 0 ? (b >> 3) - (a >> 3) : (a >> 3) - (b >> 3);
});

/** Table K.1. */
// prettier-ignore
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

function stepsOf(quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return LUMINANCE.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
}

/** Table K.3: how many codes of each length, and what they mean. */
const DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_SYMBOLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** Table K.5. */
const AC_COUNTS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
// prettier-ignore
const AC_SYMBOLS = [
  0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08,
  0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
  0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
  0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
  0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6,
  0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
  0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
];

interface Code {
  readonly bits: number;
  readonly length: number;
}

/** Codes by symbol, annex C. */
function codesOf(counts: readonly number[], symbols: readonly number[]): ReadonlyMap<number, Code> {
  const codes = new Map<number, Code>();
  let [bits, at] = [0, 0];
  counts.forEach((count, n) => {
    for (let c = 0; c < count; c++) codes.set(symbols[at++], { bits: bits++, length: n + 1 });
    bits <<= 1;
  });
  return codes;
}
const DC = codesOf(DC_COUNTS, DC_SYMBOLS);
const AC = codesOf(AC_COUNTS, AC_SYMBOLS);

/** Cosines of the transform, frequency by place, with their scale. */
const COSINES = Float64Array.from({ length: 64 }, (_, at) => {
  const [u, x] = [at >> 3, at & 7];
  return Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

/** Two-dimensional discrete cosine transform of 8 x 8 values, in place. */
function transform(block: Float64Array): void {
  const half = new Float64Array(64);
  for (let y = 0; y < 8; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < 8; x++) sum += block[8 * y + x] * COSINES[8 * u + x];
      half[8 * y + u] = sum;
    }
  }
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < 8; y++) sum += half[8 * y + u] * COSINES[8 * v + y];
      block[8 * v + u] = sum;
    }
  }
}

/** @returns the first coefficient, from which the next block tells its difference */
function writeBlock(out: Bits, coefficients: readonly number[], before: number): number {
  const [first] = coefficients;
  writeValue(out, DC, 0, first - before);
  const last = coefficients.findLastIndex((value) => value !== 0);
  let zeros = 0;
  for (let at = 1; at <= last; at++) {
    if (coefficients[at] === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) out.code(AC.get(0xf0)!);
    writeValue(out, AC, zeros, coefficients[at]);
    zeros = 0;
  }
  if (last < 63) out.code(AC.get(0x00)!);
  return first;
}

/** Symbol of the zeros before and the size of the value, then the value itself. */
function writeValue(out: Bits, codes: ReadonlyMap<number, Code>, zeros: number, value: number): void {
  const length = 32 - Math.clz32(Math.abs(value));
  out.code(codes.get((zeros << 4) | length)!);
  out.code({ bits: value < 0 ? value + (1 << length) - 1 : value, length });
}

/** Bytes that grow, and bits that are put into them. */
class Bits {
  private buffer = new Uint8Array(1 << 14);
  private length = 0;
  private pending = 0;
  private count = 0;

  code({ bits, length }: Code): void {
    this.pending = (this.pending << length) | bits;
    this.count += length;
    while (this.count >= 8) {
      this.count -= 8;
      const byte = (this.pending >> this.count) & 255;
      this.byte(byte);
      if (byte === 255) this.byte(0); // or else it would be a marker
    }
    this.pending &= (1 << this.count) - 1;
  }

  flush(): void {
    if (this.count > 0) this.code({ bits: (1 << (8 - this.count)) - 1, length: 8 - this.count });
  }

  marker(code: number): void {
    this.byte(255);
    this.byte(code);
  }

  segment(code: number, content: readonly number[]): void {
    this.marker(code);
    const length = content.length + 2;
    for (const byte of [length >> 8, length & 255, ...content]) this.byte(byte);
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private byte(value: number): void {
    if (this.length === this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.length++] = value;
  }
}
