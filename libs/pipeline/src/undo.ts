import { inverseAxisMap, permuteVoxels } from '#imaging';
import type { Vec3 } from '#imaging';
import { pasteBox } from './crop.js';
import type { TraceStep } from './prepare.js';
import type { Samples } from './resample.js';
import { resampleBackward } from './resample-volume.js';

export type Labels = Uint8Array | Uint16Array;

/** Undoes steps, the last one first. Outside a crop values are 0: background, or no channel above another. */
export function undo<T extends Samples>(values: T, steps: readonly TraceStep[], order: 0 | 1): T {
  let data = values;
  for (const step of steps.toReversed()) {
    if (step.kind === 'resample') {
      data = resampleBackward(data, step.resampling, order);
    } else if (step.kind === 'crop') {
      data = pasteBox(data, step.fullXyz, step.box);
    } else {
      const oriented = step.map.map(({ source }) => step.sizeXyz[source]) as unknown as Vec3;
      data = permuteVoxels(data, oriented, inverseAxisMap(step.map));
    }
  }
  return data;
}
