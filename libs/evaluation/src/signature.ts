import type { Penalty } from '#domain';
import { metricSignature } from '#metrics';
import type { Phase } from './records.js';

/** How an aggregate is made of case results; grows when `aggregate.ts` would compute another number. */
const AGGREGATE_RULE = 'exact-mean-cases.exact-mean-regions';

/**
 * Everything that could change a number of a run, in one readable line: metrics and their versions, regions, tolerances,
 * rule for empties, penalties, data, runtime and its thread count. Runs share a board only when it is equal.
 *
 * Thread count is fixed per benchmark; the model of the processor is left out on purpose, or every machine would have a
 * board of its own.
 *
 * @param runtime name and version as reported by the process that loaded the model
 */
export function runSignature(
  { phase }: { readonly phase: Pick<Phase, 'rules' | 'datasetDigest'> },
  runtime: string,
): string {
  const { metrics, regions, limits, predictionGrid, ignoreLabel } = phase.rules;
  const penalties = metrics.map(({ id, penalty }) => `${id}:${penaltyText(penalty)}`).sort();
  return [
    metricSignature(
      metrics.map(({ id }) => id),
      regions,
      ignoreLabel,
      predictionGrid,
    ),
    `penalty ${penalties.join(',')}`,
    AGGREGATE_RULE,
    `data.${phase.datasetDigest.slice(0, 16)}`,
    runtime.trim().replace(/\s+/g, '-'),
    `threads.${limits.threads}`,
  ].join('|');
}

function penaltyText(penalty: Penalty): string {
  return penalty.kind === 'fixed' ? String(penalty.value) : 'diagonal.intended';
}
