import { geometryFromLpsAffine } from '../affine.js';
import { DEFAULT_MAX_BYTES, fetchDetached } from '../detached.js';
import type { HeaderFileOptions } from '../detached.js';
import { voxelCount } from '../geometry.js';
import type { Geometry } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import { inflateExactly } from '../inflate.js';
import type { Volume } from '../volume.js';
import { viewVoxels, VOXEL_BYTES } from '../voxel-bytes.js';
import type { VoxelType } from '../voxel-bytes.js';

/** Longest header that is read; Slicer's segmentations describe each segment in it. */
const LONGEST_HEADER = 1 << 20;
/** Longest field that describes the grid. */
const LONGEST_FIELD = 1000;

// prettier-ignore
const TYPES: ReadonlyMap<string, VoxelType> = new Map<string, VoxelType>([
  ...names('int8', 'signed char', 'int8', 'int8_t'),
  ...names('uint8', 'uchar', 'unsigned char', 'uint8', 'uint8_t'),
  ...names('int16', 'short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'),
  ...names('uint16', 'ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'),
  ...names('int32', 'int', 'signed int', 'int32', 'int32_t'),
  ...names('uint32', 'uint', 'unsigned int', 'uint32', 'uint32_t'),
  ...names('int64', 'longlong', 'long long', 'long long int', 'signed long long', 'signed long long int', 'int64', 'int64_t'),
  ...names('uint64', 'ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'),
  ...names('float32', 'float'),
  ...names('float64', 'double'),
]);

function names(type: VoxelType, ...all: string[]): [string, VoxelType][] {
  return all.map((name) => [name, type]);
}

/** Signs that turn the axes of a named space into L, P, S. */
const SPACES: Readonly<Record<string, readonly [number, number, number]>> = {
  'left-posterior-superior': [1, 1, 1],
  lps: [1, 1, 1],
  'right-anterior-superior': [-1, -1, 1],
  ras: [-1, -1, 1],
  'left-anterior-superior': [1, -1, 1],
  las: [1, -1, 1],
};

/** Other spellings of field names. */
const SPELLINGS: Readonly<Record<string, string>> = {
  datafile: 'data file',
  lineskip: 'line skip',
  byteskip: 'byte skip',
  centerings: 'centers',
};

interface NrrdHeader {
  readonly geometry: Geometry;
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly encoding: 'raw' | 'gzip';
  readonly lineSkip: number;
  readonly byteSkip: number;
  readonly dataFile: string | undefined;
}

/**
 * Reads an NRRD file: raw or gzip, voxels attached or in one file beside it, three axes in LPS, RAS or LAS space.
 *
 * A fourth axis may have length 1. A measurement frame, which concerns vectors only, changes nothing. Without a named space
 * the place of the grid in the patient is unknown, and the file is refused, where some readers take it for LPS.
 *
 * @throws ImageFormatError with a code `nrrd-…`
 */
