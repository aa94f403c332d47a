import type { EvidenceView } from '#contracts';
import { quantile } from '#statistics';
import { formatQuantity } from '../../format/numbers.js';
import type { MetricInfo } from '../../leaderboard/board-columns.js';
import type { FirstLook } from '../evidence-of-values.js';
import { caseHref, type FigureContent } from '../figure-content.js';
import type { CasePoint } from '../values-study.js';
import { BAND, GROUND, INK, rowNames, rowOptions, SERIES, spreadOf } from './frame.js';

interface Box {
  readonly row: number;
  readonly low: number;
  readonly high: number;
  readonly quartiles: readonly [number, number, number];
}

/** Whiskers reach to the farthest case within 1.5 interquartile ranges of the box. */
export function boxOf(values: readonly number[], row: number): Box {
  const sorted = [...values].sort((a, b) => a - b);
  const quartiles = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [number, number, number];
  const reach = 1.5 * (quartiles[2] - quartiles[0]);
  const within = sorted.filter((value) => value >= quartiles[0] - reach && value <= quartiles[2] + reach);
  return { row, low: within[0], high: within[within.length - 1], quartiles };
}

/** Every case of every algorithm, over a box of the quartiles. Dots lead to the case in the viewer. */
export function dotAndBox(
  points: readonly CasePoint[],
  { standings }: Pick<FirstLook, 'standings'>,
  labels: ReadonlyMap<string, string>,
  metric: MetricInfo,
  ceiling: EvidenceView['ceiling'],
): FigureContent {
  const order = standings.map(({ algorithm }) => algorithm);
  const rowOf = new Map(order.map((runId, row) => [runId, row]));
  const names = order.map((runId) => labels.get(runId) ?? runId);
  const boxes = order.map((runId, row) =>
    boxOf(
      points.filter((point) => point.runId === runId).map(({ value }) => value),
      row,
    ),
  );
  const penalised = points.filter((point) => point.penalised).length;
  const unit = metric.unit === '' ? metric.abbreviation : `${metric.abbreviation} (${metric.unit})`;
  const caseAt = new Map([...new Set(points.map(({ caseId }) => caseId))].map((id, i) => [id, i]));
  const jitter = ({ runId, caseId }: CasePoint): number =>
    (rowOf.get(runId) ?? 0) + 0.62 * spreadOf(caseAt.get(caseId) ?? 0);
  return {
    name: `cases-${metric.id}`,
    title: 'Every case of every algorithm',
    sentence:
      'One dot is one case: click it to see what the algorithm drew. The box holds the middle half of the cases, the line in it is the middle case; dots far from the box are the cases to look at.',
    description: `${names.length} algorithms in order of rank. ${boxes
      .map(({ quartiles, row }) => `${names[row]}: median ${formatQuantity(quartiles[1], metric.unit)}`)
      .join('; ')}. ${penalised === 0 ? 'No case failed.' : `${penalised} values contain the declared penalty.`}`,
    table: {
      columns: [
        { name: 'algorithm' },
        { name: 'case' },
        { name: metric.id, numeric: true },
        { name: 'contains a penalty' },
      ],
      rows: [...points]
        .sort((a, b) => (rowOf.get(a.runId) ?? 0) - (rowOf.get(b.runId) ?? 0) || a.value - b.value)
        .map((point) => ({
          cells: [labels.get(point.runId) ?? point.runId, point.caseName, point.value, point.penalised],
          seen: { caseId: point.caseId, runId: point.runId },
        })),
    },
    draw(plot, width) {
      const scored = points.filter((point) => !point.penalised);
      const dot = { x: 'value', y: jitter, href: caseHref } as const;
      const title = ({ caseName, value, runId }: CasePoint): string =>
        `${caseName}: ${formatQuantity(value, metric.unit)}\n${labels.get(runId) ?? ''}\nOpen in the viewer`;
      return plot.plot({
        ...rowOptions(names, width, 46),
        x: {
          label: `${unit}, ${metric.direction} is better`,
          labelAnchor: 'center',
          labelArrow: 'none',
          grid: true,
          nice: true,
          ticks: 6,
        },
        marks: [
          ...(ceiling === null
            ? []
            : [
                plot.rectX([ceiling.band], {
                  x1: 'low',
                  x2: 'high',
                  y1: -0.5,
                  y2: names.length - 0.5,
                  fill: BAND,
                  fillOpacity: 0.35,
                }),
                plot.ruleX([ceiling.band.mean], { stroke: SERIES[2], strokeDasharray: '5 3', strokeWidth: 1.5 }),
                plot.text([ceiling.band.mean], {
                  x: (mean: number) => mean,
                  frameAnchor: 'top',
                  text: () => 'two readers',
                  dy: -9,
                  fill: SERIES[2],
                }),
              ]),
          ...rowNames(plot, names, width),
          plot.link(boxes, { x1: 'low', x2: 'high', y1: 'row', y2: 'row', stroke: INK, strokeOpacity: 0.6 }),
          plot.rect(boxes, {
            x1: ({ quartiles }: Box) => quartiles[0],
            x2: ({ quartiles }: Box) => quartiles[2],
            y1: ({ row }: Box) => row - 0.36,
            y2: ({ row }: Box) => row + 0.36,
            fill: SERIES[0],
            fillOpacity: 0.12,
            stroke: INK,
            strokeOpacity: 0.6,
          }),
          plot.dot(scored, {
            ...dot,
            r: 3.2,
            fill: SERIES[0],
            fillOpacity: 0.75,
            stroke: GROUND,
            strokeWidth: 0.5,
            title,
          }),
          plot.dot(
            points.filter((point) => point.penalised),
            {
              ...dot,
              symbol: 'times',
              r: 4.2,
              stroke: SERIES[1],
              strokeWidth: 2,
              title: (point: CasePoint) => `${title(point)}\ncontains the declared penalty`,
            },
          ),
          plot.link(boxes, {
            x1: ({ quartiles }: Box) => quartiles[1],
            x2: ({ quartiles }: Box) => quartiles[1],
            y1: ({ row }: Box) => row - 0.36,
            y2: ({ row }: Box) => row + 0.36,
            stroke: INK,
            strokeWidth: 2.5,
          }),
        ],
      });
    },
  };
}
