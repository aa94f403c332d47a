import { MANIFEST_METADATA_KEY, MAX_MANIFEST_BYTES } from '#contracts';

/** A metadata entry longer than this is not ours: the manifest, its key and the framing around them. */
const MOST_ENTRY_BYTES = MAX_MANIFEST_BYTES + 128;
/** ModelProto has a few dozen fields at most; a file with more is left to the server. */
const MOST_FIELDS = 2000;
/** A tag and a length as protocol buffers write them. */
const HEAD_BYTES = 20;
/** Read ahead, so that a row of small fields costs one read. */
const WINDOW_BYTES = 4096;

/**
 * The text of the manifest that an ONNX file carries in `metadata_props`, or null when there is none that could be found.
 *
 * Steps over the fields of the outermost message only: of a file of gigabytes some kilobytes are read. It decides nothing;
 * the server reads the file again with its own walk.
 */
export async function embeddedManifest(file: Blob): Promise<string | null> {
  const read = windowOf(file);
  let at = 0;
  for (let n = 0; n < MOST_FIELDS && at < file.size; n++) {
    const head = await read(at, HEAD_BYTES);
    const tag = varint(head, 0);
    if (tag === null) return null;
    const field = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (wire === 0) {
      const value = varint(head, tag.end);
      if (value === null) return null;
      at += value.end;
    } else if (wire === 1 || wire === 5) {
      at += tag.end + (wire === 1 ? 8 : 4);
    } else if (wire === 2) {
      const length = varint(head, tag.end);
      if (length === null) return null;
      const start = at + length.end;
      if (field === 14 && length.value <= MOST_ENTRY_BYTES) {
        const text = valueOf(await read(start, length.value), MANIFEST_METADATA_KEY);
        if (text !== null) return text;
      }
      at = start + length.value;
    } else return null; // groups: not written by anybody
  }
  return null;
}

/** Reads through a window of a few kilobytes. */
function windowOf(file: Blob): (at: number, bytes: number) => Promise<Uint8Array> {
  let from = 0;
  let held = new Uint8Array(0);
  return async (at, bytes) => {
    const end = Math.min(file.size, at + bytes);
    if (at < from || end > from + held.length) {
      from = at;
      held = new Uint8Array(await file.slice(at, Math.max(end, at + WINDOW_BYTES)).arrayBuffer());
    }
    return held.subarray(at - from, end - from);
  };
}

/** Value of a StringStringEntryProto (1 key, 2 value) when its key is the wanted one. */
function valueOf(entry: Uint8Array, wanted: string): string | null {
  const decoder = new TextDecoder();
  let key: string | null = null;
  let value: string | null = null;
  for (let at = 0; at < entry.length;) {
    const tag = varint(entry, at);
    const length = tag && varint(entry, tag.end);
    if (tag === null || length === null || tag.value % 8 !== 2 || length.end + length.value > entry.length) return null;
    const text = decoder.decode(entry.subarray(length.end, length.end + length.value));
    if (tag.value === 10) key = text;
    if (tag.value === 18) value = text;
    at = length.end + length.value;
  }
  return key === wanted ? value : null;
}

/** A base-128 number and where it ends; null when it is cut off or too large to be a length. */
function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let n = 0; n < 10; n++) {
    const byte = bytes[at + n];
    if (byte === undefined) return null;
    value += (byte % 128) * 128 ** n;
    if (byte < 128) return Number.isSafeInteger(value) ? { value, end: at + n + 1 } : null;
  }
  return null;
}