export async function readNrrd(bytes: Uint8Array, options: HeaderFileOptions = {}): Promise<Volume> {
  const { fields, end } = splitHeader(bytes);
  const header = readHeader(fields);
  const expected = voxelCount(header.geometry) * VOXEL_BYTES[header.type];
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  if (expected > maxBytes) {
    throw new ImageFormatError(
      'nrrd-too-large',
      `header declares ${header.geometry.sizeXyz.join(' x ')} voxels, ${expected} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  if (end === null && header.dataFile === undefined) {
    throw new ImageFormatError('nrrd-truncated', 'header does not end with an empty line; the file is cut short');
  }
  const stored =
    header.dataFile === undefined
      ? bytes.subarray(end ?? 0)
      : await fetchDetached(header.dataFile, options, 'nrrd-detached');
  const voxels = await voxelBytes(stored, header, expected);
  return { geometry: header.geometry, data: viewVoxels(header.type, voxels, header.littleEndian, 'nrrd-datatype') };
}

async function voxelBytes(stored: Uint8Array, header: NrrdHeader, expected: number): Promise<Uint8Array<ArrayBuffer>> {
  const skipped = stored.subarray(skipLines(stored, header.lineSkip));
  if (header.encoding === 'gzip') {
    if (header.byteSkip > 0)
      throw new ImageFormatError('nrrd-field', `byte skip is ${header.byteSkip} within gzip; expected 0`);
    return inflateExactly(skipped, 'gzip', expected, {
      damaged: 'nrrd-encoding',
      truncated: 'nrrd-truncated',
      trailing: 'nrrd-trailing-bytes',
    });
  }
  const from = header.byteSkip === -1 ? Math.max(0, skipped.length - expected) : header.byteSkip;
  const found = Math.max(0, skipped.length - from);
  if (found !== expected) {
    const code = found < expected ? 'nrrd-truncated' : 'nrrd-trailing-bytes';
    throw new ImageFormatError(code, `file holds ${found} bytes of voxels; its header declares ${expected}`);
  }
  return new Uint8Array(skipped.subarray(from));
}

function skipLines(bytes: Uint8Array, lines: number): number {
  let at = 0;
  for (let n = 0; n < lines; n++) {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new ImageFormatError('nrrd-truncated', `voxels begin after ${lines} lines; the file has ${n}`);
    at = end + 1;
  }
  return at;
}

/** Fields by name, and where the voxels begin: null when the header has no end, as in a file that is all header. */
function splitHeader(bytes: Uint8Array): { fields: Map<string, string>; end: number | null } {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
  if (!/^NRRD000[1-6]\r?\n/.test(head)) {
    const found = head.slice(0, 8).replace(/[^\x20-\x7e]/g, '?');
    throw new ImageFormatError('nrrd-header', `file begins with "${found}"; expected NRRD0001 to NRRD0006`);
  }
  const blank = /\n\r?\n/.exec(head);
  if (!blank && bytes.length > LONGEST_HEADER) {
    throw new ImageFormatError(
      'nrrd-header',
      `header has more than ${LONGEST_HEADER} bytes; expected an empty line before the voxels`,
    );
  }
  const fields = new Map<string, string>();
  for (const line of head
    .slice(0, blank?.index ?? head.length)
    .split(/\r?\n/)
    .slice(1)) {
    if (line === '' || line.startsWith('#') || line.includes(':=')) continue; // comments, and key/value pairs of applications
    const colon = line.indexOf(': ');
    if (colon < 0)
      throw new ImageFormatError(
        'nrrd-header',
        `header line "${line.slice(0, 80)}" is no field, comment or key; expected "field: value"`,
      );
    const written = line.slice(0, colon).toLowerCase();
    const name = SPELLINGS[written] ?? written;
    if (fields.has(name)) throw new ImageFormatError('nrrd-field', `field "${name}" occurs twice; expected once`);
    fields.set(name, line.slice(colon + 2).trim());
  }
  return { fields, end: blank ? blank.index + blank[0].length : null };
}

function readHeader(fields: ReadonlyMap<string, string>): NrrdHeader {
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined || value === '')
      throw new ImageFormatError('nrrd-field', `field "${name}" is missing; expected one`);
    // patterns below take quadratic time on hostile text
    if (value.length > LONGEST_FIELD) {
      throw new ImageFormatError(
        'nrrd-field',
        `field "${name}" has ${value.length} characters; expected at most ${LONGEST_FIELD}`,
      );
    }
    return value;
  };
  const type = TYPES.get(need('type').toLowerCase());
  if (!type)
    throw new ImageFormatError(
      'nrrd-datatype',
      `type is "${fields.get('type')}"; expected integers of 8 to 64 bits, float or double`,
    );
  const encoding = { raw: 'raw', gzip: 'gzip', gz: 'gzip' }[need('encoding').toLowerCase()] as
    NrrdHeader['encoding'] | undefined;
  if (!encoding)
    throw new ImageFormatError('nrrd-encoding', `encoding is "${fields.get('encoding')}"; expected raw or gzip`);
  const sizes = readSizes(need('dimension'), need('sizes'));
  const endian = VOXEL_BYTES[type] === 1 ? 'little' : need('endian').toLowerCase();
  if (endian !== 'little' && endian !== 'big') {
    throw new ImageFormatError('nrrd-field', `endian is "${endian}"; expected little or big`);
  }
  return {
    geometry: readGeometry(fields, sizes, need),
    type,
    littleEndian: endian === 'little',
    encoding,
    lineSkip: skip(fields, 'line skip', 0),
    byteSkip: skip(fields, 'byte skip', encoding === 'raw' ? -1 : 0),
    dataFile: fields.get('data file'),
  };
}

function skip(fields: ReadonlyMap<string, string>, name: string, least: number): number {
  const value = Number(fields.get(name) ?? 0);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ImageFormatError(
    'nrrd-field',
    `${name} is "${fields.get(name)}"; expected a whole number from ${least} on`,
  );
}

/** Sizes of all axes; those beyond three must be 1. */
function readSizes(dimension: string, written: string): number[] {
  const sizes = written.split(/\s+/).map(Number);
  const fits =
    sizes.length === Number(dimension) &&
    sizes.every((n) => Number.isSafeInteger(n) && n >= 1) &&
    (sizes.length === 3 || (sizes.length === 4 && sizes.includes(1))) &&
    Number.isSafeInteger(sizes.reduce((a, b) => a * b, 8));
  if (fits) return sizes;
  throw new ImageFormatError(
    'nrrd-dimensions',
    `dimension is ${dimension} and sizes are ${written}; expected three positive whole numbers (a fourth axis may only have length 1)`,
  );
}

function readGeometry(
  fields: ReadonlyMap<string, string>,
  sizes: readonly number[],
  need: (name: string) => string,
): Geometry {
  const space = fields.get('space')?.toLowerCase() ?? '';
  const signs = Object.hasOwn(SPACES, space) ? SPACES[space] : undefined;
  if (!signs) {
    throw new ImageFormatError(
      'nrrd-space',
      `space is ${space === '' ? 'not named' : `"${space}"`}; expected left-posterior-superior, right-anterior-superior or left-anterior-superior`,
    );
  }
  const axes = need('space directions').match(/none|\([^)]*\)/gi) ?? [];
  const kept = axes.flatMap((axis, n) =>
    axis.toLowerCase() === 'none' ? [] : [{ size: sizes[n], vector: vector(axis) }],
  );
  const origin = vector(need('space origin'));
  // the axis without a direction is the one of length 1
  if (
    axes.length !== sizes.length ||
    kept.length !== 3 ||
    axes.some((axis, n) => /none/i.test(axis) && sizes[n] !== 1)
  ) {
    throw new ImageFormatError(
      'nrrd-space',
      `space directions are "${fields.get('space directions')}" for ${sizes.length} axes; expected three vectors`,
    );
  }
  const rows = [0, 1, 2].flatMap((w) => [...kept.map(({ vector: v }) => v[w] * signs[w]), origin[w] * signs[w]]);
  return geometryFromLpsAffine([...rows, 0, 0, 0, 1], [kept[0].size, kept[1].size, kept[2].size], 'nrrd-space');
}

function vector(written: string): number[] {
  const parts = /^\(([^()]*)\)$/.exec(written.trim())?.[1].split(',') ?? [];
  const numbers = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length === 3 && numbers.every(Number.isFinite)) return numbers;
  throw new ImageFormatError('nrrd-space', `vector is "${written}"; expected three finite numbers as (x,y,z)`);
}
