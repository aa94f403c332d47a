/**
 * The two processes of JPEG (ITU-T T.81) that medical images use and browsers do not know, for one component: lossless
 * (process 14) and extended sequential with 12 bits (process 4).
 *
 * Written here because the decoders at hand make a picture of any beginning of the data: these stop with an error where data
 * are missing. Sections named below are those of T.81.
 */

/** Natural position of the n-th coefficient in zigzag order. */
// prettier-ignore
const ZIGZAG = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
);

/** COSINES[8 * x + u]: weight of frequency u at sample x of a row of eight. */
const COSINES = Float64Array.from({ length: 64 }, (_, n) => {
  const [x, u] = [n >> 3, n & 7];
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

interface HuffmanTable {
  /** By code length 1 to 16: the largest code of that length (-1: none) and where its values are. */
  readonly largest: Int32Array;
  readonly offset: Int32Array;
  readonly values: Uint8Array;
}

interface Frame {
  readonly lossless: boolean;
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  readonly quantiser: number;
}

/**
 * Decodes a frame of one component.
 *
 * @returns samples row by row, little endian: one byte each up to 8 bits a sample, two above
 * @throws Error when the codestream is damaged, incomplete or of another process
 */
export function decodeJpeg(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const quantisers = new Map<number, Uint16Array>();
  const [dcTables, acTables] = [new Map<number, HuffmanTable>(), new Map<number, HuffmanTable>()];
  let frame: Frame | undefined;
  let restartInterval = 0;
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw new Error(`no marker at byte ${at}`);
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    const segment = new DataView(view.buffer, view.byteOffset + at + 4, length - 2);
    if (marker === 0xdb) readQuantisation(segment, quantisers);
    else if (marker === 0xc4) readHuffman(segment, dcTables, acTables);
    else if (marker === 0xdd) restartInterval = segment.getUint16(0);
    else if ([0xc0, 0xc1, 0xc3].includes(marker)) frame = readFrame(segment, marker === 0xc3);
    else if (marker >= 0xc2 && marker <= 0xcf) {
      throw new Error(`frame of process SOF${marker & 15}; expected sequential or lossless Huffman coding`);
    } else if (marker === 0xda) {
      const tables = segment.getUint8(2);
      const [dc, ac] = [dcTables.get(tables >> 4), acTables.get(tables & 15)];
      if (segment.getUint8(0) !== 1 || !frame || !dc)
        throw new Error('scan of several components, or without frame header or table');
      const reader = new BitReader(bytes, at + 2 + length, restartInterval);
      if (frame.lossless) return decodeLossless(reader, frame, dc, segment.getUint8(3), segment.getUint8(5) & 15);
      const quantiser = quantisers.get(frame.quantiser);
      if (!quantiser || !ac) throw new Error('scan without tables');
      return decodeSequential(reader, frame, quantiser, dc, ac);
    }
    at += 2 + length;
  }
}

function readFrame(segment: DataView, lossless: boolean): Frame {
  if (segment.getUint8(5) !== 1) throw new Error(`${segment.getUint8(5)} components; expected 1`);
  return {
    lossless,
    bits: segment.getUint8(0),
    rows: segment.getUint16(1),
    columns: segment.getUint16(3),
    quantiser: segment.getUint8(8),
  };
}

function readQuantisation(segment: DataView, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < segment.byteLength;) {
    const head = segment.getUint8(at++);
    const wide = head >> 4 === 1;
    const table = new Uint16Array(64);
    for (let n = 0; n < 64; n++, at += wide ? 2 : 1)
      table[ZIGZAG[n]] = wide ? segment.getUint16(at) : segment.getUint8(at);
    tables.set(head & 15, table);
  }
}

function readHuffman(segment: DataView, dc: Map<number, HuffmanTable>, ac: Map<number, HuffmanTable>): void {
  for (let at = 0; at < segment.byteLength;) {
    const head = segment.getUint8(at);
    const largest = new Int32Array(17).fill(-1);
    const offset = new Int32Array(17);
    let [code, count] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      const codes = segment.getUint8(at + length);
      offset[length] = count - code;
      count += codes;
      code += codes;
      if (code > 1 << length) throw new Error('Huffman table has more codes than there are');
      if (codes > 0) largest[length] = code - 1;
      code <<= 1;
    }
    const values = Uint8Array.from({ length: count }, (_, n) => segment.getUint8(at + 17 + n));
    (head >> 4 === 0 ? dc : ac).set(head & 15, { largest, offset, values });
    at += 17 + count;
  }
}

/**
 * Lossless (annex H): each sample is coded as its difference from a prediction made of the ones left of and above it.
 *
 * @param selector which prediction, 1 to 7 (table H.1)
 * @param shift    low bits that the writer dropped (point transform)
 */
