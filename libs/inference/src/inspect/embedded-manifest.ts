import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Findings } from './findings.js';
import { readModel } from './read-model.js';
import { fields, text, withFileSource, WireError, type ByteSource, type Field } from './wire.js';

/** The manifest cannot be written into this file. */
export class EmbedError extends Error {
  constructor(
    readonly code: 'model-not-onnx' | 'manifest-embedded-already',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'EmbedError';
  }
}

/** Key in metadata_props; also `MANIFEST_METADATA_KEY` of the contracts. */
const KEY = 'voxelmark.manifest';
/** Fields of ModelProto itself are few; more than this is no model. */
const MOST_FIELDS = 100_000;

/**
 * The text of the manifest that a model carries in its metadata, unchecked; null when it carries none.
 *
 * @throws WireError when the file is no model, or more of one than is looked at
 */
export function readEmbeddedManifest(path: string): string | null {
  return withFileSource(path, (source) => readModel(source, new Findings()).manifestText);
}

/**
 * Copies a model and appends one metadata property with the manifest. Everything else stays byte for byte as it was:
 * the order of the fields of a message is free in a protocol buffer. The copy appears under its name when it is whole.
 *
 * @param replace leave out a manifest that is there already
 * @throws EmbedError `manifest-embedded-already` without `replace`, or `model-not-onnx`
 */
export async function embedManifest(
  from: string,
  manifestText: string,
  to: string,
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<void> {
  const { size, old } = placesOf(from);
  if (old.length > 0 && !replace) {
    throw new EmbedError(
      'manifest-embedded-already',
      `the model carries a manifest already; expected none, or to be told to replace it`,
    );
  }
  const partial = `${to}.${process.pid}.part`;
  const file = await open(partial, 'wx');
  try {
    let at = 0;
    for (const { start, end } of [...old, { start: size, end: size }]) {
      // a range of createReadStream is inclusive, so an empty one cannot be said
      if (start > at)
        for await (const chunk of createReadStream(from, { start: at, end: start - 1 }))
          await file.write(chunk as Buffer);
      at = end;
    }
    await file.write(property(KEY, manifestText));
    await file.sync();
    await file.close();
    await rename(partial, to);
  } catch (error) {
    await file.close().catch(() => undefined); // closed already, or the disk is gone: the first error is the one to tell
    await rm(partial, { force: true });
    throw error;
  }
}

/** Bytes of the properties of ours, their tags included, in order. */
function placesOf(path: string): { readonly size: number; readonly old: readonly { start: number; end: number }[] } {
  try {
    return withFileSource(path, (source) => {
      readModel(source, new Findings()); // a file that nobody could read gets no manifest
      const old: { start: number; end: number }[] = [];
      const budget = { fields: MOST_FIELDS, values: 0 };
      let before = 0;
      for (const field of fields(source, 0, source.size, budget)) {
        // ModelProto: 14 metadata_props
        if (field.number === 14 && field.wire === 'delimited' && keyOf(source, field) === KEY) {
          old.push({ start: before, end: field.end });
        }
        before = field.end;
      }
      return { size: source.size, old };
    });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new EmbedError('model-not-onnx', error.message, { cause: error });
  }
}

/** StringStringEntryProto: 1 key. */
function keyOf(source: ByteSource, entry: Field): string | null {
  let key: string | null = null;
  for (const field of fields(source, entry.start, entry.end, { fields: 16, values: 0 })) {
    if (field.number === 1 && field.wire === 'delimited' && field.end - field.start <= 64) key = text(source, field);
  }
  return key;
}

/** Field 14 of ModelProto: a StringStringEntryProto, 1 key, 2 value. */
function property(key: string, value: string): Buffer {
  const entry = Buffer.concat([delimited(1, Buffer.from(key, 'utf8')), delimited(2, Buffer.from(value, 'utf8'))]);
  return delimited(14, entry);
}

function delimited(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(varint(number * 8 + 2)), Buffer.from(varint(bytes.length)), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}
