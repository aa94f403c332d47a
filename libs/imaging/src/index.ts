export { diagonalMm, voxelCount, voxelVolumeMm3 } from './geometry.js';
export type { Geometry, Mat3, Vec3 } from './geometry.js';
export type { LabelMap, Volume, VoxelArray } from './volume.js';
export { ImageFormatError } from './image-format-error.js';
export type { ImageFormatCode } from './image-format-error.js';
export { affineLps, affineRas, geometryFromRasAffine, indexIjk, pointLps } from './affine.js';
export type { Affine } from './affine.js';
export { readLabelMap, readNifti, toLabels } from './nifti/read.js';
export type { NiftiImage, NiftiLimits } from './nifti/read.js';
export type { NiftiHeader } from './nifti/header.js';
export { writeNifti } from './nifti/write.js';
export type { NiftiWriteOptions } from './nifti/write.js';
export {
  ALL_AXIS_CODES,
  applyAxisMap,
  axisCodes,
  axisMapTo,
  inverseAxisMap,
  isAxisCodes,
  mapGeometry,
  orientTo,
  permuteVoxels,
} from './orientation.js';
export type { AxisChoice, AxisMap } from './orientation.js';
export { bringToGrid, describeGrid, geometryHash, GRID_TOLERANCE_VOXELS, sameGrid } from './grid.js';
export { ERROR_CLASSES, errorMap, labelExtents } from './label-map.js';
export type { LabelExtent, VoxelBox } from './label-map.js';
export { squaredDistanceMm2 } from './distance-transform.js';
export { LowerEnvelope } from './lower-envelope.js';
export { connectedComponents, neighbourOffsets } from './connected-components.js';
export type { Components, Connectivity } from './connected-components.js';
export { dilate } from './dilate.js';
export { thin } from './thinning.js';
export type { CompactPieces } from './thinning.js';
