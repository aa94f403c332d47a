import { constants, crc32, deflateRawSync } from 'node:zlib';
import { gridHash, ImageFormatError, orientTo, writeNifti } from '#imaging';
import type { Geometry, PartCompressor, Volume, VoxelArray } from '#imaging';
import { compare, listComparedErrors, receiveImage, receiveLabelMap } from './case-volumes.js';
import type { ArrivingFile, BegunImage, DisplayVoxels, GreyFacts, ImageFacts, ShownLabelMap } from './case-volumes.js';

const grid: Geometry = {
  sizeXyz: [3, 2, 2],
  spacingMm: [2, 3, 5],
  originLps: [-10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const image: Volume<Int16Array> = { geometry: grid, data: Int16Array.of(-1000, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3000) };
const labels: Volume<Uint8Array> = { geometry: grid, data: Uint8Array.of(0, 1, 1, 0, 1, 1, 0, 0, 4, 0, 0, 9) };
const file = (volume: Volume): Promise<Uint8Array> => writeNifti(volume, { gzip: true });

/** A file in pieces of seven bytes. */
const arriving = (bytes: Uint8Array): ArrivingFile => ({
  pieces: (async function* () {
    for (let at = 0; at < bytes.length; at += 7) yield Promise.resolve(bytes.subarray(at, at + 7));
  })(),
  storedBytes: bytes.length,
  part: async (from, to) => bytes.slice(from, to),
});
async function readShownImage(bytes: Uint8Array): Promise<BegunImage & GreyFacts & { voxels: number[]; type: string }> {
  let begun: BegunImage | undefined;
  let voxels: number[] = [];
  const facts = await receiveImage(arriving(bytes), null, {
    onBegun: (image) => (begun = image),
    shown: async () => undefined,
    onSlices: (first, slices, known) => {
      if (!begun) throw new Error('slices before the beginning');
      const [nx, ny] = begun.geometry.sizeXyz;
      slices.forEach((value, n) => (voxels[first * nx * ny + n] = value));
      expect(slices.constructor.name).toBe(begun.voxelType);
      expect(known.range.lower).toBeLessThanOrEqual(Math.min(...slices));
    },
  });
  if (!begun) throw new Error('it never began');
  voxels = [...voxels];
  return { ...begun, ...facts, voxels, type: begun.voxelType };
}
const readShownLabelMap = (bytes: Uint8Array, image: Geometry, values: readonly number[]): Promise<ShownLabelMap> =>
  receiveLabelMap(arriving(bytes), image, values);

describe('the image of a case', () => {
  let gridHash: string;
  beforeAll(async () => {
    gridHash = (await readShownImage(await file(image))).grid.hash;
  });
  it('another grid has another hash', async () => {
    const elsewhere = { ...grid, originLps: [-10, 20, 30.01] } as const;
    const { hash } = (await readShownImage(await file({ geometry: elsewhere, data: image.data }))).grid;
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(hash).not.toBe(gridHash);
  });

  it.each(['LPS', 'RAS', 'SPL', 'AIR', 'IPR'])(
    'stored as %s is shown in one order, voxel by voxel the same',
    async (axes) => {
      const shown = await readShownImage(await file(orientTo(image, axes)));
      expect([...shown.voxels]).toEqual([...image.data]);
      expect(shown.geometry.sizeXyz).toEqual(grid.sizeXyz);
      expect(shown.geometry.direction).toEqual(grid.direction);
      expect(shown.geometry.originLps).toEqual([expect.closeTo(-10, 5), expect.closeTo(20, 5), expect.closeTo(30, 5)]);
      expect(shown.range).toEqual({ lower: -1000, upper: 3000 });
      expect(shown.grid).toEqual({ hash: gridHash, storedAxes: axes });
    },
  );

  it.each([
    ['int8', Int8Array.of(-5, 5), 'Int16Array'],
    ['int32 that fits 16 bits', Int32Array.of(-32768, 32767), 'Int16Array'],
    ['int32 that does not', Int32Array.of(0, 40000), 'Float32Array'],
    ['float64', Float64Array.of(0.5, 1.5), 'Float32Array'],
    ['float32 of whole numbers', Float32Array.of(1, 2), 'Float32Array'],
    ['uint16', Uint16Array.of(0, 65535), 'Uint16Array'],
  ] as [string, VoxelArray, string][])('%s keeps its values in a type that can be drawn', async (_name, data, type) => {
    const two: Geometry = { ...grid, sizeXyz: [2, 1, 1] };
    const shown = await readShownImage(await file({ geometry: two, data }));
    const { voxels } = shown;
    expect(shown.type).toBe(type);
    expect([...voxels]).toEqual([...data]);
  });

  it('values that are not finite are drawn as the darkest, and do not widen the range', async () => {
    const four: Geometry = { ...grid, sizeXyz: [4, 1, 1] };
    const { voxels, range } = await readShownImage(
      await file({ geometry: four, data: Float32Array.of(NaN, -3, Infinity, 8) }),
    );
    expect([...voxels]).toEqual([-3, -3, -3, 8]);
    expect(range).toEqual({ lower: -3, upper: 8 });
  });
});

describe('a damaged image', () => {
  const parts: PartCompressor = {
    deflate: (bytes, isLast) =>
      deflateRawSync(bytes, { level: 1, finishFlush: isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH }),
    crc32: (bytes) => crc32(bytes),
  };
  const size = [400, 320, 12] as const; // a slice a part
  const geometry: Geometry = { ...grid, sizeXyz: size, spacingMm: [1, 1, 5] };
  const whole = Float32Array.from({ length: 400 * 320 * 12 }, (_, v) => (v % 251) + 1000 * Math.floor(v / (400 * 320)));

  async function receive(
    bytes: Uint8Array,
    file: Partial<ArrivingFile> = {},
  ): Promise<ImageFacts & { voxels: DisplayVoxels; began: number }> {
    let voxels: DisplayVoxels = new Uint8Array();
    let began = 0;
    const pieces = (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield Promise.resolve(bytes.subarray(at, at + 65_536));
    })();
    const facts = await receiveImage({ ...arriving(bytes), pieces, ...file }, null, {
      onBegun: () => began++,
      shown: async () => undefined,
      onSlices: (_, slices) => (voxels = slices),
    });
    return { ...facts, voxels, began };
  }
  /** A byte is another a little behind the middle: of slice 6 where they are stored in order. */
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const other = bytes.slice();
    other[Math.floor(bytes.length * 0.58)] ^= 4;
    return other;
  };

  it.each([
    ['LPS', Int16Array, 2],
    ['RAI', Int16Array, 2],
    ['SRA', Float32Array, 1],
  ] as const)('stored as %s is shown but for its damaged slices, as %p', async (axes, type, axis) => {
    const stored = orientTo({ geometry, data: new type(whole) }, axes);
    const sound = await writeNifti(stored, { gzip: parts });
    const { unreadable, voxels, range, began } = await receive(flipped(sound));
    expect([unreadable.length, unreadable[0].axis, began]).toEqual([1, axis, 1]);
    const { first, last } = unreadable[0];
    const at = axis === 2 ? (axes === 'RAI' ? 5 : 6) : size[axis] / 2;
    expect([first <= at, last >= at - size[axis] / 5, last - first < size[axis] / 2]).toEqual([true, true, true]);
    expect(range).toEqual({ lower: 0, upper: 11250 });
    let wrong = 0;
    for (let k = 0, v = 0; k < size[2]; k++)
      for (let j = 0; j < size[1]; j++)
        for (let i = 0; i < size[0]; i++, v++)
          if (voxels[v] !== whole[v] && !([i, j, k][axis] >= first && [i, j, k][axis] <= last)) wrong++;
    expect(wrong).toBe(0);
  });

  it('that is sound when asked for again is shown whole', async () => {
    const sound = await writeNifti({ geometry, data: new Int16Array(whole) }, { gzip: parts });
    const { unreadable, voxels } = await receive(flipped(sound), { part: async (from, to) => sound.slice(from, to) });
    expect([unreadable, voxels.every((value, v) => value === whole[v])]).toEqual([[], true]);
  });

  it('is refused where its parts are not known, cannot be asked for, or belong to another image by now', async () => {
    const data = new Int16Array(whole);
    const sound = await writeNifti({ geometry, data }, { gzip: parts });
    const damage = { code: expect.stringMatching(/^nifti-(gzip|truncated|trailing-bytes)$/) as string };
    await expect(receive(flipped(await file({ geometry, data })))).rejects.toMatchObject(damage);
    await expect(receive(flipped(sound), { storedBytes: null })).rejects.toMatchObject(damage);
    await expect(receive(flipped(sound), { part: async () => null })).rejects.toMatchObject(damage);
    // large enough for its first slices to be told before the damage is found
    const larger = {
      geometry: { ...geometry, sizeXyz: [400, 320, 24] as const },
      data: new Int16Array(400 * 320 * 24),
    };
    larger.data.set(data);
    const before = await writeNifti(larger, { gzip: parts });
    larger.geometry = { ...larger.geometry, originLps: [0, 0, 0] };
    const elsewhere = await writeNifti(larger, { gzip: parts });
    const damaged = flipped(before);
    expect((await receive(damaged)).unreadable).toHaveLength(1);
    const part: ArrivingFile['part'] = async (from) => (from === 0 ? elsewhere : null);
    await expect(receive(damaged, { part })).rejects.toMatchObject(damage);
  });
});

