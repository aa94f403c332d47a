import fc from 'fast-check';
import { pointLps } from './affine.js';
import type { Geometry, Mat3, Vec3 } from './geometry.js';
import { sameGrid } from './grid.js';
import {
  ALL_AXIS_CODES,
  applyAxisMap,
  axisCodes,
  axisMapTo,
  inverseAxisMap,
  isAxisCodes,
  orientTo,
  permuteVoxels,
} from './orientation.js';
import type { Volume } from './volume.js';

const LPS: Geometry = {
  sizeXyz: [3, 4, 2],
  spacingMm: [0.5, 2, 4],
  originLps: [10, -20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

function numbered(geometry: Geometry): Volume<Int32Array> {
  const n = geometry.sizeXyz[0] * geometry.sizeXyz[1] * geometry.sizeXyz[2];
  return { geometry, data: Int32Array.from({ length: n }, (_, v) => v + 1) };
}

/** Value of each voxel with the point of the patient at which it lies, in a canonical order. */
function inThePatient({ geometry, data }: Volume): string[] {
  const [nx, ny, nz] = geometry.sizeXyz;
  const seen: string[] = [];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const point = pointLps(geometry, [i, j, k]).map((x) => (Math.round(x * 1e6) / 1e6 + 0).toString());
        seen.push(`${data[(k * ny + j) * nx + i]} at ${point.join(' ')}`);
      }
    }
  }
  return seen.sort();
}

describe('axis codes', () => {
  it('names what the standards name: DICOM identity is LPS, NIfTI identity is RAS', () => {
    expect(axisCodes(LPS)).toBe('LPS');
    expect(axisCodes({ ...LPS, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] })).toBe('RAS');
    expect(axisCodes({ ...LPS, direction: [0, 0, 1, -1, 0, 0, 0, -1, 0] })).toBe('AIL');
  });

  it('assigns an oblique grid by the best overall match, each axis once', () => {
    const c = Math.cos(0.6);
    const s = Math.sin(0.6);
    expect(axisCodes({ ...LPS, direction: [c, -s, 0, s, c, 0, 0, 0, -1] })).toBe('LPI');
  });

  it('knows exactly 48 orientations', () => {
    expect(new Set(ALL_AXIS_CODES).size).toBe(48);
    expect(isAxisCodes('SPL')).toBe(true);
    for (const wrong of ['RRS', 'RA', 'RASL', 'XYZ', 'ras', '']) {
      expect(isAxisCodes(wrong)).toBe(false);
      expect(() => orientTo(numbered(LPS), wrong)).toThrow(`orientation is "${wrong}"`);
    }
  });
});

describe('bringing a volume into an orientation', () => {
  it('flips the first two axes of an LPS volume to get RAS: the last voxel of the first slice comes first', () => {
    const ras = orientTo(numbered(LPS), 'RAS');
    expect(Array.from(ras.data.subarray(0, 3))).toEqual([12, 11, 10]);
    expect(ras.geometry.originLps).toEqual([11, -14, 30]);
    expect(ras.geometry.direction).toEqual([-1, 0, 0, 0, -1, 0, 0, 0, 1]);
  });

  it('reads S first for SPL: the fastest axis of memory runs along the slices', () => {
    const spl = orientTo(numbered(LPS), 'SPL');
    expect(spl.geometry.sizeXyz).toEqual([2, 4, 3]);
    expect(spl.geometry.spacingMm).toEqual([4, 2, 0.5]);
    expect(Array.from(spl.data.subarray(0, 4))).toEqual([1, 13, 4, 16]);
  });

  it('keeps every voxel where it is in the patient, for all 48 x 48 pairs', () => {
    for (const from of ALL_AXIS_CODES) {
      const stored = orientTo(numbered(LPS), from);
      expect(axisCodes(stored.geometry)).toBe(from);
      const patient = inThePatient(stored);
      for (const to of ALL_AXIS_CODES) {
        const turned = orientTo(stored, to);
        expect(axisCodes(turned.geometry)).toBe(to);
        if (from === 'LPS' || to === 'PIR') expect(inThePatient(turned)).toEqual(patient);
      }
    }
  });

  it('is undone exactly by the inverse map, for oblique grids too', () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    const size = fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
    );
    const property = fc.property(
      angle,
      angle,
      size,
      fc.constantFrom(...ALL_AXIS_CODES),
      (a, b, sizeXyz: Vec3, axes) => {
        const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
        const direction: Mat3 = [ca * cb, -sa, ca * sb, sa * cb, ca, sa * sb, -sb, 0, cb];
        const volume = numbered({ ...LPS, sizeXyz, direction });
        const map = axisMapTo(volume.geometry, axes);
        const turned = applyAxisMap(volume, map);
        const back = applyAxisMap(turned, inverseAxisMap(map));
        expect(back.data).toEqual(volume.data);
        expect(sameGrid(back.geometry, volume.geometry)).toBe(true);
        expect(inThePatient(turned)).toEqual(inThePatient(volume));
      },
    );
    fc.assert(property, { numRuns: 300, seed: 5 });
  });

  it('refuses an array that does not fill its grid', () => {
    expect(() => permuteVoxels(new Uint8Array(5), [2, 3, 1], axisMapTo(LPS, 'RAS'))).toThrow(/5 voxels.*2 x 3 x 1/);
  });
});
