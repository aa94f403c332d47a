import type { Geometry, Vec3 } from '#imaging';
import {
  edgeLetters,
  endSlice,
  gridCentre,
  isAligned,
  nudgeInPlane,
  placeOnGrid,
  PLANE_NAMES,
  PLANES,
  sideDistance,
  sideLetters,
  sliceNumber,
  spokenDistance,
  stepSlices,
  worldExtents,
} from './planes.js';

/** 5 x 4 x 3 voxels of 2 x 3 x 5 mm, centres from (10, 20, 30) on. */
const grid: Geometry = {
  sizeXyz: [5, 4, 3],
  spacingMm: [2, 3, 5],
  originLps: [10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
/** The same, tilted by about 17 degrees around x. */
const tilted: Geometry = { ...grid, direction: [1, 0, 0, 0, 0.957, -0.29, 0, 0.29, 0.957] };

describe('planes', () => {
  it.each(PLANE_NAMES)('%s: right, up and normal are a right-handed frame of unit vectors', (name) => {
    const { right: r, up: u, normal: n, axis } = PLANES[name];
    const cross = [u[1] * n[2] - u[2] * n[1], u[2] * n[0] - u[0] * n[2], u[0] * n[1] - u[1] * n[0]];
    cross.forEach((x, w) => expect(x).toBeCloseTo(r[w], 12));
    expect(Math.abs(n[axis])).toBe(1);
  });

  it('shows the radiological convention: left of the patient on the right, front of the patient on top of axial', () => {
    expect(edgeLetters(PLANES.axial)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters(PLANES.coronal)).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I' });
    expect(edgeLetters(PLANES.sagittal)).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });

  it('names oblique directions by their sides, strongest first', () => {
    expect(sideLetters([0, -0.3, 0.95])).toBe('SA');
    expect(sideLetters([-1, 0, 0])).toBe('R');
    expect(sideLetters([0.05, 0.998, 0])).toBe('P');
  });
});

describe('coordinates in words', () => {
  it.each([
    [0, 12.34, 'L 12.3 mm'],
    [0, -12.36, 'R 12.4 mm'],
    [1, -0.04, 'P 0.0 mm'],
    [2, -7, 'I 7.0 mm'],
  ] as const)('axis %d at %d mm is %s', (axis, mm, text) => expect(sideDistance(axis, mm)).toBe(text));

  it('is spoken with the word of the side', () => expect(spokenDistance(1, -8)).toBe('8.0 mm anterior'));
});

describe('slices', () => {
  it('counts in reading order: axial from the head down', () => {
    expect(sliceNumber(grid, PLANES.axial, [10, 20, 40])).toEqual({ number: 1, of: 3 });
    expect(sliceNumber(grid, PLANES.axial, [10, 20, 30])).toEqual({ number: 3, of: 3 });
    expect(sliceNumber(grid, PLANES.coronal, [10, 23, 30])).toEqual({ number: 2, of: 4 });
    expect(sliceNumber(grid, PLANES.sagittal, [18, 20, 30])).toEqual({ number: 5, of: 5 });
  });

  it('steps by the spacing and stops at the ends', () => {
    const start: Vec3 = [14, 23, 40];
    expect(stepSlices(grid, PLANES.axial, start, 1)).toEqual([14, 23, 35]);
    expect(stepSlices(grid, PLANES.axial, start, -1)).toEqual(start);
    expect(stepSlices(grid, PLANES.axial, start, 99)).toEqual([14, 23, 30]);
    expect(endSlice(grid, PLANES.axial, start, 'last')).toEqual([14, 23, 30]);
    expect(endSlice(grid, PLANES.coronal, start, 'first')).toEqual([14, 20, 40]);
  });

  it('moves the crosshair as the eye sees it: up in axial is towards the front', () => {
    expect(nudgeInPlane(grid, PLANES.axial, [14, 26, 35], 1, 1)).toEqual([16, 23, 35]);
    expect(nudgeInPlane(grid, PLANES.sagittal, [14, 23, 35], -1, 1)).toEqual([14, 20, 40]);
  });
});

describe('placing a point on the grid', () => {
  it('goes to the nearest voxel centre of an aligned grid', () => {
    expect(placeOnGrid(grid, [11.1, 24.6, 36])).toEqual([12, 26, 35]);
    expect(placeOnGrid(grid, [-999, 999, 30])).toEqual([10, 29, 30]);
  });
  it('only keeps inside a tilted one, whose voxel centres lie on no plane of the patient', () => {
    const [, y] = worldExtents(tilted);
    expect(placeOnGrid(tilted, [11.1, 24.6, 36])).toEqual([11.1, 24.6, 36]);
    expect(placeOnGrid(tilted, [11.1, 999, 36])[1]).toBeCloseTo(y.high, 12);
  });
  it('falls back to the middle where a coordinate is not a number', () => {
    expect(placeOnGrid(grid, [NaN, NaN, NaN])).toEqual(gridCentre(grid));
  });
  it('tells aligned from tilted', () => {
    expect(isAligned(grid)).toBe(true);
    expect(isAligned(tilted)).toBe(false);
  });
  it('measures the extent of a tilted grid by its corners', () => {
    const [x, y, z] = worldExtents(tilted);
    expect(x).toEqual({ low: 10, high: 18, stepMm: 2, slices: 5 });
    // y: 3 steps of 3 mm along (0.957, 0.29) and 2 steps of 5 mm along (-0.29, 0.957)
    expect(y.low).toBeCloseTo(20 - 2.9, 9);
    expect(y.high).toBeCloseTo(20 + 8.613, 9);
    expect(z.high - z.low).toBeCloseTo(9 * 0.29 + 10 * 0.957, 9);
  });
  it('a single slice is an ordinary case', () => {
    const flat: Geometry = { ...grid, sizeXyz: [5, 4, 1] };
    expect(stepSlices(flat, PLANES.axial, [14, 23, 30], 1)).toEqual([14, 23, 30]);
    expect(sliceNumber(flat, PLANES.axial, [14, 23, 30])).toEqual({ number: 1, of: 1 });
  });
});
