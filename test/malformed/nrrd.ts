import { gzipSync } from 'node:zlib';
import type { Malformed } from './malformed.js';

/** An NRRD file of 4 x 3 x 2 int16 voxels. A field set to null is left out. */
function nrrd(
  over: Record<string, string | null> = {},
  voxels: Uint8Array = new Uint8Array(48),
  magic = 'NRRD0004',
): Uint8Array {
  const fields: Record<string, string | null> = {
    type: 'short',
    dimension: '3',
    space: 'left-posterior-superior',
    sizes: '4 3 2',
    'space directions': '(0.5,0,0) (0,2,0) (0,0,4)',
    endian: 'little',
    encoding: 'raw',
    'space origin': '(1,2,3)',
    ...over,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return new Uint8Array(Buffer.concat([Buffer.from(`${magic}\n${lines.join('\n')}\n\n`), voxels]));
}

const gz = (bytes: number): Uint8Array => new Uint8Array(gzipSync(new Uint8Array(bytes)));

export const NRRD: readonly Malformed[] = [
  ...one('an empty file', 'nrrd-header', () => new Uint8Array(0)),
  ...one('another version', 'nrrd-header', () => nrrd({}, undefined, 'NRRD0009')),
  ...one('a line that is no field', 'nrrd-header', () => nrrd({ sizes: '4 3 2\nwhat is this' })),
  ...one('no end of the header', 'nrrd-truncated', () => nrrd({}, new Uint8Array(0)).subarray(0, -1)),
  ...one('a header of two megabytes', 'nrrd-header', () => nrrd({ content: 'x'.repeat(2_000_000) })),
  ...one('no type', 'nrrd-field', () => nrrd({ type: null })),
  ...one('a block type', 'nrrd-datatype', () => nrrd({ type: 'block' })),
  ...one('no dimension', 'nrrd-field', () => nrrd({ dimension: null })),
  ...one('two dimensions', 'nrrd-dimensions', () => nrrd({ dimension: '2', sizes: '4 6' })),
  ...one('a dimension that contradicts the sizes', 'nrrd-dimensions', () => nrrd({ dimension: '4' })),
  ...one('a vector image', 'nrrd-dimensions', () => nrrd({ dimension: '4', sizes: '3 4 2 2' })),
  ...one('a size of zero', 'nrrd-dimensions', () => nrrd({ sizes: '4 0 2' })),
  ...one('a negative size', 'nrrd-dimensions', () => nrrd({ sizes: '4 -3 2' })),
  ...one('half a voxel', 'nrrd-dimensions', () => nrrd({ sizes: '4 3.5 2' })),
  ...one('sizes beyond numbers', 'nrrd-dimensions', () => nrrd({ sizes: '99999999 99999999 99999999' })),
  ...one('eight gigabytes declared', 'nrrd-too-large', () => nrrd({ sizes: '2048 2048 1024' })),
  ...one('a gigabyte declared', 'nrrd-truncated', () => nrrd({ sizes: '800 800 800' })),
  ...one('a gigabyte declared, compressed', 'nrrd-truncated', () =>
    nrrd({ sizes: '800 800 800', encoding: 'gzip' }, gz(48)),
  ),
  ...one('no sizes', 'nrrd-field', () => nrrd({ sizes: null })),
  ...one('a field twice', 'nrrd-field', () => nrrd({ Type: 'short' })),
  ...one('no byte order', 'nrrd-field', () => nrrd({ endian: null })),
  ...one('a byte order that is none', 'nrrd-field', () => nrrd({ endian: 'middle' })),
  ...one('no encoding', 'nrrd-field', () => nrrd({ encoding: null })),
  ...one('bzip2', 'nrrd-encoding', () => nrrd({ encoding: 'bzip2' })),
  ...one('text voxels', 'nrrd-encoding', () => nrrd({ encoding: 'ascii' })),
  ...one('no space', 'nrrd-space', () => nrrd({ space: null })),
  ...one('a space without a patient', 'nrrd-space', () => nrrd({ space: '3D-right-handed' })),
  ...one('a space named like a property of objects', 'nrrd-space', () => nrrd({ space: 'constructor' })),
  ...one('no directions', 'nrrd-field', () => nrrd({ 'space directions': null })),
  ...one('two directions', 'nrrd-space', () => nrrd({ 'space directions': '(0.5,0,0) (0,2,0)' })),
  ...one('a direction of two numbers', 'nrrd-space', () => nrrd({ 'space directions': '(0.5,0) (0,2,0) (0,0,4)' })),
  ...one('a direction that is no number', 'nrrd-space', () =>
    nrrd({ 'space directions': '(NaN,0,0) (0,2,0) (0,0,4)' }),
  ),
  ...one('a direction of zeros', 'nrrd-space', () => nrrd({ 'space directions': '(0,0,0) (0,2,0) (0,0,4)' })),
  ...one('sheared directions', 'nrrd-space', () => nrrd({ 'space directions': '(0.5,0.5,0) (0,2,0) (0,0,4)' })),
  ...one('equal directions', 'nrrd-space', () => nrrd({ 'space directions': '(0,2,0) (0,2,0) (0,0,4)' })),
  ...one('a long axis without direction', 'nrrd-space', () => nrrd({ 'space directions': 'none (0,2,0) (0,0,4)' })),
  ...one('a million open brackets for directions', 'nrrd-field', () =>
    nrrd({ 'space directions': '('.repeat(1_000_000) }),
  ),
  ...one('no origin', 'nrrd-field', () => nrrd({ 'space origin': null })),
  ...one('an infinite origin', 'nrrd-space', () => nrrd({ 'space origin': '(1,2,Infinity)' })),
  ...one('voxels in another file', 'nrrd-detached', () => nrrd({ 'data file': 'voxels.raw' })),
  ...one('voxels in a file of the system', 'nrrd-detached', () => nrrd({ 'data file': '../../etc/passwd' })),
  ...one('voxels in a list of files', 'nrrd-detached', () => nrrd({ 'data file': 'LIST' })),
  ...one('a negative byte skip', 'nrrd-field', () => nrrd({ 'byte skip': '-2' })),
  ...one('a byte skip within gzip', 'nrrd-field', () => nrrd({ 'byte skip': '4', encoding: 'gzip' }, gz(48))),
  ...one('more lines to skip than there are', 'nrrd-truncated', () => nrrd({ 'line skip': '5' })),
  ...one('one byte too few', 'nrrd-truncated', () => nrrd({}, new Uint8Array(47))),
  ...one('one byte too many', 'nrrd-trailing-bytes', () => nrrd({}, new Uint8Array(49))),
  ...one('gzip of too little', 'nrrd-truncated', () => nrrd({ encoding: 'gzip' }, gz(47))),
  ...one('gzip of too much', 'nrrd-trailing-bytes', () => nrrd({ encoding: 'gzip' }, gz(49))),
  ...one('gzip that is none', 'nrrd-encoding', () => nrrd({ encoding: 'gzip' })),
  ...one('gzip cut short', 'nrrd-encoding', () => nrrd({ encoding: 'gzip' }, gz(48).subarray(0, -6))),
  ...one('a gzip bomb', 'nrrd-trailing-bytes', () => nrrd({ encoding: 'gzip' }, gz(40_000_000))),
];

function one(name: string, code: Malformed['code'], make: () => Uint8Array): Malformed[] {
  return [{ kind: 'nrrd', name, code, files: () => [make()] }];
}
