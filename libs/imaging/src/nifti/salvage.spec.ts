import { partCompressor } from '../test-support/part-compressor.js';
import type { Geometry } from '../geometry.js';
import { gzipInParts, partOffset, partsHeadBytes, partsOf } from './gzip-parts.js';
import { readNifti } from './read.js';
import { salvageNifti } from './salvage.js';
import { writeNifti } from './write.js';

// Eleven slices of 640 KB: a part each, of which none can be told from its length alone when a byte of it changes.
const geometry: Geometry = {
  sizeXyz: [800, 400, 11],
  spacingMm: [0.5, 0.5, 3],
  originLps: [-100, -50, 20],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const slice = 800 * 400;
const data = Int16Array.from(
  { length: slice * 11 },
  (_, v) => (Math.imul(v, 2654435761) >>> 24) + Math.floor(v / slice),
);

describe('what is sound of a damaged file', () => {
  let file: Uint8Array;
  let offset: (part: number) => number;
  beforeAll(async () => {
    file = await writeNifti({ geometry, data }, { gzip: partCompressor });
    const parts = partsOf(file.subarray(0, partsHeadBytes(file)))!;
    expect(parts.lengths).toHaveLength(12);
    offset = (part) => partOffset(parts, part);
  });
  const flipped = (...at: number[]): Uint8Array => {
    const bytes = file.slice();
    for (const byte of at) bytes[byte] ^= 0x10;
    return bytes;
  };
  const middleOf = (part: number): number => Math.floor((offset(part) + offset(part + 1)) / 2);

  it.each([
    ['one', [5], [[4, 4]]],
    ['the first', [1], [[0, 0]]],
    ['the last', [11], [[10, 10]]],
    [
      'some, of which two lie side by side',
      [3, 4, 9],
      [
        [2, 3],
        [8, 8],
      ],
    ],
  ] as const)('is all but the slices of the parts in which a byte is another: %s', async (_, parts, expected) => {
    const bytes = flipped(...parts.map(middleOf));
    await expect(readNifti(bytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^nifti-(gzip|truncated|trailing)/),
    });
    const { voxels, unreadable, geometry: found } = (await salvageNifti(bytes))!;
    expect(unreadable).toEqual(expected);
    expect(found).toEqual((await readNifti(file)).geometry);
    const isLost = (n: number): boolean => expected.some(([first, last]) => n >= first && n <= last);
    for (let n = 0; n < 11; n++) {
      const own = voxels.subarray(n * slice, (n + 1) * slice) as Int16Array;
      const from = isLost(n) ? nearestKept(n) : n;
      expect([n, Buffer.compare(bytesOf(own), bytesOf(data.subarray(from * slice, (from + 1) * slice)))]).toEqual([
        n,
        0,
      ]);
    }
    function nearestKept(n: number): number {
      const kept = Array.from({ length: 11 }, (__, k) => k).filter((k) => !isLost(k));
      return kept.reduce((best, k) => (Math.abs(k - n) < Math.abs(best - n) ? k : best));
    }
  });

  it('is all of it where only the checksum of the whole is another, and what came of one that is cut short', async () => {
    const trailer = await salvageNifti(flipped(file.length - 6));
    expect([trailer?.unreadable, Buffer.compare(bytesOf(trailer!.voxels as Int16Array), bytesOf(data))]).toEqual([
      [],
      0,
    ]);
    expect((await salvageNifti(file.subarray(0, middleOf(8))))?.unreadable).toEqual([[7, 10]]);
  });

  it('is nothing where the header is not sound, no part is, or nobody says where they are', async () => {
    expect(await salvageNifti(flipped(offset(0) + 20))).toBeNull();
    expect(await salvageNifti(flipped(...Array.from({ length: 11 }, (_, n) => middleOf(n + 1))))).toBeNull();
    expect(await salvageNifti(await writeNifti({ geometry, data }, { gzip: true }))).toBeNull();
    expect(await salvageNifti(await writeNifti({ geometry, data }))).toBeNull();
    expect(await salvageNifti(new Uint8Array(3))).toBeNull();
    const lie = file.slice();
    lie[12 + 4 + 8 + 4 * 3] ^= 1; // the length of a part: all that follow begin elsewhere
    expect((await salvageNifti(lie))?.unreadable).toEqual([[2, 10]]);
  });

  it('is nothing where more than 1 MiB is said to come before the voxels: that is not inflated', async () => {
    const plain = await writeNifti({ geometry, data });
    const behind = (lead: number): Uint8Array => {
      const moved = new Uint8Array(lead + plain.length - 352);
      moved.set(plain.subarray(0, 352));
      moved.set(plain.subarray(352), lead);
      new DataView(moved.buffer).setFloat32(108, lead, true);
      return gzipInParts(moved, lead, 2 * slice, partCompressor);
    };
    expect((await salvageNifti(behind(2 ** 20)))?.unreadable).toEqual([]);
    expect(await salvageNifti(behind(2 ** 20 + 16))).toBeNull();
  });

  it('is refused where a sound header declares too much', async () => {
    await expect(salvageNifti(file, { maxBytes: 1e6 })).rejects.toMatchObject({ code: 'nifti-too-large' });
  });
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
