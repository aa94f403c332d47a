import type { Geometry } from '#imaging';
import {
  framedBy,
  framingOf,
  panBy,
  panIntoView,
  pixelOfPoint,
  planeCamera,
  pointOfPixel,
  scaleBar,
  WHOLE_VOLUME,
  zoomAbout,
} from './plane-camera.js';
import { PLANE_NAMES, PLANES } from './planes.js';

/** 100 x 50 x 20 mm between outer edges, middle at (49, 24.5, 9). */
const grid: Geometry = {
  sizeXyz: [50, 50, 10],
  spacingMm: [2, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const at = [20, 10, 4] as const;

describe('plane camera', () => {
  it('fits the volume with its outer half voxels into nine tenths of the picture', () => {
    const camera = planeCamera(grid, PLANES.axial, at, WHOLE_VOLUME, [200, 200]);
    expect(camera.mmPerPx).toBeCloseTo(100 / 180, 12); // the 100 mm across decide, not the 50 mm upright
    const [left] = pixelOfPoint(camera, [-1, 0, 0]);
    const [right] = pixelOfPoint(camera, [99, 0, 0]);
    expect([left, right]).toEqual([expect.closeTo(10, 9), expect.closeTo(190, 9)]);
  });

  it('looks through the position: the focal point lies in the plane that is shown', () => {
    expect(planeCamera(grid, PLANES.axial, at, WHOLE_VOLUME, [200, 100]).focalPointLps).toEqual([49, 24.5, 4]);
    expect(planeCamera(grid, PLANES.coronal, at, WHOLE_VOLUME, [200, 100]).focalPointLps).toEqual([49, 10, 9]);
    expect(planeCamera(grid, PLANES.sagittal, at, WHOLE_VOLUME, [200, 100]).focalPointLps).toEqual([20, 24.5, 9]);
  });

  it('draws the front of the patient above the back, and left of the patient to the right', () => {
    const camera = planeCamera(grid, PLANES.axial, at, WHOLE_VOLUME, [200, 200]);
    expect(pixelOfPoint(camera, [49, 0, 4])[1]).toBeLessThan(pixelOfPoint(camera, [49, 40, 4])[1]);
    expect(pixelOfPoint(camera, [90, 0, 4])[0]).toBeGreaterThan(pixelOfPoint(camera, [10, 0, 4])[0]);
  });

  it.each(PLANE_NAMES)('%s: pixel to point and back', (plane) => {
    const camera = planeCamera(grid, PLANES[plane], at, { zoom: 3, panMm: [4, -2] }, [320, 240]);
    const point = pointOfPixel(camera, [33, 211]);
    const [x, y] = pixelOfPoint(camera, point);
    expect([x, y]).toEqual([expect.closeTo(33, 9), expect.closeTo(211, 9)]);
    expect(point[PLANES[plane].axis]).toBeCloseTo(at[PLANES[plane].axis], 12);
  });
});

describe('framing', () => {
  const camera = planeCamera(grid, PLANES.axial, at, WHOLE_VOLUME, [200, 200]);

  it('panning moves the image with the pointer', () => {
    const before = pixelOfPoint(camera, at);
    const moved = planeCamera(grid, PLANES.axial, at, panBy(WHOLE_VOLUME, camera, 12, -7), [200, 200]);
    const after = pixelOfPoint(moved, at);
    expect(after[0] - before[0]).toBeCloseTo(12, 9);
    expect(after[1] - before[1]).toBeCloseTo(-7, 9);
  });

  it('zooming keeps the point under the pointer', () => {
    const under = pointOfPixel(camera, [40, 150]);
    const zoomed = planeCamera(grid, PLANES.axial, at, zoomAbout(WHOLE_VOLUME, camera, 2.5, [40, 150]), [200, 200]);
    const [x, y] = pixelOfPoint(zoomed, under);
    expect(zoomed.mmPerPx).toBeCloseTo(camera.mmPerPx / 2.5, 12);
    expect([x, y]).toEqual([expect.closeTo(40, 9), expect.closeTo(150, 9)]);
  });

  it('has limits, and zooming beyond them does not pan', () => {
    const most = zoomAbout(WHOLE_VOLUME, camera, 1e9, [100, 100]);
    expect(most.zoom).toBe(40);
    const cameraAtMost = planeCamera(grid, PLANES.axial, at, most, [200, 200]);
    expect(zoomAbout(most, cameraAtMost, 2, [10, 10])).toEqual(most);
  });

  it.each(PLANE_NAMES)('what a %s plane shows is named in mm, and shown again in a picture of another size', (name) => {
    const plane = PLANES[name];
    const framing = { zoom: 2.5, panMm: [7, -3] as const };
    const seen = framedBy(planeCamera(grid, plane, at, framing, [300, 200]));
    const [a, b] = [0, 1, 2].filter((axis) => axis !== plane.axis);
    for (const size of [
      [300, 200],
      [150, 400],
    ] as const) {
      const again = planeCamera(grid, plane, at, framingOf(seen, grid, size), size);
      expect(again.mmPerPx * Math.min(...size)).toBeCloseTo(seen.shownMm, 9);
      expect([again.focalPointLps[a], again.focalPointLps[b]]).toEqual([
        expect.closeTo(seen.centreMm[0], 9),
        expect.closeTo(seen.centreMm[1], 9),
      ]);
      expect(framedBy(again)).toEqual(seen);
    }
    const same = framingOf(seen, grid, [300, 200]);
    expect(same.zoom).toBeCloseTo(2.5, 2);
    expect(same.panMm[0]).toBeCloseTo(7, 1);
    expect(same.panMm[1]).toBeCloseTo(-3, 1);
    expect(framingOf({ ...seen, shownMm: 1e-9 }, grid, [300, 200]).zoom).toBe(40);
  });

  it('comes into view by the shortest way, and not at all when in view', () => {
    const far = { zoom: 8, panMm: [30, 0] as const };
    const away = planeCamera(grid, PLANES.axial, at, far, [200, 200]);
    expect(pixelOfPoint(away, at)[0]).toBeLessThan(0);
    const near = planeCamera(grid, PLANES.axial, at, panIntoView(far, away, at, 32), [200, 200]);
    expect(pixelOfPoint(near, at)[0]).toBeCloseTo(32, 9);
    expect(panIntoView(WHOLE_VOLUME, camera, at)).toBe(WHOLE_VOLUME);
  });
});

describe('scale bar', () => {
  it.each([
    [0.5, 140, 50, '5 cm'],
    [0.01, 100, 1, '1 mm'],
    [0.3, 100, 20, '2 cm'],
    [0.002, 140, 0.2, '0.2 mm'],
    [2, 140, 200, '20 cm'],
  ])('at %d mm a pixel and %d pixels: %d mm, "%s"', (mmPerPx, largestPx, mm, text) => {
    const bar = scaleBar(mmPerPx, largestPx);
    expect(bar.mm).toBeCloseTo(mm, 12);
    expect(bar.text).toBe(text);
    expect(bar.px).toBeLessThanOrEqual(largestPx);
    expect(bar.px * mmPerPx).toBeCloseTo(mm, 12);
  });
});
