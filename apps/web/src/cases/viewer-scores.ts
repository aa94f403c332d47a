import type { BenchmarkView, CaseView } from '#contracts';
import { formatFigure, formatQuantity } from '../format/numbers.js';
import { metricColumns, rankingMetrics } from '../leaderboard/board-columns.js';
import { figureOf, figureWords } from '../runs/case-columns.js';
import { meanOf, type CasePrediction } from './chosen-layers.js';

// What the viewer shows of scores: the figures of the case's results as they came, never computed again.

type Rules = BenchmarkView['phases'][number]['rules'];

/** Figures of one region, in the shape that the viewer takes. */
export interface ViewerScores {
  readonly region: string;
  readonly labels: readonly number[];
  readonly values: readonly {
    readonly id: string;
    readonly name: string;
    readonly text: string;
    readonly words?: string;
  }[];
}

/** Families of metrics that readers know; there is room for three. */
const LEGEND_METRICS = [/^dice$/, /^nsd@/, /^hd95$/];
const MOST_METRICS = 3;

/** Dice, NSD and HD95 of each region where the phase has them, else the first three metrics of the phase. */
export function viewerScores(
  prediction: Pick<CasePrediction, 'scores' | 'state'>,
  rules: Rules,
  metrics: BenchmarkView['metrics'],
): ViewerScores[] {
  if (prediction.state === 'failed') return [];
  const all = metricColumns(rules, metrics);
  const known = LEGEND_METRICS.flatMap((family) => all.find(({ id }) => family.test(id)) ?? []);
  const shown = known.length > 0 ? known : all.slice(0, MOST_METRICS);
  return rules.regions.map(({ name, labels }) => ({
    region: name,
    labels,
    values: shown.map(({ id, abbreviation, unit }) => {
      const figure = figureOf(prediction, name, id);
      return { id, name: abbreviation, text: formatFigure(figure.value, unit), words: figureWords(figure) };
    }),
  }));
}

/** Mean over regions of the metric that the phase ranks by, in words and as a number that is larger for the better. */
export function caseScore(
  prediction: Pick<CasePrediction, 'scores'>,
  rules: Rules,
  metrics: BenchmarkView['metrics'],
): { readonly text: string; readonly goodness: number } | null {
  const lead = metricColumns(rules, metrics).find(({ id }) => id === rankingMetrics(rules)[0]);
  const mean = lead ? meanOf(prediction, lead.id) : null;
  if (!lead || mean === null) return null;
  return {
    text: `${lead.abbreviation} ${formatQuantity(mean, lead.unit)}`,
    goodness: lead.direction === 'higher' ? mean : -mean,
  };
}

/** A prediction that can be laid side by side with others. */
export interface ViewerPrediction {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly score: string | null;
  readonly rank: number | null;
}

/** Predictions that exist, best on this case first; those without a score last, then by name. */
export function comparablePredictions(
  predictions: CaseView['predictions'],
  rules: Rules | undefined,
  metrics: BenchmarkView['metrics'],
  urlOf: (objectId: string) => string,
): ViewerPrediction[] {
  return predictions
    .flatMap((prediction) =>
      prediction.objectId === null
        ? []
        : [
            {
              prediction: {
                id: prediction.runId,
                title: `${prediction.algorithm.name} ${prediction.version}`,
                url: urlOf(prediction.objectId),
                rank: prediction.rank,
              },
              score: rules ? caseScore(prediction, rules, metrics) : null,
            },
          ],
    )
    .sort(
      (a, b) =>
        (b.score?.goodness ?? -Infinity) - (a.score?.goodness ?? -Infinity) ||
        a.prediction.title.localeCompare(b.prediction.title, 'en'),
    )
    .map(({ prediction, score }) => ({ ...prediction, score: score?.text ?? null }));
}
