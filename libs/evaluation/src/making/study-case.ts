import { deriveConsensus } from '#datasets';
import type { ConsensusMethod, ConsensusRecipe, Region } from '#domain';
import { readLabelMap, writeNifti, type LabelMap } from '#imaging';
import { studyReferences } from '../import-benchmark.js';
import type { ReferenceStudy } from '../records.js';

/** The references of a case as files, and what is asked of them. */
export interface StudyTask {
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly file: Uint8Array }[];
  readonly regions: readonly Region[];
  readonly metrics: readonly string[];
  readonly ignoreLabel?: number;
  /** How a consensus is made where none of the references is one. */
  readonly derive: ConsensusMethod;
}

export interface CaseStudy {
  readonly study: ReferenceStudy;
  /** A consensus that had to be derived: gzipped NIfTI on the grid of the images. */
  readonly derived: { readonly file: Uint8Array; readonly recipe: ConsensusRecipe } | null;
}

/**
 * Measures the references of a case: how large each region is in the consensus, and how far readers agree. Where no
 * reference is the consensus, it is derived first. Takes seconds for large volumes with several readers.
 *
 * @throws ImageFormatError when a stored reference cannot be read
 */
export async function studyCase({ references, regions, metrics, ignoreLabel, derive }: StudyTask): Promise<CaseStudy> {
  const drawn: { reader: string; consensus: boolean; map: LabelMap }[] = [];
  for (const { reader, consensus, file } of references)
    drawn.push({ reader, consensus, map: await readLabelMap(file) }); // checked when it was imported
  let derived: CaseStudy['derived'] = null;
  if (!drawn.some(({ consensus }) => consensus)) {
    const { map, recipe } = deriveConsensus(drawn, derive);
    derived = { file: await writeNifti(map, { gzip: true }), recipe };
    drawn.push({ reader: 'consensus', consensus: true, map });
  }
  const study = studyReferences(drawn, { regions, ignoreLabel, metrics: metrics.map((id) => ({ id })) });
  if (study === null)
    throw new Error(`metrics ${metrics.join(', ')} or regions without labels; the desk has checked them`);
  return { study, derived };
}
