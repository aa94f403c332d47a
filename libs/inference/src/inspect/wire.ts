import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { InspectionCode } from './findings.js';

/** Random access to the bytes of a model. A model can be larger than we want in memory, so nothing asks for all of it. */
export interface ByteSource {
  readonly size: number;
  /** The byte at `offset`; the caller has checked that it lies inside. */
  byte(offset: number): number;
  /** A copy of `length` bytes from `offset`; for names and small constants, never for weights. */
  slice(offset: number, length: number): Uint8Array;
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  const allow = copies();
  return {
    size: bytes.length,
    byte: (offset) => bytes[offset],
    slice: (offset, length) => {
      allow(length);
      return bytes.slice(offset, offset + length);
    },
  };
}

/** Bytes of names and small constants, all together. A network of 10,000 nodes has 5 MiB of them. */
const MOST_COPIED = 32 * 2 ** 20;

/** A purse of so many bytes. Call it before each copy. @throws WireError when it is empty */
function copies(): (length: number) => void {
  let left = MOST_COPIED;
  return (length) => {
    left -= length;
    if (left >= 0) return;
    const most = `${MOST_COPIED / 2 ** 20} MiB`;
    throw new WireError(`names and small constants have more than ${most} together`, 'model-too-complex');
  };
}

const WINDOW_BYTES = 16 * 1024;
/** Windows loaded in one walk: a model of 10,000 nodes and as many weights needs about 30,000, which is 480 MiB of reading. */
const MOST_WINDOWS = 60_000;

/**
 * Reads a file through one window of 16 KiB: walking a model of 500 MiB touches its headers, not its weights.
 * Calls `work` with the source and closes the file afterwards.
 */
export function withFileSource<T>(path: string, work: (source: ByteSource) => T): T {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const window = Buffer.alloc(WINDOW_BYTES);
    let start = 0;
    let end = 0; // exclusive
    let loads = 0;
    const load = (offset: number) => {
      if (++loads > MOST_WINDOWS) {
        throw new WireError(
          'the pieces of the model are scattered over more of the file than is read',
          'model-too-complex',
        );
      }
      start = offset;
      end = offset + readSync(file, window, 0, WINDOW_BYTES, offset);
    };
    const byte = (offset: number): number => {
      if (offset < start || offset >= end) load(offset);
      if (offset >= end) throw new WireError(`the file ends before byte ${offset}`);
      return window[offset - start];
    };
    const allow = copies();
    const slice = (offset: number, length: number): Uint8Array => {
      allow(length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const at = offset + done;
        if (at < start || at >= end) load(at);
        if (at >= end) throw new WireError(`the file ends before byte ${at}`);
        const part = window.subarray(at - start, Math.min(end, offset + length) - start);
        bytes.set(part, done);
        done += part.length;
      }
      return bytes;
    };
    return work({ size, byte, slice });
  } finally {
    closeSync(file);
  }
}

/** The bytes are not a protocol buffer of the kind we expect, or are more than we are willing to walk. */
export class WireError extends RangeError {
  constructor(
    message: string,
    readonly code: InspectionCode = 'model-not-onnx',
  ) {
    super(message);
    this.name = 'WireError';
  }
}

