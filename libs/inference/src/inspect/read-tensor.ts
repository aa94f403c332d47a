import { bytesOf, dtypeName, type TensorDescription } from './description.js';
import type { Findings } from './findings.js';
import {
  knownFields,
  text,
  varint,
  WireError,
  type ByteSource,
  type Field,
  type Layout,
  type WalkBudget,
} from './wire.js';
import { within } from './exact.js';

/** Elements of a constant that are read: shapes, axes, paddings, scales. */
const MOST_VALUES = 1024;
const MOST_DIMS = 64;
/** Types that sizes, scales and divisors are computed in. */
const SIZE_TYPES: ReadonlySet<string> = new Set([
  'int64',
  'int32',
  'uint64',
  'uint32',
  'int16',
  'uint16',
  'int8',
  'uint8',
  'bool',
  'float32',
  'float64',
]);

interface TensorWalk {
  readonly source: ByteSource;
  readonly budget: WalkBudget;
  readonly found: Findings;
}

/** Fields of TensorProto that hold values, and the types that live there. Bytes of one element; 0 for varints. */
const TYPED_FIELDS: Readonly<Record<number, { readonly bytes: number; readonly dtypes: readonly string[] }>> = {
  4: { bytes: 4, dtypes: ['float32', 'complex64'] },
  5: {
    bytes: 0,
    dtypes: [
      'int32',
      'int16',
      'int8',
      'uint16',
      'uint8',
      'bool',
      'float16',
      'bfloat16',
      'float8e4m3fn',
      'float8e4m3fnuz',
      'float8e5m2',
      'float8e5m2fnuz',
      'uint4',
      'int4',
      'float4e2m1',
    ],
  },
  7: { bytes: 0, dtypes: ['int64'] },
  10: { bytes: 8, dtypes: ['float64', 'complex128'] },
  11: { bytes: 0, dtypes: ['uint32', 'uint64'] },
};

/** TensorProto; 3 segment, 6 string_data. */
const TENSOR: Layout = {
  1: 'many numbers',
  2: 'number',
  3: 'bytes',
  4: 'many floats',
  5: 'many numbers',
  6: 'many bytes',
  7: 'many numbers',
  8: 'bytes',
  9: 'bytes',
  10: 'many doubles',
  11: 'many numbers',
  13: 'many bytes',
  14: 'number',
};

/**
 * TensorProto: 1 dims, 2 data_type, 4 to 7, 10 and 11 typed values, 8 name, 9 raw_data, 13 external_data, 14 data_location.
 * Checks that the file holds as many values as the sizes promise; reads them only when they are few.
 *
 * @throws WireError when it is malformed
 */
export function readTensor(walk: TensorWalk, message: Field): TensorDescription {
  const { source, budget, found } = walk;
  const dims: number[] = [];
  const typed: Field[] = [];
  let name = '';
  let dtype = 'undefined';
  let raw: Field | null = null;
  let external = false;
  let segment = false;
  let words = false;
  for (const field of knownFields(source, message, budget, TENSOR)) {
    if (field.number === 1) pushDims(source, field, dims);
    else if (field.number === 2) dtype = dtypeName(field.value);
    else if (field.number === 3) segment = true;
    else if (field.number === 6) words = true;
    else if (field.number === 8) name = text(source, field);
    else if (field.number === 9) raw = field;
    else if (field.number === 13 || (field.number === 14 && field.value !== 0)) external = true;
    else if (field.number in TYPED_FIELDS) typed.push(field);
  }
  if (words) dtype = 'string';
  const tensor = { name, dtype, dims, values: null };
  if (external) {
    found.refuse(
      'model-external-data',
      `tensor "${name}" keeps its values in another file; a model must be one self-contained file`,
      name || null,
    );
    return tensor;
  }
  const bytes = bytesOf(dtype);
  if (bytes === null) {
    found.refuse(
      'model-tensor-type',
      `tensor "${name}" is of type ${dtype}; numbers and booleans are accepted`,
      name || null,
    );
    return tensor;
  }
  const elements = dims.reduce((product, size) => product * size, 1);
  if (dims.some((size) => size < 0) || elements > Number.MAX_SAFE_INTEGER) {
    found.refuse('model-tensor-size', `tensor "${name}" has the size [${dims.slice(0, 8).join(', ')}]`, name || null);
    return tensor;
  }
  let misfit = raw ? rawMisfit(raw, Math.ceil(elements * bytes)) : typedMisfit(typed, dtype, elements, bytes);
  if (raw && typed.length > 0) misfit = 'has its values twice, as bytes and as numbers';
  if (segment) misfit = 'is one segment of a larger tensor; a tensor must be whole';
  if (misfit) {
    found.refuse('model-tensor-size', `tensor "${name}" ${dtype} [${dims.join(', ')}] ${misfit}`, name || null);
    return tensor;
  }
  const wanted = SIZE_TYPES.has(dtype) && elements <= Math.min(MOST_VALUES, budget.values);
  if (wanted) budget.values -= elements;
  const values = wanted ? readValues(source, raw, typed, dtype, elements) : null;
  return { ...tensor, values };
}

