import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Geometry } from '../geometry.js';
import { partCompressor } from '../test-support/part-compressor.js';
import type { VoxelArray } from '../volume.js';
import { gzipInParts, MOST_PARTS, partAsFile, partOffset, partsHeadBytes, partsOf } from './gzip-parts.js';
import { readNifti } from './read.js';
import { streamNifti } from './stream.js';
import type { NiftiGlance } from './stream.js';
import { writeNifti } from './write.js';

/** Bytes that compress somewhat. */
const noise = (length: number, seed = 1): Uint8Array => {
  let state = seed;
  return Uint8Array.from({ length }, () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 27) * 3);
};

describe('a gzip file in parts', () => {
  it('is one that any reader reads, whatever its parts', () => {
    const sizes = fc.record({
      length: fc.integer({ min: 1, max: 5000 }),
      lead: fc.integer({ min: 1, max: 400 }),
      each: fc.integer({ min: 1, max: 700 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ length, lead, each, seed }) => {
        const bytes = noise(length + lead, seed);
        const file = gzipInParts(bytes, lead, each, partCompressor);
        expect(Buffer.compare(gunzipSync(file), bytes)).toBe(0);
        const parts = partsOf(file.subarray(0, partsHeadBytes(file)))!;
        expect([parts.lead, parts.each, parts.lengths.length]).toEqual([lead, each, 1 + Math.ceil(length / each)]);
        expect(partOffset(parts, parts.lengths.length)).toBe(file.length - 8);
        parts.lengths.forEach((bytesOfPart, n) => {
          const from = partOffset(parts, n);
          const content = n === 0 ? bytes.subarray(0, lead) : bytes.subarray(lead + (n - 1) * each, lead + n * each);
          const isLast = n === parts.lengths.length - 1;
          const alone = partAsFile(
            file.subarray(from, from + bytesOfPart),
            isLast,
            parts.checksums![n],
            content.length,
          );
          expect(Buffer.compare(gunzipSync(alone), content)).toBe(0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is refused where it would have too many', () => {
    expect(() => gzipInParts(noise(MOST_PARTS + 1), 1, 1, partCompressor)).toThrow(/at most 8000 parts/);
  });

  it('nothing is made of a header that says something else, or what cannot be', () => {
    const file = gzipInParts(noise(1000), 352, 100, partCompressor);
    const head = file.subarray(0, partsHeadBytes(file));
    expect(partsOf(head)).not.toBeNull();
    expect(partsOf(head.subarray(0, -1))).toBeNull();
    for (const [at, value] of [
      [3, 0],
      [12, 0x42],
      [14, 0],
      [16, 0],
    ] as const) {
      const other = head.slice();
      other[at] = value;
      if (at === 16) other.fill(0, 16, 20);
      expect([at, partsOf(other)]).toEqual([at, null]);
    }
  });
});

describe('a NIfTI file in parts', () => {
  const geometry: Geometry = {
    sizeXyz: [300, 200, 40],
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const data = new Int16Array(noise(300 * 200 * 40 * 2, 7).buffer);
  const slice = 300 * 200;
  let file: Uint8Array;
  beforeAll(async () => {
    file = await writeNifti({ geometry, data }, { gzip: partCompressor });
  });

  async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; at < bytes.length; at += 9999) yield Promise.resolve(bytes.subarray(at, at + 9999));
  }
  type Told = readonly [when: 'glance' | 'shown' | 'turn', first: number, voxels: VoxelArray];
  async function told(
    bytes: Uint8Array,
    wanted: readonly [number, number],
    read?: NiftiGlance['read'],
  ): Promise<Told[]> {
    const all: Told[] = [];
    await streamNifti(
      pieces(bytes),
      { onStart: () => undefined, onSlices: (first, voxels) => void all.push(['turn', first, voxels]) },
      {
        storedBytes: bytes.length,
        bytesAtOnce: slice * 2 * 4,
        glance: {
          slices: () => wanted,
          shown: async () => void all.push(['shown', 0, new Uint8Array()]),
          read: read ?? (async (from, to) => bytes.slice(from, to)),
          onSlices: (first, voxels) => void all.push(['glance', first, voxels]),
        },
      },
    );
    return all;
  }

  it.each([
    [[30, 20, 32], 16],
    [[30, 20, 5], 5],
    [[700, 500, 4], 4],
    [[512, 512, 40], 20],
  ] as const)('of %j voxels has %i parts behind that of its header', async (sizeXyz, count) => {
    const volume = { geometry: { ...geometry, sizeXyz }, data: new Int16Array(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]) };
    const small = await writeNifti(volume, { gzip: partCompressor });
    expect(partsOf(small.subarray(0, partsHeadBytes(small)))?.lengths).toHaveLength(1 + count);
  });

  it('is read as any other', async () => {
    expect(Buffer.compare(new Uint8Array((await readNifti(file)).data.buffer), new Uint8Array(data.buffer))).toBe(0);
  });

  it.each([
    [0, 0],
    [19, 20],
    [39, 39],
    [-5, 99],
  ])('slices %i to %i are there before anything else, and again in their turn', async (first, last) => {
    const all = await told(file, [first, last]);
    const seen = (when: string): number[] =>
      all.flatMap(([at, from, voxels]) =>
        at === when ? Array.from({ length: voxels.length / slice }, (_, n) => from + n) : [],
      );
    for (const [, from, voxels] of all)
      expect(
        Buffer.compare(
          new Uint8Array(voxels.buffer),
          new Uint8Array(data.slice(from * slice, from * slice + voxels.length).buffer),
        ),
      ).toBe(0);
    expect(seen('turn')).toEqual(Array.from({ length: 40 }, (_, n) => n));
    for (let n = Math.max(0, first); n <= Math.min(39, last); n++) expect(seen('glance')).toContain(n);
    if (last - first < 2) expect(seen('glance').length).toBeLessThan(20);
    expect(all.map(([when]) => when).join(' ')).toMatch(/^(glance )+shown( turn)+$/);
  });

  it('is read from its beginning where the middle cannot be had, or is not what the file says', async () => {
    const lie = file.slice();
    lie[16 + 8 + 4 * 3] ^= 3; // length of a part
    for (const [bytes, read] of [
      [file, async () => null],
      [file, async (from: number, to: number) => noise(to - from)],
      [lie, undefined],
    ] as const) {
      const all = await told(bytes, [30, 30], read);
      expect(all.filter(([when]) => when === 'turn').reduce((sum, [, , { length }]) => sum + length, 0)).toBe(
        data.length,
      );
    }
    expect(
      (await told(await writeNifti({ geometry, data }, { gzip: true }), [30, 30])).map(([when]) => when),
    ).not.toContain('glance');
  });
});
