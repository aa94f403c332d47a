import { ENDPOINTS, type CaseView } from '#contracts';
import { addressOf } from '../api/api-client.js';
import type { CaseSearch } from '../app/search.js';

export type CasePrediction = CaseView['predictions'][number];
export type CaseReference = CaseView['references'][number];

/** A label map for the viewer. Ids are the same for every case, so that a link's hidden layers mean the same everywhere. */
export interface Layer {
  readonly id: 'reference' | 'prediction';
  readonly kind: 'reference' | 'prediction';
  readonly title: string;
  readonly url: string;
}

/** The prediction that a link names, else the best-ranked one that exists, else the first row (a failure). */
export function chosenPrediction(
  predictions: readonly CasePrediction[],
  run: string | undefined,
): CasePrediction | null {
  const named = predictions.find(({ runId }) => runId === run);
  if (named) return named;
  const byRank = [...predictions].sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  return byRank.find(({ objectId }) => objectId !== null) ?? byRank[0] ?? null;
}

/** The reader that a link names, else the consensus that is scored against, else the first; null when references are sealed. */
export function chosenReference(
  references: readonly CaseReference[],
  reader: string | undefined,
): CaseReference | null {
  return (
    references.find((reference) => reference.reader === reader) ??
    references.find(({ consensus }) => consensus) ??
    references[0] ??
    null
  );
}

/** A label map that a person may add. The same id in every case, so that a link means the same reader or run everywhere. */
export interface MoreLayer {
  readonly id: string;
  readonly kind: Layer['kind'];
  readonly title: string;
  readonly url: string;
}

const readerTitle = ({ reader, consensus }: CaseReference): string => (consensus ? 'Consensus' : `Reader ${reader}`);

/** Every label map of the case that may be seen: readers, then predictions by rank. */
export function moreLayers({ references, predictions }: Pick<CaseView, 'references' | 'predictions'>): MoreLayer[] {
  return [
    ...references.map((reference) => ({
      id: reference.consensus ? 'consensus' : `reader-${reference.reader}`,
      kind: 'reference' as const,
      title: readerTitle(reference),
      url: objectUrl(reference.objectId),
    })),
    ...inRankOrder(predictions).flatMap(({ runId, algorithm, version, objectId }) =>
      objectId === null
        ? []
        : [
            {
              id: `run-${runId}`,
              kind: 'prediction' as const,
              title: `${algorithm.name} ${version}`,
              url: objectUrl(objectId),
            },
          ],
    ),
  ];
}

/** What each reader drew, without the consensus, in the order of their names. */
export function readersOf(
  references: readonly CaseReference[],
): { id: string; title: string; url: string; score: null }[] {
  return references
    .filter(({ consensus }) => !consensus)
    .map((reference) => ({
      id: reference.reader,
      title: readerTitle(reference),
      url: objectUrl(reference.objectId),
      score: null,
    }))
    .sort((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true }));
}

/** What is laid over the image. */
export function chosenLayers(view: Pick<CaseView, 'references' | 'predictions'>, search: CaseSearch): Layer[] {
  const reference = chosenReference(view.references, search.reader);
  const prediction = chosenPrediction(view.predictions, search.run);
  const layers: Layer[] = [];
  if (reference !== null) {
    const title = `Reference: ${reference.consensus ? 'consensus' : reference.reader}`;
    layers.push({ id: 'reference', kind: 'reference', title, url: objectUrl(reference.objectId) });
  }
  if (prediction !== null && prediction.objectId !== null) {
    const title = `${prediction.algorithm.name} ${prediction.version}`;
    layers.push({ id: 'prediction', kind: 'prediction', title, url: objectUrl(prediction.objectId) });
  }
  return layers;
}

export function objectUrl(id: string): string {
  return addressOf(ENDPOINTS.getObject, { id });
}

/** Predictions in the order of their rank; those without one last, then by name. */
export function inRankOrder(predictions: readonly CasePrediction[]): CasePrediction[] {
  return [...predictions].sort(
    (a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || a.algorithm.name.localeCompare(b.algorithm.name, 'en'),
  );
}

/** Mean over the structures of one case that have a bounded value; null when none has. */
export function meanOf(prediction: Pick<CasePrediction, 'scores'>, metric: string): number | null {
  const values = prediction.scores.flatMap(({ values: given }) =>
    typeof given[metric] === 'number' ? [given[metric]] : [],
  );
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
