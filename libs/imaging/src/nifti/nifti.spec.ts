import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { affineRas } from '../affine.js';
import type { Geometry, Mat3, Vec3 } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import type { VoxelArray } from '../volume.js';
import { readLabelMap, readNifti, readNiftiChannels } from './read.js';
import { storedGeometry, writeNifti } from './write.js';

const IDENTITY_LPS: Geometry = {
  sizeXyz: [3, 2, 2],
  spacingMm: [0.5, 2, 4],
  originLps: [10, -20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const TYPES = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array];

function ramp(type: new (n: number) => VoxelArray, n = 12): VoxelArray {
  const data = new type(n);
  for (let v = 0; v < n; v++) data[v] = v * 7;
  return data;
}

/** A small valid file whose bytes a test then changes. */
async function file(data: VoxelArray = ramp(Int16Array)): Promise<DataView> {
  const bytes = await writeNifti({ geometry: IDENTITY_LPS, data });
  return new DataView(bytes.buffer);
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);

async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ImageFormatError) return error.code;
    throw error;
  }
  throw new Error('the file was accepted');
}

/** Rewrites a little-endian NIfTI-1 file of int16 voxels with every field in big-endian order. */
function toBigEndian(view: DataView): Uint8Array {
  const out = new Uint8Array(view.buffer.slice(0) as ArrayBuffer);
  const swap = (at: number, width: number): void => void out.subarray(at, at + width).reverse();
  swap(0, 4);
  for (let n = 0; n < 8; n++) swap(40 + 2 * n, 2);
  swap(70, 2);
  swap(72, 2);
  for (let n = 0; n < 8; n++) swap(76 + 4 * n, 4);
  for (const at of [108, 112, 116]) swap(at, 4);
  swap(252, 2);
  swap(254, 2);
  for (let at = 256; at < 328; at += 4) swap(at, 4);
  for (let at = 352; at < out.length; at += 2) swap(at, 2);
  return out;
}

/** A NIfTI-2 file written field by field from the published layout. */
function nifti2(littleEndian: boolean, data: Int16Array, size: Vec3, affine: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(544 + 2 * data.length));
  const le = littleEndian;
  view.setInt32(0, 540, le);
  [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a].forEach((b, n) => view.setUint8(4 + n, b));
  view.setInt16(12, 4, le);
  view.setInt16(14, 16, le);
  [3, ...size, 1, 1, 1, 1].forEach((n, at) => view.setBigInt64(16 + 8 * at, BigInt(n), le));
  [1, 1, 1, 1].forEach((s, n) => view.setFloat64(104 + 8 * n, s, le));
  view.setBigInt64(168, 544n, le);
  view.setFloat64(176, 2, le); // slope
  view.setFloat64(184, -100, le); // intercept
  view.setInt32(348, 2, le);
  affine.slice(0, 12).forEach((x, n) => view.setFloat64(400 + 8 * n, x, le));
  data.forEach((x, n) => view.setInt16(544 + 2 * n, x, le));
  return bytesOf(view);
}

