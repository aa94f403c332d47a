import type { RunManifestView } from '#contracts';

/** Something that is not as the manifest says. */
export interface Difference {
  /** Name of the case; null: of the whole run. */
  readonly case: string | null;
  readonly region: string | null;
  /** Metric id; null where something else than a figure differs: then `field` says what. */
  readonly metric: string | null;
  readonly field?: string;
  readonly stored: unknown;
  readonly recomputed: unknown;
  /** True when two numbers differ by no more than rounding, 1e-12 of their size: equal to a reader, not in their bits. */
  readonly rounding?: boolean;
}

/** What was checked so far, and what was found to differ. */
export class Findings {
  /** Figures and digests that were compared. */
  checked = 0;
  readonly differences: Difference[] = [];
  /** Cases that could not be recomputed, and why. */
  readonly skipped: { readonly case: string; readonly why: string }[] = [];
  /** What was not checked at all, and why. */
  readonly notChecked: string[] = [];

  /** A number, a word or null of a case, a region or the run: equal means equal bits. */
  figure(place: Pick<Difference, 'case' | 'region' | 'metric'>, stored: unknown, recomputed: unknown): void {
    this.checked++;
    if (stored === recomputed) return;
    this.differences.push({ ...place, stored, recomputed, ...(byRounding(stored, recomputed) && { rounding: true }) });
  }

  /** A digest, a count or a text. */
  field(field: string, stored: unknown, recomputed: unknown, caseName: string | null = null): void {
    this.checked++;
    if (stored === recomputed) return;
    this.differences.push({ case: caseName, region: null, metric: null, field, stored, recomputed });
  }

  skip(caseName: string, why: string): void {
    this.skipped.push({ case: caseName, why });
  }
}

function byRounding(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

export type ManifestCase = NonNullable<RunManifestView['cases']>[number];
