import { gzipSync } from 'node:zlib';
import type { Malformed } from './malformed.js';

const SIZE = [4, 3, 2];

/** A valid NIfTI-1 file of int16 voxels, whose fields a change then spoils. */
function nifti(change: (view: DataView) => void = () => undefined, bytes = 352 + 48): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  view.setInt32(0, 348, true);
  [3, ...SIZE, 1, 1, 1, 1].forEach((n, at) => view.setInt16(40 + 2 * at, n, true));
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  [1, 0.5, 2, 4, 1, 1, 1, 1].forEach((s, n) => view.setFloat32(76 + 4 * n, s, true));
  view.setFloat32(108, 352, true);
  view.setFloat32(112, 1, true);
  view.setUint8(123, 2);
  view.setInt16(254, 1, true);
  [0.5, 0, 0, 1, 0, 2, 0, 2, 0, 0, 4, 3].forEach((x, n) => view.setFloat32(280 + 4 * n, x, true));
  [0x6e, 0x2b, 0x31, 0].forEach((byte, n) => view.setUint8(344 + n, byte));
  change(view);
  return new Uint8Array(view.buffer);
}

/** The same as NIfTI-2. */
function nifti2(change: (view: DataView) => void = () => undefined): Uint8Array {
  const view = new DataView(new ArrayBuffer(544 + 48));
  view.setInt32(0, 540, true);
  [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a].forEach((byte, n) => view.setUint8(4 + n, byte));
  view.setInt16(12, 4, true);
  view.setInt16(14, 16, true);
  [3, ...SIZE, 1, 1, 1, 1].forEach((n, at) => view.setBigInt64(16 + 8 * at, BigInt(n), true));
  [1, 0.5, 2, 4, 1, 1, 1, 1].forEach((s, n) => view.setFloat64(104 + 8 * n, s, true));
  view.setBigInt64(168, 544n, true);
  view.setInt32(348, 1, true);
  [0.5, 0, 0, 1, 0, 2, 0, 2, 0, 0, 4, 3].forEach((x, n) => view.setFloat64(400 + 8 * n, x, true));
  change(view);
  return new Uint8Array(view.buffer);
}

const dim =
  (...values: number[]) =>
  (view: DataView): void =>
    values.forEach((n, at) => view.setInt16(40 + 2 * at, n, true));
const row =
  (at: number, value: number) =>
  (view: DataView): void =>
    view.setFloat32(280 + 4 * at, value, true);
const qform =
  (...bcd: number[]) =>
  (view: DataView): void => {
    view.setInt16(252, 1, true);
    view.setInt16(254, 0, true);
    bcd.forEach((x, n) => view.setFloat32(256 + 4 * n, x, true));
  };
const gz = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

