import { MAX_MANIFEST_BYTES, readManifest, type ManifestReading } from './manifest-file.js';
import { notOnnx, sha256Of, sortFiles } from './model-file.js';

/** A model file after a look at its first bytes. */
export interface ChosenModel {
  readonly file: File;
  /** Why it cannot be an ONNX model, or null. */
  readonly fault: string | null;
  readonly sha256: string | null;
}

/** A manifest after it was read. */
export interface ChosenManifest {
  readonly name: string;
  readonly text: string;
  readonly reading: ManifestReading;
}

export interface Chosen {
  readonly model: ChosenModel | null;
  readonly manifest: ChosenManifest | null;
  /** About files that were dropped but are neither. */
  readonly ignored: readonly string[];
}

export const NOTHING_CHOSEN: Chosen = { model: null, manifest: null, ignored: [] };

/** Hashing needs the whole file in memory, so very large files are left to the server. */
const HASH_UP_TO_BYTES = 256 * 1024 * 1024;

/** Looks at dropped or picked files; what is already chosen stays unless a new file of its kind came. */
export async function examineFiles(files: readonly File[], before: Chosen): Promise<Chosen> {
  const { model, manifest, others } = sortFiles(files);
  return {
    model: model === null ? before.model : await examineModel(model),
    manifest: manifest === null ? before.manifest : await examineManifest(manifest),
    ignored: others.map(({ name }) => name),
  };
}

/** A file picked as the model, whatever its name. */
export async function examineModel(file: File): Promise<ChosenModel> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const fault = notOnnx(head, file.name);
  return { file, fault, sha256: fault === null && file.size <= HASH_UP_TO_BYTES ? await sha256Of(file) : null };
}

/** A file picked as the manifest, whatever its name. */
export async function examineManifest(file: File): Promise<ChosenManifest> {
  if (file.size > MAX_MANIFEST_BYTES) {
    const sentence = `The file has ${file.size} bytes; a manifest has at most ${MAX_MANIFEST_BYTES}.`;
    return { name: file.name, text: '', reading: { ok: false, problems: [{ where: 'the file', sentence }] } };
  }
  const text = await file.text();
  return { name: file.name, text, reading: readManifest(text) };
}
