/** Fields of ONNX's ModelProto by number, with the protobuf wire type each must have (0 varint, 2 length-delimited). */
const MODEL_FIELDS = new Map([
  [1, 0], // ir_version
  [2, 2], // producer_name
  [3, 2], // producer_version
  [4, 2], // domain
  [5, 0], // model_version
  [6, 2], // doc_string
  [7, 2], // graph
  [8, 2], // opset_import
  [14, 2], // metadata_props
  [20, 2], // training_info
  [25, 2], // functions
  [26, 2], // configuration
]);

/** How many bytes a verdict needs. */
export const SNIFF_BYTES = 16;

/**
 * Whether a file that starts like this could be an ONNX model: the first field of the protocol buffer must be one that a
 * model has. Catches archives, pickles, pictures and pages before the rest is taken in; the model check looks properly.
 */
export function looksLikeOnnx(start: Uint8Array): boolean {
  const tag = readVarint(start, 0);
  if (tag === null) return false;
  const wire = MODEL_FIELDS.get(Math.floor(tag.value / 8));
  if (wire === undefined || wire !== tag.value % 8) return false;
  const value = readVarint(start, tag.next);
  return value !== null;
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | null {
  let value = 0;
  for (let n = 0; n < 10 && at + n < bytes.length; n++) {
    value += (bytes[at + n] & 0x7f) * 2 ** (7 * n);
    if (bytes[at + n] < 0x80) return { value, next: at + n + 1 };
  }
  return null;
}
