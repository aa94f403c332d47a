/** Where structures share a voxel, which of their labels it keeps: the lower (`first`) or the higher (`last`). */
export const OVERLAP_RULES = ['first', 'last'] as const;
export type OverlapRule = (typeof OVERLAP_RULES)[number];

/** Voxels that structures share, and what was done about them. */
export interface SettledOverlap {
  readonly rule: OverlapRule;
  /** That more than one structure claims; each counted once. */
  readonly voxels: number;
  /** Labels that share voxels, the lower first; the pairs with the most voxels, at most `MOST_OVERLAP_PAIRS` of them. */
  readonly pairs: readonly { readonly labels: readonly [number, number]; readonly voxels: number }[];
}
export const MOST_OVERLAP_PAIRS = 200;

/** What was decided when a file was read as one label map, where its own contents left a choice. */
export interface ReferenceReading {
  /** Share of the maximum from which a fractional voxel belongs to its structure, inclusive; above 0 up to 1. */
  readonly fractionalThreshold?: number;
  readonly overlap?: SettledOverlap;
}

/** Share of the maximum from which a fractional voxel belongs to its structure unless somebody says otherwise. */
export const DEFAULT_FRACTIONAL_THRESHOLD = 0.5;

/** What a reading decided, in words for people. */
export function readingInWords({ fractionalThreshold, overlap }: ReferenceReading): string {
  return [
    ...(fractionalThreshold === undefined ? [] : [`fractional segments from ${fractionalThreshold} of their maximum on`]),
    ...(overlap === undefined ? [] : [`of labels that share voxels the ${overlap.rule === 'last' ? 'higher' : 'lower'} is kept (${pairsInWords(overlap)})`]),
  ].join('; ');
}

/** Which labels share how many voxels: `1 and 2: 345 voxels, 1 and 3: 12 voxels`. */
export function pairsInWords({ pairs }: Pick<SettledOverlap, 'pairs'>, most = 10): string {
  const shown = pairs.slice(0, most).map(({ labels: [a, b], voxels }) => `${a} and ${b}: ${voxels} voxel${voxels === 1 ? '' : 's'}`);
  return `${shown.join(', ')}${pairs.length > most ? `, and ${pairs.length - most} more pairs` : ''}`;
}
