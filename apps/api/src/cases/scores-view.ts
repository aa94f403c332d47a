import type { CaseResultView } from '#contracts';
import type { RegionScore } from '#metrics';

/** Scores as JSON: numbers; "Infinity" for an unbounded distance; null with its reason beside it. */
export function scoresView(scores: readonly RegionScore[]): CaseResultView['scores'] {
  return scores.map(({ region, status, values }) => {
    const plain: CaseResultView['scores'][number] = { region, status, values: {}, reasons: {} };
    for (const [metric, value] of Object.entries(values)) {
      if (value.kind === 'value') plain.values[metric] = value.value;
      else if (value.kind === 'unbounded') plain.values[metric] = 'Infinity';
      else {
        plain.values[metric] = null;
        plain.reasons[metric] = value.why;
      }
    }
    return plain;
  });
}
