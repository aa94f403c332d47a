/** Voxels of one or more whole slices, x fastest. */
type Slices = {
  readonly length: number;
  subarray(from: number, to: number): { reverse(): unknown };
  reverse(): unknown;
};

/**
 * Turns axes of slices round, in place.
 *
 * By nothing but `reverse`, which engines do at the speed of memory: turning a whole array round turns all three axes,
 * turning a slice two of them, turning a row one.
 *
 * @param voxels slices of nx by ny voxels
 * @param flip   whether to turn x, y and the order of the slices
 */
export function flipSlices(
  voxels: Slices,
  nx: number,
  ny: number,
  [x, y, z]: readonly [boolean, boolean, boolean],
): void {
  if (z) voxels.reverse();
  const [stillX, stillY] = [x !== z, y !== z];
  const slice = nx * ny;
  if (stillY) for (let at = 0; at < voxels.length; at += slice) voxels.subarray(at, at + slice).reverse();
  if (stillX !== stillY) for (let at = 0; at < voxels.length; at += nx) voxels.subarray(at, at + nx).reverse();
}
