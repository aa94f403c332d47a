import { MAX_MANIFEST_BYTES } from '#contracts';
import { embeddedManifest } from './embedded-manifest.js';
import { readManifest, type ManifestReading } from './manifest-file.js';
import { notOnnx, sha256Of, sortFiles } from './model-file.js';

/** A model file after a look at its first bytes and at its metadata. */
export interface ChosenModel {
  readonly file: File;
  /** Why it cannot be an ONNX model, or null. */
  readonly fault: string | null;
  readonly sha256: string | null;
  /** The manifest in its metadata. */
  readonly embedded: ChosenManifest | null;
}

/** A manifest after it was read. */
export interface ChosenManifest {
  readonly name: string;
  readonly text: string;
  readonly reading: ManifestReading;
}

/** The author's own case: one image a channel, and the label map that the author's framework made of it. */
export interface ChosenCase {
  readonly images: readonly File[];
  readonly labels: File | null;
}

export interface Chosen {
  readonly models: readonly ChosenModel[];
  /** As a file of its own. */
  readonly manifest: ChosenManifest | null;
  readonly conformance: ChosenCase;
  /** Names of dropped files that are none of these. */
  readonly ignored: readonly string[];
}

export const NOTHING_CHOSEN: Chosen = {
  models: [],
  manifest: null,
  conformance: { images: [], labels: null },
  ignored: [],
};

/** Hashing needs the whole file in memory, so very large files are left to the server. */
const HASH_UP_TO_BYTES = 256 * 1024 * 1024;

/** Looks at dropped or picked files; what is already chosen stays unless a new file of its kind and name came. */
export async function examineFiles(files: readonly File[], before: Chosen): Promise<Chosen> {
  const reading = effectiveManifest(before)?.reading;
  const expected = reading?.ok === true ? reading.manifest.conformance?.expected : undefined;
  const { models, manifest, images, labels, others } = sortFiles(files, expected);
  const examined: ChosenModel[] = [];
  for (const file of models) examined.push(await examineModel(file)); // one at a time: each may be large
  return {
    models: [...before.models.filter(({ file }) => !models.some(({ name }) => name === file.name)), ...examined],
    manifest: manifest === null ? before.manifest : await examineManifest(manifest),
    conformance: {
      images: images.length > 0 ? images : before.conformance.images,
      labels: labels ?? before.conformance.labels,
    },
    ignored: others.map(({ name }) => name),
  };
}

async function examineModel(file: File): Promise<ChosenModel> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const fault = notOnnx(head, file.name);
  if (fault !== null) return { file, fault, sha256: null, embedded: null };
  const text = await embeddedManifest(file);
  return {
    file,
    fault,
    sha256: file.size <= HASH_UP_TO_BYTES ? await sha256Of(file) : null,
    embedded: text === null ? null : { name: `inside ${file.name}`, text, reading: readManifest(text) },
  };
}

async function examineManifest(file: File): Promise<ChosenManifest> {
  if (file.size > MAX_MANIFEST_BYTES) {
    const sentence = `The file has ${file.size} bytes; a manifest has at most ${MAX_MANIFEST_BYTES}.`;
    return { name: file.name, text: '', reading: { ok: false, problems: [{ where: 'the file', sentence }] } };
  }
  const text = await file.text();
  return { name: file.name, text, reading: readManifest(text) };
}

/** The manifest that counts: the file, else the one inside a model. */
export function effectiveManifest({ manifest, models }: Pick<Chosen, 'manifest' | 'models'>): ChosenManifest | null {
  return manifest ?? models.find(({ embedded }) => embedded !== null)?.embedded ?? null;
}

/** Model files in the order in which they are sent: the server looks into the first for a manifest. */
export function inSendingOrder(models: readonly ChosenModel[]): readonly ChosenModel[] {
  return [...models.filter(({ embedded }) => embedded !== null), ...models.filter(({ embedded }) => embedded === null)];
}
