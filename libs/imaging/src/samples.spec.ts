import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { affineLps, pointLps } from './affine.js';
import { ImageFormatError } from './image-format-error.js';
import { readMetaImage } from './metaimage/read.js';
import { readNrrd } from './nrrd/read.js';
import { imageFormat, readImage } from './read-image.js';
import type { Volume } from './volume.js';

/** Written by ITK: test/golden/imaging/make_samples.mjs. */
const sample = (name: string): Buffer =>
  readFileSync(resolve(import.meta.dirname, '../../../test/golden/imaging', name));

const FILES = ['int16', 'float32'].flatMap((type) =>
  ['.nrrd', '-compressed.nrrd', '.mha', '-compressed.mha', '.nii'].map((ending) => `oblique-${type}${ending}`),
);
const RADIANS = Math.PI / 180;
const [cz, sz, cx, sx] = [
  Math.cos(30 * RADIANS),
  Math.sin(30 * RADIANS),
  Math.cos(20 * RADIANS),
  Math.sin(20 * RADIANS),
];

function expectOblique({ geometry, data }: Volume, scale: number): void {
  expect(geometry.sizeXyz).toEqual([5, 4, 3]);
  [0.7, 1.1, 2.5].forEach((s, n) => expect(geometry.spacingMm[n]).toBeCloseTo(s, 6));
  [-12.5, 40.25, -300.125].forEach((x, n) => expect(geometry.originLps[n]).toBeCloseTo(x, 6));
  const direction = [cz, -sz, 0, cx * sz, cx * cz, sx, sx * sz, sx * cz, -cx];
  direction.forEach((x, n) => expect(geometry.direction[n]).toBeCloseTo(x, 6));
  // 100 i + 10 j + k - 200
  expect(data[0] * scale).toBe(-200);
  expect(data[(2 * 4 + 3) * 5 + 4] * scale).toBe(400 + 30 + 2 - 200);
  expect(data[1] * scale).toBe(-100);
  expect(data[5] * scale).toBe(-190);
  expect(data[20] * scale).toBe(-199);
}

const bytes = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const voxels = Int16Array.from({ length: 24 }, (_, n) => n - 3);
const little = new Uint8Array(voxels.buffer);
const big = little.slice();
for (let at = 0; at < big.length; at += 2) big.subarray(at, at + 2).reverse();

async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ImageFormatError) return error.code;
    throw error;
  }
  return 'read';
}

describe('files written by ITK', () => {
  it.each(FILES)('%s lies where ITK put it', async (name) => {
    expectOblique(await readImage(sample(name)), name.includes('float32') ? 8 : 1);
  });

  it('knows formats by their content', () => {
    const formats = ['nrrd', 'nrrd', 'metaimage', 'metaimage', 'nifti'];
    expect(FILES.map((name) => imageFormat(sample(name)))).toEqual([...formats, ...formats]);
    expect(imageFormat(bytes('PK\x03\x04'))).toBeNull();
    expect(imageFormat(bytes(''))).toBeNull();
  });

  it('sends DICOM and unknown files elsewhere', async () => {
    expect(await codeOf(readImage(bytes(new Uint8Array(128), 'DICM')))).toBe('image-format');
    expect(await codeOf(readImage(bytes('hello')))).toBe('image-format');
  });
});

