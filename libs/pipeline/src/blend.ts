import type { Vec3 } from '#imaging';
import type { AxisFactors } from './back-slices.js';
import type { Blend } from './manifest.js';
import { PipelineError } from './pipeline-error.js';
import { forEachRow, vec3 } from './tiles.js';
import type { TilePlan } from './tiles.js';

/** Smallest weight of MONAI's window, so that no voxel is divided by next to nothing. */
const LEAST_WEIGHT = 1e-3;
/** scipy.ndimage.gaussian_filter cuts its kernel at four standard deviations. */
const TRUNCATE = 4;

/**
 * Weight of a tile's voxels along each axis; the weight of a voxel is the product.
 *
 * constant: 1. gaussianMonai: exp(-x^2 / (2 (sigma n)^2)) with x from the true centre (n - 1) / 2. gaussianNnunet: what
 * scipy's gaussian_filter (zeros outside) makes of a single 1 at index n // 2, largest weight 1. nnU-Net multiplies by
 * ten, which cancels. An axis of one voxel has weight 1.
 */
export function axisWeights(tileShape: Vec3, blend: Blend, sigma: number): readonly Float64Array[] {
  return tileShape.map((n) => {
    if (blend === 'constant' || n === 1) return new Float64Array(n).fill(1);
    const centre = blend === 'gaussianMonai' ? (n - 1) / 2 : Math.floor(n / 2);
    const spread = sigma * n;
    const reach = blend === 'gaussianMonai' ? Infinity : Math.trunc(TRUNCATE * spread + 0.5);
    return Float64Array.from({ length: n }, (_, i) => {
      const x = i - centre;
      return Math.abs(x) > reach ? 0 : Math.exp((-x * x) / (2 * spread * spread));
    });
  });
}

/**
 * Weight of each voxel of a tile: the product along the axes. MONAI's window is never below 1e-3; zeros of nnU-Net's become
 * its smallest weight that is not zero.
 */
export function tileWeights(tileShape: Vec3, blend: Blend, sigma = 0.125): Float32Array<ArrayBuffer> {
  const [along0, along1, along2] = axisWeights(tileShape, blend, sigma);
  const smallest = leastPositive(along0) * leastPositive(along1) * leastPositive(along2);
  const floor = blend === 'gaussianMonai' ? LEAST_WEIGHT : smallest;
  const weights = new Float32Array(along0.length * along1.length * along2.length);
  let v = 0;
  for (const a of along0) {
    for (const b of along1) for (const c of along2) weights[v++] = Math.max(a * b * c, floor);
  }
  return weights;
}

function leastPositive(weights: Float64Array): number {
  return weights.reduce((least, w) => (w > 0 && w < least ? w : least), 1);
}

/** Collects the outputs of tiles into one map per channel: the weighted mean wherever tiles overlap. */
export interface Blender {
  /**
   * @param output values of a [1, channels, ...tileShape] tensor
   * @throws PipelineError `output-shape` or `output-not-finite`
   */
  add(output: Float32Array, start: Vec3): void;
  /** Maps of the unpadded volume, one after the other. Call once, after the last tile. */
  finish(): Float32Array[];
  /** Instead of `finish`: maps, and what is still to be multiplied by, which can be done while they are read. */
  finishSums(): Blended;
}

/** Maps are means when `factors` is null. */
export interface Blended {
  readonly maps: Float32Array[];
  readonly factors: AxisFactors | null;
}

/** @param shape the unpadded volume, [a, b, c] */
export function createBlender(shape: Vec3, plan: TilePlan, channels: number, blend: Blend, sigma = 0.125): Blender {
  const voxels = shape[0] * shape[1] * shape[2];
  const { tileShape } = plan;
  const perTile = tileShape[0] * tileShape[1] * tileShape[2];
  const disjoint = plan.along.every((starts, a) =>
    starts.every((s, n) => n === 0 || s - starts[n - 1] >= tileShape[a]),
  );
  const weights = disjoint ? null : tileWeights(tileShape, blend, sigma); // disjoint: values are copied, not divided
  const maps = Array.from({ length: channels }, () => new Float32Array(voxels));

  function add(output: Float32Array, start: Vec3): void {
    if (output.length !== channels * perTile) {
      const wanted = [1, channels, ...tileShape].join(', ');
      throw new PipelineError(
        'output-shape',
        `output holds ${output.length} values; expected ${channels * perTile}, [${wanted}]`,
      );
    }
    const origin = vec3((a) => start[a] - plan.padBefore[a]); // of the tile, on the unpadded volume
    const low = vec3((a) => Math.max(0, -origin[a]));
    const high = vec3((a) => Math.min(tileShape[a], shape[a] - origin[a]));
    const length = high[2] - low[2];
    const outputs = Array.from({ length: channels }, (_, c) => output.subarray(c * perTile, (c + 1) * perTile));
    let total = 0; // not finite as soon as one value is not
    for (let a = low[0]; a < high[0]; a++) {
      for (let b = low[1]; b < high[1]; b++) {
        const at = ((origin[0] + a) * shape[1] + origin[1] + b) * shape[2] + origin[2] + low[2];
        const row = (a * tileShape[1] + b) * tileShape[2] + low[2];
        let channel = 0;
        // four channels at a time share the weights, and their sums do not wait for one another
        for (; weights && channel + 4 <= channels; channel += 4)
          total += accumulateFour(maps, outputs, channel, at, weights, row, length);
        for (; channel < channels; channel++) {
          total += weights
            ? accumulate(maps[channel], at, outputs[channel], weights, row, length)
            : copy(maps[channel], at, outputs[channel], row, length);
        }
      }
      if (total - total !== 0) refuse(output);
    }
  }

  function finishSums(): Blended {
    if (!weights) return { maps, factors: null };
    const along = axisWeights(tileShape, blend, sigma);
    // MONAI's floor, and the one under a Gaussian narrower than usual, make the sum no product
    if (blend !== 'gaussianMonai' && along.every((weight) => !weight.includes(0)))
      return { maps, factors: productFactors(shape, plan, along) };
    divideBySum(maps, shape, plan, weights);
    return { maps, factors: null };
  }

  function finish(): Float32Array[] {
    const { factors } = finishSums();
    if (factors) for (const map of maps) applyFactors(map, factors);
    return maps;
  }

  return { add, finish, finishSums };
}

