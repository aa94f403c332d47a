import { fillTable, joinRegions } from '../score-table.js';
import { DEFAULT_ALPHA, missingRuleOf, type DirectionOf, type RankingScheme, type SingleScheme } from '../scheme.js';
import type { Study } from '../study.js';
import { createCasePlacesRanker } from './case-places-ranker.js';
import { createConsensusRanker } from './consensus-ranker.js';
import { createMeanRanker } from './mean-ranker.js';
import { createMedianRanker } from './median-ranker.js';
import type { Ranker } from './ranker.js';
import { createTestRanker } from './test-ranker.js';

/**
 * Makes a rule ready for a study. Costs a sort of all cases for each algorithm, or for each pair of them; what follows is
 * cheap.
 *
 * @throws RangeError when there are no values for the rule, or a penalty is needed and not finite
 */
export function createRanker(study: Study, scheme: RankingScheme, directionOf: DirectionOf): Ranker {
  if (scheme.kind !== 'consensus') return createSingle(study, scheme, directionOf);
  if (scheme.of.length === 0) throw new RangeError('consensus of no rules; expected at least one');
  const rankers = scheme.of.map((rule) => createSingle(study, rule, directionOf));
  return createConsensusRanker(rankers, study.algorithms.length, scheme.ties ?? 'min');
}

function createSingle(study: Study, scheme: SingleScheme, directionOf: DirectionOf): Ranker {
  const tables = study.tables(scheme.metric, scheme.region);
  const sign = directionOf(scheme.metric) === 'higher' ? -1 : 1;
  const missing = missingRuleOf(scheme);
  const ties = scheme.ties ?? 'min';
  switch (scheme.kind) {
    case 'mean-then-rank':
      return createMeanRanker(
        tables.map((table) => fillTable(table, missing)),
        sign,
        ties,
      );
    case 'median-then-rank':
      return createMedianRanker(joinRegions(tables, missing), sign, ties);
    case 'rank-then-mean':
    case 'rank-then-median': {
      const left = missing === 'remove' ? 'remove' : 'last';
      return createCasePlacesRanker(
        joinRegions(tables, missing),
        sign,
        ties,
        left,
        scheme.kind === 'rank-then-mean' ? 'mean' : 'median',
      );
    }
    case 'test-then-rank':
      return createTestRanker(
        joinRegions(tables, missing),
        sign,
        ties,
        scheme.adjust ?? 'holm',
        scheme.alpha ?? DEFAULT_ALPHA,
      );
  }
}
