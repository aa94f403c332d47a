/**
 * Arithmetic of the runtime's types, exactly or not at all. What the inspector works out decides sizes and divisors, so a
 * value that is nearly right is a way past it: the difference of two numbers beyond 2^53 is -1 in int64 and 0 or -2 in a double.
 */

const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  bool: [0, 1],
  uint4: [0, 15],
  int4: [-8, 7],
  uint8: [0, 2 ** 8 - 1],
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint16: [0, 2 ** 16 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint64: [0, 2 ** 64],
  int64: [-(2 ** 63), 2 ** 63],
};

/** Whole numbers up to which every one has its own value. */
const WHOLE_IN_HALF: Readonly<Record<string, number>> = { float16: 2 ** 11, bfloat16: 2 ** 8 };
/** Below it numbers lose digits, or are taken for 0. */
const LEAST_NORMAL: Readonly<Record<string, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };

/** Can a tensor of this type hold the whole number? Ends of 64-bit types are rounded up to a power of two. */
export function within(value: number, dtype: string): boolean {
  const range = RANGES[dtype];
  return range !== undefined && Number.isInteger(value) && value >= range[0] && value <= range[1];
}

/**
 * The result of one operation as the runtime has it: a whole number that is exact here and fits its type there, or a
 * floating-point number rounded once to its type. Null when it is not sure to be the same.
 *
 * @param value computed in doubles from exact operands, by an operation that is correctly rounded
 */
export function exactly(value: number, dtype: string | null): number | null {
  if (dtype === null || Number.isNaN(value)) return null;
  if (dtype in RANGES) return Number.isSafeInteger(value) && within(value, dtype) ? value + 0 : null; // + 0: no -0
  if (dtype in WHOLE_IN_HALF) return Number.isInteger(value) && Math.abs(value) <= WHOLE_IN_HALF[dtype] ? value : null;
  if (!(dtype in LEAST_NORMAL)) return null;
  const rounded = dtype === 'float32' ? Math.fround(value) : value;
  if (!Number.isFinite(rounded)) return null;
  return rounded === 0 ? (value === 0 ? rounded : null) : Math.abs(rounded) < LEAST_NORMAL[dtype] ? null : rounded;
}

/** May a value be computed with? A whole number beyond 2^53 is kept rounded: enough to be compared, or refused as a size. */
export function isExact(value: number, dtype: string | null): boolean {
  return dtype !== null && dtype in RANGES ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/**
 * Does the runtime find the lesser and the greater of such numbers? ONNX Runtime 1.30 compares int64 rightly and then, on
 * processors with AVX, picks each half of the number by the sign of that half: the minimum of 3,000,000,000 and 0 is 3,000,000,000.
 */
export function isOrdered(value: number, dtype: string | null): boolean {
  return !(dtype === 'int64' || dtype === 'uint64') || Math.abs(value) < 2 ** 31;
}
