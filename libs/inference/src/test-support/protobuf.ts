/** Writes protocol buffers, just enough to make ONNX files by hand in tests. A message is the concatenation of its fields. */
export type Bytes = Uint8Array;

export function varint(value: number | bigint): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export function join(...parts: readonly Bytes[]): Bytes {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A number field. */
export function int(field: number, value: number | bigint): Bytes {
  return join(varint(field * 8), varint(value));
}

/** A field of bytes: a message, a text, raw values. */
export function bytes(field: number, content: Bytes): Bytes {
  return join(varint(field * 8 + 2), varint(content.length), content);
}

export function text(field: number, content: string): Bytes {
  return bytes(field, new TextEncoder().encode(content));
}

export function float(field: number, value: number): Bytes {
  const raw = new Uint8Array(4);
  new DataView(raw.buffer).setFloat32(0, value, true);
  return join(varint(field * 8 + 5), raw);
}
