import type { Geometry, Vec3 } from '#imaging';
import type { DisplayVoxels } from './case-volumes.js';

/** The smallest grid that the renderer draws: two voxels along each axis. */
export function thickGeometry(geometry: Geometry): Geometry {
  const [nx, ny, nz] = geometry.sizeXyz;
  const sizeXyz: Vec3 = [Math.max(nx, 2), Math.max(ny, 2), Math.max(nz, 2)];
  return { ...geometry, sizeXyz };
}

/**
 * Voxels for `thickGeometry`: where an axis has a single voxel, it is repeated. A volume of one slice has no extent between
 * voxel centres, and a volume renderer draws nothing of it. The very same array where no axis is that short.
 *
 * @param voxels x-fastest, of the grid `sizeXyz`
 */
export function thicken<T extends DisplayVoxels>(voxels: T, [nx, ny, nz]: Vec3): T {
  if (nx > 1 && ny > 1 && nz > 1) return voxels;
  const [mx, my, mz] = [Math.max(nx, 2), Math.max(ny, 2), Math.max(nz, 2)];
  const out = new (voxels.constructor as new (length: number) => T)(mx * my * mz);
  let v = 0;
  for (let k = 0; k < mz; k++) {
    for (let j = 0; j < my; j++) {
      const row = (Math.min(k, nz - 1) * ny + Math.min(j, ny - 1)) * nx;
      for (let i = 0; i < mx; i++) out[v++] = voxels[row + Math.min(i, nx - 1)];
    }
  }
  return out;
}
