import { geometryFromRasAffine } from '../affine.js';
import { ImageFormatError } from '../image-format-error.js';
import type { LabelMap, Volume, VoxelArray } from '../volume.js';
import { inflate, isGzip, LARGEST_INFLATION, statedSize } from './gzip.js';
import { declaredBytes, HEADER_PROBE_BYTES, parseNiftiHeader, VOXEL_TYPES } from './header.js';
import type { NiftiHeader } from './header.js';

export interface NiftiLimits {
  /** Largest uncompressed file in bytes that is read; 2 GiB unless told. */
  readonly maxBytes?: number;
}

/** A volume read from a NIfTI file, with the facts of its header. */
export interface NiftiImage extends Volume {
  readonly header: NiftiHeader;
}

const DEFAULT_MAX_BYTES = 2 ** 31;

/**
 * Reads a NIfTI-1 or NIfTI-2 file (.nii or .nii.gz, either byte order).
 *
 * The world of NIfTI is RAS; the geometry returned is LPS. Voxels keep their stored order and type; where the header
 * scales them, real values come as float32 (float64 for stored float64). 64-bit integers come as float64. Nothing is
 * inflated beyond the size that the header declares.
 *
 * Stricter than nibabel: .hdr/.img pairs, trailing bytes, non-positive spacing, sheared affines and gzip files of several
 * members are refused (browsers cannot inflate the last).
 *
 * @throws ImageFormatError whose code says what is wrong
 */
export async function readNifti(bytes: Uint8Array, limits: NiftiLimits = {}): Promise<NiftiImage> {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  const { header, voxelBytes } = isGzip(bytes) ? await readGzipped(bytes, maxBytes) : readPlain(bytes, maxBytes);
  const geometry = geometryFromRasAffine(header.affineRas, header.sizeXyz);
  return { geometry, data: decodeVoxels(header, voxelBytes), header };
}

/**
 * Reads a NIfTI file as a label map: whole numbers from 0 to 65535, of any stored type, floats included.
 *
 * @returns Uint8Array when no label exceeds 255, Uint16Array otherwise
 * @throws ImageFormatError as `readNifti`; `label-values` for a fraction, a negative, very large or non-finite value
 */
export async function readLabelMap(bytes: Uint8Array, limits: NiftiLimits = {}): Promise<LabelMap> {
  const { geometry, data } = await readNifti(bytes, limits);
  return { geometry, data: toLabels(data) } as LabelMap;
}

/** Checks that voxels are labels and stores them in the smallest type that holds them. See `readLabelMap`. */
export function toLabels(data: VoxelArray): Uint8Array | Uint16Array {
  let largest = 0;
  for (let v = 0; v < data.length; v++) {
    const x = data[v];
    if (!(x >= 0 && x <= 65535) || x !== (x | 0)) {
      throw new ImageFormatError('label-values', `voxel ${v} holds ${x}; a label is a whole number from 0 to 65535`);
    }
    if (x > largest) largest = x;
  }
  if (largest <= 255) return data instanceof Uint8Array ? data : new Uint8Array(data);
  return data instanceof Uint16Array ? data : new Uint16Array(data);
}

interface Parts {
  readonly header: NiftiHeader;
  /** Exactly the voxels, in an own buffer from byte 0 on, so that any typed array may be laid over it. */
  readonly voxelBytes: Uint8Array;
}

function readPlain(bytes: Uint8Array, maxBytes: number): Parts {
  const header = parseNiftiHeader(bytes.subarray(0, HEADER_PROBE_BYTES));
  const expected = checkedSize(header, maxBytes);
  if (bytes.length < expected) throw truncated(bytes.length, expected);
  if (bytes.length > expected) throw trailing(bytes.length, expected);
  // a copy even of a Buffer, whose slice() is a view of memory shared with others
  return { header, voxelBytes: new Uint8Array(bytes.subarray(header.voxelOffset)) };
}

