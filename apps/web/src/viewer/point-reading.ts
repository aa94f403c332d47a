import { indexIjk } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { ERROR_LEGEND } from './overlay-style.js';
import type { ShownLabel } from './overlay-style.js';
import { isUnreadable } from './unreadable.js';
import type { UnreadableSlices } from './unreadable.js';

/** What lies at a point of the image. */
export interface PointReading {
  /** Voxel of the canonical grid whose centre is nearest; null outside the image. */
  readonly indexIjk: Vec3 | null;
  readonly value: number | null;
  /** The voxel is damaged in the file; it has no value, though labels may lie there. */
  readonly unreadable: boolean;
  /** Segment by layer id; see `Segments`. */
  readonly segments: Readonly<Record<string, number>>;
  readonly errorClass: number | null;
}

/** Where values come from. Arrays are x-fastest on `geometry`. */
export interface ReadableCase {
  readonly geometry: Geometry;
  readonly valueAt: (indexIjk: Vec3) => number;
  readonly layers: Readonly<Record<string, Uint8Array>>;
  readonly errors: Uint8Array | null;
  readonly unreadable: readonly UnreadableSlices[];
}

/** Nearest voxel of a grid, or null when the point lies more than half a voxel outside. */
export function nearestVoxel(geometry: Geometry, pointLps: Vec3): Vec3 | null {
  const index = indexIjk(geometry, pointLps).map((n) => Math.round(n) + 0); // + 0: no negative zeros
  return index.every((n, a) => n >= 0 && n < geometry.sizeXyz[a]) ? [index[0], index[1], index[2]] : null;
}

export function readPoint(
  { geometry, valueAt, layers, errors, unreadable: damaged }: ReadableCase,
  pointLps: Vec3,
): PointReading {
  const index = nearestVoxel(geometry, pointLps);
  if (!index) return { indexIjk: null, value: null, unreadable: false, segments: {}, errorClass: null };
  const [nx, ny] = geometry.sizeXyz;
  const v = (index[2] * ny + index[1]) * nx + index[0];
  const unreadable = isUnreadable(damaged, index);
  return {
    indexIjk: index,
    value: unreadable ? null : valueAt(index),
    unreadable,
    segments: Object.fromEntries(Object.entries(layers).map(([id, data]) => [id, data[v]])),
    errorClass: errors ? errors[v] : null,
  };
}

/** Name of a segment; null for background. */
export function segmentName(labels: readonly ShownLabel[], segment: number): string | null {
  if (segment === 0) return null;
  return segment <= labels.length ? labels[segment - 1].name : 'undeclared label';
}

/** Name of an error class; null where both agree that there is nothing. */
export function errorName(errorClass: number): string | null {
  return errorClass === 0 ? null : ERROR_LEGEND[errorClass - 1].name;
}

/** A grey value for people: whole numbers as they are, others with three significant digits. */
export function greyText(value: number, unit: string): string {
  const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
  return `${text.replace('-', '−')} ${unit}`.trim();
}

/** The grey value at a point, or why there is none. */
export function valueText({ value, unreadable }: PointReading, unit: string): string {
  if (unreadable) return 'cannot be read';
  return value === null ? 'outside the image' : greyText(value, unit);
}

/** A point in a few words: '62 HU · liver' or '62 HU · reference liver, prediction –'. */
export function shortReading(
  reading: PointReading,
  unit: string,
  layers: readonly { readonly id: string; readonly kind: string }[],
  labels: readonly ShownLabel[],
): string {
  if (reading.indexIjk === null) return 'outside the image';
  const named = layers
    .filter(({ id }) => id in reading.segments)
    .map(({ id, kind }) => ({ kind, name: segmentName(labels, reading.segments[id]) ?? '–' }));
  const grey = valueText(reading, unit);
  if (named.length === 0 || named.every(({ name }) => name === '–')) return grey;
  if (named.every(({ name }) => name === named[0].name)) return `${grey} · ${named[0].name}`;
  return `${grey} · ${named.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`;
}