export const NIFTI: readonly Malformed[] = [
  ...one('an empty file', 'nifti-truncated', () => new Uint8Array(0)),
  ...one('half a header', 'nifti-truncated', () => nifti().subarray(0, 200)),
  ...one('zeros', 'nifti-header', () => new Uint8Array(600)),
  ...one('a header of another size', 'nifti-header', () => nifti((v) => v.setInt32(0, 349, true))),
  ...one('the magic of a pair', 'nifti-header', () => nifti((v) => v.setUint8(345, 0x69))),
  ...one('no magic', 'nifti-header', () => nifti((v) => v.setUint32(344, 0))),
  ...one('voxels within the header', 'nifti-header', () => nifti((v) => v.setFloat32(108, 100, true))),
  ...one('voxels before the file', 'nifti-header', () => nifti((v) => v.setFloat32(108, -352, true))),
  ...one('voxels at half a byte', 'nifti-header', () => nifti((v) => v.setFloat32(108, 352.5, true))),
  ...one('voxels at no number', 'nifti-header', () => nifti((v) => v.setFloat32(108, NaN, true))),
  ...one('voxels at the end of the world', 'nifti-header', () => nifti((v) => v.setFloat32(108, Infinity, true))),
  ...one('voxels behind the file', 'nifti-truncated', () => nifti((v) => v.setFloat32(108, 1e6, true))),
  ...one('no dimensions', 'nifti-dimensions', () => nifti(dim(0))),
  ...one('one dimension', 'nifti-dimensions', () => nifti(dim(1))),
  ...one('eight dimensions', 'nifti-dimensions', () => nifti(dim(8))),
  ...one('negative dimensions', 'nifti-dimensions', () => nifti(dim(-3))),
  ...one('a size of zero', 'nifti-dimensions', () => nifti(dim(3, 0))),
  ...one('a negative size', 'nifti-dimensions', () => nifti(dim(3, -4))),
  ...one('a time series', 'nifti-dimensions', () => nifti(dim(4, 4, 3, 2, 9))),
  ...one('vectors', 'nifti-dimensions', () => nifti(dim(5, 4, 3, 2, 1, 3))),
  ...one('all sizes 32767', 'nifti-too-large', () => nifti(dim(3, 32767, 32767, 32767))),
  ...one('a gigabyte declared', 'nifti-truncated', () => nifti(dim(3, 800, 800, 800))),
  ...one('a gigabyte declared, compressed', 'nifti-truncated', () => gz(nifti(dim(3, 800, 800, 800)))),
  ...one('complex voxels', 'nifti-datatype', () => nifti((v) => v.setInt16(70, 32, true))),
  ...one('colour', 'nifti-datatype', () => nifti((v) => v.setInt16(70, 128, true))),
  ...one('bits of another type', 'nifti-datatype', () => nifti((v) => v.setInt16(72, 32, true))),
  ...one('a type that is none', 'nifti-datatype', () => nifti((v) => v.setInt16(70, 12345, true))),
  ...one('64-bit integers that are too large', 'nifti-datatype', () =>
    nifti((v) => {
      v.setInt16(70, 1024, true);
      v.setInt16(72, 64, true);
      dim(3, 3, 2, 1)(v);
      v.setBigInt64(352, 2n ** 60n, true);
    }),
  ),
  ...one('an infinite intercept', 'nifti-scaling', () => nifti((v) => v.setFloat32(116, Infinity, true))),
  ...one('an intercept that is no number', 'nifti-scaling', () => nifti((v) => v.setFloat32(116, NaN, true))),
  ...one('spacing zero', 'nifti-spacing', () => nifti((v) => v.setFloat32(80, 0, true))),
  ...one('negative spacing', 'nifti-spacing', () => nifti((v) => v.setFloat32(84, -2, true))),
  ...one('infinite spacing', 'nifti-spacing', () => nifti((v) => v.setFloat32(88, Infinity, true))),
  ...one('a NaN in the affine', 'nifti-affine', () => nifti(row(3, NaN))),
  ...one('an infinite affine', 'nifti-affine', () => nifti(row(0, Infinity))),
  ...one('an affine with a zero column', 'nifti-affine', () => nifti(row(0, 0))),
  ...one('an affine of zeros', 'nifti-affine', () => nifti((v) => Array.from({ length: 12 }, (_, n) => row(n, 0)(v)))),
  ...one('a sheared affine', 'nifti-affine', () => nifti(row(1, 1))),
  ...one('two equal axes', 'nifti-affine', () => nifti((v) => [row(0, 0), row(4, 0.5)].forEach((set) => set(v)))),
  ...one('a quaternion longer than one', 'nifti-affine', () => nifti(qform(0.9, 0.9, 0.9))),
  ...one('a quaternion of no numbers', 'nifti-affine', () => nifti(qform(NaN, 0, 0))),
  ...one('one byte too few', 'nifti-truncated', () => nifti().subarray(0, -1)),
  ...one('one byte too many', 'nifti-trailing-bytes', () => nifti(undefined, 352 + 49)),
  ...one('a second volume behind the first', 'nifti-trailing-bytes', () => nifti(undefined, 352 + 96)),
  ...one('a second volume behind the first, compressed', 'nifti-trailing-bytes', () => gz(nifti(undefined, 2000))),
  ...one('gzip cut short', 'nifti-gzip', () => gz(nifti()).subarray(0, -12)),
  ...one('gzip with a wrong checksum', 'nifti-gzip', () => {
    const bytes = gz(nifti());
    bytes[bytes.length - 6] ^= 255;
    return bytes;
  }),
  ...one('two gzip members', 'nifti-trailing-bytes', () => new Uint8Array(Buffer.concat([gz(nifti()), gz(nifti())]))),
  ...one('gzip of nothing', 'nifti-truncated', () => gz(new Uint8Array(0))),
  ...one('the gzip magic alone', 'nifti-gzip', () => Uint8Array.of(0x1f, 0x8b)),
  ...one('a gzip bomb', 'nifti-trailing-bytes', () => gz(nifti(undefined, 40_000_000))),
  ...one('gzip within gzip', 'nifti-header', () =>
    gz(
      new Uint8Array(gzipSync(Buffer.from(Array.from({ length: 3000 }, (_, n) => (n * n * 31 + (n >> 3) * 17) % 253)))),
    ),
  ),
  ...one('NIfTI-2 cut in its header', 'nifti-truncated', () => nifti2().subarray(0, 400)),
  ...one('NIfTI-2 with the magic of a pair', 'nifti-header', () => nifti2((v) => v.setUint8(5, 0x69))),
  ...one('NIfTI-2 with sizes beyond numbers', 'nifti-dimensions', () =>
    nifti2((v) => v.setBigInt64(24, 2n ** 62n, true)),
  ),
  ...one('NIfTI-2 with an offset beyond numbers', 'nifti-header', () =>
    nifti2((v) => v.setBigInt64(168, 2n ** 62n, true)),
  ),
  ...one('NIfTI-2 with a NaN in the affine', 'nifti-affine', () => nifti2((v) => v.setFloat64(400, NaN, true))),
  ...one('NIfTI-2 a byte too short', 'nifti-truncated', () => nifti2().subarray(0, -1)),
  {
    kind: 'labels',
    name: 'a negative label',
    code: 'label-values',
    files: () => [nifti((v) => v.setInt16(352, -1, true))],
  },
  {
    kind: 'labels',
    name: 'a label and a half',
    code: 'label-values',
    files: () => [
      nifti((v) => {
        v.setFloat32(112, 0.5, true);
        v.setInt16(352, 3, true);
      }),
    ],
  },
  {
    kind: 'labels',
    name: 'a label of 70000',
    code: 'label-values',
    files: () => [
      nifti((v) => {
        v.setFloat32(112, 10000, true);
        v.setInt16(352, 7, true);
      }),
    ],
  },
];

function one(name: string, code: Malformed['code'], make: () => Uint8Array): Malformed[] {
  return [{ kind: 'nifti', name, code, files: () => [make()] }];
}
