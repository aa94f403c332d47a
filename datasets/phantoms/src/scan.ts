import { floor, max, min } from './arithmetic.js';
import { drawAnatomy, type Anatomy } from './anatomy.js';
import type { PhantomCase } from './cases.js';
import { AIR_HU, paintRow } from './paint.js';
import { type Row, emptyRow } from './row.js';
import { FOUR_BYTE_SD, Random, fourByteSum } from './random.js';
import { rationalRotation } from './shapes.js';
import { SITES, type Site } from './sites.js';
import { SmoothField } from './smooth-field.js';

/** The scanned grid before storage: i grows to the patient's left, j to posterior, k to superior. */
export interface ScanGrid {
  readonly size: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  /** Centre of voxel (0, 0, 0) in the frame of the patient's trunk, mm. */
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  /** What the scanner adds to trunk coordinates: its own origin, LPS mm. */
  readonly originLps: readonly [number, number, number];
}

/** A scan and what is truly in it, x fastest. Distances in mm, positive inside, averaged over the slice. */
export interface Scan {
  readonly grid: ScanGrid;
  readonly anatomy: Anatomy;
  readonly hu: Int16Array;
  readonly liver: Float32Array;
  readonly spleen: Float32Array;
  readonly kidneys: Float32Array;
  readonly lesion: Float32Array;
  /** Place of the nearest lesion in the anatomy's list plus one, 0 where none is near. */
  readonly lesionNumber: Uint8Array;
}

/** Width of a soft edge in the slice, in voxels: the blur of focal spot and detector. */
const EDGE_VOXELS = 1.35;

/** Draws a patient, lays them on the table and scans them. Pure: the same case gives the same bits. */
export function scan(phantom: PhantomCase): Scan {
  const site = SITES[phantom.siteId];
  const r = new Random(phantom.seed, 'scan');
  const bodyScale = (phantom.clinical.sex === 'male' ? 1.02 : 0.965) + 0.02 * max(-2, min(2, r.normal()));
  const grid = drawGrid(site, r);
  const zRange = [grid.low[2] / bodyScale, grid.high[2] / bodyScale] as const;
  const anatomy = drawAnatomy(phantom.seed, phantom.clinical, zRange);
  const painted = expose(phantom.seed, site, grid, anatomy, bodyScale, r);
  const hu = develop(phantom.seed, site, grid, painted.hu);
  return { ...painted, grid, anatomy, hu };
}

function drawGrid(site: Site, r: Random): ScanGrid {
  const slices = site.slices[0] + r.below(site.slices[1] - site.slices[0] + 1);
  const size = [site.matrix[0], site.matrix[1], slices] as const;
  const spacingMm = [site.inPlaneMm, site.inPlaneMm, site.sliceThicknessMm] as const;
  const middle = [0, -11, 8 + floor(r.range(-5, 6))];
  const low: [number, number, number] = [0, 0, 0];
  const high: [number, number, number] = [0, 0, 0];
  const originLps: [number, number, number] = [0, 0, 0];
  // Table positions in quarters of a millimetre are exact in the 32-bit floats of a NIfTI header.
  const table = [r.range(-12, 12), r.range(-170, -120), r.range(-900, 400)];
  for (let axis = 0; axis < 3; axis++) {
    const half = ((size[axis] - 1) * spacingMm[axis]) / 2;
    low[axis] = middle[axis] - half;
    high[axis] = middle[axis] + half;
    originLps[axis] = floor(4 * (low[axis] + table[axis])) / 4;
  }
  return { size, spacingMm, low, high, originLps };
}

/** Anatomy seen through the voxels: each slice is the mean of thinner ones, edges are softened within the slice. */
function expose(seed: number, site: Site, grid: ScanGrid, anatomy: Anatomy, bodyScale: number, r: Random) {
  const [nx, ny, nz] = grid.size;
  const [dx, dy, dz] = grid.spacingMm;
  const count = nx * ny * nz;
  const out = {
    hu: new Float32Array(count),
    liver: new Float32Array(count),
    spleen: new Float32Array(count),
    kidneys: new Float32Array(count),
    lesion: new Float32Array(count),
    lesionNumber: new Uint8Array(count),
  };
  const fields = drawFields(seed, grid);
  const [cos, sin] = rationalRotation(r.range(-0.03, 0.03)); // the patient lies a little askew
  const toAtlas = 1 / bodyScale;
  const thin = max(1, floor(site.sliceThicknessMm / 1.5 + 0.25)); // 1, 2 and 3 sub-slices
  const middle = floor(thin / 2);
  const tableY = r.range(80, 84);
  const row = emptyRow(nx, EDGE_VOXELS * dx * toAtlas);
  const distance = bodyScale / thin;
  for (let k = 0; k < nz; k++) {
    for (let s = 0; s < thin; s++) {
      const z = grid.low[2] + dz * (k + (s + 0.5) / thin - 0.5);
      for (const field of fields) field.atZ(z);
      for (let j = 0; j < ny; j++) {
        const y = grid.low[1] + dy * j;
        placeRow(row, fields, grid.low[0], y, z, dx, cos * toAtlas, sin * toAtlas, toAtlas);
        paintRow(anatomy, row);
        if (site.table) addTable(row.hu, grid.low[0], dx, y, tableY);
        const at = (k * ny + j) * nx;
        for (let i = 0; i < nx; i++) {
          out.hu[at + i] += row.hu[i] / thin;
          out.liver[at + i] += row.liver[i] * distance;
          out.spleen[at + i] += row.spleen[i] * distance;
          out.kidneys[at + i] += row.kidneys[i] * distance;
          out.lesion[at + i] += row.lesion[i] * distance;
        }
        if (s === middle) out.lesionNumber.set(row.lesionNumber, at);
      }
    }
  }
  return out;
}

