/** The three invented hospitals whose scanners made the images. Vendors and models do not exist. */
export type SiteId = 'a' | 'b' | 'c';

export interface Site {
  readonly id: SiteId;
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  /** Distance between slices, equal to the slice thickness. */
  readonly sliceThicknessMm: number;
  readonly inPlaneMm: number;
  /** Columns and rows of a slice; the patient's width and depth. */
  readonly matrix: readonly [number, number];
  /** Fewest and most slices of a case. */
  readonly slices: readonly [number, number];
  /** Name of the reconstruction kernel and the weight of the two neighbours in [w, 1 - 2w, w]; negative sharpens. */
  readonly kernel: { readonly name: string; readonly neighbour: number };
  /** Standard deviation of the noise in the middle of the body, in HU. */
  readonly noiseHu: number;
  /** Directions in which the stored axes i, j, k grow (nibabel codes). */
  readonly storedAxes: string;
  /** Whether the table is inside the reconstructed field. */
  readonly table: boolean;
}

export const SITES: Readonly<Record<SiteId, Site>> = {
  a: {
    id: 'a',
    name: 'Alder University Hospital',
    vendor: 'Asterion',
    model: 'Clarity 64',
    sliceThicknessMm: 1.5,
    inPlaneMm: 2.75,
    matrix: [96, 76],
    slices: [64, 72],
    kernel: { name: 'sharp', neighbour: -0.05 },
    noiseHu: 24,
    storedAxes: 'LPS',
    table: false,
  },
  b: {
    id: 'b',
    name: 'Birch General Hospital',
    vendor: 'Borealis',
    model: 'Vantage 32',
    sliceThicknessMm: 3,
    inPlaneMm: 2.875,
    matrix: [92, 74],
    slices: [40, 52],
    kernel: { name: 'standard', neighbour: 0.06 },
    noiseHu: 16,
    storedAxes: 'ASL',
    table: true,
  },
  c: {
    id: 'c',
    name: 'Cedar Community Clinic',
    vendor: 'Caldera',
    model: 'Thorax 16',
    sliceThicknessMm: 5,
    inPlaneMm: 3,
    matrix: [88, 70],
    slices: [26, 32],
    kernel: { name: 'soft', neighbour: 0.17 },
    noiseHu: 11,
    storedAxes: 'LPS',
    table: false,
  },
};
