import { effectiveManifest, type Chosen } from './chosen-files.js';

/** What keeps the chosen files from being sent, beside the part of the form that it concerns. */
export interface BundleFaults {
  readonly models: readonly string[];
  readonly manifest: readonly string[];
  readonly conformance: readonly string[];
  /** About nothing in particular. */
  readonly other: readonly string[];
}

export const NO_FAULTS: BundleFaults = { models: [], manifest: [], conformance: [], other: [] };

/** What the page can see by itself: whether files and manifest speak of the same things. */
export function bundleFaults(chosen: Chosen): BundleFaults {
  const reading = effectiveManifest(chosen)?.reading;
  const manifest = reading?.ok === true ? reading.manifest : null;
  return {
    ...NO_FAULTS,
    models: manifest === null || chosen.models.length === 0 ? [] : modelFaults(chosen, manifest.models),
    conformance: conformanceFaults(chosen, manifest?.inputs[0].channels.map(({ name }) => name) ?? null),
  };
}

function modelFaults(
  { models }: Chosen,
  listed: readonly { readonly file: string; readonly sha256?: string }[],
): string[] {
  const faults: string[] = [];
  const sent = models.map(({ file }) => file.name);
  const wanted = listed.map(({ file }) => file);
  if (sent.length > 1 || wanted.length > 1) {
    const missing = wanted.filter((name) => !sent.includes(name));
    const extra = sent.filter((name) => !wanted.includes(name));
    if (missing.length > 0)
      faults.push(`The manifest lists ${missing.join(', ')}; add ${missing.length === 1 ? 'it' : 'them'}.`);
    if (extra.length > 0)
      faults.push(`${extra.join(', ')}: not in the manifest, which lists ${wanted.join(', ')}. Take out or rename.`);
  }
  for (const { file, sha256 } of listed) {
    const own =
      models.length === 1 && listed.length === 1 ? models[0] : models.find((model) => model.file.name === file);
    if (sha256 === undefined || own?.sha256 == null || own.sha256 === sha256) continue;
    faults.push(
      `${own.file.name} has the SHA-256 ${own.sha256.slice(0, 12)}…; the manifest says ${sha256.slice(0, 12)}….`,
    );
  }
  return faults;
}

function conformanceFaults({ conformance: { images, labels } }: Chosen, channels: readonly string[] | null): string[] {
  if (images.length === 0 && labels === null) return [];
  if (labels === null) return ['The label map is missing: what your own framework made of the image.'];
  if (images.length === 0) return ['The image is missing.'];
  if (channels !== null && images.length !== channels.length)
    return [
      `There ${images.length === 1 ? 'is 1 image' : `are ${images.length} images`}; the network reads ${channels.join(', ')}.`,
    ];
  return [];
}

/** Sentences of a server's refusal, beside the part of the form that they concern. */
export function placeProblems(problems: readonly { readonly path: string; readonly message: string }[]): BundleFaults {
  const placed = {
    models: [] as string[],
    manifest: [] as string[],
    conformance: [] as string[],
    other: [] as string[],
  };
  for (const { path, message } of problems) {
    const place = path.replace(/^(?:form|body)\./, '');
    if (/^conformance/.test(place)) placed.conformance.push(message);
    else if (/^model/.test(place)) placed.models.push(message);
    else if (/^manifest/.test(place))
      placed.manifest.push([place.replace(/^manifest\.?/, ''), message].filter(Boolean).join(': '));
    else placed.other.push([place, message].filter(Boolean).join(': '));
  }
  return placed;
}

export function mergeFaults(a: BundleFaults, b: BundleFaults): BundleFaults {
  return {
    models: [...a.models, ...b.models],
    manifest: [...a.manifest, ...b.manifest],
    conformance: [...a.conformance, ...b.conformance],
    other: [...a.other, ...b.other],
  };
}

/** Why nothing can be sent yet, or an empty text. */
export function whatIsMissing(chosen: Chosen): string {
  const manifest = effectiveManifest(chosen);
  const missing = [
    chosen.models.length === 0 && 'the model file',
    manifest === null && (chosen.models.length === 0 ? 'the manifest, unless the model carries it' : 'the manifest'),
  ].filter((word) => word !== false);
  if (missing.length > 0) return `Still needed: ${missing.join(' and ')}.`;
  const faults = bundleFaults(chosen);
  const faulty = [
    (chosen.models.some(({ fault }) => fault !== null) || faults.models.length > 0) &&
      (chosen.models.length === 1 ? 'the model file' : 'the model files'),
    manifest?.reading.ok === false && 'the manifest',
    faults.conformance.length > 0 && 'the conformance case',
  ].filter((word) => word !== false);
  return faulty.length > 0 ? `Needs correcting: ${faulty.join(' and ')}.` : '';
}