async function readGzipped(bytes: Uint8Array, maxBytes: number): Promise<Parts> {
  let preamble = new Uint8Array(0);
  let header: NiftiHeader | undefined;
  let voxelBytes: Uint8Array = preamble; // allocated once its size is known
  let expected = Infinity;
  let read = 0; // inflated bytes so far
  for await (const piece of inflate(bytes)) {
    let rest = piece;
    if (!header) {
      preamble = join(preamble, piece);
      if (preamble.length < HEADER_PROBE_BYTES) continue;
      header = parseNiftiHeader(preamble);
      expected = checkedSize(header, maxBytes);
      const possible = bytes.length * LARGEST_INFLATION;
      if (expected > possible) throw truncated(`at most ${possible}`, expected);
      voxelBytes = new Uint8Array(expected - header.voxelOffset);
      rest = preamble;
    }
    if (read + rest.length > expected) throw trailing(`more than ${expected}`, expected);
    const at = read - header.voxelOffset;
    if (at >= 0) voxelBytes.set(rest, at);
    else if (at + rest.length > 0) voxelBytes.set(rest.subarray(-at), 0);
    read += rest.length;
  }
  if (!header) {
    // The content is shorter than a NIfTI-2 header; a NIfTI-1 file of a few voxels may be complete all the same.
    checkTrailer(bytes, preamble.length);
    return readPlain(preamble, maxBytes);
  }
  if (read < expected) throw truncated(read, expected);
  checkTrailer(bytes, read);
  return { header, voxelBytes };
}

/** Some engines silently accept further members or bytes behind a gzip member, others refuse them: always refuse. */
function checkTrailer(gzipped: Uint8Array, inflatedBytes: number): void {
  const stated = statedSize(gzipped);
  if (stated === inflatedBytes % 2 ** 32) return;
  throw new ImageFormatError(
    'nifti-gzip',
    `gzip file ends with ${stated} as its content's size but holds ${inflatedBytes} bytes; expected one member and nothing after it`,
  );
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function checkedSize(header: NiftiHeader, maxBytes: number): number {
  const expected = declaredBytes(header);
  if (expected > maxBytes) {
    throw new ImageFormatError(
      'nifti-too-large',
      `header declares ${header.sizeXyz.join(' x ')} voxels, ${expected} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  return expected;
}

function truncated(found: number | string, expected: number): ImageFormatError {
  return new ImageFormatError('nifti-truncated', `file holds ${found} bytes; its header declares ${expected}`);
}

function trailing(found: number | string, expected: number): ImageFormatError {
  return new ImageFormatError('nifti-trailing-bytes', `file holds ${found} bytes; its header declares ${expected}`);
}

function decodeVoxels({ datatype, littleEndian, scaling }: NiftiHeader, bytes: Uint8Array): VoxelArray {
  const width = VOXEL_TYPES.get(datatype)?.bytes ?? 1;
  const hostLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (width > 1 && littleEndian !== hostLittleEndian) swapBytes(bytes, width);
  const stored = layOver(datatype, bytes.buffer as ArrayBuffer);
  if (!scaling) return stored;
  const real = stored instanceof Float64Array ? stored : new Float32Array(stored.length);
  for (let v = 0; v < stored.length; v++) real[v] = stored[v] * scaling.slope + scaling.intercept;
  return real;
}

function layOver(datatype: number, buffer: ArrayBuffer): VoxelArray {
  switch (datatype) {
    case 2:
      return new Uint8Array(buffer);
    case 4:
      return new Int16Array(buffer);
    case 8:
      return new Int32Array(buffer);
    case 16:
      return new Float32Array(buffer);
    case 64:
      return new Float64Array(buffer);
    case 256:
      return new Int8Array(buffer);
    case 512:
      return new Uint16Array(buffer);
    case 768:
      return new Uint32Array(buffer);
    case 1024:
      return narrow(new BigInt64Array(buffer));
    case 1280:
      return narrow(new BigUint64Array(buffer));
    default:
      throw new TypeError(`datatype ${datatype} is in VOXEL_TYPES but has no typed array`);
  }
}

/** 64-bit integers as float64, which is exact up to 2^53. */
function narrow(stored: BigInt64Array | BigUint64Array): Float64Array {
  const data = new Float64Array(stored.length);
  for (let v = 0; v < stored.length; v++) {
    const x = Number(stored[v]);
    if (!Number.isSafeInteger(x)) {
      throw new ImageFormatError(
        'nifti-datatype',
        `voxel ${v} holds ${stored[v]}; 64-bit voxels are read up to 2^53 - 1`,
      );
    }
    data[v] = x;
  }
  return data;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
