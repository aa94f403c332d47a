import type { Vec3 } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import { VOXEL_BYTES } from '../voxel-bytes.js';
import type { VoxelType } from '../voxel-bytes.js';

/** The part of a NIfTI header that says how large the file is and how its voxels are to be read. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  readonly sizeXyz: Vec3;
  /** Volumes on the same grid, one after the other: length of a fourth axis or, for vectors, of a fifth. */
  readonly channels: number;
  /** NIfTI datatype code, one of `VOXEL_TYPES`. */
  readonly datatype: number;
  /** Byte at which the voxels begin. */
  readonly voxelOffset: number;
  /** Slope and intercept that turn stored into real values; null when they change nothing. */
  readonly scaling: { readonly slope: number; readonly intercept: number } | null;
  /** 16 numbers, row-major, voxel index to RAS mm. */
  readonly affineRas: readonly number[];
  /** Which of the three ways of NIfTI placed the image. `pixdim`: spacing only, its position in space is unknown. */
  readonly placedBy: 'sform' | 'qform' | 'pixdim';
  /** What the qform says where the sform placed the image and there is a qform that can be read; else null. Tools differ in which they believe. */
  readonly otherAffineRas: readonly number[] | null;
  /** Free text of the file; may name a person, so it is never shown or logged. */
  readonly description: string;
}

export const NIFTI1_HEADER_BYTES = 348;
export const NIFTI2_HEADER_BYTES = 540;
/** Bytes that must have arrived before `parseNiftiHeader` can be called: the larger header and its extension flag. */
export const HEADER_PROBE_BYTES = 544;

/** Voxel types that are read. Complex, colour, 128-bit and 1-bit types are refused. */
export const VOXEL_TYPES: ReadonlyMap<number, VoxelType> = new Map([
  [2, 'uint8'],
  [4, 'int16'],
  [8, 'int32'],
  [16, 'float32'],
  [64, 'float64'],
  [256, 'int8'],
  [512, 'uint16'],
  [768, 'uint32'],
  [1024, 'int64'],
  [1280, 'uint64'],
]);

/** Field positions of the two header versions; everything else about them is read alike. */
interface Reader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  readonly dim: (n: number) => number;
  readonly pixdim: (n: number) => number;
  readonly datatype: number;
  readonly bitpix: number;
  readonly voxelOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly units: number;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quatern: readonly [number, number, number];
  readonly qoffset: readonly [number, number, number];
  readonly srow: (n: number) => number;
  readonly description: string;
}

/**
 * Reads and checks a NIfTI-1 or NIfTI-2 header of either byte order.
 *
 * @param bytes the first bytes of the uncompressed file; `HEADER_PROBE_BYTES` of them unless the file is shorter
 * @throws ImageFormatError with the code of the first fault found
 */
export function parseNiftiHeader(bytes: Uint8Array): NiftiHeader {
  const reader = openHeader(bytes);
  const { sizeXyz, channels } = readSize(reader);
  const type = VOXEL_TYPES.get(reader.datatype);
  if (!type) {
    const known = [...VOXEL_TYPES].map(([code, name]) => `${code} ${name}`).join(', ');
    throw new ImageFormatError('nifti-datatype', `voxel datatype code is ${reader.datatype}; expected one of ${known}`);
  }
  const bits = VOXEL_BYTES[type] * 8;
  if (reader.bitpix !== bits) {
    throw new ImageFormatError(
      'nifti-datatype',
      `header declares ${reader.bitpix} bits a voxel for ${type}; expected ${bits}`,
    );
  }
  const smallestOffset = reader.version === 1 ? 352 : 544;
  if (!Number.isSafeInteger(reader.voxelOffset) || reader.voxelOffset < smallestOffset) {
    throw new ImageFormatError(
      'nifti-header',
      `voxels are declared to begin at byte ${reader.voxelOffset}; expected a whole number from ${smallestOffset} on`,
    );
  }
  return {
    version: reader.version,
    littleEndian: reader.littleEndian,
    sizeXyz,
    channels,
    datatype: reader.datatype,
    voxelOffset: reader.voxelOffset,
    scaling: readScaling(reader),
    ...readAffine(reader),
    description: reader.description,
  };
}

/** Size of the uncompressed file in bytes that a header declares. */
export function declaredBytes({ sizeXyz, channels, datatype, voxelOffset }: NiftiHeader): number {
  const type = VOXEL_TYPES.get(datatype);
  return voxelOffset + sizeXyz[0] * sizeXyz[1] * sizeXyz[2] * channels * (type ? VOXEL_BYTES[type] : NaN);
}

