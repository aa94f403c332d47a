import { readLabelMap, readNifti, writeNifti, type Geometry, type VoxelArray } from '#imaging';
import { partCompressor } from '../../../imaging/src/test-support/part-compressor.js';
import { rewriteCase, type CaseForm } from './rewrite-case.js';

const geometry: Geometry = { sizeXyz: [3, 2, 1], spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const form: CaseForm = { labels: [{ value: 1, name: 'liver' }], ignoreLabel: 9, channels: [{ name: 'T1' }, { name: 'T2' }] };
const file = (data: VoxelArray, spacing = 1) => () => writeNifti({ geometry: { ...geometry, spacingMm: [spacing, 1, 2] }, data }, { gzip: true, description: 'Jane Doe' });
const scan = (seed: number) => Int16Array.from({ length: 6 }, (_, v) => v * seed);
const mask = (...labels: number[]) => Uint8Array.from({ length: 6 }, (_, v) => labels[v] ?? 0);

async function rewrite(images: readonly (() => Promise<Uint8Array>)[], masks: readonly Uint8Array[], maxBytes = 1 << 20): Promise<Map<string, Uint8Array>> {
  const taken = new Map<string, Uint8Array>();
  const references = masks.map((labels, n) => ({ reader: `reader ${n}`, read: file(labels) }));
  await rewriteCase(form, { images, references }, { maxBytes, partCompressor }, async (part, n, bytes) => void taken.set(`${part} ${n}`, bytes));
  return taken;
}

describe('a case written anew', () => {
  it('has voxels and place, and nothing else of its files', async () => {
    const taken = await rewrite([file(scan(1)), file(scan(2))], [mask(1), mask(0, 9)]);
    expect([...taken.keys()]).toEqual(['image 0', 'image 1', 'reference 0', 'reference 1']);
    const image = await readNifti(taken.get('image 1')!);
    expect([[...image.data], image.header.description]).toEqual([[...scan(2)], '']);
    // the label that is ignored may occur, though it is none of the declared
    expect([...(await readLabelMap(taken.get('reference 1')!)).data]).toEqual([0, 9, 0, 0, 0, 0]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a channel on another grid', () => rewrite([file(scan(1)), file(scan(2), 1.5)], [mask(1)]), 'the image of T2 has the grid 3 x 2 x 1'],
    ['a label that is not declared', () => rewrite([file(scan(1)), file(scan(2))], [mask(1), mask(2)]), 'reference of "reader 1" holds labels 2; declared are 1, 9'],
    ['a volume beyond the limit', () => rewrite([file(scan(1)), file(scan(2))], [mask(1)], 11), 'at most 11 bytes'],
    ['no image', () => rewrite([], [mask(1)]), 'no image'],
  ])('is refused with a sentence: %s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});
