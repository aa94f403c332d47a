import type { Vec3 } from '#imaging';
import { createBlender } from './blend.js';
import type { Blender } from './blend.js';
import type { ExpandedManifest } from './expanded.js';
import type { TensorType } from './manifest.js';
import { channelsFirst, channelsLast, flipTile, inputChannels, tensorDims } from './network-face.js';
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
  /** What the tensors are; with float16 the runner converts (`encodeFloat16`, `decodeFloat16`), here everything is float32. */
  readonly inputType: TensorType;
  readonly outputType: TensorType;
}

/**
 * Runs a network on one tile, or on a batch of them.
 *
 * @param tile  values of a tensor of `request.inputDims`, last axis fastest; a fresh array each time, free to keep or transfer
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
  const plan = planTiles(prepared.shape, manifest.inference);
  const { models, ensemble, inference, output } = manifest;
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  const share = models.map(({ weight }) => weight / total);
  const newBlender = (): Blender =>
    inference.mode === 'full'
      ? createBlender(prepared.shape, plan, output.channels, 'constant')
      : createBlender(prepared.shape, plan, output.channels, inference.blend, inference.sigma);
  const tiles = plan.starts.length;

  if (models.length === 1 || ensemble.average === inference.accumulate) {
    const blender = newBlender();
    await sweep(prepared, manifest, plan, share, blender, runTile, (done) => onTile?.(done, tiles));
    return { maps: asAveraged(blender.finish(), manifest), tiles };
  }
  let sum: Float32Array[] | null = null;
  for (const [model, weight] of share.entries()) {
    const only = share.map((_, m) => (m === model ? 1 : 0));
    const blender = newBlender();
    await sweep(prepared, manifest, plan, only, blender, runTile, (done) =>
      onTile?.(model * tiles + done, models.length * tiles),
    );
    const maps = asAveraged(blender.finish(), manifest);
    for (const [c, map] of maps.entries()) {
      for (let v = 0; v < map.length; v++) map[v] = map[v] * weight + (sum ? sum[c][v] : 0);
    }
    sum = maps;
  }
  return { maps: sum as Float32Array[], tiles };
}

/** Blended maps as the ensemble averages them. */
function asAveraged(maps: Float32Array[], manifest: ExpandedManifest): Float32Array[] {
  const { ensemble, inference } = manifest;
  if (manifest.models.length > 1 && ensemble.average === 'probabilities' && inference.accumulate === 'logits')
    activate(maps, manifest);
  return maps;
}

function activate(maps: readonly Float32Array[], { postprocess }: ExpandedManifest): void {
  if (postprocess.some(({ op }) => op === 'regions')) for (const map of maps) sigmoid(map);
  else softmax(maps);
}

async function sweep(
  prepared: Pick<Prepared, 'data' | 'shape' | 'channels'>,
  manifest: ExpandedManifest,
  plan: TilePlan,
  share: readonly number[],
  blender: Blender,
  runTile: RunTile,
  onTile: (done: number) => void,
): Promise<void> {
  const { inference, output } = manifest;
  const [input] = manifest.inputs;
  const channels = inputChannels(manifest);
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const subsets = subsetsOf(inference.mirror);
  const activates = inference.accumulate === 'probabilities' && output.meaning === 'logits';
  const models = share.flatMap((weight, model) => (weight > 0 ? [{ model, weight: weight / subsets.length }] : []));
  const alone = subsets.length * models.length === 1 && !activates;
  const inLast = input.layout.endsWith('C');
  const outLast = output.layout.endsWith('C');

  for (let first = 0; first < plan.starts.length; first += inference.batch) {
    const starts = plan.starts.slice(first, first + inference.batch);
    onTile(first);
    const tiles = starts.map((start) => cutInput(prepared, manifest, plan, start));
    const sums: Float32Array[] = [];
    for (const axes of subsets) {
      const turned = axes.length === 0 ? tiles : tiles.map((tile) => flipTile(tile, channels, plan.tileShape, axes));
      for (const { model, weight } of models) {
        const request: TileRequest = {
          model,
          inputDims: tensorDims(input.layout, inference, starts.length, channels, plan.tileShape),
          outputDims: tensorDims(output.layout, inference, starts.length, output.channels, plan.tileShape),
          inputType: input.dtype,
          outputType: output.dtype,
        };
        const fed = turned.map((tile) => (inLast ? channelsLast(tile, channels) : tile));
        const values = await runTile(alone || inLast ? joined(fed) : joined(fed).slice(), plan.tileShape, request);
        const wanted = starts.length * output.channels * perTile;
        if (values.length !== wanted) {
          throw new PipelineError(
            'output-shape',
            `output holds ${values.length} values; expected ${wanted}, [${request.outputDims.join(', ')}]`,
          );
        }
        for (let n = 0; n < starts.length; n++) {
          const raw =
            starts.length === 1
              ? values
              : values.subarray(n * (wanted / starts.length), (n + 1) * (wanted / starts.length));
          const straight = outLast ? channelsFirst(raw, output.channels) : raw;
          if (alone) {
            blender.add(straight, starts[n]);
            continue;
          }
          const back = axes.length === 0 ? straight.slice() : flipTile(straight, output.channels, plan.tileShape, axes);
          if (activates) activate(channelViews(back, output.channels), manifest);
          const sum = (sums[n] ??= new Float32Array(back.length));
          for (let v = 0; v < back.length; v++) sum[v] += weight * back[v];
        }
      }
    }
    for (const [n, sum] of sums.entries()) blender.add(sum, starts[n]);
  }
}

/** The input of one tile, channels first; for 2.5D the neighbouring slices as channels. */
function cutInput(
  { data, shape, channels }: Pick<Prepared, 'data' | 'shape' | 'channels'>,
  { inference }: ExpandedManifest,
  plan: TilePlan,
  start: Vec3,
): Float32Array<ArrayBuffer> {
  const voxels = shape[0] * shape[1] * shape[2];
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const context = inference.mode === 'stack25d' ? inference.context : 0;
  const tile = new Float32Array(perTile * channels * (2 * context + 1));
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
