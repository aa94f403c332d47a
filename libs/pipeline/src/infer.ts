import type { Vec3 } from '#imaging';
import { applyFactors, createBlender } from './blend.js';
import type { Blended, Blender } from './blend.js';
import type { ExpandedManifest } from './expanded.js';
import type { LabelType, TensorType } from './manifest.js';
import { channelsFirst, channelsLast, flipTile, inputChannels, tensorChannels, tensorDims } from './network-face.js';
import { PipelineError } from './pipeline-error.js';
import type { Prepared } from './prepare.js';
import { sigmoid, softmax } from './activations.js';
import { copyTile, planTiles } from './tiles.js';
import type { TilePlan } from './tiles.js';

/** What a call of the network is about. */
export interface TileRequest {
  /** Which of `manifest.models`, from 0. */
  readonly model: number;
  /** Sizes of the input tensor in its layout, for instance [1, 1, a, b, c]. */
  readonly inputDims: readonly number[];
  /** Sizes that the output tensor must have, in its layout. */
  readonly outputDims: readonly number[];
  /** What the tensors are; the runner converts (`inputElements`, `outputValues`), here everything is float32. */
  readonly inputType: TensorType;
  readonly outputType: TensorType | LabelType;
  /**
   * Null, or how many labels there are when the network gives labels itself: the runner then returns 1 in the channel of the
   * voxel's label and 0 in the others, channels first (`outputValues` does).
   */
  readonly labels: number | null;
}

/**
 * Runs a network on one tile, or on a batch of them.
 *
 * @param tile  values of a tensor of `request.inputDims`, last axis fastest; yours until the promise settles (it may be filled again then), free to transfer
 * @param shape [a, b, c] of one tile
 * @returns values of the output tensor
 */
export type RunTile = (tile: Float32Array<ArrayBuffer>, shape: Vec3, request: TileRequest) => Promise<Float32Array>;

/** Tiles of an image, and how often the network runs on each. */
export interface InferencePlan {
  readonly tiles: number;
  /** Runs of a network on one tile: tiles x mirror images x models. */
  readonly runs: number;
}

/** How much work an image of this shape (on the model's grid, [a, b, c]) is: what a budget is made of. */
export function inferencePlan(
  shape: Vec3,
  { inference, models }: Pick<ExpandedManifest, 'inference' | 'models'>,
): InferencePlan {
  const tiles = planTiles(shape, inference).starts.length;
  return { tiles, runs: tiles * 2 ** inference.mirror.length * models.length };
}

export interface InferOptions {
  /** Told when a tile is cut: how many are finished, and how many there are. */
  readonly onTile?: (done: number, total: number) => void;
  /**
   * How many calls of `runTile` may be under way, default 1. More is of use where the network runs on other threads; outputs
   * are added in the order of the tiles, so nothing else changes.
   */
  readonly tilesAtOnce?: number;
}

/**
 * Runs the network or networks over all tiles: mirror images, weights of models, blending.
 *
 * Where tiles, mirror images and models are all averaged as the same thing, a tile is finished before the next is cut and
 * one set of maps is kept. Models averaged as probabilities of blended logits are run one after the other.
 *
 * @returns one map per output channel on the grid of `prepared`, and how many tiles there were
 */
export async function infer(
  prepared: Pick<Prepared, 'data' | 'shape' | 'channels'>,
  manifest: ExpandedManifest,
  runTile: RunTile,
  onTile?: (done: number, total: number) => void,
): Promise<{ readonly maps: Float32Array[]; readonly tiles: number }> {
  const { maps, factors, tiles } = await inferSums(prepared, manifest, runTile, { onTile });
  if (factors) for (const map of maps) applyFactors(map, factors);
  return { maps, tiles };
}