describe('writing and reading back', () => {
  it.each(TYPES.map((type) => [type.name, type] as const))('keeps %s voxels and their type', async (_, type) => {
    const data = ramp(type);
    const image = await readNifti(await writeNifti({ geometry: IDENTITY_LPS, data }));
    expect(image.data).toBeInstanceOf(type);
    expect(Array.from(image.data)).toEqual(Array.from(data));
    expect(image.geometry).toEqual(IDENTITY_LPS);
    expect(image.header.placedBy).toBe('sform');
  });

  it('turns LPS into RAS in the file: an identity direction at (10, -20, 30) is stored at (-10, 20, 30)', async () => {
    const view = await file();
    const srow = Array.from({ length: 12 }, (_, n) => view.getFloat32(280 + 4 * n, true));
    expect(srow).toEqual([-0.5, 0, 0, -10, 0, -2, 0, 20, 0, 0, 4, 30]);
  });

  it('knows before it writes which geometry a reader will find', async () => {
    const angle = 0.3;
    const geometry: Geometry = {
      sizeXyz: IDENTITY_LPS.sizeXyz,
      spacingMm: [0.7, 0.683594, 2.3],
      originLps: [-10.1, 4.2, 1100.3],
      direction: [Math.cos(angle), -Math.sin(angle), 0, Math.sin(angle), Math.cos(angle), 0, 0, 0, 1],
    };
    const stored = storedGeometry(geometry);
    expect(stored).not.toEqual(geometry);
    expect((await readNifti(await writeNifti({ geometry, data: ramp(Uint8Array) }))).geometry).toEqual(stored);
    expect(storedGeometry(stored)).toEqual(stored);
  });

  it('writes the same bytes twice, gzipped content included', async () => {
    const volume = { geometry: IDENTITY_LPS, data: ramp(Float32Array) };
    const plain = await writeNifti(volume, { description: 'phantom' });
    expect(await writeNifti(volume, { description: 'phantom' })).toEqual(plain);
    const zipped = await readNifti(await writeNifti(volume, { description: 'phantom', gzip: true }));
    expect(Array.from(zipped.data)).toEqual(Array.from(volume.data));
    expect(zipped.header.description).toBe('phantom');
  });

  it('reads from a Buffer, whose slice() shares its memory', async () => {
    const data = ramp(Int16Array);
    const bytes = Buffer.concat([Buffer.alloc(3), await writeNifti({ geometry: IDENTITY_LPS, data })]).subarray(3);
    const volume = await readNifti(bytes);
    expect([...volume.data]).toEqual([...data]);
    bytes.fill(0);
    expect([...volume.data]).toEqual([...data]);
  });

  it('gives its voxels a buffer of their own, so that it can be transferred', async () => {
    for (const gzip of [false, true]) {
      const { data } = await readNifti(await writeNifti({ geometry: IDENTITY_LPS, data: ramp(Uint8Array) }, { gzip }));
      expect(data.byteOffset).toBe(0);
      expect(data.buffer.byteLength).toBe(data.byteLength);
    }
  });

  it('places any rotated or mirrored grid alike through sform and through qform', async () => {
    let qforms = 0;
    const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    const mm = fc.double({ min: 0.3, max: 6, noNaN: true });
    const property = fc.asyncProperty(
      angle,
      angle,
      angle,
      fc.tuple(mm, mm, mm),
      fc.boolean(),
      async (a, b, c, spacingMm, mirror) => {
        const geometry: Geometry = { ...IDENTITY_LPS, spacingMm, direction: rotation(a, b, c, mirror) };
        const view = new DataView((await writeNifti({ geometry, data: ramp(Uint8Array) })).buffer);
        const bySform = await readNifti(bytesOf(view));
        const wanted = affineRas(geometry);
        affineRas(bySform.geometry).forEach((x, n) => expect(x).toBeCloseTo(wanted[n], 4));
        if (view.getInt16(252, true) === 0) return; // a hair off a half turn: no faithful qform exists
        qforms++;
        view.setInt16(254, 0, true);
        const byQform = await readNifti(bytesOf(view));
        expect(byQform.header.placedBy).toBe('qform');
        affineRas(byQform.geometry).forEach((x, n) => expect(x).toBeCloseTo(wanted[n], 4));
      },
    );
    await fc.assert(property, { numRuns: 200, seed: 11 });
    expect(qforms).toBeGreaterThan(150);
  });

  it('leaves out the qform where the axes are slightly sheared', async () => {
    const direction: Mat3 = [1, 0.005, 0, 0, Math.sqrt(1 - 0.005 ** 2), 0, 0, 0, 1];
    const view = new DataView(
      (await writeNifti({ geometry: { ...IDENTITY_LPS, direction }, data: ramp(Uint8Array) })).buffer,
    );
    expect(view.getInt16(252, true)).toBe(0);
    expect((await readNifti(bytesOf(view))).geometry.direction[1]).toBeCloseTo(0.005, 6);
  });

  it('refuses what NIfTI-1 cannot hold', async () => {
    await expect(writeNifti({ geometry: IDENTITY_LPS, data: new Uint8Array(3) })).rejects.toThrow(/3 voxels.*12/);
    const long: Geometry = { ...IDENTITY_LPS, sizeXyz: [40000, 1, 1] };
    await expect(writeNifti({ geometry: long, data: new Uint8Array(40000) })).rejects.toThrow(/40000 x 1 x 1/);
    const volume = { geometry: IDENTITY_LPS, data: ramp(Uint8Array) };
    await expect(writeNifti(volume, { description: 'x'.repeat(80) })).rejects.toThrow(/80 characters/);
  });
});