/** One field of a message. `value` is the number of a varint (as int64) or 0; start and end frame a delimited value. */
export interface Field {
  readonly number: number;
  readonly wire: 'varint' | 'fixed64' | 'delimited' | 'fixed32';
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Shared by one whole walk, so that nesting cannot multiply the work. */
export interface WalkBudget {
  /** Fields that may still be read. */
  fields: number;
  /** Numbers of constants that may still be kept. */
  values: number;
}

const WIRES = { 0: 'varint', 1: 'fixed64', 2: 'delimited', 5: 'fixed32' } as const;

/**
 * The fields of the message in bytes [start, end), in order, without looking into them.
 * Format: https://protobuf.dev/programming-guides/encoding/
 *
 * @throws WireError on truncated or malformed bytes, on groups (unknown to ONNX), and when the budget is spent
 */
export function* fields(source: ByteSource, start: number, end: number, budget: WalkBudget): Generator<Field> {
  let at = start;
  while (at < end) {
    if (--budget.fields < 0) {
      throw new WireError('the model has more protobuf fields than are looked at', 'model-too-complex');
    }
    const tag = varint(source, at, end);
    at = tag.next;
    const number = Math.floor(tag.value / 8);
    const wire = WIRES[(tag.value % 8) as keyof typeof WIRES];
    if (number < 1 || number > 536_870_911 || wire === undefined) {
      throw new WireError(`byte ${at - 1} is not the tag of a protobuf field`);
    }
    if (wire === 'varint') {
      const read = varint(source, at, end);
      yield { number, wire, value: read.value, start: at, end: read.next };
      at = read.next;
      continue;
    }
    let length = wire === 'fixed64' ? 8 : 4;
    if (wire === 'delimited') {
      const read = varint(source, at, end);
      at = read.next;
      length = read.value;
    }
    if (length < 0 || length > end - at) {
      throw new WireError(`field ${number} at byte ${at} claims ${length} bytes, ${end - at} are left`);
    }
    yield { number, wire, value: 0, start: at, end: at + length };
    at += length;
  }
}

/** What a field of a message may be on the wire; `many` for those that may come more than once. */
type Kind = 'number' | 'float' | 'bytes' | 'many bytes' | 'many numbers' | 'many floats' | 'many doubles';
/** The fields of a message that we read, by number (below 31). Others are passed over. */
export type Layout = Readonly<Record<number, Kind>>;

const WIRES_OF: Readonly<Record<Kind, readonly Field['wire'][]>> = {
  number: ['varint'],
  float: ['fixed32'],
  bytes: ['delimited'],
  'many bytes': ['delimited'],
  'many numbers': ['varint', 'delimited'], // packed or one by one; protobuf allows both
  'many floats': ['fixed32', 'delimited'],
  'many doubles': ['fixed64', 'delimited'],
};
const PACKED_BYTES: Readonly<Partial<Record<Kind, number>>> = { 'many floats': 4, 'many doubles': 8 };

/**
 * The fields of a message that `layout` names. Readers of protocol buffers merge messages that come twice, take the last of
 * two numbers, and pass over a field of the wrong wire type; no exporter writes any of these, and where two readers could
 * take one file for two models, it is none.
 *
 * @throws WireError
 */
export function* knownFields(
  source: ByteSource,
  { start, end }: Pick<Field, 'start' | 'end'>,
  budget: WalkBudget,
  layout: Layout,
): Generator<Field> {
  let seen = 0;
  for (const field of fields(source, start, end, budget)) {
    const kind = layout[field.number];
    if (kind === undefined) continue;
    if (!WIRES_OF[kind].includes(field.wire)) {
      const expected = WIRES_OF[kind].join(' or ');
      throw new WireError(`field ${field.number} at byte ${field.start} is ${field.wire}; expected ${expected}`);
    }
    if (field.wire === 'delimited' && (field.end - field.start) % (PACKED_BYTES[kind] ?? 1) !== 0) {
      throw new WireError(`field ${field.number} at byte ${field.start} ends within a number`);
    }
    if (!kind.startsWith('many')) {
      if (seen & (1 << field.number)) {
        throw new WireError(`field ${field.number} at byte ${field.start} comes twice in one message; expected once`);
      }
      seen |= 1 << field.number;
    }
    yield field;
  }
}

/** Base-128 number at `at`, read as int64. Exact from -2^53 to 2^53, rounded beyond. */
export function varint(source: ByteSource, at: number, end: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  let top = 0n; // bits from 49 on: beyond what a double adds exactly
  for (let i = 0; i < 10; i++) {
    if (at >= end) throw new WireError(`a number is cut off at byte ${at}`);
    const byte = source.byte(at++);
    if (i < 7) {
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } else {
      top |= BigInt(byte & 0x7f) << BigInt(7 * i);
    }
    if (byte < 0x80) return { value: top === 0n ? value : Number(BigInt.asIntN(64, top + BigInt(value))), next: at };
  }
  throw new WireError(`the number before byte ${at} has more than ten bytes`);
}

const NAME_BYTES = 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text of a delimited field. @throws WireError `model-name-invalid` beyond 1024 bytes, or when it is not UTF-8 */
export function text(source: ByteSource, field: Field): string {
  const length = field.end - field.start;
  if (length > NAME_BYTES) {
    throw new WireError(`a name has ${length} bytes, at most ${NAME_BYTES} are accepted`, 'model-name-invalid');
  }
  try {
    return UTF8.decode(source.slice(field.start, length));
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(`the name at byte ${field.start} is not UTF-8`, 'model-name-invalid');
  }
}
