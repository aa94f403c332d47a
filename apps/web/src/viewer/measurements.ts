import type { Geometry, Vec3 } from '#imaging';
import { worldExtents } from './planes.js';
import type { Plane, PlaneName } from './planes.js';

// Measuring on a plane, in mm. Numbers belong to the picture that is read; they are no metrics of a benchmark.

export const MEASURES = ['length', 'angle', 'roi', 'probe'] as const;
export type Measure = (typeof MEASURES)[number];

/** Points on one plane, LPS mm: two ends, arm-vertex-arm, two opposite corners of the box around an ellipse, one point. */
export interface Measurement {
  readonly id: number;
  readonly kind: Measure;
  readonly plane: PlaneName;
  readonly points: readonly Vec3[];
}

const POINTS: Readonly<Record<Measure, number>> = { length: 2, angle: 3, roi: 2, probe: 1 };

/** How many points a kind needs. */
export const pointsOf = (kind: Measure): number => POINTS[kind];

/** What has been measured and what is being drawn; the last point of a draft follows the pointer. */
export interface Measurements {
  readonly done: readonly Measurement[];
  readonly draft: Measurement | null;
  readonly nextId: number;
}

export const NOTHING_MEASURED: Measurements = { done: [], draft: null, nextId: 1 };

export type MeasurementAction =
  /** A point is set: button down, or Enter at the crosshair. */
  | { readonly kind: 'press'; readonly measure: Measure; readonly plane: PlaneName; readonly at: Vec3 }
  | { readonly kind: 'move'; readonly plane: PlaneName; readonly at: Vec3 }
  /** Button up. After a drag the point is set here as well; after a click the next press sets it. */
  | { readonly kind: 'release'; readonly dragged: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'remove'; readonly id: number }
  | { readonly kind: 'clear' };

/** The next state; the same object when nothing changes. */
export function measurementReducer(state: Measurements, action: MeasurementAction): Measurements {
  const { done, draft, nextId } = state;
  switch (action.kind) {
    case 'press': {
      const { measure, plane, at } = action;
      const open = draft?.kind === measure && draft.plane === plane ? draft : null;
      const points = open ? [...open.points.slice(0, -1), at] : [at];
      const next: Measurement = { id: open?.id ?? nextId, kind: measure, plane, points };
      return settled({ done, draft: next, nextId: open ? nextId : nextId + 1 });
    }
    case 'move':
      return draft && draft.plane === action.plane
        ? { ...state, draft: { ...draft, points: [...draft.points.slice(0, -1), action.at] } }
        : state;
    case 'release':
      return draft && action.dragged ? settled(state) : state;
    case 'cancel':
      return draft ? { ...state, draft: null } : state;
    case 'remove':
      return done.some(({ id }) => id === action.id)
        ? { ...state, done: done.filter(({ id }) => id !== action.id) }
        : state;
    case 'clear':
      return done.length > 0 || draft ? { ...state, done: [], draft: null } : state;
  }
}

/** The last point of the draft is fixed: the measurement is done, or gets another point that follows. */
function settled(state: Measurements): Measurements {
  const { done, draft } = state;
  if (!draft) return state;
  const last = draft.points[draft.points.length - 1];
  return draft.points.length >= POINTS[draft.kind]
    ? { ...state, done: [...done, draft], draft: null }
    : { ...state, draft: { ...draft, points: [...draft.points, last] } };
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function lengthMm([a, b]: readonly Vec3[]): number {
  return Math.hypot(...minus(b, a));
}

/** Angle at the middle one of three points, 0 to 180 degrees; 0 where an arm has no length. */
export function angleDegrees([a, vertex, b]: readonly Vec3[]): number {
  const [u, v] = [minus(a, vertex), minus(b, vertex)];
  const lengths = Math.hypot(...u) * Math.hypot(...v);
  return lengths === 0 ? 0 : (Math.acos(Math.min(1, Math.max(-1, dot(u, v) / lengths))) * 180) / Math.PI;
}

/** An ellipse on a plane; radii along the right and the upper edge of the screen. */
export interface Ellipse {
  readonly centreLps: Vec3;
  readonly radiiMm: readonly [number, number];
}

/** The ellipse in the box between two corners. */
export function ellipseOf({ right, up }: Plane, [a, b]: readonly Vec3[]): Ellipse {
  const across = minus(b, a);
  return {
    centreLps: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2],
    radiiMm: [Math.abs(dot(across, right)) / 2, Math.abs(dot(across, up)) / 2],
  };
}

