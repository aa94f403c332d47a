import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { affineRas, pointLps } from '../affine.js';
import { axisCodes, orientTo } from '../orientation.js';
import { readNifti } from './read.js';

interface Golden {
  readonly size: readonly number[];
  readonly affineRas: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly weighted: number;
}

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/real');
const GOLDEN = resolve(import.meta.dirname, '../../../../test/golden/imaging/nifti.json');
const { files } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { files: Record<string, Golden> };
const present = existsSync(FOLDER);
const read = (name: string): ReturnType<typeof readNifti> => readNifti(readFileSync(join(FOLDER, name)));

(present ? describe : describe.skip)(`real NIfTI files${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  it.each(Object.keys(files))('%s is what nibabel reads', async (name) => {
    const { geometry, data } = await read(name);
    const expected = files[name];
    expect(geometry.sizeXyz).toEqual(expected.size);
    affineRas(geometry).forEach((x, n) => expect(x).toBeCloseTo(expected.affineRas[n], 4));
    let [min, max, sum, weighted] = [Infinity, -Infinity, 0, 0];
    for (let v = 0; v < data.length; v++) {
      const x = data[v];
      if (x < min) min = x;
      if (x > max) max = x;
      sum += x;
      weighted += x * (v % 1009);
    }
    const close = (a: number, b: number): void =>
      expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(b)));
    close(min, expected.min);
    close(max, expected.max);
    close(sum, expected.sum);
    close(weighted, expected.weighted);
  });

  it('one brain in eight storage orders is one brain', async () => {
    const names = Object.keys(files).filter((name) => name.startsWith('orientations/'));
    expect(names).toHaveLength(8);
    const stored = await Promise.all(names.map(read));
    expect(new Set(stored.map(({ geometry }) => axisCodes(geometry))).size).toBeGreaterThan(4);
    const [first, ...others] = stored.map((image) => orientTo(image, 'RAS'));
    for (const other of others) {
      expect(other.geometry.sizeXyz).toEqual(first.geometry.sizeXyz);
      pointLps(other.geometry, [10, 20, 30]).forEach((x, n) =>
        expect(x).toBeCloseTo(pointLps(first.geometry, [10, 20, 30])[n], 3),
      );
      expect(
        Buffer.from(other.data.buffer, other.data.byteOffset, other.data.byteLength).equals(
          Buffer.from(first.data.buffer, first.data.byteOffset, first.data.byteLength),
        ),
      ).toBe(true);
    }
  });
});
