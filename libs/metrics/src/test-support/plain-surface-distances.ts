import { squaredDistanceMm2 } from '#imaging';
import type { Vec3 } from '#imaging';
import { cornerGrid, cornerWeights } from '../surface-elements.js';
import type { DistanceProfile } from '../surface-distances.js';

type Flat = readonly [boolean, boolean, boolean];

/**
 * The straightforward way to the distances between two surfaces, twin of `surfaceDistances` for masks that are not empty: the
 * code of every corner, a distance transform of the whole grid, and a map from distance to area, filled in the order of
 * the grid.
 */
export function plainSurfaceDistances(
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
  flat: Flat,
): { fromReference: DistanceProfile; fromPrediction: DistanceProfile } {
  const grid = cornerGrid(sizeXyz, flat);
  const weights = cornerWeights(spacingMm, flat);
  const ofReference = cornerCodes(reference, sizeXyz, flat);
  const ofPrediction = cornerCodes(prediction, sizeXyz, flat);
  return {
    fromReference: profile(ofReference, squaredDistanceMm2(ofPrediction, grid, spacingMm), weights),
    fromPrediction: profile(ofPrediction, squaredDistanceMm2(ofReference, grid, spacingMm), weights),
  };
}

/** Code of every corner of a mask's grid, x fastest, 0 where no surface passes: eight voxels looked at one by one. */
export function cornerCodes(mask: Uint8Array, [nx, ny, nz]: Vec3, flat: Flat): Uint8Array {
  const [cx, cy, cz] = cornerGrid([nx, ny, nz], flat);
  const inside = (x: number, y: number, z: number): number =>
    x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? 0 : mask[(z * ny + y) * nx + x];
  /** Voxel on a side (0 or 1) of a corner; along a flat axis there is one. */
  const voxel = (corner: number, side: number, axis: number): number => (flat[axis] ? 0 : corner - 1 + side);
  const codes = new Uint8Array(cx * cy * cz);
  for (let c = 0; c < codes.length; c++) {
    const [x, y, z] = [c % cx, Math.floor(c / cx) % cy, Math.floor(c / (cx * cy))];
    let code = 0;
    for (let bit = 0; bit < 8; bit++) {
      code |= inside(voxel(x, bit >> 2, 0), voxel(y, bit & 1, 1), voxel(z, (bit >> 1) & 1, 2)) << bit;
    }
    codes[c] = code === 255 ? 0 : code;
  }
  return codes;
}

function profile(codes: Uint8Array, squaredMm2: Float64Array, weights: Float64Array): DistanceProfile {
  const areaAt = new Map<number, number>();
  let elements = 0;
  for (let c = 0; c < codes.length; c++) {
    if (codes[c] === 0) continue;
    areaAt.set(squaredMm2[c], (areaAt.get(squaredMm2[c]) ?? 0) + weights[codes[c]]);
    elements++;
  }
  const squares = Float64Array.from(areaAt.keys()).sort();
  const area = squares.map((square) => areaAt.get(square) ?? 0);
  return { distanceMm: squares.map(Math.sqrt), area, totalArea: area.reduce((sum, a) => sum + a, 0), elements };
}
