import { floor, max, min } from './arithmetic.js';
import { type Ellipsoid, FAR_MM, type Tube, inEllipsoid, inTube, join } from './shapes.js';

/**
 * One row of the image: where its points are going in, what is there coming out. Buffers are reused from row to row.
 * The painters below and beside this file walk over rows shape by shape, because most shapes meet few points.
 */
export interface Row {
  readonly length: number;
  /** Atlas mm of each point. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Smooth random fields with standard deviation 1: outlines, texture. */
  readonly wrinkle: Float64Array;
  readonly texture: Float64Array;
  /** Edges are softened over this many atlas mm. */
  readonly widthMm: number;
  /** Distance to the wall of the cavity and height of the diaphragm. */
  readonly cavity: Float64Array;
  readonly diaphragm: Float64Array;
  /** Attenuation in HU. */
  readonly hu: Float64Array;
  /** Distances in atlas mm, positive inside. The liver includes its lesions. */
  readonly liver: Float64Array;
  readonly spleen: Float64Array;
  readonly kidneys: Float64Array;
  readonly lesion: Float64Array;
  /** Place of the nearest lesion plus one, 0 where none is near. */
  readonly lesionNumber: Uint8Array;
  readonly scratch: Float64Array;
  /** Bounds of the points; x rises by `stepX` from `firstX` but for a displacement within [lowShiftX, highShiftX]. */
  readonly box: RowBox;
  /** Points from..to (exclusive) that a painter visits; set by `reach` and friends. */
  from: number;
  to: number;
}

export interface RowBox {
  firstX: number;
  stepX: number;
  lowShiftX: number;
  highShiftX: number;
  lowY: number;
  highY: number;
  lowZ: number;
  highZ: number;
}

/** Widest soft edge, wrinkle or fillet around a shape, in mm. */
const MARGIN_MM = 6;

export function emptyRow(length: number, widthMm: number): Row {
  const numbers = (): Float64Array => new Float64Array(length);
  return {
    length,
    x: numbers(),
    y: numbers(),
    z: numbers(),
    wrinkle: numbers(),
    texture: numbers(),
    widthMm,
    cavity: numbers(),
    diaphragm: numbers(),
    hu: numbers(),
    liver: numbers(),
    spleen: numbers(),
    kidneys: numbers(),
    lesion: numbers(),
    lesionNumber: new Uint8Array(length),
    scratch: numbers(),
    box: { firstX: 0, stepX: 1, lowShiftX: 0, highShiftX: 0, lowY: 0, highY: 0, lowZ: 0, highZ: 0 },
    from: 0,
    to: 0,
  };
}

/** Chooses the points whose x can lie in [lowX, highX]; false when there are none. */
export function reach(row: Row, lowX: number, highX: number): boolean {
  const { firstX, stepX, lowShiftX, highShiftX } = row.box;
  row.from = max(0, floor((lowX - highShiftX - firstX) / stepX));
  row.to = min(row.length, floor((highX - lowShiftX - firstX) / stepX) + 2);
  return row.from < row.to;
}

/** Chooses the points that an ellipsoid can meet; false when there are none. */
export function reachEllipsoid(row: Row, e: Ellipsoid): boolean {
  const margin = e.largest + MARGIN_MM;
  const { lowY, highY, lowZ, highZ } = row.box;
  if (e.cy + margin < lowY || e.cy - margin > highY || e.cz + margin < lowZ || e.cz - margin > highZ) return false;
  return reach(row, e.cx - margin, e.cx + margin);
}

/** Chooses the points that a tube can meet; false when there are none. */
export function reachTube(row: Row, t: Tube): boolean {
  const margin = max(t.radiusA, t.radiusB) + MARGIN_MM;
  const { lowY, highY, lowZ, highZ } = row.box;
  if (max(t.ay, t.ay + t.by) + margin < lowY || min(t.ay, t.ay + t.by) - margin > highY) return false;
  if (max(t.az, t.az + t.bz) + margin < lowZ || min(t.az, t.az + t.bz) - margin > highZ) return false;
  return reach(row, min(t.ax, t.ax + t.bx) - margin, max(t.ax, t.ax + t.bx) + margin);
}

/** Moves one point's attenuation towards `hu` by the share of the voxel that lies inside. */
export function mix(row: Row, i: number, distance: number, hu: number): void {
  const share = 0.5 + distance / row.widthMm;
  if (share <= 0) return;
  const before = row.hu[i];
  row.hu[i] = share >= 1 ? hu : before + share * (hu - before);
}

/** Fills the scratch buffer with the distance to a chain of tubes joined with a fillet of `filletMm`; false: out of reach. */
export function measureTubes(row: Row, tubes: readonly Tube[], filletMm: number): boolean {
  const { x, y, z, scratch } = row;
  let from = row.length;
  let to = 0;
  for (const t of tubes) {
    if (!reachTube(row, t)) continue;
    if (from >= to) scratch.fill(-FAR_MM);
    for (let i = row.from; i < row.to; i++) {
      const d = inTube(t, x[i], y[i], z[i]);
      scratch[i] = filletMm > 0 ? join(scratch[i], d, filletMm) : max(scratch[i], d);
    }
    from = min(from, row.from);
    to = max(to, row.to);
  }
  row.from = from;
  row.to = to;
  return from < to;
}

/** Fills the scratch buffer with the distance to ellipsoids joined with a fillet of `filletMm`; false: out of reach. */
export function measureEllipsoids(row: Row, parts: readonly Ellipsoid[], filletMm: number): boolean {
  const { x, y, z, scratch } = row;
  let from = row.length;
  let to = 0;
  for (const e of parts) {
    if (!reachEllipsoid(row, e)) continue;
    if (from >= to) scratch.fill(-FAR_MM);
    for (let i = row.from; i < row.to; i++) scratch[i] = join(scratch[i], inEllipsoid(e, x[i], y[i], z[i]), filletMm);
    from = min(from, row.from);
    to = max(to, row.to);
  }
  row.from = from;
  row.to = to;
  return from < to;
}
