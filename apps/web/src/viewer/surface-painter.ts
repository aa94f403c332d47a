import { indexIjk, pointLps } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';

// Surfaces of a label map seen from any side, by following one ray through the voxels for each pixel. Needs no mesh and no
// graphics card, and shows every voxel: small lesions are not lost to a coarser grid.

/** From where one looks. 0, 0 is from the front, head up; degrees. */
export interface SurfaceView {
  /** Positive turns the eye to the patient's left. */
  readonly azimuth: number;
  /** Positive lifts the eye towards the head; -90 to 90. */
  readonly elevation: number;
  readonly zoom: number;
}

export const FROM_THE_FRONT: SurfaceView = { azimuth: 0, elevation: 0, zoom: 1 };

/** Directions of the screen in LPS, unit length: its right and upper edge, and towards the eye; right = up x eye. */
export function surfaceAxes({ azimuth, elevation }: SurfaceView): { right: Vec3; up: Vec3; eye: Vec3 } {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const level: Vec3 = [Math.sin(a), -Math.cos(a), 0];
  return {
    right: [Math.cos(a), Math.sin(a), 0],
    up: [-Math.sin(e) * level[0], -Math.sin(e) * level[1], Math.cos(e)],
    eye: [Math.cos(e) * level[0], Math.cos(e) * level[1], Math.sin(e)],
  };
}

/** The view after a drag of so many pixels: the surface follows the pointer. */
export function turned(view: SurfaceView, dxPx: number, dyPx: number): SurfaceView {
  const azimuth = (((view.azimuth - dxPx * 0.6) % 360) + 360) % 360;
  return { ...view, azimuth, elevation: Math.min(90, Math.max(-90, view.elevation + dyPx * 0.6)) };
}

/** Voxels of a label map that are not background. */
export interface SegmentBox {
  readonly from: Vec3;
  /** One past the last. */
  readonly to: Vec3;
}

/** The smallest box around all segments that are kept; null when there are none. */
export function segmentBox(segments: Uint8Array, [nx, ny, nz]: Vec3, kept: Uint8Array): SegmentBox | null {
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (kept[segments[v]] === 0) continue;
        if (i < low[0]) low[0] = i;
        if (i > high[0]) high[0] = i;
        if (j < low[1]) low[1] = j;
        if (j > high[1]) high[1] = j;
        if (k < low[2]) low[2] = k;
        if (k > high[2]) high[2] = k;
      }
    }
  }
  return high[0] < 0 ? null : { from: [low[0], low[1], low[2]], to: [high[0] + 1, high[1] + 1, high[2] + 1] };
}

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** What is drawn. */
export interface SurfaceScene {
  readonly geometry: Geometry;
  /** Segments, x fastest. */
  readonly segments: Uint8Array;
  /** 256 entries: 0 hides a segment. */
  readonly kept: Uint8Array;
  readonly box: SegmentBox;
  /** Red, green, blue of segment 1, 2, ... */
  readonly colors: readonly Rgb[];
  /** Colour of a surface voxel instead of that of its segment. */
  readonly colorAt?: (voxel: number) => Rgb | null;
  /** 0 to 1; of each surface, so that what lies inside shines through. */
  readonly opacity: number;
  /** 0 to 1, light on a surface seen edge-on: near 1 where colours are to be read rather than shapes. */
  readonly ambient: number;
}

/** A ray that has lost so much of its light is not followed on. */
const DARK = 0.04;
const GAP_STEPS = 3;

/** Millimetres of a pixel, so that the box fits from every side. */
export function surfaceMmPerPx(
  { geometry, box }: SurfaceScene,
  view: SurfaceView,
  width: number,
  height: number,
): number {
  const [a, b] = corners(geometry, box);
  return Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]) / (0.95 * Math.min(width, height)) / view.zoom;
}

function corners(geometry: Geometry, { from, to }: SegmentBox): [Vec3, Vec3] {
  return [
    pointLps(geometry, [from[0] - 0.5, from[1] - 0.5, from[2] - 0.5]),
    pointLps(geometry, [to[0] - 0.5, to[1] - 0.5, to[2] - 0.5]),
  ];
}

/** A picture of surfaces. Rows from the top. */
export interface SurfacePicture {
  /** Red, green, blue and opacity of each pixel; transparent where no ray meets a surface. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Flat index of the voxel that each pixel shows in front, -1 where there is none. */
  readonly hits: Int32Array;
}

