export const CONSENSUS_METHODS = ['majority', 'staple'] as const;
export type ConsensusMethod = (typeof CONSENSUS_METHODS)[number];

/** How a reference segmentation was derived from those of several readers: enough to derive it again. */
export interface ConsensusRecipe {
  readonly method: ConsensusMethod;
  /** Of the method: raised when the same readers would make another map. */
  readonly version: number;
  /** Whose segmentations it was made of, in their order. */
  readonly readers: readonly string[];
  readonly parameters: Readonly<Record<string, string | number>>;
  /** What was estimated on the way, by label; nothing is for a majority. */
  readonly estimates: readonly {
    readonly label: number;
    /** Part of all voxels that has the label, averaged over the readers. */
    readonly prior: number;
    readonly rounds: number;
    readonly converged: boolean;
    /** In the order of `readers`, each from 0 to 1. */
    readonly readers: readonly { readonly sensitivity: number; readonly specificity: number }[];
  }[];
}
