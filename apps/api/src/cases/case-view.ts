import type { CaseView } from '#contracts';
import type { CaseStanding, EvaluationCase, Preflight } from '#evaluation';
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

/** What a bundle that is not submitted yet made of a case. */
export function triedView({ id, manifest, checks }: Preflight, objectId: string): CaseView['predictions'][number] {
  const scores = checks.find(({ name }) => name === 'practice-case')?.detail.scores;
  return {
    objectId,
    runId: id,
    rank: null,
    algorithm: { slug: 'preflight', name: manifest.name },
    version: manifest.version,
    state: 'scored',
    failureCode: null,
    scores: (scores ?? []) as CaseView['predictions'][number]['scores'], // printed in this form
  };
}