/** Draws the surfaces of a scene, lit from the eye, in parallel projection. */
export function paintSurfaces(scene: SurfaceScene, view: SurfaceView, width: number, height: number): SurfacePicture {
  const { geometry, segments, kept, box, colors, opacity, colorAt, ambient } = scene;
  const { right, up, eye } = surfaceAxes(view);
  const [nx, ny, nz] = geometry.sizeXyz;
  const mmPerPx = surfaceMmPerPx(scene, view, width, height);
  const [a, b] = corners(geometry, box);
  const middle: Vec3 = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
  const stepMm = Math.min(...geometry.spacingMm) * 0.75;

  const at = (r: number, u: number, d: number): Vec3 =>
    indexIjk(geometry, [0, 1, 2].map((w) => middle[w] + r * right[w] + u * up[w] + d * eye[w]) as unknown as Vec3);
  const origin = at(0, 0, 0);
  const minus = (p: Vec3): Vec3 => [p[0] - origin[0], p[1] - origin[1], p[2] - origin[2]];
  const acrossPx = minus(at(mmPerPx, 0, 0));
  const upPx = minus(at(0, mmPerPx, 0));
  const away = minus(at(0, 0, -stepMm));
  // The index axes as seen by the eye, for the light on a surface whose normal is known in index space.
  const light = [0, 1, 2].map((axis) => {
    const d = geometry.direction;
    return (d[axis] * eye[0] + d[3 + axis] * eye[1] + d[6 + axis] * eye[2]) / geometry.spacingMm[axis];
  });
  const perMm = geometry.spacingMm.map((mm) => 1 / mm);

  const picture = new Uint8ClampedArray(4 * width * height);
  const hits = new Int32Array(width * height).fill(-1);
  const segmentAt = (i: number, j: number, k: number): number =>
    i >= 0 && i < nx && j >= 0 && j < ny && k >= 0 && k < nz ? kept[segments[(k * ny + j) * nx + i]] : 0;
  /** How much the surface of a segment at a voxel faces the eye, 0 to 1, from the voxels around it. */
  const facing = (segment: number, i: number, j: number, k: number): number => {
    let [gi, gj, gk] = [0, 0, 0];
    for (let dk = -2; dk <= 2; dk++) {
      for (let dj = -2; dj <= 2; dj++) {
        for (let di = -2; di <= 2; di++) {
          if (segmentAt(i + di, j + dj, k + dk) === segment) continue;
          gi += di;
          gj += dj;
          gk += dk;
        }
      }
    }
    const length = Math.hypot(gi * perMm[0], gj * perMm[1], gk * perMm[2]);
    return length === 0 ? 0.5 : Math.abs(gi * light[0] + gj * light[1] + gk * light[2]) / length;
  };

  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n += 4) {
      const px = x + 0.5 - width / 2;
      const py = height / 2 - y - 0.5;
      // Where the ray is inside the box: steps from `first` to `last` along `away`.
      let [first, last] = [-Infinity, Infinity];
      const start = [0, 1, 2].map((axis) => origin[axis] + px * acrossPx[axis] + py * upPx[axis]);
      for (let axis = 0; axis < 3; axis++) {
        const [low, high] = [box.from[axis] - 0.5 - start[axis], box.to[axis] - 0.5 - start[axis]];
        if (Math.abs(away[axis]) < 1e-9) {
          if (low > 0 || high < 0) last = -Infinity;
          continue;
        }
        const [s, t] = [low / away[axis], high / away[axis]];
        first = Math.max(first, Math.min(s, t));
        last = Math.min(last, Math.max(s, t));
      }
      let left = 1;
      let [red, green, blue] = [0, 0, 0];
      let before = 0;
      let gap = 0;
      for (let step = Math.ceil(first); step <= last && left > DARK; step++) {
        const i = Math.round(start[0] + step * away[0]);
        const j = Math.round(start[1] + step * away[1]);
        const k = Math.round(start[2] + step * away[2]);
        const segment = segmentAt(i, j, k);
        if (segment !== before && segment !== 0) {
          const voxel = (k * ny + j) * nx + i;
          if (left === 1) hits[n / 4] = voxel;
          const color = colorAt?.(voxel) ?? colors[segment - 1];
          const lit = (ambient + (1 - ambient) * Math.min(1, facing(segment, i, j, k))) * left * opacity;
          red += color[0] * lit;
          green += color[1] * lit;
          blue += color[2] * lit;
          left *= 1 - opacity;
        }
        // A gap of a voxel or two is a step in the staircase of one surface, not the next surface.
        gap = segment === 0 ? gap + 1 : 0;
        if (segment !== 0 || gap > GAP_STEPS) before = segment;
      }
      if (left === 1) continue;
      const alpha = 1 - left;
      picture[n] = red / alpha;
      picture[n + 1] = green / alpha;
      picture[n + 2] = blue / alpha;
      picture[n + 3] = 255 * alpha;
    }
  }
  return { rgba: picture, hits };
}
