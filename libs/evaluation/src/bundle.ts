import { readManifestText } from '#contracts';
import { canonicalJson, ModelFailure, RequestRefused, type PhaseRules } from '#domain';
import { manifestProblems, type ExpandedManifest, type Manifest } from '#pipeline';
import { channelOrder, plainName } from './channels.js';
import type { ModelInspector, ModelReport, StoredBlob } from './ports.js';
import type { ModelFileFacts } from './records.js';

/** A model file as it was sent: not stored yet, perhaps. */
export interface SentModel extends StoredBlob {
  /** As the sender calls it. */
  readonly file: string;
  copyTo(path: string): Promise<void>;
}

/** Most files of an ensemble; the manifest has the same limit. */
export const MOST_MODELS = 16;

/**
 * The manifest of a bundle: the one that was sent, or the one in the metadata of the first model.
 *
 * @throws RequestRefused 422 `manifest-missing`, `manifest-differs` (both are there, and they are not the same),
 *   `manifest-invalid`, or the code of what is wrong with the model
 */
export async function manifestOfBundle(
  inspector: Pick<ModelInspector, 'embeddedManifest'>,
  [first]: readonly SentModel[],
  sent: ExpandedManifest | null,
): Promise<ExpandedManifest> {
  const text = await orRefused(() => inspector.embeddedManifest((path) => first.copyTo(path)));
  if (text === null) {
    if (sent !== null) return sent;
    throw new RequestRefused(
      422,
      'manifest-missing',
      'There is no manifest: none was sent, and the first model carries none in its metadata.',
      [{ path: 'manifest', message: 'missing' }],
    );
  }
  const embedded = readManifestText(text);
  if (!embedded.ok) {
    const problems = embedded.faults.map(({ path, message }) => ({ path: place('manifest', path), message }));
    throw new RequestRefused(
      422,
      'manifest-invalid',
      `The manifest in the metadata of the model cannot be used: ${problems[0].path}: ${problems[0].message}`,
      problems,
    );
  }
  if (sent === null || canonicalJson(sent) === canonicalJson(embedded.manifest)) return embedded.manifest;
  throw new RequestRefused(
    422,
    'manifest-differs',
    'The model carries a manifest in its metadata that is not the one sent beside it. Send one of them, or the same twice.',
    [{ path: 'manifest', message: `differs in ${differences(sent, embedded.manifest).join(', ')}` }],
  );
}

/**
 * The files in the order of the manifest, after everything that can be said without opening them: the manifest against
 * itself, against the files and against the benchmark.
 *
 * @throws RequestRefused 422 `manifest-invalid` with all problems
 */
export function orderBundle<M extends StoredBlob & { readonly file: string }>(
  manifest: Manifest,
  models: readonly M[],
  benchmark: AskedOfManifests,
): readonly M[] {
  const problems = [
    ...manifestProblems(manifest),
    ...fitProblems(manifest, models, benchmark),
    ...labelProblems(manifest, benchmark),
  ];
  if (problems.length > 0) {
    throw new RequestRefused(
      422,
      'manifest-invalid',
      `The manifest cannot be used: ${problems[0]}`,
      problems.map((message) => ({ path: 'manifest', message })),
    );
  }
  // a single file goes by the name in the manifest: what the sender calls it is nobody's business
  if (models.length === 1) return [{ ...models[0], file: manifest.models?.[0]?.file ?? 'model.onnx' }];
  return (manifest.models ?? []).map(({ file }) => models.find((model) => model.file === file) as M);
}

/** Where a manifest, the files that were sent and the images of the benchmark contradict each other. */
export function fitProblems(
  { models: listed = [], inputs: [{ channels }] }: Pick<Manifest, 'models' | 'inputs'>,
  models: readonly { readonly file: string; readonly sha256: string }[],
  benchmark: Pick<AskedOfManifests, 'channels'>,
): string[] {
  const problems = channelProblems(channels, benchmark);
  const names = models.map(({ file }) => file);
  if (models.length === 1 && listed.length <= 1) {
    const promised = listed[0]?.sha256;
    if (promised !== undefined && promised !== models[0].sha256)
      problems.push(`models[0] has the SHA-256 ${promised}; the file that was sent has ${models[0].sha256}`);
    return problems;
  }
  const twice = names.filter((name, n) => names.indexOf(name) !== n);
  if (twice.length > 0) problems.push(`two files are called ${[...new Set(twice)].join(', ')}`);
  const files = listed.map(({ file }) => file);
  const missing = files.filter((file) => !names.includes(file));
  const extra = names.filter((name) => !files.includes(name));
  if (missing.length > 0) problems.push(`it lists ${missing.join(', ')}; files were sent as ${names.join(', ')}`);
  if (extra.length > 0)
    problems.push(`${extra.join(', ')} was sent; it lists ${files.join(', ') || 'no models, which means one'}`);
  for (const { file, sha256 } of listed) {
    const sent = models.find((model) => model.file === file);
    if (sent && sha256 !== undefined && sent.sha256 !== sha256)
      problems.push(`${file} has the SHA-256 ${sha256}; the file that was sent has ${sent.sha256}`);
  }
  return problems;
}

