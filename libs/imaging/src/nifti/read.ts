import { geometryFromRasAffine } from '../affine.js';
import { voxelCount } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import type { LabelMap, Volume, VoxelArray } from '../volume.js';
import { inflate, joinBytes, LARGEST_INFLATION } from '../inflate.js';
import { viewVoxels } from '../voxel-bytes.js';
import { isGzip, statedSize } from './gzip.js';
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
/** More channels than networks take; a time series is no set of channels. */
const MOST_CHANNELS = 64;

export interface Limits extends NiftiLimits {
  readonly maxChannels: number;
}

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
  const [channel] = await readFile(bytes, { ...limits, maxChannels: 1 });
  return channel;
}

/**
 * Reads a NIfTI file of several channels, such as the MR sequences of the Medical Segmentation Decathlon, as one volume for
 * each. A file of three dimensions has one channel.
 *
 * @throws ImageFormatError as `readNifti`
 */
export async function readNiftiChannels(bytes: Uint8Array, limits: NiftiLimits = {}): Promise<NiftiImage[]> {
  return readFile(bytes, { ...limits, maxChannels: MOST_CHANNELS });
}

async function readFile(bytes: Uint8Array, limits: Limits): Promise<NiftiImage[]> {
  const { header, voxelBytes } = isGzip(bytes) ? await readGzipped(bytes, limits) : readPlain(bytes, limits);
  const geometry = geometryFromRasAffine(header.affineRas, header.sizeXyz);
  const data = decodeVoxels(header, voxelBytes);
  const count = voxelCount(geometry);
  return Array.from({ length: header.channels }, (_, n) => ({
    geometry,
    data: header.channels === 1 ? data : data.subarray(n * count, (n + 1) * count),
    header,
  }));
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

/**
 * Checks that voxels are labels and stores them in the smallest type that holds them. See `readLabelMap`.
 *
 * @param firstVoxel what messages count from, where `data` is a part of a map
 */
export function toLabels(data: VoxelArray, firstVoxel = 0): Uint8Array | Uint16Array {
  let largest = 0;
  for (let v = 0; v < data.length; v++) {
    const x = data[v];
    if (!(x >= 0 && x <= 65535) || x !== (x | 0)) {
      throw new ImageFormatError('label-values', `voxel ${firstVoxel + v} holds ${x}; a label is a whole number from 0 to 65535`);
    }
    if (x > largest) largest = x;
  }
  if (largest <= 255) return data instanceof Uint8Array ? data : new Uint8Array(data);
  return data instanceof Uint16Array ? data : new Uint16Array(data);
}

interface Parts {
  readonly header: NiftiHeader;
  /** Exactly the voxels, in an own buffer from byte 0 on, so that any typed array may be laid over it. */
  readonly voxelBytes: Uint8Array<ArrayBuffer>;
}

function readPlain(bytes: Uint8Array, limits: Limits): Parts {
  const header = parseNiftiHeader(bytes.subarray(0, HEADER_PROBE_BYTES));
  const expected = checkedSize(header, limits);
  if (bytes.length < expected) throw truncated(bytes.length, expected);
  if (bytes.length > expected) throw trailing(bytes.length, expected);
  // a copy even of a Buffer, whose slice() is a view of memory shared with others
  return { header, voxelBytes: new Uint8Array(bytes.subarray(header.voxelOffset)) };
}

async function readGzipped(bytes: Uint8Array, limits: Limits): Promise<Parts> {
  let preamble = new Uint8Array(0);
  let header: NiftiHeader | undefined;
  let voxelBytes = preamble; // allocated once its size is known
  let expected = Infinity;
  let read = 0; // inflated bytes so far
  for await (const piece of inflate(bytes, 'gzip', 'nifti-gzip')) {
    let rest = piece;
    if (!header) {
      preamble = joinBytes([preamble, piece], preamble.length + piece.length);
      if (preamble.length < HEADER_PROBE_BYTES) continue;
      header = parseNiftiHeader(preamble);
      expected = checkedSize(header, limits);
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
    return readPlain(preamble, limits);
  }
  if (read < expected) throw truncated(read, expected);
  checkTrailer(bytes, read);
  return { header, voxelBytes };
}

/** Some engines silently accept further members or bytes behind a gzip member, others refuse them: always refuse. */
export function checkTrailer(gzipped: Uint8Array, inflatedBytes: number): void {
  const stated = statedSize(gzipped);
  if (stated === inflatedBytes % 2 ** 32) return;
  throw new ImageFormatError(
    'nifti-gzip',
    `gzip file ends with ${stated} as its content's size but holds ${inflatedBytes} bytes; expected one member and nothing after it`,
  );
}

export function checkedSize(header: NiftiHeader, { maxBytes = DEFAULT_MAX_BYTES, maxChannels }: Limits): number {
  const expected = declaredBytes(header);
  if (header.channels > maxChannels) {
    const shown = [...header.sizeXyz, header.channels].join(' x ');
    throw new ImageFormatError(
      'nifti-dimensions',
      `image is ${shown} voxels; expected ${maxChannels === 1 ? 'three dimensions (a fourth one may only have length 1)' : `at most ${maxChannels} channels`}`,
    );
  }
  if (expected > maxBytes) {
    throw new ImageFormatError(
      'nifti-too-large',
      `header declares ${header.sizeXyz.join(' x ')} voxels, ${expected} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  return expected;
}

export function truncated(found: number | string, expected: number): ImageFormatError {
  return new ImageFormatError('nifti-truncated', `file holds ${found} bytes; its header declares ${expected}`);
}

export function trailing(found: number | string, expected: number): ImageFormatError {
  return new ImageFormatError('nifti-trailing-bytes', `file holds ${found} bytes; its header declares ${expected}`);
}

export function decodeVoxels({ datatype, littleEndian, scaling }: NiftiHeader, bytes: Uint8Array<ArrayBuffer>): VoxelArray {
  const type = VOXEL_TYPES.get(datatype);
  if (!type) throw new TypeError(`datatype ${datatype} passed the header and has no voxel type`);
  const stored = viewVoxels(type, bytes, littleEndian, 'nifti-datatype');
  if (!scaling) return stored;
  const real = stored instanceof Float64Array ? stored : new Float32Array(stored.length);
  for (let v = 0; v < stored.length; v++) real[v] = stored[v] * scaling.slope + scaling.intercept;
  return real;
}
