import { indexIjk } from '../affine.js';
import { STRUCTURES_STORAGE } from '../dicom/describe.js';
import { openDicom } from '../dicom/file.js';
import { Layers } from '../dicom/layers.js';
import type { SegmentationLayer } from '../dicom/layers.js';
import { DEFAULT_MAX_BYTES } from '../dicom/series.js';
import { TAG } from '../dicom/tags.js';
import type { Geometry, Vec3 } from '../geometry.js';
import { describeGrid } from '../grid.js';
import { ImageFormatError } from '../image-format-error.js';
import { readContours, readStructures } from './contours.js';
import type { Contour } from './contours.js';
import { countShared, countVoxels, exclusiveOr, fillPolygon } from './fill.js';
import type { Runs } from './fill.js';

/** A structure of a structure set (an ROI). */
export interface RtStructure {
  /** Its label in the layers: its number in the file, or its place, from 1 on, where numbers are no labels. */
  readonly label: number;
  readonly name: string;
  /** Closed contours; a structure of points only, such as an isocentre, has none. */
  readonly contours: number;
  /** Slices between its first and its last that it has no contour on. They stay empty: nothing is interpolated. */
  readonly emptySlices: number;
}

export interface RtStructureSet {
  /** In the order of the file, those that were asked for. */
  readonly structures: readonly RtStructure[];
  /** One, unless structures overlap; then as many as it takes, each structure in the first where it has room. */
  readonly layers: readonly SegmentationLayer[];
}

export interface RtStructOptions {
  /** Names of the structures that are read; all unless told. A fault of another one is no fault then. */
  readonly names?: ReadonlySet<string>;
}

/** How far, in slices, a contour may lie from the slice that it belongs to, and its points from one plane. */
const SLICE_TOLERANCE = 0.1;
/** How far, in voxels, a contour may reach beyond the centre of the outermost voxel: its edge, and as much again for rounding. */
const OUTSIDE_TOLERANCE = 1;
/** Edges times rows of a whole structure set. A hundred structures of a whole body in fine steps have a few million. */
const MOST_CROSSINGS = 100_000_000;

/**
 * Reads the contours of a DICOM structure set (RTSTRUCT) onto the grid of the image that they were drawn on.
 *
 * A voxel belongs to a structure when its centre lies within: no part of a voxel counts, and nothing is interpolated between
 * slices. Contours are placed by the grid's affine, so the image may lie obliquely and be stored along any axes; each
 * contour must lie in one plane of voxels, within a tenth of the distance between planes. Of several contours in one plane,
 * one within another is a hole, one in the hole an island (even-odd); a hole may also be cut by a keyhole. Contours that cross
 * are refused: whether their union is meant, or what they do not share, nobody can tell.
 *
 * Other tools differ: plastimatch joins contours of one plane unless told otherwise, and some count voxels that are touched.
 *
 * @param reference grid of the image
 * @throws ImageFormatError `rtstruct-…`, and `dicom-…` for a damaged file
 */
export async function readRtStruct(bytes: Uint8Array, reference: Geometry, options: RtStructOptions = {}): Promise<RtStructureSet> {
  const { dataSet } = await openDicom(bytes, DEFAULT_MAX_BYTES);
  const sopClass = dataSet.text(TAG.sopClassUid) ?? 'not stated';
  if (sopClass !== STRUCTURES_STORAGE) {
    throw new ImageFormatError('rtstruct-header', `SOP class is ${sopClass.slice(0, 64)}; expected ${STRUCTURES_STORAGE}, a structure set`);
  }
  const declared = readStructures(dataSet);
  const order = [...declared.keys()];
  const numbersAreLabels = order.every((number) => number >= 1 && number <= 65535);
  const labelOf = (number: number): number => (numbersAreLabels ? number : order.indexOf(number) + 1);
  const layers = new Layers(reference, Math.max(...order.map(labelOf)), DEFAULT_MAX_BYTES);
  const budget = { crossings: MOST_CROSSINGS };
  const read = new Map<number, RtStructure>();
  for (const item of dataSet.items(TAG.roiContours)) {
    const number = item.number(TAG.referencedRoi);
    const structure = number === undefined ? undefined : declared.get(number);
    if (number === undefined || !structure || read.has(number)) {
      throw new ImageFormatError('rtstruct-rois', `contours belong to structure ${number ?? 'none'}${structure ? ', which has some already' : ''}; expected one that is declared, each once`);
    }
    if (options.names && !options.names.has(structure.name)) continue;
    const label = labelOf(number);
    const what = `structure ${label}`; // its name may be free text
    const filler = new Filler(reference, what, budget);
    for (const contour of readContours(item, what)) filler.add(contour);
    if (filler.contours > 0) await layers.add(label, async (mark) => filler.each(mark));
    read.set(number, { label, name: structure.name, contours: filler.contours, emptySlices: filler.emptySlices() });
  }
  const structures = order.flatMap((number): RtStructure[] => {
    const { name } = declared.get(number)!;
    if (options.names && !options.names.has(name)) return [];
    return [read.get(number) ?? { label: labelOf(number), name, contours: 0, emptySlices: 0 }];
  });
  return { structures, layers: layers.finished() };
}

