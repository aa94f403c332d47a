import { inverseAxisMap, permuteVoxels } from '#imaging';
import type { Vec3 } from '#imaging';
import { pasteBox } from './crop.js';
import type { Box } from './crop.js';
import type { TraceStep } from './prepare.js';
import type { Samples } from './resample.js';
import { backwardPositions, isIdentity, tapsOf } from './resample.js';
import { resampleBackward, separateAxisBack } from './resample-volume.js';

export type Labels = Uint8Array | Uint16Array;

/** What stands where a crop took voxels away: 0, or the nearest voxel that was kept. */
export type OutsideCrop = 'zero' | 'repeat';

/**
 * Undoes steps, the last one first. Labels outside a crop are 0, background; of channel maps `keptBox` tells which voxels
 * are left without any of the crop.
 */
export function undo<T extends Samples>(
  values: T,
  steps: readonly TraceStep[],
  order: 0 | 1,
  outside: OutsideCrop = 'zero',
): T {
  let data = values;
  for (const step of steps.toReversed()) {
    if (step.kind === 'resample') {
      data = resampleBackward(data, step.resampling, order);
    } else if (step.kind === 'crop') {
      data = pasteBox(data, step.fullXyz, step.box, outside);
    } else {
      const oriented = step.map.map(({ source }) => step.sizeXyz[source]) as unknown as Vec3;
      data = permuteVoxels(data, oriented, inverseAxisMap(step.map));
    }
  }
  return data;
}

/**
 * The voxels of the grid to which `steps` lead back that some voxel of the crops takes part in; all others are background,
 * whatever their channels hold. Null where nothing is cropped.
 *
 * @param steps crops and resamplings, in the order in which they were done
 * @param order of the way back
 */
export function keptBox(steps: readonly TraceStep[], order: 0 | 1): Box | null {
  let box: Box | null = null;
  for (const step of steps.toReversed()) {
    if (step.kind === 'orient')
      throw new RangeError('an orientation among crops and resamplings; expected it before them');
    if (step.kind === 'crop') {
      const { lowXyz: low, sizeXyz }: Box = box ?? { lowXyz: [0, 0, 0], sizeXyz: step.box.sizeXyz };
      box = { lowXyz: low.map((n, a) => n + step.box.lowXyz[a]) as unknown as Vec3, sizeXyz };
    } else if (box) {
      const { axes } = step.resampling;
      const through = separateAxisBack(step.resampling, order);
      const ranges = axes.map((axis, a) => {
        const [low, size] = [(box as Box).lowXyz[a], (box as Box).sizeXyz[a]];
        if (isIdentity(axis)) return [low, low + size];
        const nearest = (through?.axis === a ? through.order : order) === 0;
        const taps = tapsOf(backwardPositions(axis), axis.targetSize, nearest ? 0 : 1);
        const within = (n: number): boolean => n >= low && n < low + size;
        const kept = Array.from(taps.low, (n, k) => within(n) || within(taps.next[k]));
        return [Math.max(0, kept.indexOf(true)), kept.lastIndexOf(true) + 1];
      });
      box = {
        lowXyz: ranges.map(([low]) => low) as unknown as Vec3,
        sizeXyz: ranges.map(([low, end]) => Math.max(0, end - low)) as unknown as Vec3,
      };
    }
  }
  return box;
}

/** Makes background of everything outside a box. In place. */
export function clearOutside(labels: Labels, [nx, ny, nz]: Vec3, { lowXyz: [x, y, z], sizeXyz }: Box): void {
  const [endX, endY, endZ] = [x + sizeXyz[0], y + sizeXyz[1], z + sizeXyz[2]];
  for (let k = 0, row = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++, row += nx) {
      if (k < z || k >= endZ || j < y || j >= endY) labels.fill(0, row, row + nx);
      else {
        labels.fill(0, row, row + x);
        labels.fill(0, row + endX, row + nx);
      }
    }
  }
}
