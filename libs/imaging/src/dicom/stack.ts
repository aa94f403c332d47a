import type { Geometry, Vec3 } from '../geometry.js';
import { ImageFormatError } from '../image-format-error.js';
import { cross, dot, minus, scale } from './slices.js';
import type { Slice } from './slices.js';

/** Slices in order along their normal, and the grid that they make. */
export interface Stack {
  readonly slices: readonly Slice[];
  readonly geometry: Geometry;
}

/** Largest difference of a direction cosine between parallel slices. */
const PARALLEL = 1e-3;
/** How far a slice may lie from its place on an even grid, in distances between slices; positions are written rounded. */
const UNEVEN = 0.1;
/** Largest cosine between the stacking direction and the plane of a slice: what the rest of the platform calls a right angle. */
const TILT = 0.01;

/**
 * Orders slices by where they lie, never by their numbers, and says which grid they make.
 *
 * The third axis runs along the normal of the slices (row direction x column direction), so its determinant is positive.
 * Distances between slices come from their positions; only a single slice is taken to be as far from the next as it is thick.
 *
 * @throws ImageFormatError for anything but one regular stack: see the codes from `dicom-size-differs` to `dicom-gantry-tilt`
 */
export function stackSlices(unordered: readonly Slice[], columns: number, rows: number): Stack {
  const [first] = unordered;
  for (const slice of unordered) checkAlike(first, slice);
  const normal = cross(first.alongRow, first.alongColumn);
  const height = new Map(unordered.map((slice) => [slice, dot(slice.position, normal)]));
  const slices = [...unordered].sort((a, b) => height.get(a)! - height.get(b)!);
  const heights = slices.map((slice) => height.get(slice)!);
  checkEven(slices, heights);
  const [bottom] = slices;
  const step = slices.length > 1 ? straightStep(slices, normal) : null;
  const spacing = step ? Math.hypot(...step) : thickness(bottom);
  const axis = step ? scale(step, 1 / spacing) : normal;
  const [r, c] = [bottom.alongRow, bottom.alongColumn];
  return {
    slices,
    geometry: {
      sizeXyz: [columns, rows, slices.length],
      spacingMm: [bottom.spacingMm[0], bottom.spacingMm[1], spacing],
      originLps: bottom.position,
      direction: [r[0], c[0], axis[0], r[1], c[1], axis[1], r[2], c[2], axis[2]],
    },
  };
}

function checkAlike(first: Slice, slice: Slice): void {
  const differs = (a: Vec3, b: Vec3): boolean => a.some((x, n) => Math.abs(x - b[n]) > PARALLEL);
  if (differs(first.alongRow, slice.alongRow) || differs(first.alongColumn, slice.alongColumn)) {
    throw new ImageFormatError(
      'dicom-orientation-differs',
      `${name(slice)} is oriented along (${show(slice.alongRow)}; ${show(slice.alongColumn)}) and ${name(first)} along ` +
        `(${show(first.alongRow)}; ${show(first.alongColumn)}); expected parallel slices`,
    );
  }
  if (slice.spacingMm.some((s, n) => Math.abs(s - first.spacingMm[n]) > 1e-4 * first.spacingMm[n])) {
    throw new ImageFormatError(
      'dicom-spacing-differs',
      `pixels of ${name(slice)} are ${slice.spacingMm.join(' x ')} mm apart and those of ${name(first)} ${first.spacingMm.join(' x ')} mm; expected one spacing`,
    );
  }
}

function thickness({ thicknessMm }: Slice): number {
  if (thicknessMm !== undefined && thicknessMm > 0) return thicknessMm;
  throw new ImageFormatError(
    'dicom-spacing',
    `the only slice has thickness ${thicknessMm ?? 'not stated'}; expected a positive number of mm`,
  );
}

/** Checks that neighbouring slices are equally far apart. */
function checkEven(slices: readonly Slice[], heights: readonly number[]): void {
  const count = slices.length;
  if (count === 1) return;
  const steps = heights.slice(1).map((h, n) => h - heights[n]);
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1];
  const between = (n: number): string =>
    `${name(slices[n])} at ${heights[n].toFixed(3)} mm and ${name(slices[n + 1])} at ${heights[n + 1].toFixed(3)} mm`;
  const twice = steps.findIndex((step) => step < Math.max(1e-3, 1e-2 * usual));
  if (twice >= 0) {
    throw new ImageFormatError(
      'dicom-slice-duplicate',
      `${between(twice)} lie in one place; expected one slice in each (are these several phases, echoes or repetitions?)`,
    );
  }
  const even = (heights[count - 1] - heights[0]) / (count - 1);
  const off = heights.findIndex((h, n) => Math.abs(h - heights[0] - n * even) > UNEVEN * even);
  if (off < 0) return;
  const gap = steps.findIndex((step) => step > 1.5 * usual);
  if (gap >= 0) {
    throw new ImageFormatError(
      'dicom-slice-gap',
      `${between(gap)} are ${steps[gap].toFixed(3)} mm apart where slices lie ${usual.toFixed(3)} mm apart; expected no slice to be missing`,
    );
  }
  throw new ImageFormatError(
    'dicom-slice-spacing',
    `slices lie ${Math.min(...steps).toFixed(3)} to ${Math.max(...steps).toFixed(3)} mm apart; expected one distance (${name(slices[off])} is off by more than a tenth of it)`,
  );
}

/** From one slice to the next: along the normal, but for rounding. A tilted gantry shifts each slice within its plane. */
function straightStep(slices: readonly Slice[], normal: Vec3): Vec3 {
  const whole = minus(slices[slices.length - 1].position, slices[0].position);
  const height = dot(whole, normal);
  const shift = Math.hypot(...minus(whole, scale(normal, height)));
  if (shift > TILT * height) {
    const degrees = (Math.atan2(shift, height) * 180) / Math.PI;
    throw new ImageFormatError(
      'dicom-gantry-tilt',
      `slices are stacked ${degrees.toFixed(2)} degrees off their normal (a tilted gantry); expected a right angle. Resample the series to straight slices first`,
    );
  }
  for (const slice of slices) {
    const from = minus(slice.position, slices[0].position);
    const aside = Math.hypot(...minus(from, scale(whole, dot(from, normal) / height)));
    if (aside > UNEVEN * slices[0].spacingMm[0]) {
      throw new ImageFormatError(
        'dicom-slice-spacing',
        `${name(slice)} lies ${aside.toFixed(3)} mm aside of the line through the first and last slice; expected a straight stack`,
      );
    }
  }
  return scale(whole, 1 / (slices.length - 1));
}

function name({ file, frame }: Slice): string {
  return `slice ${frame} of image ${file}`;
}

function show(v: Vec3): string {
  return v.map((x) => Number(x.toFixed(4))).join(', ');
}