/**
 * Adds a row of one tile, from voxel `row` on, times its weights to a map, from voxel `at` on.
 *
 * @returns the sum of its values, which is not finite when one of them is not
 */
function accumulate(
  map: Float32Array,
  at: number,
  output: Float32Array,
  weights: Float32Array,
  row: number,
  length: number,
): number {
  let total = 0;
  for (let n = 0; n < length; n++) {
    const value = output[row + n];
    total += value;
    map[at + n] += value * weights[row + n];
  }
  return total;
}

function copy(map: Float32Array, at: number, output: Float32Array, row: number, length: number): number {
  let total = 0;
  for (let n = 0; n < length; n++) {
    const value = output[row + n];
    total += value;
    map[at + n] = value;
  }
  return total;
}

/** Four channels, two voxels at a time: half as fast again as the plain loop, which is most of the pipeline's time. */
function accumulateFour(
  maps: readonly Float32Array[],
  outputs: readonly Float32Array[],
  first: number,
  at: number,
  weights: Float32Array,
  row: number,
  length: number,
): number {
  const map0 = maps[first];
  const map1 = maps[first + 1];
  const map2 = maps[first + 2];
  const map3 = maps[first + 3];
  const output0 = outputs[first];
  const output1 = outputs[first + 1];
  const output2 = outputs[first + 2];
  const output3 = outputs[first + 3];
  let total = 0;
  let v = at;
  let i = row;
  for (const end = row + length - 1; i < end; i += 2, v += 2) {
    const w = weights[i];
    const x = weights[i + 1];
    const a = output0[i];
    const b = output1[i];
    const c = output2[i];
    const d = output3[i];
    const e = output0[i + 1];
    const f = output1[i + 1];
    const g = output2[i + 1];
    const h = output3[i + 1];
    map0[v] += a * w;
    map0[v + 1] += e * x;
    map1[v] += b * w;
    map1[v + 1] += f * x;
    map2[v] += c * w;
    map2[v + 1] += g * x;
    map3[v] += d * w;
    map3[v + 1] += h * x;
    total += a + b + (c + d) + (e + f + (g + h));
  }
  if (i < row + length) {
    for (let channel = first; channel < first + 4; channel++)
      total += accumulate(maps[channel], v, outputs[channel], weights, i, 1);
  }
  return total;
}

function refuse(output: Float32Array): never {
  const bad = output.find((value) => value - value !== 0);
  throw new PipelineError('output-not-finite', `output holds ${bad}; expected finite numbers`);
}

/**
 * Total weight of each voxel as a product of sums along the axes: exact, because tiles are all combinations of starts and
 * weights are products, and it needs no map.
 */
function productFactors(shape: Vec3, plan: TilePlan, along: readonly Float64Array[]): AxisFactors {
  const factors = along.map((weight, a) => {
    const total = new Float64Array(shape[a]);
    for (const start of plan.along[a]) {
      for (let i = 0; i < weight.length; i++) {
        const at = start - plan.padBefore[a] + i;
        if (at >= 0 && at < total.length) total[at] += weight[i];
      }
    }
    return total.map((sum) => 1 / sum);
  });
  return factors as unknown as AxisFactors;
}

/** Multiplies a map by its factors, in place. */
export function applyFactors(map: Float32Array, [alongA, alongB, alongC]: AxisFactors): void {
  const n = alongC.length;
  let v = 0;
  for (const a of alongA) {
    for (const b of alongB) {
      const ab = a * b;
      for (let c = 0; c < n; c++) map[v + c] *= ab * alongC[c];
      v += n;
    }
  }
}

/** The same where the sum of the weights is no product: it takes a map of its own. */
function divideBySum(maps: readonly Float32Array[], shape: Vec3, plan: TilePlan, weights: Float32Array): void {
  const total = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (const start of plan.starts) {
    forEachRow(shape, plan, start, (inVolume, inTile, length) => {
      for (let n = 0; n < length; n++) total[inVolume + n] += weights[inTile + n];
    });
  }
  for (let v = 0; v < total.length; v++) total[v] = 1 / total[v];
  for (const map of maps) for (let v = 0; v < map.length; v++) map[v] *= total[v];
}