describe('NRRD', () => {
  const header = (over: Record<string, string> = {}, end = '\n\n'): string => {
    const fields = {
      type: 'int16',
      dimension: '3',
      space: 'right-anterior-superior',
      sizes: '4 3 2',
      'space directions': '(-1,0,0) (0,-2,0) (0,0,3)',
      endian: 'little',
      encoding: 'raw',
      'space origin': '(10,20,30)',
      ...over,
    };
    const lines = Object.entries(fields).filter(([, value]) => value !== '');
    return `NRRD0005\n# by hand\n${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}${end}`;
  };

  it('turns RAS and LAS into LPS', async () => {
    const ras = await readNrrd(bytes(header(), little));
    expect(affineLps(ras.geometry)).toEqual([1, 0, 0, -10, 0, 2, 0, -20, 0, 0, 3, 30, 0, 0, 0, 1]);
    const las = await readNrrd(bytes(header({ space: 'LAS' }), little));
    expect(pointLps(las.geometry, [1, 1, 1])).toEqual([9, -18, 33]);
    expect(Array.from(ras.data)).toEqual(Array.from(voxels));
  });

  it('reads big-endian voxels, keys of applications, a measurement frame and lines that end in CR LF', async () => {
    const text = header(
      { endian: 'big', 'measurement frame': '(1,0,0) (0,1,0) (0,0,1)' },
      '\nSegment0_Name:=liver: left\n\n',
    );
    expect(Array.from((await readNrrd(bytes(text, big))).data)).toEqual(Array.from(voxels));
    const crlf = header().replaceAll('\n', '\r\n');
    expect(Array.from((await readNrrd(bytes(crlf, little))).data)).toEqual(Array.from(voxels));
  });

  it('reads detached voxels through its caller only', async () => {
    const text = header({ 'data file': 'voxels.raw', 'byte skip': '-1' }, '\n');
    const asked: string[] = [];
    const detached = async (name: string): Promise<Uint8Array> => {
      asked.push(name);
      return bytes('any header', little);
    };
    expect(Array.from((await readNrrd(bytes(text), { detached })).data)).toEqual(Array.from(voxels));
    expect(asked).toEqual(['voxels.raw']);
    expect(await codeOf(readNrrd(bytes(text)))).toBe('nrrd-detached');
    for (const name of ['../voxels.raw', '/etc/passwd', 'a\\b', 'C:x', 'LIST', 'slice%03d.raw 1 9 1', '.hidden']) {
      expect(await codeOf(readNrrd(bytes(header({ 'data file': name })), { detached }))).toBe('nrrd-detached');
    }
    expect(asked).toHaveLength(1);
  });

  it('accepts a fourth axis of length 1 without direction', async () => {
    const over = { dimension: '4', sizes: '1 4 3 2', 'space directions': 'none (-1,0,0) (0,-2,0) (0,0,3)' };
    expect((await readNrrd(bytes(header(over), little))).geometry.sizeXyz).toEqual([4, 3, 2]);
  });
});

describe('MetaImage', () => {
  const header = (over: Record<string, string> = {}): string => {
    const fields = {
      ObjectType: 'Image',
      NDims: '3',
      BinaryData: 'True',
      BinaryDataByteOrderMSB: 'False',
      CompressedData: 'False',
      TransformMatrix: '0 1 0 -1 0 0 0 0 1',
      Offset: '1 2 3',
      ElementSpacing: '0.5 2 4',
      DimSize: '4 3 2',
      ElementType: 'MET_SHORT',
      ElementDataFile: 'LOCAL',
      ...over,
    };
    return Object.entries(fields)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('');
  };

  it('reads each row of the matrix as the direction of an axis', async () => {
    const { geometry, data } = await readMetaImage(bytes(header(), little));
    expect(pointLps(geometry, [1, 0, 0])).toEqual([1, 2.5, 3]);
    expect(pointLps(geometry, [0, 1, 0])).toEqual([-1, 2, 3]);
    expect(Array.from(data)).toEqual(Array.from(voxels));
  });

  it('reads big-endian and detached voxels', async () => {
    expect(Array.from((await readMetaImage(bytes(header({ BinaryDataByteOrderMSB: 'True' }), big))).data)).toEqual(
      Array.from(voxels),
    );
    const mhd = bytes(header({ ElementDataFile: 'a.raw' }));
    expect(Array.from((await readMetaImage(mhd, { detached: async () => little })).data)).toEqual(Array.from(voxels));
    expect(await codeOf(readMetaImage(mhd))).toBe('metaimage-detached');
  });
});
