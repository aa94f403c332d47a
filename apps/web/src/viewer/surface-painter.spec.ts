import type { Geometry, Mat3, Vec3 } from '#imaging';
import { FROM_THE_FRONT, paintSurfaces, segmentBox, surfaceAxes, turned } from './surface-painter.js';
import type { SurfaceScene, SurfaceView } from './surface-painter.js';

const kept = Uint8Array.from({ length: 256 }, (_, segment) => segment);
/** 12 x 12 x 12 voxels of 1 mm: a block of segment 1, and one voxel of segment 2 in front of it, left and near the head. */
function scene(direction: Mat3 = [1, 0, 0, 0, 1, 0, 0, 0, 1], opacity = 1): SurfaceScene {
  const geometry: Geometry = { sizeXyz: [12, 12, 12], spacingMm: [1, 1, 1], originLps: [0, 0, 0], direction };
  const segments = new Uint8Array(12 ** 3);
  const put = (i: number, j: number, k: number, segment: number): unknown =>
    (segments[(k * 12 + j) * 12 + i] = segment);
  for (let k = 3; k < 9; k++) for (let j = 3; j < 9; j++) for (let i = 3; i < 9; i++) put(i, j, k, 1);
  for (const j of [2, 1]) put(8, j, 8, 2);
  const box = segmentBox(segments, geometry.sizeXyz, kept);
  if (!box) throw new Error('the test has no segments');
  return {
    geometry,
    segments,
    kept,
    box,
    colors: [
      [255, 0, 0],
      [0, 0, 255],
    ],
    opacity,
    ambient: 0.4,
  };
}
/** Which colour is seen in the quadrants of the picture: upper left, upper right, lower left, lower right. */
function blueQuadrants(drawn: SurfaceScene, view: SurfaceView): number[] {
  const { rgba: picture } = paintSurfaces(drawn, view, 40, 40);
  const found = [0, 0, 0, 0];
  for (let y = 0; y < 40; y++)
    for (let x = 0; x < 40; x++)
      if (picture[4 * (40 * y + x) + 2] > 60 && picture[4 * (40 * y + x)] < 60)
        found[(y < 20 ? 0 : 2) + (x < 20 ? 0 : 1)]++;
  return found.map((n) => Number(n > 0));
}

describe('surfaces', () => {
  it('from the front show the left of the patient on the right, the head on top', () => {
    expect(blueQuadrants(scene(), FROM_THE_FRONT)).toEqual([0, 1, 0, 0]);
  });
  it('from behind hide what lies in front', () => {
    expect(blueQuadrants(scene(), { ...FROM_THE_FRONT, azimuth: 180 })).toEqual([0, 0, 0, 0]);
  });
  it('let what lies behind shine through', () => {
    expect(blueQuadrants(scene(undefined, 0.3), FROM_THE_FRONT)).toEqual([0, 0, 0, 0]); // red shines through the blue
    const { rgba: picture } = paintSurfaces(scene(undefined, 0.3), FROM_THE_FRONT, 40, 40);
    const alphas = [...picture].filter((_, n) => n % 4 === 3);
    expect(Math.max(...alphas)).toBeLessThan(200);
    expect(Math.max(...alphas)).toBeGreaterThan(100);
  });
  it('do not depend on how voxels are stored', () => {
    // the same block with the first axis running to the right of the patient: mirrored in the array, not in the picture
    const mirrored = scene([-1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(blueQuadrants(mirrored, FROM_THE_FRONT)).toEqual([1, 0, 0, 0]); // its blue voxel really lies right
  });
  it('are left out when hidden', () => {
    const only = Uint8Array.of(0, 1);
    const drawn = { ...scene(), kept: Uint8Array.from({ length: 256 }, (_, n) => only[n] ?? 0) };
    expect(blueQuadrants(drawn, FROM_THE_FRONT)).toEqual([0, 0, 0, 0]);
    expect(segmentBox(drawn.segments, [12, 12, 12], new Uint8Array(256))).toBeNull();
    expect(segmentBox(drawn.segments, [12, 12, 12], drawn.kept)).toEqual({ from: [3, 3, 3], to: [9, 9, 9] });
  });
  it('are black where there is nothing', () => {
    const { rgba, hits } = paintSurfaces(scene(), FROM_THE_FRONT, 40, 40);
    expect([...rgba.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(hits[0]).toBe(-1);
  });
  it('say which voxel each pixel shows', () => {
    const { hits } = paintSurfaces(scene(), FROM_THE_FRONT, 40, 40);
    const seen = new Set([...hits].filter((voxel) => voxel >= 0));
    expect(seen).toContain((8 * 12 + 1) * 12 + 8); // the foremost of segment 2
    expect(seen).not.toContain((8 * 12 + 2) * 12 + 8); // the one behind it
    expect(seen).toContain((5 * 12 + 3) * 12 + 5); // the front of the block
    expect([...seen].every((voxel) => Math.floor(voxel / 12) % 12 <= 3)).toBe(true); // nothing but fronts
  });
  it('can be coloured voxel by voxel', () => {
    const green = { ...scene(), colorAt: () => [0, 255, 0] as const };
    const { rgba: picture } = paintSurfaces(green, FROM_THE_FRONT, 40, 40);
    expect(picture[4 * (40 * 22 + 18) + 1]).toBeGreaterThan(60);
    expect(picture[4 * (40 * 22 + 18)]).toBe(0);
  });
});

describe('directions of the view', () => {
  const cross = (a: Vec3, b: Vec3): Vec3 => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  it.each([
    [0, 0, [1, 0, 0], [0, 0, 1], [0, -1, 0]],
    [90, 0, [0, 1, 0], [0, 0, 1], [1, 0, 0]],
    [180, 0, [-1, 0, 0], [0, 0, 1], [0, 1, 0]],
    [0, 90, [1, 0, 0], [0, 1, 0], [0, 0, 1]],
  ])('azimuth %d, elevation %d', (azimuth, elevation, right, up, eye) => {
    const axes = surfaceAxes({ azimuth, elevation, zoom: 1 });
    axes.right.forEach((x, w) => expect(x).toBeCloseTo(right[w], 12));
    axes.up.forEach((x, w) => expect(x).toBeCloseTo(up[w], 12));
    axes.eye.forEach((x, w) => expect(x).toBeCloseTo(eye[w], 12));
    cross(axes.up, axes.eye).forEach((x, w) => expect(x).toBeCloseTo(axes.right[w], 12));
  });
  it('a drag to the right brings the right side of the patient to the front', () => {
    expect(turned(FROM_THE_FRONT, 50, 0).azimuth).toBe(330);
    expect(turned(FROM_THE_FRONT, 0, 1000).elevation).toBe(90);
  });
});