/** The same, with the last multiplication left to whoever reads the maps. */
export async function inferSums(
  prepared: Pick<Prepared, 'data' | 'shape' | 'channels'>,
  manifest: ExpandedManifest,
  runTile: RunTile,
  { onTile, tilesAtOnce = 1 }: InferOptions = {},
): Promise<Blended & { readonly tiles: number }> {
  const plan = planTiles(prepared.shape, manifest.inference);
  const { models, ensemble, inference, output } = manifest;
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  const share = models.map(({ weight }) => weight / total);
  const newBlender = (): Blender =>
    inference.mode === 'full'
      ? createBlender(prepared.shape, plan, output.channels, 'constant')
      : createBlender(prepared.shape, plan, output.channels, inference.blend, inference.sigma);
  const tiles = plan.starts.length;
  const lead = { prepared, manifest, plan, runTile, tilesAtOnce };

  if (models.length === 1 || ensemble.average === inference.accumulate) {
    const blender = newBlender();
    await sweep({ ...lead, share, onTile: (done) => onTile?.(done, tiles) }, blender);
    if (averagesLate(manifest)) return { maps: asAveraged(blender.finish(), manifest), factors: null, tiles };
    return { ...blender.finishSums(), tiles };
  }
  let sum: Float32Array[] | null = null;
  for (const [model, weight] of share.entries()) {
    const only = share.map((_, m) => (m === model ? 1 : 0));
    const blender = newBlender();
    await sweep(
      { ...lead, share: only, onTile: (done) => onTile?.(model * tiles + done, models.length * tiles) },
      blender,
    );
    const maps = asAveraged(blender.finish(), manifest);
    for (const [c, map] of maps.entries()) {
      for (let v = 0; v < map.length; v++) map[v] = map[v] * weight + (sum ? sum[c][v] : 0);
    }
    sum = maps;
  }
  return { maps: sum as Float32Array[], factors: null, tiles };
}

function averagesLate({ models, ensemble, inference }: ExpandedManifest): boolean {
  return models.length > 1 && ensemble.average === 'probabilities' && inference.accumulate === 'logits';
}

/** Blended maps as the ensemble averages them. */
function asAveraged(maps: Float32Array[], manifest: ExpandedManifest): Float32Array[] {
  if (averagesLate(manifest)) activate(maps, manifest);
  return maps;
}

function activate(maps: readonly Float32Array[], { postprocess }: ExpandedManifest): void {
  if (postprocess.some(({ op }) => op === 'regions')) for (const map of maps) sigmoid(map);
  else softmax(maps);
}

interface Sweep {
  readonly prepared: Pick<Prepared, 'data' | 'shape' | 'channels'>;
  readonly manifest: ExpandedManifest;
  readonly plan: TilePlan;
  /** Weight of each model; 0: not run. */
  readonly share: readonly number[];
  readonly runTile: RunTile;
  readonly tilesAtOnce: number;
  /** Set when a tile failed: no network is run any more. */
  failed?: boolean;
  readonly onTile: (done: number) => void;
}

/** Batch by batch, `tilesAtOnce` of them under way; outputs are added in the order of the tiles. */
async function sweep(work: Sweep, blender: Blender): Promise<void> {
  const { plan, manifest, tilesAtOnce, onTile } = work;
  const { batch } = manifest.inference;
  const underWay: { readonly starts: readonly Vec3[]; readonly outputs: Promise<readonly Float32Array[]> }[] = [];
  const cut: Float32Array<ArrayBuffer>[] = []; // the input of each, to be filled again
  const spare: Float32Array<ArrayBuffer>[] = [];
  let finished = 0;
  const addFirst = async (): Promise<void> => {
    const [{ starts, outputs }] = underWay;
    for (const [n, output] of (await outputs).entries()) blender.add(output, starts[n]);
    underWay.shift();
    const tile = cut.shift();
    if (tile && tile.length > 0) spare.push(tile); // not transferred
    finished += starts.length;
  };
  try {
    for (let first = 0; first < plan.starts.length; first += batch) {
      if (underWay.length >= tilesAtOnce) await addFirst();
      onTile(finished);
      const starts = plan.starts.slice(first, first + batch);
      const tiles = starts.map((start) => cutInput(work.prepared, manifest, plan, start, spare.pop()));
      cut.push(tiles[0]);
      const outputs = runBatch(work, starts, tiles);
      outputs.catch(() => undefined); // told by addFirst, when its turn comes
      underWay.push({ starts, outputs });
    }
    while (underWay.length > 0) await addFirst();
  } catch (error) {
    work.failed = true;
    throw error;
  } finally {
    await Promise.allSettled(underWay.map(({ outputs }) => outputs)); // after a failure nothing is left running
  }
}

