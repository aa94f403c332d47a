import { mapGeometry } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { expandPreprocess } from './expand.js';
import type { PreprocessOp } from './manifest.js';
import { axisMapOf, planResampling } from './prepare.js';

/**
 * Size of the model's grid for an image of this geometry, without looking at its voxels: what a budget is made of before
 * anything is run. Crops depend on voxels and are taken to cut nothing off, so this is an upper bound.
 *
 * @returns [a, b, c], the tensor's spatial axes, slowest first
 * @throws PipelineError `inference-out-of-memory` when the resampled image would exceed 2^28 voxels
 */
export function modelShape(geometry: Geometry, { preprocess }: { readonly preprocess: readonly PreprocessOp[] }): Vec3 {
  let grid = geometry;
  for (const op of preprocess.map(expandPreprocess)) {
    if (op.op === 'orient') grid = mapGeometry(grid, axisMapOf(grid, op.axes));
    else if (op.op === 'resample' || op.op === 'resize') {
      const { axes } = planResampling(grid, op);
      grid = {
        ...grid,
        sizeXyz: [axes[0].targetSize, axes[1].targetSize, axes[2].targetSize],
        spacingMm: [axes[0].targetSpacing, axes[1].targetSpacing, axes[2].targetSpacing],
      };
    }
  }
  const [nx, ny, nz] = grid.sizeXyz;
  return [nz, ny, nx];
}
