import { ranksOf } from '#statistics';
import type { MetricInfo } from '../../leaderboard/board-columns.js';
import type { FirstLook } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import type { CasePoint } from '../values-study.js';
import { GROUND, INK, placeAxis, rowNames, rowOptions, SERIES } from './frame.js';

interface HeatCell {
  readonly row: number;
  readonly place: number;
  readonly n: number;
}

/** How many cases give each run each place: `counts[row][place - 1]`, rows in the given order; equals share the better place. */
export function placesWithinCases(
  points: readonly CasePoint[],
  order: readonly string[],
  direction: 'higher' | 'lower',
): number[][] {
  const rowOf = new Map(order.map((runId, row) => [runId, row]));
  const counts = order.map(() => order.map(() => 0));
  const byCase = new Map<string, CasePoint[]>();
  for (const point of points) byCase.set(point.caseId, [...(byCase.get(point.caseId) ?? []), point]);
  for (const own of byCase.values()) {
    const ranks = ranksOf(
      own.map(({ value }) => (direction === 'higher' ? -value : value)),
      'min',
    );
    own.forEach(({ runId }, i) => {
      const row = rowOf.get(runId);
      if (row !== undefined) counts[row][ranks[i] - 1]++;
    });
  }
  return counts;
}

/** Number of cases in which each algorithm takes each place. */
export function rankHeat(
  points: readonly CasePoint[],
  { standings }: Pick<FirstLook, 'standings'>,
  labels: ReadonlyMap<string, string>,
  metric: MetricInfo,
): FigureContent {
  const order = standings.map(({ algorithm }) => algorithm);
  const names = order.map((runId) => labels.get(runId) ?? runId);
  const counts = placesWithinCases(points, order, metric.direction);
  const cells = counts.flatMap((row, r) => row.map((n, p): HeatCell => ({ row: r, place: p + 1, n })));
  const most = Math.max(1, ...cells.map(({ n }) => n));
  return {
    name: `places-within-cases-${metric.id}`,
    title: 'Places within single cases',
    sentence:
      'In how many cases each algorithm came first, second, and so on. A full field on the left means that it wins often; a row that is spread out means that its place depends on the patient.',
    description: names
      .map((name, r) => `${name} is best in ${counts[r][0]} cases and last in ${counts[r][order.length - 1]}`)
      .join('; '),
    table: {
      columns: [{ name: 'algorithm' }, ...order.map((_, p) => ({ name: `place ${p + 1}`, numeric: true }))],
      rows: names.map((name, r) => ({ cells: [name, ...counts[r]] })),
    },
    draw(plot, width) {
      return plot.plot({
        ...rowOptions(names, width, 36),
        x: {
          ...placeAxis(order.length),
          label: `place within a case, by ${metric.abbreviation}`,
        },
        marks: [
          ...rowNames(plot, names, width),
          plot.rect(cells, {
            x1: ({ place }: HeatCell) => place - 0.46,
            x2: ({ place }: HeatCell) => place + 0.46,
            y1: ({ row }: HeatCell) => row - 0.44,
            y2: ({ row }: HeatCell) => row + 0.44,
            fill: SERIES[0],
            fillOpacity: ({ n }: HeatCell) => (n === 0 ? 0.03 : 0.1 + 0.85 * (n / most)),
            title: ({ n, place, row }: HeatCell) => `${names[row]}: place ${place} in ${n} cases`,
          }),
          plot.text(
            cells.filter(({ n }) => n > 0),
            {
              x: 'place',
              y: 'row',
              text: ({ n }: HeatCell) => String(n),
              fill: ({ n }: HeatCell) => (n / most > 0.7 ? GROUND : INK),
              fontWeight: 600,
            },
          ),
        ],
        opacity: { type: 'identity' },
      });
    },
  };
}