/** Fills the contours of one structure, plane by plane. */
class Filler {
  readonly #planes = new Map<number, { runs: Runs; xor: boolean }[]>();
  #axis: number | null = null;
  contours = 0;

  constructor(
    private readonly reference: Geometry,
    private readonly what: string,
    private readonly budget: { crossings: number },
  ) {}

  add(contour: Contour): void {
    this.contours++;
    const where = `contour ${this.contours} of ${this.what}`;
    const index = this.#indices(contour.points);
    const count = index[0].length;
    const spans = index.map((along) => extent(along));
    this.#axis ??= flattest(spans);
    const axis = this.#axis;
    const [least, most] = spans[axis];
    const plane = Math.round((least + most) / 2);
    if (most - least > 2 * SLICE_TOLERANCE) {
      throw new ImageFormatError(
        'rtstruct-plane',
        `${where} reaches over ${(most - least).toFixed(2)} slices; expected all its points in one plane of the image, ${describeGrid(this.reference)}`,
      );
    }
    if (Math.max(Math.abs(least - plane), Math.abs(most - plane)) > SLICE_TOLERANCE) {
      throw new ImageFormatError(
        'rtstruct-slice',
        `${where} lies ${Math.max(Math.abs(least - plane), Math.abs(most - plane)).toFixed(2)} slices away from the next slice of the image; expected at most ${SLICE_TOLERANCE} (was it drawn on another series?)`,
      );
    }
    const { sizeXyz } = this.reference;
    for (const [a, [low, high]] of spans.entries()) {
      const beyond = Math.max(-low, high - (sizeXyz[a] - 1));
      if (beyond <= (a === axis ? SLICE_TOLERANCE : OUTSIDE_TOLERANCE)) continue;
      throw new ImageFormatError('rtstruct-outside', `${where} reaches ${beyond.toFixed(1)} voxels beyond the image; expected it within ${describeGrid(this.reference)}`);
    }
    const [u, v] = inPlane(axis);
    const runs = fillPolygon(index[u], index[v], [sizeXyz[u], sizeXyz[v]], this.budget);
    if (runs === null) {
      throw new ImageFormatError('rtstruct-too-large', `${where}, of ${count} points, crosses more rows than can be filled; expected at most ${MOST_CROSSINGS} crossings in a file`);
    }
    const own = this.#planes.get(plane) ?? [];
    for (const other of own) {
      if (other.xor || contour.xor) continue;
      const shared = countShared(runs, other.runs);
      const [mine, theirs] = [countVoxels(runs), countVoxels(other.runs)];
      if (shared === 0 || (shared === mine) !== (shared === theirs)) continue;
      throw new ImageFormatError(
        'rtstruct-contours-cross',
        `${where} shares ${shared} voxels with another one in its plane, of ${mine} and ${theirs}; expected contours that lie apart, or one within the other as a hole`,
      );
    }
    own.push({ runs, xor: contour.xor });
    this.#planes.set(plane, own);
  }

  emptySlices(): number {
    const planes = [...this.#planes.keys()];
    if (planes.length === 0) return 0;
    const [first, last] = extent(planes);
    return last - first + 1 - planes.length;
  }

  /** Calls `mark` with each voxel until it says false. */
  each(mark: (voxel: number) => boolean): boolean {
    const axis = this.#axis ?? 2;
    const [u, v] = inPlane(axis);
    const [nx, ny] = this.reference.sizeXyz;
    const step = [1, nx, nx * ny];
    for (const [plane, contours] of this.#planes) {
      const runs = exclusiveOr(contours.map((contour) => contour.runs));
      for (let n = 0; n < runs.length; n += 3) {
        const start = plane * step[axis] + runs[n] * step[v];
        for (let c = runs[n + 1]; c < runs[n + 2]; c++) if (!mark(start + c * step[u])) return false;
      }
    }
    return true;
  }

  /** Points as positions along i, j and k, in voxels. */
  #indices(points: Float64Array): [Float64Array, Float64Array, Float64Array] {
    const count = points.length / 3;
    const along: [Float64Array, Float64Array, Float64Array] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
    const origin = indexIjk(this.reference, [0, 0, 0]);
    const units = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const).map((unit: Vec3) => indexIjk(this.reference, unit).map((x, a) => x - origin[a]));
    for (let n = 0; n < count; n++) {
      const [x, y, z] = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
      for (let a = 0; a < 3; a++) along[a][n] = origin[a] + x * units[0][a] + y * units[1][a] + z * units[2][a];
    }
    return along;
  }
}

/** The two axes of a plane, the one that is faster in memory first. */
const inPlane = (axis: number): readonly [number, number] => (axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1]);

function extent(values: ArrayLike<number>): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let n = 0; n < values.length; n++) {
    if (values[n] < least) least = values[n];
    if (values[n] > most) most = values[n];
  }
  return [least, most];
}

/** The axis along which a contour reaches least far: the normal of its plane. The third where two are alike. */
function flattest(spans: readonly (readonly [number, number])[]): number {
  const widths = spans.map(([least, most]) => most - least);
  return [2, 1, 0].reduce((best, axis) => (widths[axis] < widths[best] - 1e-9 ? axis : best));
}
