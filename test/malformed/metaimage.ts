import { deflateSync } from 'node:zlib';
import type { Malformed } from './malformed.js';

/** A MetaImage of 4 x 3 x 2 int16 voxels. A field set to null is left out. */
function metaimage(over: Record<string, string | null> = {}, voxels: Uint8Array = new Uint8Array(48)): Uint8Array {
  const fields: Record<string, string | null> = {
    ObjectType: 'Image',
    NDims: '3',
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    TransformMatrix: '1 0 0 0 1 0 0 0 1',
    Offset: '1 2 3',
    ElementSpacing: '0.5 2 4',
    DimSize: '4 3 2',
    ElementType: 'MET_SHORT',
    ...over,
  };
  const { ElementDataFile: place = 'LOCAL', ...others } = fields;
  const lines = Object.entries(others).flatMap(([name, value]) => (value === null ? [] : [`${name} = ${value}\n`]));
  return new Uint8Array(
    Buffer.concat([Buffer.from(lines.join('') + (place === null ? '' : `ElementDataFile = ${place}\n`)), voxels]),
  );
}

const z = (bytes: number): Uint8Array => new Uint8Array(deflateSync(new Uint8Array(bytes)));
const compressed = (voxels: Uint8Array, over: Record<string, string> = {}): Uint8Array =>
  metaimage({ CompressedData: 'True', ...over }, voxels);

export const METAIMAGE: readonly Malformed[] = [
  ...one('an empty file', 'metaimage-header', () => new Uint8Array(0)),
  ...one('text', 'metaimage-header', () => new Uint8Array(Buffer.from('no fields here\n'))),
  ...one('no place of the voxels', 'metaimage-header', () => metaimage({ ElementDataFile: null })),
  ...one('a header of a megabyte', 'metaimage-header', () => metaimage({ Comment: 'x'.repeat(1_000_000) })),
  ...one('sixty thousand spaces in a line', 'metaimage-header', () =>
    metaimage({ Comment: `${' '.repeat(60_000)}x`, ElementDataFile: null }),
  ),
  ...one('a tube', 'metaimage-header', () => metaimage({ ObjectType: 'Tube' })),
  ...one('a field twice', 'metaimage-field', () => metaimage({ Origin: '0 0 0' })),
  ...one('two dimensions', 'metaimage-dimensions', () => metaimage({ NDims: '2', DimSize: '4 6' })),
  ...one('no dimensions', 'metaimage-dimensions', () => metaimage({ NDims: null })),
  ...one('two sizes', 'metaimage-dimensions', () => metaimage({ DimSize: '4 6' })),
  ...one('a size of zero', 'metaimage-dimensions', () => metaimage({ DimSize: '4 0 2' })),
  ...one('a negative size', 'metaimage-dimensions', () => metaimage({ DimSize: '4 3 -2' })),
  ...one('sizes beyond numbers', 'metaimage-dimensions', () => metaimage({ DimSize: '99999999 99999999 99999999' })),
  ...one('eight gigabytes declared', 'metaimage-too-large', () => metaimage({ DimSize: '2048 2048 1024' })),
  ...one('a gigabyte declared', 'metaimage-truncated', () => metaimage({ DimSize: '800 800 800' })),
  ...one('a gigabyte declared, compressed', 'metaimage-truncated', () => compressed(z(48), { DimSize: '800 800 800' })),
  ...one('no type', 'metaimage-datatype', () => metaimage({ ElementType: null })),
  ...one('a type that is none', 'metaimage-datatype', () => metaimage({ ElementType: 'MET_STRING' })),
  ...one('a type named like a property of objects', 'metaimage-datatype', () =>
    metaimage({ ElementType: 'constructor' }),
  ),
  ...one('three channels', 'metaimage-datatype', () => metaimage({ ElementNumberOfChannels: '3' })),
  ...one('voxels as text', 'metaimage-field', () => metaimage({ BinaryData: 'False' })),
  ...one('a flag that is a number', 'metaimage-field', () => metaimage({ CompressedData: '1' })),
  ...one('no spacing', 'metaimage-space', () => metaimage({ ElementSpacing: null })),
  ...one('spacing zero', 'metaimage-space', () => metaimage({ ElementSpacing: '0.5 0 4' })),
  ...one('negative spacing', 'metaimage-space', () => metaimage({ ElementSpacing: '0.5 -2 4' })),
  ...one('spacing that is a word', 'metaimage-space', () => metaimage({ ElementSpacing: '0.5 two 4' })),
  ...one('a matrix of four', 'metaimage-space', () => metaimage({ TransformMatrix: '1 0 0 1' })),
  ...one('a matrix of zeros', 'metaimage-space', () => metaimage({ TransformMatrix: '0 0 0 0 0 0 0 0 0' })),
  ...one('a matrix that stretches', 'metaimage-space', () => metaimage({ TransformMatrix: '2 0 0 0 1 0 0 0 1' })),
  ...one('a sheared matrix', 'metaimage-space', () => metaimage({ TransformMatrix: '1 0 0 0.6 0.8 0 0 0 1' })),
  ...one('a matrix with no numbers', 'metaimage-space', () => metaimage({ TransformMatrix: 'NaN 0 0 0 1 0 0 0 1' })),
  ...one('an offset of two', 'metaimage-space', () => metaimage({ Offset: '1 2' })),
  ...one('an infinite offset', 'metaimage-space', () => metaimage({ Offset: '1 2 Infinity' })),
  ...one('voxels in another file', 'metaimage-detached', () => metaimage({ ElementDataFile: 'voxels.raw' })),
  ...one('voxels in a file of the system', 'metaimage-detached', () => metaimage({ ElementDataFile: '/etc/passwd' })),
  ...one('voxels in a list of files', 'metaimage-detached', () => metaimage({ ElementDataFile: 'LIST' })),
  ...one('a header size within one file', 'metaimage-field', () => metaimage({ HeaderSize: '12' })),
  ...one('one byte too few', 'metaimage-truncated', () => metaimage({}, new Uint8Array(47))),
  ...one('one byte too many', 'metaimage-trailing-bytes', () => metaimage({}, new Uint8Array(49))),
  ...one('too little compressed', 'metaimage-truncated', () => compressed(z(47))),
  ...one('too much compressed', 'metaimage-trailing-bytes', () => compressed(z(49))),
  ...one('a compressed size that is too large', 'metaimage-truncated', () =>
    compressed(z(48), { CompressedDataSize: '999' }),
  ),
  ...one('a compressed size that is too small', 'metaimage-trailing-bytes', () =>
    compressed(z(48), { CompressedDataSize: '5' }),
  ),
  ...one('compressed voxels that are none', 'metaimage-compression', () => compressed(new Uint8Array(48).fill(7))),
  ...one('compressed voxels cut short', 'metaimage-compression', () => compressed(z(48).subarray(0, -5))),
  ...one('a bomb', 'metaimage-trailing-bytes', () => compressed(z(40_000_000))),
];

function one(name: string, code: Malformed['code'], make: () => Uint8Array): Malformed[] {
  return [{ kind: 'metaimage', name, code, files: () => [make()] }];
}
