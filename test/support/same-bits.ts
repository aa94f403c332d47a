type Numbers = Float64Array | Float32Array | Uint8Array | Uint16Array;

/** Equal kind, length and bits. A hundred times faster than `toEqual`, which is only asked to tell the difference. */
export function expectSameBits(got: Numbers, expected: Numbers): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Numbers) => Buffer.from(buffer, byteOffset, byteLength);
  const same = got.constructor === expected.constructor && bytes(got).equals(bytes(expected));
  if (!same) expect(got).toEqual(expected);
  expect(same).toBe(true);
}