/** Grey values of the voxels whose centres lie in an ellipse on one slice. */
export interface EllipseReading {
  readonly areaMm2: number;
  readonly count: number;
  readonly mean: number;
  /** Of the voxels themselves (divided by their number), 0 for a single one. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Reads an ellipse.
 *
 * Voxels of a straight grid are taken where their centre is inside. An oblique grid is read at points as far apart as its
 * voxels, from the nearest voxel, because the plane cuts its voxels at an angle.
 *
 * @param valueAt grey value at a point, null outside the image
 * @returns null when no voxel centre lies inside
 */
export function readEllipse(
  geometry: Geometry,
  plane: Plane,
  { centreLps, radiiMm: [rx, ry] }: Ellipse,
  valueAt: (pointLps: Vec3) => number | null,
): EllipseReading | null {
  const axisOf = (direction: Vec3): 0 | 1 | 2 => (direction[0] !== 0 ? 0 : direction[1] !== 0 ? 1 : 2);
  const [a, b] = [axisOf(plane.right), axisOf(plane.up)];
  const extents = worldExtents(geometry);
  const steps = (axis: 0 | 1 | 2, radius: number): number[] => {
    const { low, stepMm } = extents[axis];
    const first = Math.ceil((centreLps[axis] - radius - low) / stepMm);
    const last = Math.floor((centreLps[axis] + radius - low) / stepMm);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => low + (first + n) * stepMm);
  };
  const values: number[] = [];
  if (rx > 0 && ry > 0) {
    for (const y of steps(b, ry)) {
      for (const x of steps(a, rx)) {
        if (((x - centreLps[a]) / rx) ** 2 + ((y - centreLps[b]) / ry) ** 2 > 1) continue;
        const point: [number, number, number] = [...centreLps];
        point[a] = x;
        point[b] = y;
        const value = valueAt(point);
        if (value !== null) values.push(value);
      }
    }
  }
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    areaMm2: Math.PI * rx * ry,
    count: values.length,
    mean,
    sd: Math.sqrt(variance),
    min: values.reduce((least, value) => Math.min(least, value), Infinity),
    max: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** A measurement in words; the same text stands on the picture and in the list. */
export function measurementText(
  { kind, points }: Measurement,
  geometry: Geometry,
  plane: Plane,
  unit: string,
  valueAt: (pointLps: Vec3) => number | null,
  describe: (pointLps: Vec3) => string,
): string {
  switch (kind) {
    case 'length':
      return `${lengthMm(points).toFixed(1)} mm`;
    case 'angle':
      return points.length < 3 ? `${lengthMm(points).toFixed(1)} mm` : `${angleDegrees(points).toFixed(1)}°`;
    case 'probe':
      return describe(points[0]);
    case 'roi': {
      const reading = readEllipse(geometry, plane, ellipseOf(plane, points), valueAt);
      if (!reading) return 'no voxel inside';
      const number = (value: number): string => Number(value.toPrecision(4)).toString().replace('-', '−');
      const { areaMm2, count, mean, sd, min, max } = reading;
      return `mean ${number(mean)} ${unit}, SD ${number(sd)}, ${number(min)} to ${number(max)}; ${(areaMm2 / 100).toFixed(2)} cm², ${count} voxels`;
    }
  }
}