/** Weighted mean of mirror images and models for each tile of a batch, channels first. */
async function runBatch(
  sweep: Sweep,
  starts: readonly Vec3[],
  tiles: readonly Float32Array<ArrayBuffer>[],
): Promise<readonly Float32Array[]> {
  const { manifest, plan, share, runTile } = sweep;
  const { inference, output } = manifest;
  const [input] = manifest.inputs;
  const channels = inputChannels(manifest);
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const subsets = subsetsOf(inference.mirror);
  const activates = inference.accumulate === 'probabilities' && output.meaning === 'logits';
  const models = share.flatMap((weight, model) => (weight > 0 ? [{ model, weight: weight / subsets.length }] : []));
  const alone = subsets.length * models.length === 1 && !activates;
  const inLast = input.layout.endsWith('C');
  const labels = output.meaning === 'labels' ? output.channels : null;
  const outLast = labels === null && output.layout.endsWith('C');
  const results: Float32Array[] = [];
  for (const axes of subsets) {
    const turned = axes.length === 0 ? tiles : tiles.map((tile) => flipTile(tile, channels, plan.tileShape, axes));
    for (const { model, weight } of models) {
      const request: TileRequest = {
        model,
        inputDims: tensorDims(input.layout, inference, starts.length, channels, plan.tileShape),
        outputDims: tensorDims(output.layout, inference, starts.length, tensorChannels(output), plan.tileShape),
        inputType: input.dtype,
        outputType: output.dtype,
        labels,
      };
      if (sweep.failed) return results; // of no interest to anybody
      const fed = turned.map((tile) => (inLast ? channelsLast(tile, channels) : tile));
      const values = await runTile(alone || inLast ? joined(fed) : joined(fed).slice(), plan.tileShape, request);
      const wanted = starts.length * output.channels * perTile;
      if (values.length !== wanted) {
        throw new PipelineError(
          'output-shape',
          `output holds ${values.length} values; expected ${wanted}, [${request.outputDims.join(', ')}]`,
        );
      }
      const each = wanted / starts.length;
      for (let n = 0; n < starts.length; n++) {
        const raw = starts.length === 1 ? values : values.subarray(n * each, (n + 1) * each);
        const straight = outLast ? channelsFirst(raw, output.channels) : raw;
        if (alone) {
          results[n] = straight;
          continue;
        }
        const back = axes.length === 0 ? straight.slice() : flipTile(straight, output.channels, plan.tileShape, axes);
        if (activates) activate(channelViews(back, output.channels), manifest);
        const sum = (results[n] ??= new Float32Array(back.length));
        for (let v = 0; v < back.length; v++) sum[v] += weight * back[v];
      }
    }
  }
  return results;
}

/** The input of one tile, channels first; for 2.5D the neighbouring slices as channels. */
function cutInput(
  { data, shape, channels }: Pick<Prepared, 'data' | 'shape' | 'channels'>,
  { inference }: ExpandedManifest,
  plan: TilePlan,
  start: Vec3,
  spare?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const voxels = shape[0] * shape[1] * shape[2];
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const context = inference.mode === 'stack25d' ? inference.context : 0;
  const size = perTile * channels * (2 * context + 1);
  const tile = spare?.length === size ? spare : new Float32Array(size);
  let at = 0;
  for (let offset = -context; offset <= context; offset++) {
    const from = [...start] as [number, number, number];
    if (inference.mode === 'stack25d') {
      const axis = inference.sliceAxis;
      from[axis] = Math.min(Math.max(start[axis] + offset, 0), shape[axis] - 1);
    }
    for (let c = 0; c < channels; c++, at += perTile) {
      const channel = channels === 1 ? data : data.subarray(c * voxels, (c + 1) * voxels);
      copyTile(channel, shape, plan, from, tile, at);
    }
  }
  return tile;
}

function channelViews(values: Float32Array, channels: number): Float32Array[] {
  const voxels = values.length / channels;
  return Array.from({ length: channels }, (_, c) => values.subarray(c * voxels, (c + 1) * voxels));
}

function joined(tiles: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  if (tiles.length === 1) return tiles[0];
  const all = new Float32Array(tiles.length * tiles[0].length);
  for (const [n, tile] of tiles.entries()) all.set(tile, n * tile.length);
  return all;
}

/** All subsets, the empty one first. */
function subsetsOf(axes: readonly number[]): number[][] {
  return Array.from({ length: 2 ** axes.length }, (_, bits) => axes.filter((_, n) => (bits >> n) & 1));
}
