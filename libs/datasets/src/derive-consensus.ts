import type { ConsensusMethod, ConsensusRecipe } from '#domain';
import { describeGrid, majorityVote, sameGrid, staple, type LabelMap } from '#imaging';

/** Raised when the same readers would make another map. */
const VERSIONS = { majority: 1, staple: 1 } as const satisfies Record<ConsensusMethod, number>;
const STAPLE = { tolerance: 1e-8, mostRounds: 1000 } as const;

/** The name that a derived consensus has among the readers of a case. */
export const CONSENSUS_READER = 'consensus';

/** A segmentation of one reader. */
export interface DrawnReference {
  readonly reader: string;
  readonly map: LabelMap;
}

/**
 * Derives one reference segmentation from those of several readers, and says how. Labels are voted on as they are, an ignore
 * label like any other.
 *
 * @param drawn on one grid; two at least
 * @throws RangeError for fewer, readers of one name, or grids that differ
 */
export function deriveConsensus(drawn: readonly DrawnReference[], method: ConsensusMethod): { readonly map: LabelMap; readonly recipe: ConsensusRecipe } {
  if (drawn.length < 2) throw new RangeError(`${drawn.length} reader(s); a consensus is of two at least`);
  const readers = drawn.map(({ reader }) => reader);
  const [{ map: first }] = drawn;
  if (new Set(readers).size < readers.length) throw new RangeError(`readers ${readers.join(', ')}; expected names that differ`);
  const other = drawn.find(({ map }) => !sameGrid(map.geometry, first.geometry));
  if (other) throw new RangeError(`"${other.reader}" has the grid ${describeGrid(other.map.geometry)}, "${readers[0]}" ${describeGrid(first.geometry)}; expected one`);
  const maps = drawn.map(({ map }) => map.data);
  const recipe = { method, version: VERSIONS[method], readers };
  const { geometry } = first;
  if (method === 'majority') {
    return { map: { geometry, data: majorityVote(maps) } as LabelMap, recipe: { ...recipe, parameters: { ties: 'background, or else the lowest label' }, estimates: [] } };
  }
  const { data, labels } = staple(maps, STAPLE);
  const parameters = { ...STAPLE, prior: 'mean part of the readers', region: 'whole grid', threshold: 0.5 };
  return { map: { geometry, data } as LabelMap, recipe: { ...recipe, parameters, estimates: labels } };
}