function pushDims(source: ByteSource, field: Field, dims: number[]): void {
  if (field.wire === 'varint') dims.push(field.value);
  else if (field.wire === 'delimited') {
    for (let at = field.start; at < field.end && dims.length <= MOST_DIMS;) {
      const read = varint(source, at, field.end);
      dims.push(read.value);
      at = read.next;
    }
  }
  if (dims.length > MOST_DIMS)
    throw new WireError(`a tensor has more than ${MOST_DIMS} dimensions`, 'model-too-complex');
}

function rawMisfit(raw: Field, expected: number): string | null {
  const got = raw.end - raw.start;
  return got === expected ? null : `has ${got} bytes of values; its size needs ${expected}`;
}

function typedMisfit(typed: readonly Field[], dtype: string, elements: number, elementBytes: number): string | null {
  const wrong = typed.find(({ number }) => !TYPED_FIELDS[number].dtypes.includes(dtype));
  if (wrong) return `has values of another type (field ${wrong.number})`;
  // 4-bit values come in pairs, complex ones as two
  const stored =
    elementBytes < 1 ? Math.ceil(elements * elementBytes) : elements * (dtype.startsWith('complex') ? 2 : 1);
  let least = 0;
  let most = 0;
  for (const field of typed) {
    const length = field.end - field.start;
    const { bytes } = TYPED_FIELDS[field.number];
    if (field.wire !== 'delimited') {
      least++;
      most++;
    } else if (bytes > 0) {
      const each = dtype === 'complex64' ? 4 : bytes;
      least += length / each;
      most += length / each;
    } else {
      least += length / 10; // a varint has one to ten bytes
      most += length;
    }
  }
  if (least <= stored && stored <= most) return null;
  return `has ${least === most ? least : `${Math.ceil(least)} to ${most}`} values; its size needs ${stored}`;
}

/** The values, or null when there are not as many as promised; null for one that its type cannot hold. */
function readValues(
  source: ByteSource,
  raw: Field | null,
  typed: readonly Field[],
  dtype: string,
  elements: number,
): TensorDescription['values'] {
  if (raw) return rawValues(source.slice(raw.start, raw.end - raw.start), dtype);
  const values: (number | null)[] = [];
  for (const field of typed) {
    if (field.number === 4 || field.number === 10) {
      values.push(...(rawValues(source.slice(field.start, field.end - field.start), dtype) ?? []));
    } else if (field.wire === 'varint') values.push(typedValue(field.number, field.value, dtype));
    else {
      for (let at = field.start; at < field.end;) {
        const read = varint(source, at, field.end);
        values.push(typedValue(field.number, read.value, dtype));
        at = read.next;
      }
    }
    if (values.length > MOST_VALUES) return null;
  }
  return values.length === elements ? values : null;
}

/** A number of int32_data (5), int64_data (7) or uint64_data (11), which readers cut to the type in their own ways. */
function typedValue(field: number, value: number, dtype: string): number | null {
  const unsigned = field === 11 && value < 0 ? value + 2 ** 64 : value;
  return within(unsigned, dtype) ? unsigned : null;
}

function rawValues(bytes: Uint8Array, dtype: string): (number | null)[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const each = (size: number, read: (at: number) => number) =>
    Array.from({ length: bytes.length / size }, (_, i) => read(i * size));
  switch (dtype) {
    case 'int64':
      return each(8, (at) => Number(view.getBigInt64(at, true)));
    case 'uint64':
      return each(8, (at) => Number(view.getBigUint64(at, true)));
    case 'int32':
      return each(4, (at) => view.getInt32(at, true));
    case 'uint32':
      return each(4, (at) => view.getUint32(at, true));
    case 'int16':
      return each(2, (at) => view.getInt16(at, true));
    case 'uint16':
      return each(2, (at) => view.getUint16(at, true));
    case 'int8':
      return each(1, (at) => view.getInt8(at));
    case 'uint8':
      return each(1, (at) => view.getUint8(at));
    case 'bool':
      // a byte that is neither false nor true is one or the other as the compiler pleases
      return each(1, (at) => view.getUint8(at)).map((byte) => (byte < 2 ? byte : null));
    case 'float32':
      return each(4, (at) => view.getFloat32(at, true));
    case 'float64':
      return each(8, (at) => view.getFloat64(at, true));
    default:
      return null;
  }
}
