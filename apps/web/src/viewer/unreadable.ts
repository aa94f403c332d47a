import { indexIjk, pointLps } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { pointOfPixel } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';
import { PLANE_NAMES, PLANES, sliceNumber } from './planes.js';

/** Slices of an image that were damaged in the file: those from `first` to `last`, voxels along an axis of the shown grid. */
export interface UnreadableSlices {
  readonly axis: 0 | 1 | 2;
  readonly first: number;
  readonly last: number;
}

export function isUnreadable(unreadable: readonly UnreadableSlices[], index: Vec3): boolean {
  return unreadable.some(({ axis, first, last }) => index[axis] >= first && index[axis] <= last);
}

/** Whether the voxel that is nearest to a point is one of them. */
export function isUnreadableAt(unreadable: readonly UnreadableSlices[], geometry: Geometry, pointLps: Vec3): boolean {
  if (unreadable.length === 0) return false;
  const [i, j, k] = indexIjk(geometry, pointLps).map(Math.round);
  return isUnreadable(unreadable, [i, j, k]);
}

/** 'Axial slices 40 to 47 of the image cannot be read.', with the numbers that the plane shows. */
export function unreadableSentence(geometry: Geometry, { axis, first, last }: UnreadableSlices): string {
  const plane = PLANES[PLANE_NAMES.find((name) => PLANES[name].axis === axis) ?? 'axial'];
  const middle = geometry.sizeXyz.map((n) => (n - 1) / 2);
  const [a, b] = [first, last]
    .map((slice) => {
      const index = middle.map((at, other) => (other === axis ? slice : at));
      return sliceNumber(geometry, plane, pointLps(geometry, [index[0], index[1], index[2]])).number;
    })
    .sort((one, other) => one - other);
  const which = a === b ? `slice ${a}` : `slices ${a} to ${b}`;
  return `${plane.title} ${which} of the image cannot be read: the stored file is damaged there.`;
}

export type Pixel = readonly [number, number];

/**
 * The part of a picture in which voxels of some slices are nearest, as a convex polygon in CSS pixels; empty where the plane
 * passes them by.
 */
export function unreadableArea(camera: PlaneCamera, geometry: Geometry, slices: UnreadableSlices): readonly Pixel[] {
  const { widthPx: w, heightPx: h } = camera;
  const at = (pixel: Pixel): Vec3 => indexIjk(geometry, pointOfPixel(camera, pixel));
  const [origin, across, down] = [at([0, 0]), at([w, 0]), at([0, h])];
  /** Index along an axis of the grid; it changes evenly over the picture. */
  const along =
    (axis: number) =>
    ([x, y]: Pixel): number =>
      origin[axis] + ((across[axis] - origin[axis]) * x) / w + ((down[axis] - origin[axis]) * y) / h;
  let area: readonly Pixel[] = [
    [0, 0],
    [w, 0],
    [w, h],
    [0, h],
  ];
  for (const axis of [0, 1, 2]) {
    const [low, high] = axis === slices.axis ? [slices.first, slices.last] : [0, geometry.sizeXyz[axis] - 1];
    const index = along(axis);
    area = keptWhere(area, (pixel) => index(pixel) - (low - 0.5));
    area = keptWhere(area, (pixel) => high + 0.5 - index(pixel));
  }
  return area;
}

/** The part of a convex polygon in which something that changes evenly is not negative. */
function keptWhere(polygon: readonly Pixel[], inside: (pixel: Pixel) => number): readonly Pixel[] {
  return polygon.flatMap((from, n): Pixel[] => {
    const to = polygon[(n + 1) % polygon.length];
    const [a, b] = [inside(from), inside(to)];
    const own: Pixel[] = a >= 0 ? [from] : [];
    if (a >= 0 === b >= 0) return own;
    const share = a / (a - b);
    return [...own, [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]];
  });
}

/** Area of a polygon, in square pixels. */
export function areaOf(polygon: readonly Pixel[]): number {
  const twice = polygon.reduce((sum, [x, y], n) => {
    const [toX, toY] = polygon[(n + 1) % polygon.length];
    return sum + x * toY - toX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
