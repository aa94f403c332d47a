import { max, min } from './arithmetic.js';
import type { PhantomCase } from './cases.js';
import { Random } from './random.js';
import type { Scan } from './scan.js';
import { SmoothField } from './smooth-field.js';

/** Integer classes of every reference segmentation. */
export const LABEL = { background: 0, liver: 1, spleen: 2, kidneys: 3, lesion: 4 } as const;

/** Two invented readers and their habits: mm by which they draw outside (+) or inside (-) the edge. */
export const READERS = [
  { name: 'reader-1', habitMm: 0.15 },
  { name: 'reader-2', habitMm: -0.2 },
] as const;

/**
 * How one reading departs from the anatomy: per structure (liver, spleen, kidneys, lesion) a displacement of the
 * outline, a displacement that wanders along it, how soon the reader gives up towards the poles, lesions overlooked.
 */
interface Reading {
  readonly shiftMm: readonly [number, number, number, number];
  readonly wander: SmoothField;
  /** Slices at an end of a structure are left out while their area is below this share of the largest slice. */
  readonly givesUpBelow: readonly [number, number, number];
  /** By place in the anatomy's list. */
  readonly overlooked: readonly boolean[];
}

/** A smooth displacement of the outline has this standard deviation, mm. */
const WANDER_MM = 0.65;
/** Lesions of this size and larger are never overlooked. */
const ALWAYS_SEEN_MM = 10;

/**
 * What a reader draws on a scan.
 *
 * @returns labels on the scan's own grid, x fastest
 */
export function readScan(phantom: PhantomCase, scan: Scan, reader: (typeof READERS)[number]): Uint8Array {
  return draw(scan, drawReading(phantom, scan, reader));
}

/** The anatomy itself at the voxel centres: the adjudicator's opinion. */
export function trueLabels(scan: Scan): Uint8Array {
  return draw(scan, null);
}

/**
 * Consensus by adjudication: where the two readers give the same label, that label; where they differ, the label that
 * the adjudicator gives the voxel (which may be a third one).
 */
export function adjudicate(first: Uint8Array, second: Uint8Array, adjudicator: Uint8Array): Uint8Array {
  if (first.length !== second.length || first.length !== adjudicator.length) {
    throw new RangeError(
      `label maps differ in length: ${first.length}, ${second.length}, adjudicator ${adjudicator.length}`,
    );
  }
  return first.map((label, v) => (label === second[v] ? label : adjudicator[v]));
}

function drawReading(phantom: PhantomCase, scan: Scan, reader: (typeof READERS)[number]): Reading {
  const r = new Random(phantom.seed, reader.name);
  const shift = (sd: number): number => reader.habitMm + sd * max(-2, min(2, r.normal()));
  const overlooked = scan.anatomy.lesions.map(({ diameterMm }) => {
    const p = 0.4 * max(0, (ALWAYS_SEEN_MM - diameterMm) / 6);
    return r.chance(p);
  });
  return {
    shiftMm: [shift(0.2), shift(0.2), shift(0.15), shift(0.3)],
    givesUpBelow: [r.range(0, 0.08), r.range(0, 0.12), r.range(0, 0.12)],
    overlooked,
    wander: new SmoothField(r, scan.grid.low, scan.grid.high, 11, WANDER_MM),
  };
}

/** Labels the voxels; `reading` null means without any departure from the anatomy. */
function draw(scan: Scan, reading: Reading | null): Uint8Array {
  const { grid, liver, spleen, kidneys, lesion, lesionNumber } = scan;
  const [nx, ny, nz] = grid.size;
  const [ofLiver, ofSpleen, ofKidneys, ofLesion] = reading?.shiftMm ?? [0, 0, 0, 0];
  const labels = new Uint8Array(nx * ny * nz);
  const wander = new Float64Array(nx);
  for (let k = 0, v = 0; k < nz; k++) {
    reading?.wander.atZ(grid.low[2] + k * grid.spacingMm[2]);
    for (let j = 0; j < ny; j++) {
      reading?.wander.fillRow(grid.low[1] + j * grid.spacingMm[1], grid.low[0], grid.spacingMm[0], wander);
      for (let i = 0; i < nx; i++, v++) {
        const d1 = liver[v] + ofLiver + wander[i];
        const d2 = spleen[v] + ofSpleen + wander[i];
        const d3 = kidneys[v] + ofKidneys + wander[i];
        const deepest = max(d1, d2, d3);
        if (deepest <= 0) continue;
        if (deepest === d3) labels[v] = LABEL.kidneys;
        else if (deepest === d2) labels[v] = LABEL.spleen;
        else {
          // Lesions move against the field, so that their outlines do not follow the liver's.
          const seen = lesionNumber[v] > 0 && !reading?.overlooked[lesionNumber[v] - 1];
          labels[v] = seen && lesion[v] + ofLesion - wander[i] > 0 ? LABEL.lesion : LABEL.liver;
        }
      }
    }
  }
  if (reading) giveUpAtPoles(labels, nx * ny, reading.givesUpBelow);
  return labels;
}

/** Which of liver (with lesions), spleen and kidneys a label belongs to; -1 for background. */
const STRUCTURE_OF = Int8Array.of(-1, 0, 1, 2, 0);

/** Clears each structure from the slices at both of its ends, up to the first with a fair share of its largest area. */
function giveUpAtPoles(labels: Uint8Array, plane: number, shares: readonly [number, number, number]): void {
  const slices = labels.length / plane;
  const areas = new Float64Array(3 * slices); // structure by structure
  for (let k = 0, v = 0; k < slices; k++) {
    for (const end = v + plane; v < end; v++) if (labels[v] !== 0) areas[STRUCTURE_OF[labels[v]] * slices + k]++;
  }
  shares.forEach((share, structure) => {
    const own = areas.subarray(structure * slices, (structure + 1) * slices);
    const enough = share * own.reduce((a, b) => max(a, b), 0);
    const clear = (k: number): void => {
      for (let v = k * plane; v < (k + 1) * plane; v++) {
        if (STRUCTURE_OF[labels[v]] === structure) labels[v] = LABEL.background;
      }
    };
    for (let k = 0; k < slices && own[k] < enough; k++) clear(k);
    for (let k = slices - 1; k >= 0 && own[k] < enough; k--) clear(k);
  });
}
