import type { CaseView } from '#contracts';
import type { CaseStanding, EvaluationCase } from '#evaluation';
import { scoresView } from './scores-view.js';

type Summary = Pick<CaseView, 'id' | 'name' | 'ordinal' | 'label' | 'facts' | 'sizeXyz' | 'spacingMm'>;

export function caseSummaryView({ id, name, ordinal, label, facts, geometry }: EvaluationCase): Summary {
  return {
    id,
    name,
    ordinal,
    label,
    facts: { ...facts },
    sizeXyz: [...geometry.sizeXyz],
    spacingMm: [...geometry.spacingMm],
  };
}

export function geometryView({ geometry }: EvaluationCase): CaseView['geometry'] {
  return {
    sizeXyz: [...geometry.sizeXyz],
    spacingMm: [...geometry.spacingMm],
    originLps: [...geometry.originLps],
    direction: [...geometry.direction],
  };
}

/** What one algorithm version made of a case; the failure's full text stays out, its code says enough here. */
export function predictionView({ algorithm, version, rank, result }: CaseStanding): CaseView['predictions'][number] {
  return {
    objectId: result.prediction?.id ?? null,
    runId: result.runId,
    rank,
    algorithm: { slug: algorithm.slug, name: algorithm.name },
    version,
    state: result.state === 'scored' ? 'scored' : 'failed',
    failureCode: result.failureCode,
    scores: scoresView(result.scores),
  };
}