describe('a label map of a case', () => {
  it('follows the image whatever way it is stored', async () => {
    const map = await readShownLabelMap(await file(orientTo(labels, 'RSA')), grid, [1, 4]);
    expect([...map.segments]).toEqual([0, 1, 1, 0, 1, 1, 0, 0, 2, 0, 0, 3]);
    expect(map.voxels).toEqual([6, 4, 1, 1]);
    expect(map.undeclared).toEqual([9]);
  });

  it.each([
    [
      'another place',
      { originLps: [-10, 20, 32] },
      'both have 3 x 2 x 2 voxels of 2 x 3 x 5 mm, LPS, but their centres are 2.0 mm apart',
    ],
    [
      'another size',
      { sizeXyz: [3, 4, 1] },
      'it has 3 x 4 x 1 voxels of 2 x 3 x 5 mm, LPS; the image has 3 x 2 x 2 voxels',
    ],
    ['another spacing', { spacingMm: [2, 3, 4] }, 'voxels of 2 x 3 x 4 mm'],
  ] as [string, Partial<Geometry>, string][])('is refused on %s, with what differs', async (_name, change, text) => {
    const elsewhere = await file({ geometry: { ...grid, ...change }, data: labels.data });
    const refusal = readShownLabelMap(elsewhere, grid, [1, 4]);
    await expect(refusal).rejects.toBeInstanceOf(ImageFormatError);
    await expect(refusal).rejects.toMatchObject({
      code: 'grid-differs',
      message: expect.stringContaining(text) as string,
    });
  });

  it('is refused when it does not lie where the server says that its copy does, and so is an image', async () => {
    const bytes = await file(labels);
    const served = (servedGrid: string | null) => receiveLabelMap({ ...arriving(bytes), servedGrid }, grid, [1, 4, 9]);
    expect((await served(gridHash(grid))).grid.hash).toBe(gridHash(grid));
    expect((await served(null)).grid.hash).toBe(gridHash(grid));
    const other = { code: 'grid-differs', message: expect.stringContaining("the server's copy on 0badcafe") as string };
    await expect(served('0badcafe')).rejects.toMatchObject(other);
    const arrival = { onBegun: () => undefined, onSlices: () => undefined, shown: async () => undefined };
    const asImage = receiveImage({ ...arriving(await file(image)), servedGrid: '0badcafe' }, null, arrival);
    await expect(asImage).rejects.toMatchObject(other);
  });

  it('is refused when it is no label map', async () => {
    const fractions = await file({ geometry: grid, data: Float32Array.from(labels.data, (x) => x + 0.5) });
    await expect(readShownLabelMap(fractions, grid, [1])).rejects.toMatchObject({ code: 'label-values' });
  });
});