/** Puts the points of the row x0, x0 + dx, … at y, z of the scanner into the atlas. `cos`, `sin` carry the scale. */
function placeRow(
  row: Row,
  fields: readonly SmoothField[],
  x0: number,
  y: number,
  z: number,
  dx: number,
  cos: number,
  sin: number,
  scale: number,
): void {
  fields[0].fillRow(y, x0, dx, row.x);
  fields[1].fillRow(y, x0, dx, row.y);
  fields[2].fillRow(y, x0, dx, row.z);
  fields[3].fillRow(y, x0, dx, row.wrinkle);
  fields[4].fillRow(y, x0, dx, row.texture);
  const { box } = row;
  box.firstX = cos * x0 + sin * y;
  box.stepX = cos * dx;
  box.lowShiftX = box.lowY = box.lowZ = Infinity;
  box.highShiftX = box.highY = box.highZ = -Infinity;
  for (let i = 0; i < row.length; i++) {
    box.lowShiftX = min(box.lowShiftX, row.x[i]);
    box.highShiftX = max(box.highShiftX, row.x[i]);
    row.x[i] += box.firstX + i * box.stepX;
    row.y[i] += cos * y - sin * (x0 + i * dx);
    row.z[i] += z * scale;
    box.lowY = min(box.lowY, row.y[i]);
    box.highY = max(box.highY, row.y[i]);
    box.lowZ = min(box.lowZ, row.z[i]);
    box.highZ = max(box.highZ, row.z[i]);
  }
}

/** The random fields of a patient: a displacement along x, y and z (atlas mm), outlines, texture. */
function drawFields(seed: number, grid: ScanGrid): readonly SmoothField[] {
  const r = new Random(seed, 'fields');
  const recipe: readonly (readonly [number, number])[] = [
    [36, 2.6],
    [36, 2.6],
    [36, 2.6],
    [15, 1],
    [6.5, 1],
  ];
  return recipe.map(([knotMm, amplitude]) => {
    const low = grid.low.map((value) => value - 5) as [number, number, number];
    const high = grid.high.map((value) => value + 5) as [number, number, number];
    return new SmoothField(r, low, high, knotMm, amplitude);
  });
}

/** A curved carbon table below the patient, only where there is air. */
function addTable(hu: Float64Array, x0: number, dx: number, y: number, tableY: number): void {
  for (let i = 0; i < hu.length; i++) {
    const x = x0 + i * dx;
    const depth = y - tableY + (x * x) / 900;
    if (hu[i] < AIR_HU + 1 && depth > 0 && depth < 4) hu[i] = -110;
  }
}

/** Reconstruction kernel and noise, then whole HU as scanners store them. */
function develop(seed: number, site: Site, grid: ScanGrid, exact: Float32Array): Int16Array {
  const [nx, ny, nz] = grid.size;
  const plane = nx * ny;
  const r = new Random(seed, 'noise');
  const w = site.kernel.neighbour;
  const passes = 2;
  // White noise through [w, 1 - 2w, w] keeps this share of its variance, per axis and pass.
  const share = w * w * 2 + (1 - 2 * w) * (1 - 2 * w);
  const gain = site.noiseHu / (FOUR_BYTE_SD * share);
  const out = new Int16Array(exact.length);
  const signal = new Float32Array(plane);
  const noise = new Float32Array(plane);
  const scratch = new Float32Array(plane);
  for (let k = 0; k < nz; k++) {
    for (let v = 0; v < plane; v++) {
      signal[v] = exact[k * plane + v];
      noise[v] = gain * fourByteSum(r.bits());
    }
    for (let pass = 0; pass < passes; pass++) smooth(signal, scratch, nx, ny, w);
    smooth(noise, scratch, nx, ny, w);
    for (let j = 0, v = 0; j < ny; j++) {
      const vy = (2 * j) / (ny - 1) - 1;
      for (let i = 0; i < nx; i++, v++) {
        const vx = (2 * i) / (nx - 1) - 1;
        const shade = max(0.35, 1 - 0.5 * (vx * vx + vy * vy)); // rays through the middle are the weakest
        const value = floor(signal[v] + shade * noise[v] + 0.5);
        out[k * plane + v] = max(-1024, min(3071, value));
      }
    }
  }
  return out;
}

/** [w, 1 - 2w, w] along x, then along y, in place; the edge value is repeated outside. */
function smooth(image: Float32Array, scratch: Float32Array, nx: number, ny: number, w: number): void {
  const centre = 1 - 2 * w;
  for (let j = 0, v = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++, v++) {
      const before = image[i > 0 ? v - 1 : v];
      const after = image[i < nx - 1 ? v + 1 : v];
      scratch[v] = w * (before + after) + centre * image[v];
    }
  }
  for (let j = 0, v = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++, v++) {
      const before = scratch[j > 0 ? v - nx : v];
      const after = scratch[j < ny - 1 ? v + nx : v];
      image[v] = w * (before + after) + centre * scratch[v];
    }
  }
}
