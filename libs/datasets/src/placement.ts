import type { NiftiImage } from '#imaging';
import type { Findings, Place } from './finding.js';

/** Beyond this, in voxels, two statements about one place are two places. */
const MOST_VOXELS = 0.5;
/** Below, they are one place in rounded numbers. */
const LEAST_VOXELS = 0.01;

/** What is known to be uncertain about where an image lies in the patient; a fact of its case. */
export type Placement = 'unknown' | 'contradictory';

/**
 * Looks whether a NIfTI file says in one voice where its voxels lie. We take the sform, as nibabel does; tools built on ITK may
 * take the qform, and show the other side of the patient where the two contradict each other.
 */
export function checkPlacement(findings: Findings, place: Place, { header }: Pick<NiftiImage, 'header'>): Placement | null {
  const { placedBy, affineRas: sform, otherAffineRas: qform, sizeXyz } = header;
  if (placedBy === 'pixdim') {
    findings.say('position-unknown', place, 'a header that states the spacing and no place in space (qform_code and sform_code are 0)', 'an affine; left and right of this image are a guess');
    return 'unknown';
  }
  if (qform === null) return null;
  const spacing = Math.min(...[0, 1, 2].map((axis) => Math.hypot(sform[axis], sform[4 + axis], sform[8 + axis])));
  const voxels = largestDistance(sform, qform, sizeXyz) / spacing;
  const mirrored = Math.sign(determinant(sform)) !== Math.sign(determinant(qform));
  const apart = `sform and qform put a corner of the image ${Number(voxels.toPrecision(3))} voxels apart`;
  if (mirrored || voxels > MOST_VOXELS) {
    findings.say('placement-contradicts', place, mirrored ? `${apart}, and one of them mirrors it` : apart, 'both the same, or qform_code 0: programs differ in which of them they believe');
    return 'contradictory';
  }
  if (voxels > LEAST_VOXELS) findings.say('placement-differs', place, apart, 'both the same; the sform is taken');
  return null;
}

/** Between the places of a corner voxel's centre, mm. */
function largestDistance(a: readonly number[], b: readonly number[], size: readonly number[]): number {
  let largest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const ijk = size.map((n, axis) => ((corner >> axis) & 1) * (n - 1));
    const difference = [0, 4, 8].map((row) => ijk.reduce((sum, x, axis) => sum + (a[row + axis] - b[row + axis]) * x, a[row + 3] - b[row + 3]));
    largest = Math.max(largest, Math.hypot(...difference));
  }
  return largest;
}

function determinant([a, b, c, , d, e, f, , g, h, i]: readonly number[]): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
