import { indexIjk, pointLps } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { planeCamera, pixelOfPoint, pointOfPixel, WHOLE_VOLUME } from './plane-camera.js';
import { PLANES } from './planes.js';
import { areaOf, isUnreadable, isUnreadableAt, unreadableArea, unreadableSentence } from './unreadable.js';
import type { Pixel, UnreadableSlices } from './unreadable.js';

const straight: Geometry = {
  sizeXyz: [40, 30, 20],
  spacingMm: [2, 2, 5],
  originLps: [-40, -30, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const tilt = Math.PI / 8;
const oblique: Geometry = {
  ...straight,
  direction: [1, 0, 0, 0, Math.cos(tilt), -Math.sin(tilt), 0, Math.sin(tilt), Math.cos(tilt)],
};
const lost: UnreadableSlices = { axis: 2, first: 5, last: 8 };
const SIZE = [400, 300] as const;
const contains = (polygon: readonly Pixel[], [x, y]: Pixel): boolean =>
  polygon.length > 2 &&
  new Set(
    polygon.map(([ax, ay], n) => {
      const [bx, by] = polygon[(n + 1) % polygon.length];
      return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
    }),
  ).size === 1;

describe('slices that cannot be read', () => {
  it.each([
    ['straight', straight],
    ['oblique', oblique],
  ])('cover, in every plane of a %s grid, the pixels whose nearest voxel is one of them', (_, geometry) => {
    let covered = 0;
    for (const plane of Object.values(PLANES)) {
      for (const k of [3, 5.4, 7, 12]) {
        const camera = planeCamera(geometry, plane, pointLps(geometry, [20, 15, k]), WHOLE_VOLUME, SIZE);
        const area = unreadableArea(camera, geometry, lost);
        for (let y = 7.5; y < SIZE[1]; y += 15) {
          for (let x = 7.5; x < SIZE[0]; x += 15) {
            const index = indexIjk(geometry, pointOfPixel(camera, [x, y]));
            // where two voxels are equally near either is right
            if (index.some((at) => Math.abs(Math.abs(at % 1) - 0.5) < 0.01)) continue;
            const [i, j, k0] = index.map(Math.round);
            const inImage = [i, j, k0].every((at, axis) => at >= 0 && at < geometry.sizeXyz[axis]);
            expect([plane.name, k, x, y, contains(area, [x, y])]).toEqual([
              plane.name,
              k,
              x,
              y,
              inImage && isUnreadable([lost], [i, j, k0]),
            ]);
            covered += Number(inImage && isUnreadable([lost], [i, j, k0]));
          }
        }
      }
    }
    expect(covered).toBeGreaterThan(500);
  });

  it('are a band of their height beside, and the whole image on, a slice of theirs', () => {
    const at = (k: number): Vec3 => pointLps(straight, [20, 15, k]);
    const coronal = planeCamera(straight, PLANES.coronal, at(0), WHOLE_VOLUME, SIZE);
    const heightPx = pixelOfPoint(coronal, at(4.5))[1] - pixelOfPoint(coronal, at(8.5))[1];
    const widthPx = (40 * 2) / coronal.mmPerPx;
    expect(areaOf(unreadableArea(coronal, straight, lost))).toBeCloseTo(heightPx * widthPx, 6);
    const axial = planeCamera(straight, PLANES.axial, at(8), WHOLE_VOLUME, SIZE);
    expect(areaOf(unreadableArea(axial, straight, lost))).toBeCloseTo((80 * 60) / axial.mmPerPx ** 2, 6);
    const above = planeCamera(straight, PLANES.axial, at(9), WHOLE_VOLUME, SIZE);
    expect(unreadableArea(above, straight, lost)).toEqual([]);
  });

  it('are named with the numbers that the plane shows', () => {
    // axial slices are counted from the head: slice 20 of 20 is k = 0
    expect(unreadableSentence(straight, lost)).toBe(
      'Axial slices 12 to 15 of the image cannot be read: the stored file is damaged there.',
    );
    expect(unreadableSentence(straight, { axis: 1, first: 3, last: 3 })).toMatch(/^Coronal slice 4 of the image /);
    expect(unreadableSentence(oblique, lost)).toMatch(/^Axial slices \d+ to \d+ of the image /);
    expect(isUnreadableAt([lost], straight, pointLps(straight, [1, 1, 8.4]))).toBe(true);
    expect(isUnreadableAt([lost], straight, pointLps(straight, [1, 1, 8.6]))).toBe(false);
    expect(isUnreadableAt([], straight, pointLps(straight, [1, 1, 8]))).toBe(false);
  });
});
