import { affineRas, geometryFromRasAffine } from '../affine.js';
import { voxelCount } from '../geometry.js';
import type { Geometry } from '../geometry.js';
import type { Volume, VoxelArray } from '../volume.js';
import { deflate } from '../inflate.js';
import { gzipInParts, MOST_PARTS } from './gzip-parts.js';
import type { PartCompressor } from './gzip-parts.js';
import { NIFTI1_HEADER_BYTES, parseNiftiHeader, quaternionRotation } from './header.js';

export interface NiftiWriteOptions {
  /**
   * Compress with gzip. The header and voxels inside are the same on every engine, the compressed bytes need not be. Given what
   * deflates parts, the file can be read from the middle (`NiftiGlance`); for everybody else it is a plain gzip file.
   */
  readonly gzip?: boolean | PartCompressor;
  /** Up to 79 printable ASCII characters; must not name a person. */
  readonly description?: string;
}

const VOXEL_OFFSET = 352;
/** Whole slices of about so many bytes are a part, and of a small image fewer: a damaged byte takes one part with it. */
const PART_BYTES = 1 << 20;
const FEWEST_PARTS = 16;

/**
 * Writes a volume as a single-file NIfTI-1, little endian.
 *
 * The geometry is turned from LPS to RAS here. `sform` always carries it, `qform` as well where it can: not for sheared
 * axes, nor a hair off a half turn, where float32 leaves an angle of up to 3e-4 unresolved. Two calls with the same volume give the same uncompressed bytes.
 *
 * @throws RangeError when a size exceeds 32767, data and size disagree, or the description does not fit
 */
export async function writeNifti(volume: Volume, options: NiftiWriteOptions = {}): Promise<Uint8Array> {
  const { geometry, data } = volume;
  if (data.length !== voxelCount(geometry)) {
    throw new RangeError(
      `volume holds ${data.length} voxels; its geometry ${geometry.sizeXyz.join(' x ')} expects ${voxelCount(geometry)}`,
    );
  }
  const bytes = new Uint8Array(VOXEL_OFFSET + data.byteLength);
  writeHeader(new DataView(bytes.buffer), geometry, data, options.description ?? '');
  writeVoxels(bytes, data);
  const { gzip = false } = options;
  if (typeof gzip === 'object') return gzipInParts(bytes, VOXEL_OFFSET, partBytes(geometry, data), gzip);
  return gzip ? deflate(bytes) : bytes;
}

/** As many slices as fit, and so many at least that the parts can be told of. */
function partBytes({ sizeXyz: [nx, ny, nz] }: Geometry, { BYTES_PER_ELEMENT }: VoxelArray): number {
  const slice = nx * ny * BYTES_PER_ELEMENT;
  const most = Math.min(PART_BYTES, (slice * nz) / FEWEST_PARTS);
  return slice * Math.max(1, Math.floor(most / slice), Math.ceil(nz / (MOST_PARTS - 1)));
}

/**
 * The geometry that a reader finds in a file of `writeNifti`: NIfTI-1 keeps float32, so that spacing and direction of a grid
 * from elsewhere change in their last digits. Writing what was read changes nothing more.
 *
 * @throws RangeError when a size exceeds 32767
 */
export function storedGeometry(geometry: Geometry): Geometry {
  const header = new Uint8Array(VOXEL_OFFSET);
  writeHeader(new DataView(header.buffer), geometry, new Uint8Array(0), '');
  const { affineRas: stored, sizeXyz } = parseNiftiHeader(header);
  return geometryFromRasAffine(stored, sizeXyz);
}

