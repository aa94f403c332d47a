import type { Geometry, Vec3 } from '#imaging';
import { worldExtents } from './planes.js';
import { PLANES } from './planes.js';
import type { Plane, PlaneName } from './planes.js';

/** What a person changed about the view of one plane; the slice itself follows the shared position. */
export interface PlaneFraming {
  /** 1 shows the whole volume with a small margin; 2 twice as large. */
  readonly zoom: number;
  /** How far the picture's centre lies from the middle of the volume, in mm towards right and up of the screen. */
  readonly panMm: readonly [number, number];
}

export const WHOLE_VOLUME: PlaneFraming = { zoom: 1, panMm: [0, 0] };

/** What a plane shows, in mm of the patient: it stays that whatever the size of the picture. */
export interface FramedPlane {
  readonly plane: PlaneName;
  /** Along the shorter side of the picture. */
  readonly shownMm: number;
  /** Middle of the picture, LPS mm along the two axes of the plane, x before y before z. */
  readonly centreMm: readonly [number, number];
}

/** A parallel projection of one plane: everything needed to turn pixels into mm and back. */
export interface PlaneCamera {
  readonly plane: Plane;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly mmPerPx: number;
  /** Point in the middle of the picture, LPS mm; lies in the plane that is shown. */
  readonly focalPointLps: Vec3;
}

const SMALLEST_ZOOM = 0.25;
const LARGEST_ZOOM = 40;
/** Share of the picture that the volume fills at zoom 1; the rest keeps letters and captions off the image. */
const FILL = 0.9;

const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Middle of the volume and its size in mm along a direction of the screen; half a voxel is added at both ends. */
function spanAlong(geometry: Geometry, direction: Vec3): { middle: number; length: number } {
  let middle = 0;
  let length = 0;
  worldExtents(geometry).forEach(({ low, high, stepMm }, w) => {
    middle += (direction[w] * (low + high)) / 2;
    length += Math.abs(direction[w]) * (high - low + stepMm);
  });
  return { middle, length };
}

/**
 * The projection that shows a plane through a position.
 *
 * @param sizePx width and height of the picture in CSS pixels, both positive
 */
export function planeCamera(
  geometry: Geometry,
  plane: Plane,
  positionLps: Vec3,
  { zoom, panMm }: PlaneFraming,
  sizePx: readonly [number, number],
): PlaneCamera {
  const [widthPx, heightPx] = sizePx;
  const across = spanAlong(geometry, plane.right);
  const upright = spanAlong(geometry, plane.up);
  const mmPerPx = Math.max(across.length / (FILL * widthPx), upright.length / (FILL * heightPx)) / zoom;
  const r = across.middle + panMm[0];
  const u = upright.middle + panMm[1];
  const n = dot(positionLps, plane.normal);
  const at = (w: 0 | 1 | 2): number => plane.right[w] * r + plane.up[w] * u + plane.normal[w] * n;
  return { plane, widthPx, heightPx, mmPerPx, focalPointLps: [at(0), at(1), at(2)] };
}

/** Where a point appears, in CSS pixels from the upper left corner; its distance from the plane is ignored. */
export function pixelOfPoint(
  { plane, widthPx, heightPx, mmPerPx, focalPointLps: f }: PlaneCamera,
  p: Vec3,
): [number, number] {
  const away: Vec3 = [p[0] - f[0], p[1] - f[1], p[2] - f[2]];
  return [widthPx / 2 + dot(away, plane.right) / mmPerPx, heightPx / 2 - dot(away, plane.up) / mmPerPx];
}

/** The point of the shown plane under a pixel. */
export function pointOfPixel(
  { plane, widthPx, heightPx, mmPerPx, focalPointLps: f }: PlaneCamera,
  [x, y]: readonly [number, number],
): Vec3 {
  const r = (x - widthPx / 2) * mmPerPx;
  const u = (heightPx / 2 - y) * mmPerPx;
  const at = (w: 0 | 1 | 2): number => f[w] + plane.right[w] * r + plane.up[w] * u;
  return [at(0), at(1), at(2)];
}

const axesOf = (name: PlaneName): readonly number[] => [0, 1, 2].filter((axis) => axis !== PLANES[name].axis);

/** What a camera shows, to a tenth of a millimetre. */
export function framedBy({ plane, widthPx, heightPx, mmPerPx, focalPointLps }: PlaneCamera): FramedPlane {
  const [a, b] = axesOf(plane.name).map((axis) => Math.round(focalPointLps[axis] * 10) / 10 + 0);
  const shownMm = Number((mmPerPx * Math.min(widthPx, heightPx)).toPrecision(4));
  return { plane: plane.name, shownMm, centreMm: [a, b] };
}

/** The framing that shows it in a picture of a size. */
export function framingOf(
  { plane: name, shownMm, centreMm }: FramedPlane,
  geometry: Geometry,
  sizePx: readonly [number, number],
): PlaneFraming {
  const plane = PLANES[name];
  const whole = planeCamera(geometry, plane, [0, 0, 0], WHOLE_VOLUME, sizePx);
  const away: [number, number, number] = [0, 0, 0];
  axesOf(name).forEach((axis, n) => (away[axis] = centreMm[n] - whole.focalPointLps[axis]));
  const zoom = (whole.mmPerPx * Math.min(...sizePx)) / shownMm;
  return {
    zoom: Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, zoom)),
    panMm: [dot(away, plane.right), dot(away, plane.up)],
  };
}

/** Framing after the picture was dragged by some pixels: the image follows the pointer. */
export function panBy(framing: PlaneFraming, { mmPerPx }: PlaneCamera, dxPx: number, dyPx: number): PlaneFraming {
  return { ...framing, panMm: [framing.panMm[0] - dxPx * mmPerPx, framing.panMm[1] + dyPx * mmPerPx] };
}

/** Framing after zooming by a factor while the point under a pixel stays where it is. */
export function zoomAbout(
  framing: PlaneFraming,
  camera: PlaneCamera,
  factor: number,
  [x, y]: readonly [number, number],
): PlaneFraming {
  const zoom = Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, framing.zoom * factor));
  const shift = camera.mmPerPx * (1 - framing.zoom / zoom);
  return {
    zoom,
    panMm: [framing.panMm[0] + (x - camera.widthPx / 2) * shift, framing.panMm[1] - (y - camera.heightPx / 2) * shift],
  };
}

/** Framing moved just so far that a point is at least `marginPx` inside the picture; unchanged when it already is. */
export function panIntoView(framing: PlaneFraming, camera: PlaneCamera, point: Vec3, marginPx = 32): PlaneFraming {
  const [x, y] = pixelOfPoint(camera, point);
  const missing = (at: number, size: number): number => {
    const margin = Math.min(marginPx, size / 2);
    return at < margin ? margin - at : at > size - margin ? size - margin - at : 0;
  };
  const dx = missing(x, camera.widthPx);
  const dy = missing(y, camera.heightPx);
  return dx === 0 && dy === 0 ? framing : panBy(framing, camera, dx, dy);
}

/** A length that reads well (1, 2 or 5 times a power of ten, in mm) and takes at most `largestPx` on screen. */
export function scaleBar(mmPerPx: number, largestPx: number): { mm: number; px: number; text: string } {
  const largest = mmPerPx * largestPx;
  const decade = 10 ** Math.floor(Math.log10(largest));
  const mm = decade * ([5, 2, 1].find((n) => n * decade <= largest) ?? 1);
  const text = mm >= 10 ? `${mm / 10} cm` : `${Number(mm.toPrecision(1))} mm`;
  return { mm, px: mm / mmPerPx, text };
}