describe('comparing', () => {
  const ALL = { hiddenSegments: [], regionSegments: null, ignoredSegment: null };
  const line: Geometry = { ...grid, sizeXyz: [6, 1, 1] };
  const reference = Uint8Array.of(1, 1, 0, 2, 2, 0);
  const prediction = Uint8Array.of(1, 0, 1, 1, 2, 0);

  it('judges nobody by voxels that the reference marks as ignored', () => {
    const marked = Uint8Array.of(1, 3, 3, 3, 2, 0); // voxels 1 to 3: missed, invented and wrong otherwise
    const parts = { ...ALL, ignoredSegment: 3 };
    expect([...compare(line, marked, prediction, parts).errors]).toEqual([1, 0, 0, 0, 1, 0]);
    expect(listComparedErrors(line, marked, prediction, parts).regionCount).toBe(0);
    expect([...compare(line, marked, prediction, ALL).errors]).toEqual([1, 3, 4, 4, 1, 0]);
    expect([...marked]).toEqual([1, 3, 3, 3, 2, 0]); // shown as they are
  });

  it('tells agreement, invented, missed and wrong structure, and lists errors as connected regions', () => {
    const { errors, counts } = compare(line, reference, prediction, ALL);
    expect([...errors]).toEqual([1, 3, 2, 4, 1, 0]);
    expect(counts).toEqual({ truePositive: 2, falsePositive: 1, falseNegative: 1, wrongLabel: 1 });
    const { regions } = listComparedErrors(line, reference, prediction, ALL);
    expect(regions.map(({ kind }) => kind)).toEqual(['falseNegative', 'falsePositive', 'wrongLabel']);
  });

  it('a hidden structure is background on both sides', () => {
    expect([...compare(line, reference, prediction, { ...ALL, hiddenSegments: [1] }).errors]).toEqual([
      0, 0, 0, 3, 1, 0,
    ]);
    expect([...compare(line, reference, prediction, { ...ALL, hiddenSegments: [2] }).errors]).toEqual([
      1, 3, 2, 2, 0, 0,
    ]);
  });

  it('swapping the two swaps invented and missed', () => {
    const a = compare(line, reference, prediction, ALL).counts;
    const b = compare(line, prediction, reference, ALL).counts;
    expect([a.falsePositive, a.falseNegative, a.wrongLabel]).toEqual([b.falseNegative, b.falsePositive, b.wrongLabel]);
  });

  it('a region is compared as one, whatever is hidden', () => {
    const whole = { ...ALL, hiddenSegments: [1], regionSegments: [1, 2] };
    expect([...compare(line, reference, prediction, whole).errors]).toEqual([1, 3, 2, 1, 1, 0]);
    expect(listComparedErrors(line, reference, prediction, whole).regions).toMatchObject([
      { kind: 'falseNegative', reference: 1, prediction: 0 },
      { kind: 'falsePositive', reference: 0, prediction: 1 },
    ]);
  });
});