/** The first four bytes hold the header's own size: that gives version and byte order. */
function openHeader(bytes: Uint8Array): Reader {
  if (bytes.length < NIFTI1_HEADER_BYTES) {
    throw new ImageFormatError(
      'nifti-truncated',
      `file has ${bytes.length} bytes; a NIfTI header alone has ${NIFTI1_HEADER_BYTES}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    if (size === NIFTI1_HEADER_BYTES) return openNifti1(view, littleEndian);
    if (size === NIFTI2_HEADER_BYTES) return openNifti2(view, littleEndian);
  }
  throw new ImageFormatError(
    'nifti-header',
    `first four bytes are ${hex(bytes.subarray(0, 4))}; a NIfTI file begins with 348 or 540 as a 32-bit integer`,
  );
}

function openNifti1(view: DataView, le: boolean): Reader {
  const magic = text(view, 344, 4);
  if (magic !== 'n+1') {
    const pair = magic === 'ni1' ? ' (the header of an .hdr/.img pair)' : '';
    throw new ImageFormatError('nifti-header', `magic is "${printable(magic)}"${pair}; expected "n+1", a single file`);
  }
  return {
    version: 1,
    littleEndian: le,
    dim: (n) => view.getInt16(40 + 2 * n, le),
    pixdim: (n) => view.getFloat32(76 + 4 * n, le),
    datatype: view.getInt16(70, le),
    bitpix: view.getInt16(72, le),
    voxelOffset: view.getFloat32(108, le),
    slope: view.getFloat32(112, le),
    intercept: view.getFloat32(116, le),
    units: view.getUint8(123),
    description: text(view, 148, 80),
    qformCode: view.getInt16(252, le),
    sformCode: view.getInt16(254, le),
    quatern: [view.getFloat32(256, le), view.getFloat32(260, le), view.getFloat32(264, le)],
    qoffset: [view.getFloat32(268, le), view.getFloat32(272, le), view.getFloat32(276, le)],
    srow: (n) => view.getFloat32(280 + 4 * n, le),
  };
}

function openNifti2(view: DataView, le: boolean): Reader {
  if (view.byteLength < NIFTI2_HEADER_BYTES) {
    throw new ImageFormatError(
      'nifti-truncated',
      `file has ${view.byteLength} bytes; a NIfTI-2 header alone has ${NIFTI2_HEADER_BYTES}`,
    );
  }
  const magic = text(view, 4, 4);
  if (magic !== 'n+2') {
    const pair = magic === 'ni2' ? ' (the header of an .hdr/.img pair)' : '';
    throw new ImageFormatError('nifti-header', `magic is "${printable(magic)}"${pair}; expected "n+2", a single file`);
  }
  return {
    version: 2,
    littleEndian: le,
    dim: (n) => Number(view.getBigInt64(16 + 8 * n, le)),
    pixdim: (n) => view.getFloat64(104 + 8 * n, le),
    datatype: view.getInt16(12, le),
    bitpix: view.getInt16(14, le),
    voxelOffset: Number(view.getBigInt64(168, le)),
    slope: view.getFloat64(176, le),
    intercept: view.getFloat64(184, le),
    description: text(view, 240, 80),
    qformCode: view.getInt32(344, le),
    sformCode: view.getInt32(348, le),
    quatern: [view.getFloat64(352, le), view.getFloat64(360, le), view.getFloat64(368, le)],
    qoffset: [view.getFloat64(376, le), view.getFloat64(384, le), view.getFloat64(392, le)],
    srow: (n) => view.getFloat64(400 + 8 * n, le),
    units: view.getInt32(500, le) & 0xff,
  };
}

/** A plane counts as a volume of one slice; one axis beyond the third may count channels. */
function readSize({ dim }: Reader): Pick<NiftiHeader, 'sizeXyz' | 'channels'> {
  const rank = dim(0);
  const sizes = [1, 2, 3, 4, 5, 6, 7].map(dim);
  const shown = sizes.slice(0, Math.min(7, Math.max(1, rank))).join(' x ');
  if (!(rank >= 1 && rank <= 7)) {
    throw new ImageFormatError('nifti-dimensions', `header declares ${rank} dimensions; expected 2 or 3`);
  }
  const used = sizes.slice(0, rank);
  if (rank < 2 || used.some((n) => !Number.isSafeInteger(n) || n < 1)) {
    throw new ImageFormatError('nifti-dimensions', `image is ${shown} voxels; expected 2 or 3 positive sizes`);
  }
  const further = used.slice(3).filter((n) => n !== 1);
  if (further.length > 1) {
    throw new ImageFormatError(
      'nifti-dimensions',
      `image is ${shown} voxels; expected three dimensions, and at most one more for channels`,
    );
  }
  const channels = further[0] ?? 1;
  const sizeXyz: Vec3 = [sizes[0], sizes[1], rank >= 3 ? sizes[2] : 1];
  if (!Number.isSafeInteger(sizeXyz[0] * sizeXyz[1] * sizeXyz[2] * channels * 8)) {
    throw new ImageFormatError('nifti-dimensions', `image is ${shown} voxels; that is no size of a real image`);
  }
  return { sizeXyz, channels };
}

/** NIfTI: slope 0 means "no scaling"; a slope that is not a number is read the same way, as nibabel does. */
function readScaling({ slope, intercept }: Reader): NiftiHeader['scaling'] {
  if (slope === 0 || !Number.isFinite(slope)) return null;
  if (!Number.isFinite(intercept)) {
    throw new ImageFormatError('nifti-scaling', `scaling intercept is ${intercept}; expected a finite number`);
  }
  return slope === 1 && intercept === 0 ? null : { slope, intercept };
}

/** sform before qform before bare spacing, as the standard recommends and nibabel does. */
function readAffine(reader: Reader): Pick<NiftiHeader, 'affineRas' | 'placedBy' | 'otherAffineRas'> {
  const { pixdim, quatern, qoffset, srow } = reader;
  const rank = reader.dim(0);
  const mm = { 1: 1000, 3: 0.001 }[reader.units & 7] ?? 1; // metre, micrometre; anything else is taken as mm
  const spacing = [1, 2, 3].map((n) =>
    n <= rank ? pixdim(n) : pixdim(n) > 0 && Number.isFinite(pixdim(n)) ? pixdim(n) : 1,
  );
  if (spacing.some((s) => !(s > 0 && s < Infinity))) {
    throw new ImageFormatError(
      'nifti-spacing',
      `voxel spacing is ${spacing.join(' x ')}; expected three positive finite numbers`,
    );
  }
  const inMm = (rows: readonly number[]): number[] => [...rows.map((x) => x * mm), 0, 0, 0, 1];
  const [sx, sy, sz] = spacing;
  const placedQform = (): number[] => {
    const r = quaternionRotation(quatern);
    const qfac = pixdim(0) < 0 ? -1 : 1;
    const [ox, oy, oz] = qoffset;
    // prettier-ignore
    return inMm([
      r[0] * sx, r[1] * sy, r[2] * sz * qfac, ox,
      r[3] * sx, r[4] * sy, r[5] * sz * qfac, oy,
      r[6] * sx, r[7] * sy, r[8] * sz * qfac, oz,
    ]);
  };
  // beside an sform nobody needs it, so that nonsense in it is no fault of the file
  const qform = (): number[] | null => {
    try {
      return placedQform();
    } catch (error) {
      if (error instanceof ImageFormatError) return null;
      throw error;
    }
  };
  if (reader.sformCode > 0) {
    return { affineRas: inMm(Array.from({ length: 12 }, (_, n) => srow(n))), placedBy: 'sform', otherAffineRas: reader.qformCode > 0 ? qform() : null };
  }
  if (reader.qformCode > 0) return { affineRas: placedQform(), placedBy: 'qform', otherAffineRas: null };
  // prettier-ignore
  return { affineRas: inMm([sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, sz, 0]), placedBy: 'pixdim', otherAffineRas: null };
}

/** Rotation matrix, row-major, of the unit quaternion (a, b, c, d) of which a header stores b, c, d and leaves out a >= 0. */
export function quaternionRotation([qb, qc, qd]: readonly [number, number, number]): number[] {
  const square = qb * qb + qc * qc + qd * qd;
  if (!(square <= 1.0001)) {
    throw new ImageFormatError(
      'nifti-affine',
      `quaternion of the qform is (${qb}, ${qc}, ${qd}); expected finite numbers whose squares sum to 1 at most`,
    );
  }
  // Half turns are stored rounded, so the sum may exceed 1 by a little: then a is 0 and the rest is normalised.
  const shrink = square > 1 ? 1 / Math.sqrt(square) : 1;
  const a = square > 1 ? 0 : Math.sqrt(1 - square);
  const [b, c, d] = [qb * shrink, qc * shrink, qd * shrink];
  // prettier-ignore
  return [
    a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c),
    2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
    2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c,
  ];
}

/** Latin-1 text up to the first zero byte. */
function text(view: DataView, offset: number, length: number): string {
  let s = '';
  for (let n = 0; n < length; n++) {
    const byte = view.getUint8(offset + n);
    if (byte === 0) break;
    s += String.fromCharCode(byte);
  }
  return s;
}

function printable(s: string): string {
  return s.replace(/[^\x20-\x7e]/g, '?');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(' ');
}