describe('reading what others write', () => {
  it('reads big-endian files', async () => {
    const view = await file();
    const image = await readNifti(toBigEndian(view));
    expect(image.geometry).toEqual(IDENTITY_LPS);
    expect(Array.from(image.data)).toEqual(Array.from(ramp(Int16Array)));
    expect(image.header.littleEndian).toBe(false);
  });

  it.each([true, false])(
    'reads NIfTI-2 with little endian %s and applies slope and intercept',
    async (littleEndian) => {
      const data = Int16Array.of(0, 50, -3, 7);
      const affine = [0, -2, 0, 5, 3, 0, 0, 6, 0, 0, 4, 7, 0, 0, 0, 1];
      const image = await readNifti(nifti2(littleEndian, data, [2, 2, 1], affine));
      expect(image.header.version).toBe(2);
      expect(image.data).toBeInstanceOf(Float32Array);
      expect(Array.from(image.data)).toEqual([-100, 0, -106, -86]);
      expect(image.geometry.spacingMm).toEqual([3, 2, 4]);
      expect(affineRas(image.geometry)).toEqual(affine);
    },
  );

  it('mirrors the third axis for qfac -1 and treats qfac 0 as 1', async () => {
    for (const [qfac, k] of [
      [-1, -4],
      [0, 4],
      [1, 4],
    ]) {
      const view = await file();
      view.setInt16(254, 0, true);
      view.setFloat32(76, qfac, true);
      for (const at of [256, 260, 264]) view.setFloat32(at, 0, true); // no rotation
      expect(affineRas((await readNifti(bytesOf(view))).geometry)).toEqual([
        0.5,
        0,
        0,
        -10,
        0,
        2,
        0,
        20,
        0,
        0,
        k,
        30,
        0,
        0,
        0,
        1,
      ]);
    }
  });

  it('prefers sform, falls back to bare spacing, and says so', async () => {
    const view = await file();
    view.setFloat32(256, 0.7, true); // a qform that disagrees
    expect((await readNifti(bytesOf(view))).geometry).toEqual(IDENTITY_LPS);
    view.setInt16(252, 0, true);
    view.setInt16(254, 0, true);
    const bare = await readNifti(bytesOf(view));
    expect(bare.header.placedBy).toBe('pixdim');
    expect(affineRas(bare.geometry)).toEqual([0.5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1]);
  });

  it('scales metres and micrometres to millimetres', async () => {
    for (const [unit, factor] of [
      [1, 1000],
      [3, 0.001],
      [0, 1],
    ]) {
      const view = await file();
      view.setUint8(123, unit);
      const { spacingMm } = (await readNifti(bytesOf(view))).geometry;
      spacingMm.forEach((s, a) => expect(s).toBeCloseTo(IDENTITY_LPS.spacingMm[a] * factor, 12));
    }
  });

  it('keeps the stored type for slope 0, slope NaN and slope 1', async () => {
    for (const slope of [0, NaN, 1]) {
      const view = await file();
      view.setFloat32(112, slope, true);
      expect((await readNifti(bytesOf(view))).data).toBeInstanceOf(Int16Array);
    }
  });

  it('accepts planes, further axes of length 1 and header extensions', async () => {
    const plane = await file(ramp(Int16Array));
    plane.setInt16(40, 2, true);
    plane.setInt16(42, 6, true);
    plane.setInt16(44, 2, true);
    plane.setInt16(46, 0, true);
    expect((await readNifti(bytesOf(plane))).geometry.sizeXyz).toEqual([6, 2, 1]);
    const four = await file();
    four.setInt16(40, 5, true);
    expect((await readNifti(bytesOf(four))).geometry.sizeXyz).toEqual([3, 2, 2]);
    const bytes = bytesOf(await file());
    const extended = new Uint8Array(bytes.length + 16);
    extended.set(bytes.subarray(0, 352));
    extended.set(bytes.subarray(352), 368);
    extended[348] = 1;
    new DataView(extended.buffer).setFloat32(108, 368, true);
    for (const packed of [extended, new Uint8Array(gzipSync(extended))]) {
      expect(Array.from((await readNifti(packed)).data)).toEqual(Array.from(ramp(Int16Array)));
    }
  });

  it('reads 64-bit integers that float64 holds exactly', async () => {
    const plain = bytesOf(await file(ramp(Float64Array)));
    const view = new DataView(plain.buffer);
    view.setInt16(70, 1024, true);
    for (let v = 0; v < 12; v++) view.setBigInt64(352 + 8 * v, BigInt(v), true);
    expect(Array.from((await readLabelMap(plain)).data)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    view.setBigInt64(352, 2n ** 60n, true);
    expect(await codeOf(readNifti(plain))).toBe('nifti-datatype');
  });
});

describe('refusals', () => {
  const cases: [string, string, (v: DataView) => void][] = [
    ['a wrong magic', 'nifti-header', (v) => v.setUint8(344, 0x78)],
    ['the header of a pair', 'nifti-header', (v) => v.setUint8(345, 0x69)],
    ['a wrong header size', 'nifti-header', (v) => v.setInt32(0, 349, true)],
    ['an offset inside the header', 'nifti-header', (v) => v.setFloat32(108, 0, true)],
    ['an offset that is not whole', 'nifti-header', (v) => v.setFloat32(108, 352.5, true)],
    ['no dimension', 'nifti-dimensions', (v) => v.setInt16(40, 0, true)],
    ['nine dimensions', 'nifti-dimensions', (v) => v.setInt16(40, 9, true)],
    ['a negative size', 'nifti-dimensions', (v) => v.setInt16(42, -3, true)],
    ['a size of zero', 'nifti-dimensions', (v) => v.setInt16(44, 0, true)],
    ['several time points', 'nifti-dimensions', (v) => (v.setInt16(40, 4, true), v.setInt16(48, 2, true))],
    ['complex voxels', 'nifti-datatype', (v) => v.setInt16(70, 32, true)],
    ['colour voxels', 'nifti-datatype', (v) => v.setInt16(70, 128, true)],
    ['bits that contradict the type', 'nifti-datatype', (v) => v.setInt16(72, 8, true)],
    ['an infinite intercept', 'nifti-scaling', (v) => v.setFloat32(116, Infinity, true)],
    ['zero spacing', 'nifti-spacing', (v) => v.setFloat32(80, 0, true)],
    ['negative spacing', 'nifti-spacing', (v) => v.setFloat32(84, -1, true)],
    ['spacing that is no number', 'nifti-spacing', (v) => v.setFloat32(88, NaN, true)],
    ['a NaN in the affine', 'nifti-affine', (v) => v.setFloat32(292, NaN, true)],
    ['a column of zeros', 'nifti-affine', (v) => v.setFloat32(280, 0, true)],
    ['two equal axes', 'nifti-affine', (v) => (v.setFloat32(284, 1, true), v.setFloat32(300, 0, true))],
    ['sheared axes', 'nifti-affine', (v) => v.setFloat32(284, 1, true)],
    ['a quaternion that is none', 'nifti-affine', (v) => (v.setInt16(254, 0, true), v.setFloat32(256, 3, true))],
    ['more voxels than bytes', 'nifti-truncated', (v) => v.setInt16(42, 4, true)],
    [
      'more voxels than could be inflated',
      'nifti-truncated',
      (v) => [42, 44].forEach((at) => v.setInt16(at, 20000, true)),
    ],
    ['fewer voxels than bytes', 'nifti-trailing-bytes', (v) => v.setInt16(42, 2, true)],
    ['more than the limit', 'nifti-too-large', (v) => [42, 44, 46].forEach((at) => v.setInt16(at, 32767, true))],
  ];

  it.each(cases)('%s: %s', async (_, code, change) => {
    const view = await file();
    change(view);
    expect(await codeOf(readNifti(bytesOf(view)))).toBe(code);
    expect(await codeOf(readNifti(new Uint8Array(gzipSync(bytesOf(view)))))).toBe(code);
  });

  it('says what it got and what it expected', async () => {
    const view = await file();
    view.setInt16(42, 4, true);
    await expect(readNifti(bytesOf(view))).rejects.toThrow('file holds 376 bytes; its header declares 384');
  });

  it('honours the limit of its caller', async () => {
    const bytes = bytesOf(await file());
    expect(await codeOf(readNifti(bytes, { maxBytes: bytes.length - 1 }))).toBe('nifti-too-large');
    expect((await readNifti(bytes, { maxBytes: bytes.length })).data).toHaveLength(12);
  });

  it('stops at every length of a cut file, plain and gzipped', async () => {
    const bytes = bytesOf(await file());
    for (let length = 0; length < bytes.length; length += 5) {
      expect(await codeOf(readNifti(bytes.slice(0, length)))).toMatch(/^nifti-(truncated|header)$/);
    }
    const zipped = new Uint8Array(gzipSync(bytes));
    for (let length = 2; length < zipped.length; length += 5) {
      expect(await codeOf(readNifti(zipped.slice(0, length)))).toMatch(/^nifti-/);
    }
  });

  it('stops inflating once the declared size is exceeded', async () => {
    const bomb = new Uint8Array(40_000_000);
    bomb.set(bytesOf(await file()));
    expect(await codeOf(readNifti(new Uint8Array(gzipSync(bomb))))).toBe('nifti-trailing-bytes');
  });

  it('refuses damaged gzip, several members and bytes behind the member', async () => {
    const bytes = bytesOf(await file());
    const zipped = new Uint8Array(gzipSync(bytes));
    const damaged = zipped.slice();
    damaged[zipped.length - 6] ^= 0xff; // in the checksum
    expect(await codeOf(readNifti(damaged))).toBe('nifti-gzip');
    const halves = [bytes.slice(0, 360), bytes.slice(360)].map((half) => gzipSync(half));
    expect(await codeOf(readNifti(new Uint8Array(Buffer.concat(halves))))).toBe('nifti-gzip');
    expect(await codeOf(readNifti(new Uint8Array(Buffer.concat([zipped, Buffer.from('junk')]))))).toBe('nifti-gzip');
  });
});

describe('label maps', () => {
  it('accepts whole numbers of any type and chooses the smallest type', async () => {
    const small = await readLabelMap(bytesOf(await file(Float32Array.from({ length: 12 }, (_, v) => v))));
    expect(small.data).toBeInstanceOf(Uint8Array);
    const large = await readLabelMap(bytesOf(await file(Float64Array.from({ length: 12 }, (_, v) => v * 100))));
    expect(large.data).toBeInstanceOf(Uint16Array);
    expect(large.data[11]).toBe(1100);
  });

  it.each([0.5, -1, 65536, NaN, Infinity])('refuses a voxel of %d', async (value) => {
    const data = new Float64Array(12);
    data[4] = value;
    const reading = readLabelMap(bytesOf(await file(data)));
    expect(await codeOf(reading)).toBe('label-values');
    await expect(reading).rejects.toThrow(`voxel 4 holds ${value}`);
  });
});

function rotation(a: number, b: number, c: number, mirror: boolean): Mat3 {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  const m = mirror ? -1 : 1;
  return [
    ca * cb,
    ca * sb * sc - sa * cc,
    m * (ca * sb * cc + sa * sc),
    sa * cb,
    sa * sb * sc + ca * cc,
    m * (sa * sb * cc - ca * sc),
    -sb,
    cb * sc,
    m * cb * cc,
  ];
}

describe('channels', () => {
  /** The small file with a second volume behind the first, on axis 4 or 5. */
  async function twoChannels(axis: 4 | 5): Promise<DataView> {
    const first = bytesOf(await file());
    const all = new DataView(new ArrayBuffer(first.length + 24));
    bytesOf(all).set(first);
    for (let n = 0; n < 12; n++) all.setInt16(first.length + 2 * n, 1000 + n, true);
    all.setInt16(40, axis, true);
    all.setInt16(40 + 2 * axis, 2, true);
    return all;
  }

  it.each([4, 5] as const)('splits axis %i into volumes on one grid', async (axis) => {
    const plain = bytesOf(await twoChannels(axis));
    for (const bytes of [plain, new Uint8Array(gzipSync(plain))]) {
      const [first, second, ...more] = await readNiftiChannels(bytes);
      expect(more).toEqual([]);
      expect(Array.from(first.data)).toEqual(Array.from(ramp(Int16Array)));
      expect(Array.from(second.data)).toEqual(Array.from({ length: 12 }, (_, n) => 1000 + n));
      expect(second.geometry).toEqual(first.geometry);
    }
    expect(await codeOf(readNifti(plain))).toBe('nifti-dimensions');
  });

  it('reads a file of three dimensions as one channel', async () => {
    const channels = await readNiftiChannels(bytesOf(await file()));
    expect(channels.map(({ data }) => Array.from(data))).toEqual([Array.from(ramp(Int16Array))]);
  });

  it('refuses two more axes, and time series', async () => {
    const both = await twoChannels(5);
    both.setInt16(48, 2, true);
    expect(await codeOf(readNiftiChannels(bytesOf(both)))).toBe('nifti-dimensions');
    const series = await twoChannels(4);
    series.setInt16(48, 300, true);
    expect(await codeOf(readNiftiChannels(bytesOf(series)))).toBe('nifti-dimensions');
  });
});
