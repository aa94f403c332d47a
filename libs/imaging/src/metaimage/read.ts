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

const LONGEST_HEADER = 1 << 16;

const TYPES: Readonly<Record<string, VoxelType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32', // MetaIO fixes it at 4 bytes
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/** Fields of one meaning, as MetaIO accepts them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  Rotation: 'TransformMatrix',
  Orientation: 'TransformMatrix',
  Position: 'Offset',
  Origin: 'Offset',
  ElementByteOrderMSB: 'BinaryDataByteOrderMSB',
};

type Fields = ReadonlyMap<string, string>;

/**
 * Reads a MetaImage: .mha, or .mhd with its voxels in one file beside it; compressed or not.
 *
 * The world of MetaImage is LPS, as ITK writes and reads it, whatever the field AnatomicalOrientation says. Where no matrix
 * or offset is written, axes are those of the world and the first voxel lies in its origin.
 *
 * @throws ImageFormatError with a code `metaimage-…`
 */
export async function readMetaImage(bytes: Uint8Array, options: HeaderFileOptions = {}): Promise<Volume> {
  const { fields, end } = splitHeader(bytes);
  const type = Object.hasOwn(TYPES, fields.get('ElementType') ?? '') ? TYPES[fields.get('ElementType')!] : undefined;
  if (!type || (fields.get('ElementNumberOfChannels') ?? '1') !== '1') {
    throw new ImageFormatError(
      'metaimage-datatype',
      `voxels are ${fields.get('ElementNumberOfChannels') ?? 1} x ${fields.get('ElementType') ?? 'nothing'}; expected one of ${Object.keys(TYPES).join(', ')}`,
    );
  }
  const geometry = readGeometry(fields);
  const expected = voxelCount(geometry) * VOXEL_BYTES[type];
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  if (expected > maxBytes) {
    throw new ImageFormatError(
      'metaimage-too-large',
      `header declares ${geometry.sizeXyz.join(' x ')} voxels, ${expected} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  if (!flag(fields, 'BinaryData', true))
    throw new ImageFormatError('metaimage-field', 'voxels are written as text; expected BinaryData = True');
  const place = fields.get('ElementDataFile') ?? '';
  const local = place.toUpperCase() === 'LOCAL';
  const stored = local ? bytes.subarray(end) : await fetchDetached(place, options, 'metaimage-detached');
  const voxels = await voxelBytes(stored, fields, expected, local);
  return {
    geometry,
    data: viewVoxels(type, voxels, !flag(fields, 'BinaryDataByteOrderMSB', false), 'metaimage-datatype'),
  };
}

async function voxelBytes(
  stored: Uint8Array,
  fields: Fields,
  expected: number,
  local: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const headerSize = Number(fields.get('HeaderSize') ?? 0);
  if (local ? headerSize !== 0 : !Number.isSafeInteger(headerSize) || headerSize < -1) {
    throw new ImageFormatError(
      'metaimage-field',
      `HeaderSize is ${headerSize}; expected 0, or in a detached file a whole number from -1 on`,
    );
  }
  const from = headerSize === -1 ? Math.max(0, stored.length - expected) : headerSize;
  const found = stored.subarray(from);
  if (flag(fields, 'CompressedData', false)) {
    const declared = fields.get('CompressedDataSize');
    if (declared !== undefined && Number(declared) !== found.length) {
      const code = found.length < Number(declared) ? 'metaimage-truncated' : 'metaimage-trailing-bytes';
      throw new ImageFormatError(
        code,
        `file holds ${found.length} bytes of compressed voxels; its header declares ${declared}`,
      );
    }
    return inflateExactly(found, 'deflate', expected, {
      damaged: 'metaimage-compression',
      truncated: 'metaimage-truncated',
      trailing: 'metaimage-trailing-bytes',
    });
  }
  if (found.length !== expected) {
    const code = found.length < expected ? 'metaimage-truncated' : 'metaimage-trailing-bytes';
    throw new ImageFormatError(code, `file holds ${found.length} bytes of voxels; its header declares ${expected}`);
  }
  return new Uint8Array(found);
}

/** Lines "Name = value" up to ElementDataFile, which comes last; voxels follow its line. */
function splitHeader(bytes: Uint8Array): { fields: Fields; end: number } {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < LONGEST_HEADER) {
    const newline = bytes.subarray(0, LONGEST_HEADER).indexOf(10, at);
    const line = new TextDecoder('latin1').decode(
      bytes.subarray(at, newline < 0 ? Math.min(bytes.length, LONGEST_HEADER) : newline),
    );
    const match = /^([A-Za-z]\w*)\s*=(.*)$/.exec(line.trim());
    if (!match) {
      if (line.trim() === '' && newline >= 0) {
        at = newline + 1;
        continue;
      }
      break;
    }
    const name = SPELLINGS[match[1]] ?? match[1];
    if (fields.has(name)) throw new ImageFormatError('metaimage-field', `field ${name} occurs twice; expected once`);
    fields.set(name, match[2].trim());
    at = newline < 0 ? bytes.length : newline + 1;
    if (name === 'ElementDataFile') return checked(fields, at);
    if (newline < 0) break;
  }
  if (fields.has('NDims') || fields.has('ObjectType')) {
    throw new ImageFormatError('metaimage-header', 'header has no field ElementDataFile; expected it as the last one');
  }
  throw new ImageFormatError(
    'metaimage-header',
    'file does not begin with fields "Name = value"; expected a MetaImage header',
  );
}

function checked(fields: Fields, end: number): { fields: Fields; end: number } {
  const object = fields.get('ObjectType') ?? 'Image';
  if (object === 'Image') return { fields, end };
  throw new ImageFormatError('metaimage-header', `object is ${object.slice(0, 40)}; expected Image`);
}

function flag(fields: Fields, name: string, absent: boolean): boolean {
  const value = fields.get(name);
  if (value === undefined) return absent;
  if (/^(true|false)$/i.test(value)) return /^true$/i.test(value);
  throw new ImageFormatError('metaimage-field', `${name} is "${value}"; expected True or False`);
}

function readGeometry(fields: Fields): Geometry {
  const sizes = numbers(fields, 'DimSize') ?? [];
  const dimensions = Number(fields.get('NDims'));
  const fits =
    dimensions === 3 &&
    sizes.length === 3 &&
    sizes.every((n) => Number.isSafeInteger(n) && n >= 1) &&
    Number.isSafeInteger(sizes.reduce((a, b) => a * b, 8));
  if (!fits) {
    throw new ImageFormatError(
      'metaimage-dimensions',
      `NDims is ${fields.get('NDims') ?? 'missing'} and DimSize ${fields.get('DimSize') ?? 'missing'}; expected 3 and three positive whole numbers`,
    );
  }
  const spacing = numbers(fields, 'ElementSpacing') ?? numbers(fields, 'ElementSize');
  const offset = numbers(fields, 'Offset') ?? [0, 0, 0];
  const matrix = numbers(fields, 'TransformMatrix') ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
  if (
    spacing?.length !== 3 ||
    !spacing.every((s) => s > 0 && s < Infinity) ||
    offset.length !== 3 ||
    matrix.length !== 9
  ) {
    throw new ImageFormatError(
      'metaimage-space',
      `ElementSpacing is ${fields.get('ElementSpacing') ?? 'missing'}, with ${offset.length} numbers in Offset and ${matrix.length} in TransformMatrix; ` +
        'expected three positive numbers, three and nine',
    );
  }
  // each row of the matrix is the direction of one axis
  const unit = [0, 1, 2].every((a) => Math.abs(Math.hypot(...matrix.slice(3 * a, 3 * a + 3)) - 1) < 1e-3);
  if (!unit)
    throw new ImageFormatError(
      'metaimage-space',
      `TransformMatrix is ${fields.get('TransformMatrix')}; expected three rows of length 1`,
    );
  const rows = [0, 1, 2].flatMap((w) => [...[0, 1, 2].map((a) => matrix[3 * a + w] * spacing[a]), offset[w]]);
  return geometryFromLpsAffine([...rows, 0, 0, 0, 1], [sizes[0], sizes[1], sizes[2]], 'metaimage-space');
}

function numbers(fields: Fields, name: string): number[] | undefined {
  return fields.get(name)?.split(/\s+/).map(Number);
}
