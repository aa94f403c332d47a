import type { LabelMap, Vec3, Volume } from '#imaging';
import { createBlender } from './blend.js';
import { manifestProblems } from './manifest-problems.js';
import type { Manifest } from './manifest.js';
import { prepare } from './prepare.js';
import { restore } from './restore.js';
import { cutTile, planTiles } from './tiles.js';

/**
 * Runs the network on one tile.
 *
 * @param tile  values of a [1, 1, a, b, c] tensor, c fastest; a fresh array each time, free to keep or transfer
 * @param shape [a, b, c]
 * @returns values of the [1, labels, a, b, c] output tensor
 */
export type RunTile = (tile: Float32Array, shape: Vec3) => Promise<Float32Array>;

export interface PipelineOptions {
  /** A clock in ms; without it no times are reported. */
  readonly now?: () => number;
  /** Told before each tile: how many are done, and how many there are. */
  readonly onTile?: (done: number, total: number) => void;
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
 * Memory: one float32 map per label on the model's grid, and two on the image's.
 *
 * @throws RangeError when the manifest is not one that can be run
 * @throws ImageFormatError `image-not-finite`
 * @throws PipelineError `output-shape`, `output-not-finite` or `inference-out-of-memory`: the algorithm's doing
 * and whatever `runTile` throws
 */
export async function runPipeline(
  image: Volume,
  manifest: Manifest,
  runTile: RunTile,
  options: PipelineOptions = {},
): Promise<PipelineResult> {
  const problems = manifestProblems(manifest);
  if (problems.length > 0) throw new RangeError(`manifest cannot be run: ${problems.join('; ')}`);
  const { now, onTile } = options;
  const start = now?.() ?? 0;

  const prepared = prepare(image, manifest);
  const plan = planTiles(prepared.shape, manifest.inference);
  const weighting = manifest.inference.mode === 'sliding' ? manifest.inference.blend : 'constant';
  const blender = createBlender(prepared.shape, plan, manifest.labels.length, weighting);
  const ready = now?.() ?? 0;

  for (const [done, at] of plan.starts.entries()) {
    onTile?.(done, plan.starts.length);
    blender.add(await runTile(cutTile(prepared.data, prepared.shape, plan, at), plan.tileShape), at);
  }
  const inferred = now?.() ?? 0;

  const labels = restore(blender.finish(), prepared, manifest);
  const tiles = plan.starts.length;
  if (!now) return { labels, tiles };
  return {
    labels,
    tiles,
    stagesMs: { prepare: ready - start, inference: inferred - ready, restore: now() - inferred },
  };
}