function writeHeader(view: DataView, geometry: Geometry, data: VoxelArray, description: string): void {
  const { sizeXyz, spacingMm } = geometry;
  if (sizeXyz.some((n) => !Number.isInteger(n) || n < 1 || n > 32767)) {
    throw new RangeError(`size is ${sizeXyz.join(' x ')}; NIfTI-1 stores whole numbers from 1 to 32767`);
  }
  if (description.length > 79 || /[^\x20-\x7e]/.test(description)) {
    throw new RangeError(`description has ${description.length} characters; expected at most 79, printable ASCII`);
  }
  const { code, bits } = datatypeOf(data);
  view.setInt32(0, NIFTI1_HEADER_BYTES, true);
  view.setUint8(38, 'r'.charCodeAt(0)); // "regular", kept for ANALYZE readers
  [3, ...sizeXyz, 1, 1, 1, 1].forEach((n, at) => view.setInt16(40 + 2 * at, n, true));
  view.setInt16(70, code, true);
  view.setInt16(72, bits, true);
  view.setFloat32(108, VOXEL_OFFSET, true);
  view.setFloat32(112, 1, true); // slope; intercept stays 0
  view.setUint8(123, 2); // millimetres
  for (let n = 0; n < description.length; n++) view.setUint8(148 + n, description.charCodeAt(n));
  const affine = affineRas(geometry);
  const qform = quaternionOf(affine, spacingMm);
  [qform?.qfac ?? 1, ...spacingMm].forEach((s, n) => view.setFloat32(76 + 4 * n, s, true));
  if (qform) {
    view.setInt16(252, 1, true);
    qform.bcd.forEach((q, n) => view.setFloat32(256 + 4 * n, q, true));
    [affine[3], affine[7], affine[11]].forEach((x, n) => view.setFloat32(268 + 4 * n, x, true));
  }
  view.setInt16(254, 1, true);
  affine.slice(0, 12).forEach((x, n) => view.setFloat32(280 + 4 * n, x, true));
  [0x6e, 0x2b, 0x31, 0].forEach((byte, n) => view.setUint8(344 + n, byte)); // "n+1"
}

/** Copies voxels in little-endian order whatever the host's order is. */
function writeVoxels(bytes: Uint8Array, data: VoxelArray): void {
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), VOXEL_OFFSET);
  const width = data.BYTES_PER_ELEMENT;
  const hostLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (width === 1 || hostLittleEndian) return;
  for (let at = VOXEL_OFFSET; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function datatypeOf(data: VoxelArray): { code: number; bits: number } {
  if (data instanceof Uint8Array) return { code: 2, bits: 8 };
  if (data instanceof Int16Array) return { code: 4, bits: 16 };
  if (data instanceof Int32Array) return { code: 8, bits: 32 };
  if (data instanceof Float32Array) return { code: 16, bits: 32 };
  if (data instanceof Float64Array) return { code: 64, bits: 64 };
  if (data instanceof Int8Array) return { code: 256, bits: 8 };
  if (data instanceof Uint16Array) return { code: 512, bits: 16 };
  if (data instanceof Uint32Array) return { code: 768, bits: 32 };
  throw new TypeError('voxels are of no type that NIfTI stores');
}

/** Largest difference of a direction cosine that the qform may introduce. */
const QFORM_TOLERANCE = 1e-5;

/**
 * Quaternion of an affine: the last three of its four components, the first being non-negative, and qfac -1 where the
 * third axis is mirrored. Null when the three float32 numbers do not give the directions back.
 */
function quaternionOf(affine: readonly number[], spacingMm: Geometry['spacingMm']): Quaternion | null {
  const r = [0, 1, 2].map((row) => [0, 1, 2].map((col) => affine[4 * row + col] / spacingMm[col]));
  const det =
    r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) -
    r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
    r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
  const qfac = det < 0 ? -1 : 1;
  const m = r.map(([x, y, z]) => [x, y, z * qfac]);
  // The largest of the four squared components is computed first, the others follow without cancellation.
  const squares = [
    1 + m[0][0] + m[1][1] + m[2][2],
    1 + m[0][0] - m[1][1] - m[2][2],
    1 - m[0][0] + m[1][1] - m[2][2],
    1 - m[0][0] - m[1][1] + m[2][2],
  ];
  const lead = squares.indexOf(Math.max(...squares));
  const [x, y, z] = [m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]];
  const [xy, xz, yz] = [m[0][1] + m[1][0], m[0][2] + m[2][0], m[1][2] + m[2][1]];
  const products = [
    [squares[0], x, y, z],
    [x, squares[1], xy, xz],
    [y, xy, squares[2], yz],
    [z, xz, yz, squares[3]],
  ][lead]; // each is 4 times the lead component times one component
  const scale = (products[0] < 0 ? -1 : 1) / (2 * Math.sqrt(squares[lead]));
  const bcd = [0, 0, 0].map((zero, n) => zero + Math.fround(products[n + 1] * scale)) as [number, number, number];
  if (bcd[0] ** 2 + bcd[1] ** 2 + bcd[2] ** 2 > 1 + QFORM_TOLERANCE) return null; // sheared axes make no unit quaternion
  const back = quaternionRotation(bcd);
  const faithful = back.every((cosine, n) => Math.abs(cosine - m[Math.floor(n / 3)][n % 3]) <= QFORM_TOLERANCE);
  return faithful ? { bcd, qfac } : null;
}

interface Quaternion {
  readonly bcd: readonly [number, number, number];
  readonly qfac: 1 | -1;
}