function decodeLossless(
  reader: BitReader,
  frame: Frame,
  table: HuffmanTable,
  selector: number,
  shift: number,
): Uint8Array {
  const { columns, rows, bits } = frame;
  if (selector < 1 || selector > 7 || shift >= bits)
    throw new Error(`predictor ${selector} and point transform ${shift} are none`);
  const samples = new Uint16Array(columns * rows);
  let restarted = true; // the first row of the image, and after a restart, is predicted from the left only
  for (let y = 0, v = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, v++) {
      if (reader.restartIfDue()) restarted = true;
      let prediction: number;
      if (restarted && x === 0) prediction = 1 << (bits - shift - 1);
      else if (restarted) prediction = samples[v - 1];
      else if (x === 0) prediction = samples[v - columns];
      else prediction = predict(selector, samples[v - 1], samples[v - columns], samples[v - columns - 1]);
      const size = reader.code(table);
      samples[v] = prediction + (size === 16 ? 32768 : reader.signed(size)); // modulo 2^16
    }
    restarted = false;
  }
  if (shift > 0) for (let v = 0; v < samples.length; v++) samples[v] <<= shift;
  return littleEndian(samples, bits);
}

/** Table H.1; a is left, b above, c above left. */
function predict(selector: number, a: number, b: number, c: number): number {
  switch (selector) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}

/**
 * Sequential DCT (annex F): a block of 64 coefficients is coded as the difference of its mean from the last one's (DC), and
 * runs of zeros between the others (AC), in zigzag order.
 */
function decodeSequential(
  reader: BitReader,
  frame: Frame,
  quantiser: Uint16Array,
  dc: HuffmanTable,
  ac: HuffmanTable,
): Uint8Array {
  const { columns, rows, bits } = frame;
  const samples = new Uint16Array(columns * rows);
  const coefficients = new Float64Array(64);
  const scratch = new Float64Array(64);
  const [middle, most] = [2 ** (bits - 1), 2 ** bits - 1];
  let mean = 0;
  for (let top = 0; top < rows; top += 8) {
    for (let left = 0; left < columns; left += 8) {
      if (reader.restartIfDue()) mean = 0;
      coefficients.fill(0);
      mean += reader.signed(reader.code(dc));
      coefficients[0] = mean * quantiser[0];
      for (let n = 1; n < 64; n++) {
        const symbol = reader.code(ac);
        const size = symbol & 15;
        n += symbol >> 4;
        if (size === 0) {
          if (symbol !== 0xf0) break; // end of block; f0 is sixteen zeros
          continue;
        }
        if (n > 63) throw new Error('block has more than 64 coefficients');
        coefficients[ZIGZAG[n]] = reader.signed(size) * quantiser[ZIGZAG[n]];
      }
      inverseCosines(coefficients, scratch);
      for (let y = 0; y < 8 && top + y < rows; y++) {
        for (let x = 0; x < 8 && left + x < columns; x++) {
          const value = Math.round(coefficients[8 * y + x]) + middle;
          samples[(top + y) * columns + left + x] = Math.min(most, Math.max(0, value));
        }
      }
    }
  }
  return littleEndian(samples, bits);
}

function littleEndian(samples: Uint16Array, bits: number): Uint8Array {
  if (bits <= 8) return Uint8Array.from(samples);
  const out = new DataView(new ArrayBuffer(2 * samples.length));
  for (let v = 0; v < samples.length; v++) out.setUint16(2 * v, samples[v], true);
  return new Uint8Array(out.buffer);
}

/** Inverse DCT in place: rows into `scratch` transposed, then the same again. */
function inverseCosines(block: Float64Array, scratch: Float64Array): void {
  for (const [from, to] of [
    [block, scratch],
    [scratch, block],
  ]) {
    for (let row = 0; row < 8; row++) {
      for (let x = 0; x < 8; x++) {
        let sum = 0;
        for (let u = 0; u < 8; u++) sum += COSINES[8 * x + u] * from[8 * row + u];
        to[8 * x + row] = sum;
      }
    }
  }
}

/** Bits of the entropy-coded segment, in which a zero is stuffed after each ff and restart markers stand between intervals. */
class BitReader {
  readonly #bytes: Uint8Array;
  readonly #restartInterval: number;
  #at: number;
  #held = 0;
  #count = 0;
  #units = 0;

  constructor(bytes: Uint8Array, at: number, restartInterval: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#restartInterval = restartInterval;
  }

  bit(): number {
    if (this.#count === 0) {
      if (this.#at >= this.#bytes.length) throw new Error('data end before the last sample');
      this.#held = this.#bytes[this.#at++];
      if (this.#held === 0xff && this.#bytes[this.#at++] !== 0)
        throw new Error('data end at a marker before the last sample');
      this.#count = 8;
    }
    return (this.#held >> --this.#count) & 1;
  }

  code({ largest, offset, values }: HuffmanTable): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit();
      if (code <= largest[length]) return values[code + offset[length]];
    }
    throw new Error('no Huffman code of the table');
  }

  /** A number of `size` bits whose leading bit says its sign: those that begin with 0 count from below. */
  signed(size: number): number {
    if (size > 15) throw new Error(`difference of ${size} bits`);
    let value = 0;
    for (let n = 0; n < size; n++) value = (value << 1) | this.bit();
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Called before each sample or block: whether it is the first behind a restart marker, which is then passed. */
  restartIfDue(): boolean {
    const due = this.#restartInterval > 0 && this.#units > 0 && this.#units % this.#restartInterval === 0;
    this.#units++;
    if (!due) return false;
    this.#count = 0;
    const [a, b] = [this.#bytes[this.#at], this.#bytes[this.#at + 1]];
    if (a !== 0xff || b < 0xd0 || b > 0xd7) throw new Error('no restart marker where one is due');
    this.#at += 2;
    return true;
  }
}
