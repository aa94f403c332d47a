import { gzipSync } from 'node:zlib';
import type { Geometry } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import type { VoxelArray } from '../volume.js';
import { readNifti } from './read.js';
import { streamNifti } from './stream.js';
import type { NiftiStreamOptions } from './stream.js';
import { writeNifti } from './write.js';

const GRID: Geometry = {
  sizeXyz: [3, 2, 5],
  spacingMm: [0.5, 2, 4],
  originLps: [10, -20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const VOXELS = Int16Array.from({ length: 30 }, (_, v) => v * 11 - 100);
const plain = (): Promise<Uint8Array> => writeNifti({ geometry: GRID, data: VOXELS });

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function streamed(
  bytes: Uint8Array,
  size: number,
  options: NiftiStreamOptions = {},
): Promise<{ geometry: Geometry; slices: [number, number[]][] }> {
  let geometry: Geometry | undefined;
  const slices: [number, number[]][] = [];
  await streamNifti(
    inPieces(bytes, size),
    {
      onStart: (start) => (geometry = start.geometry),
      onSlices: (first, voxels: VoxelArray) => slices.push([first, [...voxels]]),
    },
    options,
  );
  if (!geometry) throw new Error('it never started');
  return { geometry, slices };
}

const codeOf = async (reading: Promise<unknown>): Promise<string> => {
  const error: unknown = await reading.then(
    () => new Error('the file was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof ImageFormatError) return error.code;
  throw error;
};

describe('reading a NIfTI file while it arrives', () => {
  it.each([1, 7, 350, 353, 100_000])('gives whole slices in order, in pieces of %i bytes', async (size) => {
    const bytes = await plain();
    for (const file of [bytes, gzipSync(bytes)]) {
      const { geometry, slices } = await streamed(file, size, { bytesAtOnce: 24 }); // two slices of twelve bytes
      expect(geometry).toEqual((await readNifti(bytes)).geometry);
      expect(slices.map(([first, { length }]) => [first, length])).toEqual([
        [0, 12],
        [2, 12],
        [4, 6],
      ]);
      expect(slices.flatMap(([, voxels]) => voxels)).toEqual([...VOXELS]);
    }
  });

  it('gives at least a slice at a time, and each a buffer of its own', async () => {
    const { slices } = await streamed(await plain(), 64, { bytesAtOnce: 1 });
    expect(slices).toHaveLength(5);
  });

  it('finds what readNifti finds', async () => {
    const bytes = await plain();
    const gzipped = new Uint8Array(gzipSync(bytes));
    expect(await codeOf(streamed(bytes.subarray(0, -1), 16))).toBe('nifti-truncated');
    expect(await codeOf(streamed(new Uint8Array([...bytes, 0]), 16))).toBe('nifti-trailing-bytes');
    expect(await codeOf(streamed(gzipped.subarray(0, -20), 16))).toBe('nifti-gzip');
    // an engine that takes several members finds too much, others find a fault
    const two = await codeOf(streamed(new Uint8Array([...gzipped, ...gzipped]), 16));
    expect(['nifti-gzip', 'nifti-trailing-bytes']).toContain(two);
    expect(await codeOf(streamed(new Uint8Array(gzipSync(bytes.subarray(0, -1))), 16))).toBe('nifti-truncated');
    expect(await codeOf(streamed(new Uint8Array(gzipSync(new Uint8Array([...bytes, 0]))), 16))).toBe(
      'nifti-trailing-bytes',
    );
    expect(await codeOf(streamed(new Uint8Array(0), 16))).toBe(await codeOf(readNifti(new Uint8Array(0))));
    expect(await codeOf(streamed(bytes, 16, { maxBytes: 100 }))).toBe('nifti-too-large');
  });

  it('refuses at once what cannot be in a file of its size', async () => {
    const bytes = await plain();
    expect(await codeOf(streamed(bytes, 16, { storedBytes: bytes.length - 1 }))).toBe('nifti-truncated');
    expect((await streamed(bytes, 16, { storedBytes: bytes.length })).slices).not.toHaveLength(0);
  });

  it.each([true, false])('passes on what happens to the source, gzip %s', async (gzip) => {
    const bytes = gzip ? new Uint8Array(gzipSync(await plain())) : await plain();
    async function* broken(): AsyncGenerator<Uint8Array, void, void> {
      yield await Promise.resolve(bytes.subarray(0, 40));
      throw new Error('the line is cut');
    }
    const nothing = { onStart: () => undefined, onSlices: () => undefined };
    await expect(streamNifti(broken(), nothing)).rejects.toThrow('the line is cut');
  });

  it('asks for nothing more once it has refused', async () => {
    const bytes = await plain();
    let asked = 0;
    let returned = false;
    async function* counted(): AsyncGenerator<Uint8Array, void, void> {
      try {
        for (; ; asked++) yield await Promise.resolve(bytes);
      } finally {
        returned = true;
      }
    }
    const nothing = { onStart: () => undefined, onSlices: () => undefined };
    await expect(streamNifti(counted(), nothing)).rejects.toMatchObject({ code: 'nifti-trailing-bytes' });
    expect([asked, returned]).toEqual([1, true]);
  });
});
