import type { Vec3 } from '#imaging';
import { PipelineError } from './pipeline-error.js';
import { forEachRow } from './tiles.js';
import type { TilePlan } from './tiles.js';

/** Smallest weight of a Gaussian window, so that no voxel is divided by next to nothing. */
const LEAST_WEIGHT = 1e-3;

/**
 * Weight of each voxel of a tile. Constant: 1. Gaussian: MONAI's window, exp(-x^2 / (2 (patch / 8)^2)) along each axis
 * with x from the true centre (patch - 1) / 2, never below 1e-3. (nnU-Net's window differs: its peak lies on a voxel.)
 */
export function tileWeights(tileShape: Vec3, blend: 'constant' | 'gaussian'): Float32Array {
  const [na, nb, nc] = tileShape;
  if (blend === 'constant') return new Float32Array(na * nb * nc).fill(1);
  const along = tileShape.map((n) =>
    Float64Array.from({ length: n }, (_, i) => {
      const x = i - (n - 1) / 2;
      const sigma = n / 8;
      return Math.exp((-x * x) / (2 * sigma * sigma));
    }),
  );
  const weights = new Float32Array(na * nb * nc);
  let v = 0;
  for (let a = 0; a < na; a++) {
    for (let b = 0; b < nb; b++) {
      for (let c = 0; c < nc; c++) weights[v++] = Math.max(along[0][a] * along[1][b] * along[2][c], LEAST_WEIGHT);
    }
  }
  return weights;
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
export function createBlender(shape: Vec3, plan: TilePlan, channels: number, blend: 'constant' | 'gaussian'): Blender {
  const voxels = shape[0] * shape[1] * shape[2];
  const perTile = plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2];
  const single = plan.starts.length === 1; // nothing overlaps: values are copied, not divided
  const weights = single ? null : tileWeights(plan.tileShape, blend);
  const maps = Array.from({ length: channels }, () => new Float32Array(voxels));
  const total = single ? null : new Float32Array(voxels);

  function add(output: Float32Array, start: Vec3): void {
    if (output.length !== channels * perTile) {
      const wanted = [1, channels, ...plan.tileShape].join(', ');
      throw new PipelineError(
        'output-shape',
        `output holds ${output.length} values; expected ${channels * perTile}, [${wanted}]`,
      );
    }
    for (let channel = 0; channel < channels; channel++) {
      const map = maps[channel];
      const offset = channel * perTile;
      forEachRow(shape, plan, start, (inVolume, inTile, length) => {
        for (let n = 0; n < length; n++) {
          const value = output[offset + inTile + n];
          if (value - value !== 0)
            throw new PipelineError('output-not-finite', `output holds ${value}; expected finite numbers`);
          if (weights) map[inVolume + n] += value * weights[inTile + n];
          else map[inVolume + n] = value;
        }
      });
    }
    if (!weights || !total) return;
    forEachRow(shape, plan, start, (inVolume, inTile, length) => {
      for (let n = 0; n < length; n++) total[inVolume + n] += weights[inTile + n];
    });
  }

  function finish(): Float32Array[] {
    if (total) for (const map of maps) for (let v = 0; v < voxels; v++) map[v] /= total[v];
    return maps;
  }

  return { add, finish };
}
