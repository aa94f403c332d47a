import { SCHEME_WORDS } from '../scheme-choice.js';
import type { FirstLook } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import { GROUND, MUTED, nameRoom, NARROW, SERIES, short, STYLE, SYMBOLS } from './frame.js';

interface Stop {
  /** Along x. */
  readonly name: string;
  readonly shortName: string;
  readonly tau: number | null;
  /** By run id. */
  readonly ranks: ReadonlyMap<string, number>;
}

interface Point {
  readonly stop: number;
  readonly rank: number;
  readonly runId: string;
}

function lines(
  words: Pick<FigureContent, 'name' | 'title' | 'sentence'>,
  stops: readonly Stop[],
  order: readonly string[],
  labels: ReadonlyMap<string, string>,
): FigureContent {
  const nameOf = (runId: string): string => labels.get(runId) ?? runId;
  const moves = order.filter((runId) => new Set(stops.map(({ ranks }) => ranks.get(runId))).size > 1);
  return {
    ...words,
    description:
      moves.length === 0
        ? 'Every algorithm keeps its place throughout.'
        : `${moves.length} of ${order.length} algorithms change places: ${moves
            .map((runId) => `${nameOf(runId)} (${stops.map(({ ranks }) => ranks.get(runId) ?? '–').join(', ')})`)
            .join('; ')}.`,
    table: {
      columns: [
        { name: 'algorithm' },
        ...stops.map(({ name, tau }) => ({
          name: tau === null ? name : `${name} (tau ${tau.toFixed(2)})`,
          numeric: true,
        })),
      ],
      rows: order.map((runId) => ({ cells: [nameOf(runId), ...stops.map(({ ranks }) => ranks.get(runId) ?? null)] })),
    },
    draw(plot, width) {
      const { room, letters } = nameRoom(order.map(nameOf), width);
      const ends = order.map((runId) => ({ runId, points: pointsOf(runId, stops) }));
      const headOf = ({ name, shortName }: Stop): string => (width < NARROW ? shortName : name);
      // letters that fit between two stops, and the lines that the longest head then needs
      const letterRoom = Math.max(6, (width - room - 36) / Math.max(1, stops.length - 0.4) / 6.2);
      const headLines = Math.max(...stops.map((stop) => linesOf(headOf(stop), letterRoom)));
      const tie = tieOffsets(ends.map(({ points }) => points[points.length - 1]));
      return plot.plot({
        width,
        height: Math.max(3, order.length) * 32 + 44 + 15 * headLines,
        marginLeft: 30,
        marginRight: room + 6,
        marginTop: 16 + 15 * headLines,
        marginBottom: 14,
        style: STYLE,
        color: { type: 'identity' },
        x: {
          type: 'linear',
          domain: [-0.15, stops.length - 0.85],
          axis: null,
        },
        y: {
          domain: [order.length + 0.4, 0.6],
          label: null,
          ticks: order.map((_, p) => p + 1).filter((place) => order.length <= 16 || place % 5 === 0),
          tickFormat: (place: number) => String(place),
          tickSize: 0,
        },
        marks: [
          plot.ruleX(
            stops.map((_, s) => s),
            { stroke: 'var(--vm-border)' },
          ),
          plot.text(stops, {
            x: (_: Stop, s: number) => s,
            frameAnchor: 'top',
            lineAnchor: 'bottom',
            dy: -12,
            text: headOf,
            title: ({ name }: Stop) => name,
            lineWidth: letterRoom / 2,
            fill: MUTED,
          }),
          ...ends.flatMap(({ runId, points }, a) => [
            plot.line(points, {
              x: 'stop',
              y: 'rank',
              stroke: SERIES[a % SERIES.length],
              strokeWidth: 2.2,
              strokeDasharray: a < SERIES.length ? undefined : '5 3',
            }),
            plot.dot(points, {
              x: 'stop',
              y: 'rank',
              symbol: SYMBOLS[a % SYMBOLS.length],
              r: 5,
              fill: SERIES[a % SERIES.length],
              stroke: GROUND,
              strokeWidth: 1,
              title: ({ stop, rank }: Point) => `${nameOf(runId)}: place ${rank}, ${stops[stop].name}`,
            }),
            plot.text(points.slice(-1), {
              x: 'stop',
              y: 'rank',
              text: () => short(nameOf(runId), letters),
              title: () => nameOf(runId),
              textAnchor: 'start',
              dx: 12,
              dy: 13 * (tie[a] ?? 0),
              fill: SERIES[a % SERIES.length],
            }),
          ]),
        ],
      });
    },
  };
}

function pointsOf(runId: string, stops: readonly Stop[]): Point[] {
  return stops.flatMap(({ ranks }, stop) => {
    const rank = ranks.get(runId);
    return rank === undefined ? [] : [{ stop, rank, runId }];
  });
}

/** Lines that a text takes when words are not broken. */
export function linesOf(text: string, letters: number): number {
  let lines = 1;
  let used = 0;
  for (const { length } of text.split(' ')) {
    if (used > 0 && used + 1 + length > letters) {
      lines++;
      used = length;
    } else used += (used > 0 ? 1 : 0) + length;
  }
  return lines;
}

/** Names of algorithms that share the last place stand below one another: 0, 1, 2 of each place. */
export function tieOffsets(last: readonly (Point | undefined)[]): number[] {
  const seen = new Map<number, number>();
  return last.map((point) => {
    if (point === undefined) return 0;
    const n = seen.get(point.rank) ?? 0;
    seen.set(point.rank, n + 1);
    return n;
  });
}

/** The place of each algorithm under every rule. */
export function schemeLines(
  { schemes, standings }: Pick<FirstLook, 'schemes' | 'standings'>,
  labels: ReadonlyMap<string, string>,
): FigureContent {
  return lines(
    {
      name: 'rank-under-each-rule',
      title: 'The place under each rule',
      sentence:
        'Reasonable people rank in different ways. Level lines: the order does not depend on the rule. Lines that cross: be careful with any sentence such as “A is better than B”.',
    },
    schemes.map(({ kind, tau, ranks }) => ({
      name: SCHEME_WORDS[kind].name,
      shortName: SCHEME_WORDS[kind].short,
      tau,
      ranks: new Map(Object.entries(ranks)),
    })),
    standings.map(({ algorithm }) => algorithm),
    labels,
  );
}

/** The place of each algorithm without the cases of each site; null where there are not two sites to leave out. */
export function siteLines(
  { withoutSite, standings }: Pick<FirstLook, 'withoutSite' | 'standings'>,
  labels: ReadonlyMap<string, string>,
): FigureContent | null {
  const parts = withoutSite.flatMap(({ group, places, tau }) => (places === null ? [] : [{ group, places, tau }]));
  if (parts.length === 0) return null;
  return lines(
    {
      name: 'without-each-site',
      title: 'The place without each site',
      sentence:
        'The ranking is made again with all cases of one hospital left out. Where a place depends on a single hospital, it may not hold at yours.',
    },
    [
      {
        name: 'all cases',
        shortName: 'all',
        tau: null,
        ranks: new Map(standings.map(({ algorithm, rank }) => [algorithm, rank])),
      },
      ...parts.map(({ group, places, tau }) => ({
        name: `without ${group}`,
        shortName: `– ${group}`,
        tau,
        ranks: new Map(places.map(({ algorithm, rank }) => [algorithm, rank])),
      })),
    ],
    standings.map(({ algorithm }) => algorithm),
    labels,
  );
}
