import { jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  affineRas,
  axisCodes,
  bringToGrid,
  labelExtents,
  orientTo,
  readLabelMap,
  readNifti,
  writeNifti,
} from '#imaging';
import type { LabelMap, Volume, VoxelArray } from '#imaging';
import { scoreCase } from './score-case.js';

/** Public images that a clone does not carry; the README beside them names sources and licences. */
const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real');
const present = existsSync(FOLDER);

jest.setTimeout(240_000);

/** Far quicker than a deep comparison of millions of voxels. */
const sameBytes = (a: VoxelArray, b: VoxelArray): boolean => {
  const bytes = ({ buffer, byteOffset, byteLength }: VoxelArray): Buffer =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  return bytes(a).equals(bytes(b));
};

const bytesOf = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, ...path)));

(present ? describe : describe.skip)(`real files${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  it('read one volume stored in eight orders and orient it to the same voxels', async () => {
    const names = readdirSync(join(FOLDER, 'orientations')).filter((name) => name.endsWith('.nii.gz'));
    expect(names).toHaveLength(8);
    const turned: Volume[] = [];
    for (const name of names) {
      const stored = await readNifti(bytesOf('orientations', name));
      expect(axisCodes(stored.geometry)).toBe(name.slice(0, 3));
      turned.push(orientTo(stored, 'RAS'));
    }
    for (const volume of turned) {
      expect(sameBytes(volume.data, turned[0].data)).toBe(true);
      affineRas(volume.geometry).forEach((x, n) => expect(x).toBeCloseTo(affineRas(turned[0].geometry)[n], 3));
    }
  });

  it('read a CT in float HU and its manual mask on one grid, and write both back unchanged', async () => {
    const image = await readNifti(bytesOf('msd-spleen2-crop', 'ct.nii.gz'));
    const mask = await readLabelMap(bytesOf('msd-spleen2-crop', 'seg_manual.nii.gz'));
    expect(image.geometry.sizeXyz).toEqual([164, 166, 26]);
    expect(bringToGrid(mask, image.geometry).data).toBe(mask.data);
    expect(labelExtents(mask).map(({ label, voxels }) => [label, voxels])[1]).toEqual([1, 96672]);
    const again = await readNifti(await writeNifti({ geometry: image.geometry, data: image.data }, { gzip: true }));
    expect(sameBytes(again.data, image.data)).toBe(true);
    affineRas(again.geometry).forEach((x, n) => expect(x).toBeCloseTo(affineRas(image.geometry)[n], 4));
  });

  it('read every other NIfTI file of the set', async () => {
    for (const name of readdirSync(join(FOLDER, 'totalseg')).filter((file) => file.endsWith('.nii.gz'))) {
      const read = name.includes('_seg') ? readLabelMap : readNifti;
      const { geometry, data } = await read(bytesOf('totalseg', name));
      expect(data).toHaveLength(geometry.sizeXyz[0] * geometry.sizeXyz[1] * geometry.sizeXyz[2]);
    }
  });

  it.each([
    ['0001', 0.09, 0.36],
    ['0002', 0.69, 0.9],
  ])('score label pair %s with the Dice that others found', async (pair, low, high) => {
    const reference: LabelMap = await readLabelMap(bytesOf('synthseg-pairs', `target_${pair}.nii.gz`));
    const prediction: LabelMap = await readLabelMap(bytesOf('synthseg-pairs', `noisy_${pair}.nii.gz`));
    const regions = [1, 2, 3, 4].map((label) => ({ name: `${label}`, labels: [label] }));
    for (const { values } of scoreCase({ reference, prediction, regions, metrics: ['dice', 'hd95', 'nsd@2'] })) {
      const { dice } = values;
      if (dice.kind !== 'value') throw new Error('Dice has no value');
      expect(dice.value).toBeGreaterThan(low - 0.01);
      expect(dice.value).toBeLessThan(high + 0.01);
    }
  });
});
