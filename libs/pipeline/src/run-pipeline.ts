import type { LabelMap, Volume } from '#imaging';
import { expandManifest } from './expand.js';
import { inferSums } from './infer.js';
import type { RunTile } from './infer.js';
import { manifestProblems } from './manifest-problems.js';
import type { Manifest } from './manifest.js';
import { prepare } from './prepare.js';
import type { Prepared } from './prepare.js';
import { restore } from './restore.js';

export interface PipelineOptions {
  /** A clock in ms; without it no times are reported. */
  readonly now?: () => number;
  /** Told before each tile: how many are done, and how many there are. */
  readonly onTile?: (done: number, total: number) => void;
  /** How many calls of the network may be under way, default 1; see `InferOptions`. Results do not depend on it. */
  readonly tilesAtOnce?: number;
}

export interface PipelineResult {
  /** On exactly the geometry of the image. */
  readonly labels: LabelMap;
  readonly tiles: number;
  /** Wall time of the three stages, when a clock was given. */
  readonly stagesMs?: { readonly prepare: number; readonly inference: number; readonly restore: number };
}

/**
 * An image through a network as its manifest says: preprocessing, tiles, blending, and back onto the image's own grid.
 *
 * Memory: the image, the prepared image, one float32 map per channel on the model's grid, and a tile going in and coming out.
 *
 * @param image one volume, or one for each channel of the manifest's input, all on one grid
 * @throws RangeError when the manifest is not one that can be run, or the number of images is not that of its channels
 * @throws ImageFormatError `image-not-finite` or `grid-differs`
 * @throws PipelineError `output-shape`, `output-not-finite` or `inference-out-of-memory`: the algorithm's doing
 * and whatever `runTile` throws
 */
export async function runPipeline(
  image: Volume | readonly Volume[],
  manifest: Manifest,
  runTile: RunTile,
  options: PipelineOptions = {},
): Promise<PipelineResult> {
  const start = options.now?.() ?? 0;
  const prepared = prepareImage(image, manifest);
  const prepareMs = (options.now?.() ?? 0) - start;
  const result = await runPrepared(prepared, manifest, runTile, options);
  return result.stagesMs ? { ...result, stagesMs: { ...result.stagesMs, prepare: prepareMs } } : result;
}

/**
 * The first stage alone, so that the next case can be prepared while a network is busy with this one.
 *
 * @throws as `runPipeline`
 */
export function prepareImage(image: Volume | readonly Volume[], manifest: Manifest): Prepared {
  const problems = manifestProblems(manifest);
  if (problems.length > 0) throw new RangeError(`manifest cannot be run: ${problems.join('; ')}`);
  const images = 'geometry' in image ? [image] : image;
  const wanted = manifest.inputs[0].channels.length;
  if (images.length !== wanted) {
    throw new RangeError(`${images.length} image(s) given; the manifest's input has ${wanted} channel(s)`);
  }
  return prepare(images, manifest);
}

/** The other stages: network and way back. `stagesMs.prepare` is 0. */
export async function runPrepared(
  prepared: Prepared,
  manifest: Manifest,
  runTile: RunTile,
  { now, onTile, tilesAtOnce }: PipelineOptions = {},
): Promise<PipelineResult> {
  const ready = now?.() ?? 0;
  const { maps, factors, tiles } = await inferSums(prepared, expandManifest(manifest), runTile, {
    onTile,
    tilesAtOnce,
  });
  const inferred = now?.() ?? 0;
  const labels = restore(maps, prepared, manifest, factors);
  if (!now) return { labels, tiles };
  return { labels, tiles, stagesMs: { prepare: 0, inference: inferred - ready, restore: now() - inferred } };
}
