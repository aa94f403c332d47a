import { ImageFormatError } from './image-format-error.js';
import type { ImageFormatCode } from './image-format-error.js';
import type { VoxelArray } from './volume.js';

/** Types in which files store voxels. */
export type VoxelType =
  'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float32' | 'float64';

export const VOXEL_BYTES: Readonly<Record<VoxelType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

/**
 * Lays a typed array over bytes read from a file; they are turned into the byte order of this machine in place. 64-bit
 * integers become float64, which is exact up to 2^53.
 *
 * @param bytes a buffer of its own, from byte 0 on
 * @param code  code of the error when a 64-bit integer is too large
 */
export function viewVoxels(
  type: VoxelType,
  bytes: Uint8Array<ArrayBuffer>,
  littleEndian: boolean,
  code: ImageFormatCode,
): VoxelArray {
  const width = VOXEL_BYTES[type];
  const hostLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (width > 1 && littleEndian !== hostLittleEndian) swapBytes(bytes, width);
  const { buffer } = bytes;
  switch (type) {
    case 'uint8':
      return new Uint8Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint16':
      return new Uint16Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'int64':
      return narrow(new BigInt64Array(buffer), code);
    case 'uint64':
      return narrow(new BigUint64Array(buffer), code);
  }
}

function narrow(stored: BigInt64Array | BigUint64Array, code: ImageFormatCode): Float64Array {
  const data = new Float64Array(stored.length);
  for (let v = 0; v < stored.length; v++) {
    const x = Number(stored[v]);
    if (!Number.isSafeInteger(x)) {
      throw new ImageFormatError(code, `voxel ${v} holds ${stored[v]}; 64-bit voxels are read up to 2^53 - 1`);
    }
    data[v] = x;
  }
  return data;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
