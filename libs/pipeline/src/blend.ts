import type { Vec3 } from '#imaging';
import type { Blend } from './manifest.js';
import { PipelineError } from './pipeline-error.js';
import { forEachRow } from './tiles.js';
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
}

/** @param shape the unpadded volume, [a, b, c] */
export function createBlender(shape: Vec3, plan: TilePlan, channels: number, blend: Blend, sigma = 0.125): Blender {
  const voxels = shape[0] * shape[1] * shape[2];
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const disjoint = plan.along.every((starts, a) =>
    starts.every((s, n) => n === 0 || s - starts[n - 1] >= plan.tileShape[a]),
  );
  const weights = disjoint ? null : tileWeights(plan.tileShape, blend, sigma); // disjoint: values are copied, not divided
  const maps = Array.from({ length: channels }, () => new Float32Array(voxels));

  function add(output: Float32Array, start: Vec3): void {
    if (output.length !== channels * perTile) {
      const wanted = [1, channels, ...plan.tileShape].join(', ');
      throw new PipelineError(
        'output-shape',
        `output holds ${output.length} values; expected ${channels * perTile}, [${wanted}]`,
      );
    }
    forEachRow(shape, plan, start, (inVolume, inTile, length) => {
      let check = 0;
      let channel = 0;
      // four channels at a time share the weights, and their sums do not wait for one another
      for (; weights && channel + 4 <= channels; channel += 4) {
        check += accumulateFour(
          maps,
          channel,
          inVolume,
          output,
          channel * perTile + inTile,
          perTile,
          weights,
          inTile,
          length,
        );
      }
      for (; channel < channels; channel++) {
        const from = channel * perTile + inTile;
        check += weights
          ? accumulate(maps[channel], inVolume, output, from, weights, inTile, length)
          : copy(maps[channel], inVolume, output, from, length);
      }
      if (check !== 0) refuse(output);
    });
  }

  function finish(): Float32Array[] {
    if (!weights) return maps;
    const along = axisWeights(plan.tileShape, blend, sigma);
    // MONAI's floor, and the one under a Gaussian narrower than usual, make the sum no product
    const product = blend !== 'gaussianMonai' && along.every((weight) => !weight.includes(0));
    const divide = product ? divideByProduct(shape, plan, along) : divideBySum(shape, plan, weights);
    for (const map of maps) divide(map);
    return maps;
  }

  return { add, finish };
}

/** Adds a row, and returns 0 unless a value is not finite (x - x is then NaN). */
function accumulate(
  map: Float32Array,
  at: number,
  output: Float32Array,
  from: number,
  weights: Float32Array,
  weight: number,
  length: number,
): number {
  let check = 0;
  for (let n = 0; n < length; n++) {
    const value = output[from + n];
    check += value - value;
    map[at + n] += value * weights[weight + n];
  }
  return check;
}

function copy(map: Float32Array, at: number, output: Float32Array, from: number, length: number): number {
  let check = 0;
  for (let n = 0; n < length; n++) {
    const value = output[from + n];
    check += value - value;
    map[at + n] = value;
  }
  return check;
}

function accumulateFour(
  maps: readonly Float32Array[],
  first: number,
  at: number,
  output: Float32Array,
  from: number,
  step: number,
  weights: Float32Array,
  weight: number,
  length: number,
): number {
  const map0 = maps[first];
  const map1 = maps[first + 1];
  const map2 = maps[first + 2];
  const map3 = maps[first + 3];
  let check0 = 0;
  let check1 = 0;
  let check2 = 0;
  let check3 = 0;
  for (let n = 0, v = at, i = from; n < length; n++, v++, i++) {
    const w = weights[weight + n];
    const a = output[i];
    const b = output[i + step];
    const c = output[i + 2 * step];
    const d = output[i + 3 * step];
    map0[v] += a * w;
    map1[v] += b * w;
    map2[v] += c * w;
    map3[v] += d * w;
    check0 += a - a;
    check1 += b - b;
    check2 += c - c;
    check3 += d - d;
  }
  return check0 + check1 + check2 + check3;
}

function refuse(output: Float32Array): never {
  const bad = output.find((value) => value - value !== 0);
  throw new PipelineError('output-not-finite', `output holds ${bad}; expected finite numbers`);
}

/**
 * Total weight of each voxel as a product of sums along the axes: exact, because tiles are all combinations of starts and
 * weights are products, and it needs no map.
 */
function divideByProduct(shape: Vec3, plan: TilePlan, along: readonly Float64Array[]): (map: Float32Array) => void {
  const totals = along.map((weight, a) => {
    const total = new Float64Array(shape[a]);
    for (const start of plan.along[a]) {
      for (let i = 0; i < weight.length; i++) {
        const at = start - plan.padBefore[a] + i;
        if (at >= 0 && at < total.length) total[at] += weight[i];
      }
    }
    return total.map((sum) => 1 / sum);
  });
  return (map) => {
    let v = 0;
    for (const a of totals[0]) {
      for (const b of totals[1]) {
        const ab = a * b;
        for (let c = 0; c < totals[2].length; c++) map[v++] *= ab * totals[2][c];
      }
    }
  };
}

function divideBySum(shape: Vec3, plan: TilePlan, weights: Float32Array): (map: Float32Array) => void {
  const total = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (const start of plan.starts) {
    forEachRow(shape, plan, start, (inVolume, inTile, length) => {
      for (let n = 0; n < length; n++) total[inVolume + n] += weights[inTile + n];
    });
  }
  for (let v = 0; v < total.length; v++) total[v] = 1 / total[v];
  return (map) => {
    for (let v = 0; v < map.length; v++) map[v] *= total[v];
  };
}
