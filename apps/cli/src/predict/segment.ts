import { inspectModelFile } from '#inference';
import type { CaseUsage } from '#evaluation';
import { voxelVolumeMm3, writeNifti, type LabelMap } from '#imaging';
import type { RunLimits } from '#domain';
import { CliError, EXIT } from '../exit.js';
import { writeOutput } from '../output-file.js';
import { manifestJson, parseManifest, type FoundManifest } from '../sandbox/find-manifest.js';
import { digests, matchModels } from '../sandbox/match-models.js';
import { modelFile, withSandbox } from '../sandbox/open-sandbox.js';
import { readImage } from '../sandbox/read-image.js';
import { unlessAborted } from '../interruption.js';

export interface SegmentTask {
  readonly models: readonly string[];
  readonly manifest: FoundManifest;
  /** One for each channel of the manifest, in its order. */
  readonly images: readonly string[];
  /** Ends in .nii or .nii.gz. */
  readonly output: string;
  readonly limits: RunLimits;
}

export interface Segmented {
  /** By label of the manifest, without background. */
  readonly labels: Readonly<Record<string, { readonly name: string; readonly voxels: number; readonly ml: number }>>;
  readonly stagesMs: Readonly<Record<string, number>>;
  readonly usage: CaseUsage;
  readonly isolation: string;
}

/**
 * Segments one image as a worker would: models are inspected, opened in a process of their own and told to predict. The
 * label map appears under its name when it is whole.
 *
 * @throws CliError, ImageFormatError, ModelFailure, EngineUnavailable, or the reason of the signal; no file is left then
 */
export async function segment(
  task: SegmentTask,
  signal: AbortSignal,
  say: (stage: string) => void,
): Promise<Segmented> {
  const written = parseManifest(task.manifest);
  const matched = matchModels(written, task.models);
  const { manifest, paths } = matched;
  for (const path of paths) inspect(path, manifestJson(task.manifest));
  const channels = manifest.inputs[0].channels;
  if (task.images.length !== channels.length) {
    const names = channels.map(({ name }) => name).join(', ');
    throw new CliError(
      'images-channels',
      `${task.images.length} image(s) given; the manifest expects ${channels.length}, for ${names}`,
      EXIT.invalidInput,
    );
  }
  const sums = await digests(matched);
  const images: Uint8Array[] = [];
  for (const path of task.images) images.push(await readImage(path));
  return withSandbox(async (runner) => {
    say('loading');
    const began = performance.now();
    const files = paths.map((path, n) => modelFile(path, sums[n]));
    const session = await unlessAborted(runner.open(files, manifest, task.limits), signal);
    const loadMs = performance.now() - began;
    say('segmenting');
    const { labels, usage } = await session.predict(images, signal);
    say('writing');
    const writeBegan = performance.now();
    const bytes = await writeNifti(labels, { gzip: task.output.endsWith('.gz') });
    signal.throwIfAborted();
    await writeOutput(task.output, bytes);
    const stagesMs = { load: loadMs, ...usage.stagesMs, write: performance.now() - writeBegan };
    return { labels: counted(labels, manifest.labels), stagesMs, usage, isolation: session.isolation };
  });
}

/** @throws CliError with the code of the first refusal and the sentences of all */
function inspect(path: string, manifest: unknown): void {
  const refusals = inspectModelFile(path, manifest).findings.filter(({ severity }) => severity === 'refusal');
  if (refusals.length === 0) return;
  const sentences = refusals.map(({ message, node }) => (node === null ? message : `node "${node}" ${message}`));
  throw new CliError(refusals[0].code, `${path}: ${sentences.slice(0, 10).join('; ')}`, EXIT.invalidInput);
}

function counted(
  { data, geometry }: LabelMap,
  labels: readonly { readonly value: number; readonly name: string }[],
): Segmented['labels'] {
  const voxels = new Float64Array(65_536);
  for (let v = 0; v < data.length; v++) voxels[data[v]]++;
  const ml = voxelVolumeMm3(geometry) / 1000;
  const structures = labels.filter(({ value }) => value !== 0);
  return Object.fromEntries(
    structures.map(({ value, name }) => [value, { name, voxels: voxels[value], ml: voxels[value] * ml }]),
  );
}
