import { MEASURES, pointsOf } from './measurements.js';
import type { Measurement } from './measurements.js';
import { PLANE_NAMES } from './planes.js';
import type { Vec3 } from '#imaging';

/** A measurement without its number, which has no meaning outside the page. */
export type SavedMeasurement = Omit<Measurement, 'id'>;

/** `length,axial,12.5,-30,48,20.1,-30,48`: kind, plane, then three coordinates in LPS mm a point. */
export function encodeMeasurement({ kind, plane, points }: SavedMeasurement): string {
  return [kind, plane, ...points.flat().map((mm) => String(Math.round(mm * 100) / 100 + 0))].join(',');
}

/** The inverse; null for what is no measurement, or has not the points that its kind needs. */
export function decodeMeasurement(text: string): SavedMeasurement | null {
  const [kindWord, planeWord, ...rest] = text.split(',');
  const kind = MEASURES.find((name) => name === kindWord);
  const plane = PLANE_NAMES.find((name) => name === planeWord);
  const numbers = rest.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!kind || !plane || numbers.length !== 3 * pointsOf(kind) || !numbers.every(Number.isFinite)) return null;
  const points = Array.from({ length: pointsOf(kind) }, (_, n): Vec3 => [
    numbers[3 * n],
    numbers[3 * n + 1],
    numbers[3 * n + 2],
  ]);
  return { kind, plane, points };
}
