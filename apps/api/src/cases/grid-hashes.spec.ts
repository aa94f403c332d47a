import { gridHash, writeNifti, type Geometry } from '#imaging';
import { GridHashes } from './grid-hashes.js';

const GRID: Geometry = {
  sizeXyz: [3, 2, 2],
  spacingMm: [1, 1, 2],
  originLps: [-10, 20, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

describe('the grid hash of a stored volume', () => {
  it('is that of the file, packed or not, read once and of its first bytes only', async () => {
    const voxels = new Uint8Array(12).fill(1);
    const files = new Map([
      ['packed', await writeNifti({ geometry: GRID, data: voxels }, { gzip: true })],
      ['plain', await writeNifti({ geometry: GRID, data: voxels })],
      ['model', new TextEncoder().encode('no volume'.repeat(100))],
    ]);
    const asked: string[] = [];
    const hashes = new GridHashes({
      open: async (sha256, range) => {
        asked.push(`${sha256} ${range?.start} ${range?.end}`);
        return (async function* () {
          const bytes = files.get(sha256)!;
          for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50);
        })();
      },
    });
    const of = (sha256: string) => hashes.of({ sha256, bytes: files.get(sha256)!.length });
    expect(await of('packed')).toBe(gridHash(GRID));
    expect(await of('plain')).toBe(gridHash(GRID));
    expect([await of('model'), await of('model'), await of('packed')]).toEqual([null, null, gridHash(GRID)]);
    expect(await hashes.of({ sha256: 'nothing', bytes: 0 })).toBeNull();
    expect(asked).toEqual(['packed 0 65535', 'plain 0 65535', 'model 0 65535']);
  });

  it('does not swallow what the store says', async () => {
    const gone = new Error('blob-missing');
    await expect(new GridHashes({ open: () => Promise.reject(gone) }).of({ sha256: 'a', bytes: 9 })).rejects.toBe(gone);
  });
});
