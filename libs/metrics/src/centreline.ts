import { thin } from '#imaging';
import type { Vec3 } from '#imaging';
import { measured, pairStatus } from './metric-value.js';
import type { MetricValue, PairStatus } from './metric-value.js';

/** How much of each mask's skeleton lies in the other mask. */
export interface CentrelineOverlap {
  readonly status: PairStatus;
  /** Voxels of the skeleton of the reference segmentation, and those of them inside the prediction. */
  readonly reference: { readonly voxels: number; readonly covered: number };
  /** Voxels of the skeleton of the prediction, and those of them inside the reference segmentation. */
  readonly prediction: { readonly voxels: number; readonly covered: number };
}

/**
 * Skeletons of both masks (Lee 1994 thinning, see `thin`), each counted inside the other mask.
 *
 * As in scikit-image, on which the published numbers rest, a compact piece of even width (2 x 2 x 2 voxels, say) has no
 * skeleton and is passed over. Where that leaves a mask without any skeleton, MetricsReloaded and panoptica give NaN; here
 * each of its pieces then keeps one voxel.
 *
 * @param reference  flat mask, x fastest, 0 or 1; may be cropped, as background is assumed around it
 * @param prediction flat mask on the same grid
 * @param flat       axes along which the whole volume has one voxel
 * @throws RangeError when the masks differ in length
 */
export function centrelineOverlap(
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  flat: readonly [boolean, boolean, boolean] = [sizeXyz[0] === 1, sizeXyz[1] === 1, sizeXyz[2] === 1],
): CentrelineOverlap {
  if (reference.length !== prediction.length) {
    throw new RangeError(`masks differ in length: reference ${reference.length}, prediction ${prediction.length}`);
  }
  const status = pairStatus(Number(reference.includes(1)), Number(prediction.includes(1)));
  const none = { voxels: 0, covered: 0 };
  if (status !== 'ok') return { status, reference: none, prediction: none };
  return {
    status,
    reference: inside(skeletonOf(reference, sizeXyz, flat), prediction),
    prediction: inside(skeletonOf(prediction, sizeXyz, flat), reference),
  };
}

/**
 * Centreline Dice: harmonic mean of the share of the prediction's skeleton inside the reference segmentation and the share
 * of the reference's skeleton inside the prediction. 0 to 1. Both masks empty: 1; one empty: 0.
 *
 * Shit et al. 2021, doi:10.1109/CVPR46437.2021.01629. Made for tubes: a break costs little Dice and much clDice. Of a blob
 * the skeleton is a few voxels, and the number then says little.
 */
export function centrelineDice({ status, reference, prediction }: CentrelineOverlap): MetricValue {
  if (status !== 'ok') return measured(status === 'both_empty' ? 1 : 0);
  const precision = prediction.covered / prediction.voxels;
  const sensitivity = reference.covered / reference.voxels;
  const total = precision + sensitivity;
  return measured(total === 0 ? 0 : (2 * precision * sensitivity) / total);
}

/** Compact pieces vanish beside others, so that the number is the published one; alone they keep a voxel each. */
function skeletonOf(mask: Uint8Array, sizeXyz: Vec3, flat: readonly [boolean, boolean, boolean]): Uint8Array {
  const skeleton = thin(mask, sizeXyz, flat, 'vanish');
  return skeleton.includes(1) ? skeleton : thin(mask, sizeXyz, flat, 'keep');
}

function inside(skeleton: Uint8Array, mask: Uint8Array): { voxels: number; covered: number } {
  let voxels = 0;
  let covered = 0;
  for (let v = 0; v < skeleton.length; v++) {
    if (skeleton[v] === 0) continue;
    voxels++;
    if (mask[v] !== 0) covered++;
  }
  return { voxels, covered };
}