/** What a manifest is compared with: of a record or of an API answer. */
export interface AskedOfManifests {
  readonly channels: readonly { readonly name: string }[];
  readonly labels: readonly { readonly value: number; readonly name: string }[];
  readonly phases: readonly { readonly rules: Pick<PhaseRules, 'regions'> }[];
}

/** What can be said of a manifest and a benchmark without looking at any file: other channels, other labels. */
export function benchmarkProblems(
  manifest: Manifest,
  benchmark: AskedOfManifests,
): string[] {
  return [...channelProblems(manifest.inputs[0].channels, benchmark), ...labelProblems(manifest, benchmark)];
}

function channelProblems(
  channels: readonly { readonly name: string }[],
  benchmark: Pick<AskedOfManifests, 'channels'>,
): string[] {
  const wanted = channels.map(({ name }) => name);
  const offered = benchmark.channels.map(({ name }) => name);
  if (channelOrder(wanted, offered) !== null) return [];
  return [`its channels are ${wanted.join(', ')}; the images of a case here are ${offered.join(', ')}`];
}

/**
 * Where labels of a manifest and of a benchmark contradict each other: a value that means another structure, or nothing
 * that is scored. Labels of other structures are no problem; they are not scored.
 */
export function labelProblems(manifest: Manifest, benchmark: Pick<AskedOfManifests, 'labels' | 'phases'>): string[] {
  const known = new Map(benchmark.labels.map(({ value, name }) => [value, name]));
  const problems = manifest.labels.flatMap(({ value, name }) => {
    const meant = known.get(value);
    const same = value === 0 || meant === undefined || plainName(meant) === plainName(name);
    return same ? [] : [`label ${value} is "${name}" in the manifest and "${meant}" in the benchmark`];
  });
  const declared = new Set(manifest.labels.map(({ value }) => value));
  const scored = new Set(benchmark.phases.flatMap(({ rules }) => rules.regions.flatMap(({ labels }) => labels)));
  if (![...scored].some((value) => declared.has(value))) {
    const wanted = [...scored].sort((a, b) => a - b).map((value) => `${value} ${known.get(value) ?? ''}`.trim());
    problems.push(`labels of the manifest are ${[...declared].join(', ')}; the benchmark scores ${wanted.join(', ')}`);
  }
  return problems;
}

/**
 * What the inspector reads in each file, in order.
 *
 * @throws RequestRefused 422 with the code of the first file that is refused
 */
export async function inspectBundle(
  inspector: Pick<ModelInspector, 'inspect'>,
  models: readonly SentModel[],
  manifest: Manifest,
): Promise<readonly ModelReport[]> {
  const reports: ModelReport[] = [];
  for (const model of models) {
    const which = models.length === 1 ? null : model.file;
    reports.push(await orRefused(() => inspector.inspect((path) => model.copyTo(path), manifest), which));
  }
  return reports;
}

/** The part of a report that is kept with the file. */
export function factsOf(report: ModelReport): ModelFileFacts {
  const { opset, parameters, operators, inputs, outputs, memoryEstimateBytes } = report;
  return { opset, parameters, operators: operators ?? [], inputs, outputs, memoryEstimateBytes };
}

async function orRefused<T>(look: () => Promise<T>, file: string | null = null): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    throw new RequestRefused(
      422,
      error.code,
      `The model${file === null ? '' : ` ${file}`} cannot be used: ${error.detail}.`,
      [{ path: 'model', message: file === null ? error.detail : `${file}: ${error.detail}` }],
      { cause: error },
    );
  }
}

/** Keys of the first level that differ. */
function differences(a: object, b: object): string[] {
  const [left, right] = [a, b] as Record<string, unknown>[];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return keys.filter((key) => canonicalJson(left[key] ?? null) !== canonicalJson(right[key] ?? null));
}

function place(root: string, path: string): string {
  return path === '' ? root : `${root}.${path}`;
}
