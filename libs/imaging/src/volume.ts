import type { Geometry } from './geometry.js';

/** Voxel types that are stored or computed with. */
export type VoxelArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** Voxels with their place in the patient. `data[(k * ny + j) * nx + i]`; real values, scaling already applied. */
export interface Volume<T extends VoxelArray = VoxelArray> {
  readonly geometry: Geometry;
  readonly data: T;
}

/** A volume of integer classes; 0 is background. */
export type LabelMap = Volume<Uint8Array> | Volume<Uint16Array>;
