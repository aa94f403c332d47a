import type { EvidenceView } from '#contracts';
import { formatQuantity } from '../../format/numbers.js';
import type { MetricInfo } from '../../leaderboard/board-columns.js';
import type { FirstLook } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import { attributeWords } from '../run-labels.js';
import { GROUND, INK, rowNames, rowOptions, SERIES, SYMBOLS } from './frame.js';

type Slice = EvidenceView['evidence']['slices'][number];

interface Level {
  readonly row: number;
  readonly level: string;
  readonly at: number;
  readonly n: number;
  readonly mean: number;
  /** Null, like `high`: a single patient has no interval. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Mean of each level of one attribute with its interval, for every algorithm. */
export function sliceMeans(
  slice: Slice,
  { standings }: Pick<FirstLook, 'standings'>,
  labels: ReadonlyMap<string, string>,
  metric: MetricInfo,
): FigureContent {
  const words = attributeWords(slice.key);
  const order = standings.map(({ algorithm }) => algorithm);
  const names = order.map((runId) => labels.get(runId) ?? runId);
  const found = order.map((runId) => slice.algorithms.find(({ algorithm }) => algorithm === runId));
  const levels = [...new Set(found.flatMap((one) => one?.levels.map(({ level }) => level) ?? []))];
  const withheld = new Set(
    found.flatMap((one) => one?.levels.filter(({ figures }) => figures === null).map(({ level }) => level) ?? []),
  );
  const shown = levels.filter((level) => !withheld.has(level));
  const marks = found.flatMap((one, row) =>
    (one?.levels ?? []).flatMap(({ level, figures }): Level[] => {
      if (figures === null) return [];
      const l = shown.indexOf(level);
      const at = row + (shown.length === 1 ? 0 : ((l + 0.5) / shown.length - 0.5) * 0.72);
      return [{ row, level, at, n: figures.n, mean: figures.mean, low: figures.low, high: figures.high }];
    }),
  );
  const unit = metric.unit === '' ? metric.abbreviation : `${metric.abbreviation} (${metric.unit})`;
  return {
    name: `slices-${slice.key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
    title: `By ${words}`,
    sentence: `Mean ${metric.abbreviation} of each group of cases with its 95 % interval. Intervals that lie well apart within one row say that the algorithm works better for one group than for another.${
      withheld.size === 0 ? '' : ` Withheld, because so few patients could be recognised: ${[...withheld].join(', ')}.`
    }`,
    description: names
      .map(
        (name, row) =>
          `${name}: ${marks
            .filter((mark) => mark.row === row)
            .map(({ level, mean, n }) => `${level} ${formatQuantity(mean, metric.unit)} (${n} cases)`)
            .join(', ')}`,
      )
      .join('; '),
    table: {
      columns: [
        { name: 'algorithm' },
        { name: words },
        { name: 'cases', numeric: true },
        { name: 'mean', numeric: true },
        { name: 'low', numeric: true },
        { name: 'high', numeric: true },
        { name: 'median', numeric: true },
        { name: 'failed or empty, %', numeric: true },
      ],
      rows: found.flatMap((one, row) =>
        (one?.levels ?? []).map(({ level, figures }) => ({
          cells:
            figures === null
              ? [names[row], `${level} (withheld)`, null, null, null, null, null, null]
              : [
                  names[row],
                  figures.n < 10 ? `${level} (fewer than 10 cases)` : level,
                  figures.n,
                  figures.mean,
                  figures.low,
                  figures.high,
                  figures.median,
                  Math.round(1000 * figures.failureRate) / 10,
                ],
        })),
      ),
    },
    draw(plot, width) {
      const options = rowOptions(names, width, Math.max(34, 14 * shown.length + 8));
      const legend = shown.map((level, l) => ({ level, l }));
      const lineOf = legendLines(shown, width - (options.marginLeft ?? 0) - 20);
      const rows = Math.max(0, ...lineOf.map(({ line }) => line)) + 1;
      return plot.plot({
        ...options,
        marginTop: 14 + 18 * rows,
        height: (options.height ?? 0) + 4 + 18 * rows,
        x: {
          label: `${unit}, ${metric.direction} is better`,
          labelAnchor: 'center',
          labelArrow: 'none',
          grid: true,
          nice: true,
          ticks: 6,
        },
        marks: [
          ...rowNames(plot, names, width),
          ...legend.flatMap(({ level, l }) => {
            const colour = SERIES[l % SERIES.length];
            const own = marks.filter((mark) => mark.level === level);
            const key = { frameAnchor: 'top-left', dy: -8 - 18 * (rows - lineOf[l].line) } as const;
            return [
              plot.link(
                own.filter(({ low }) => low !== null),
                { x1: 'low', x2: 'high', y1: 'at', y2: 'at', stroke: colour, strokeWidth: 2 },
              ),
              plot.dot(own, {
                x: 'mean',
                y: 'at',
                symbol: SYMBOLS[l % SYMBOLS.length],
                r: 4.5,
                fill: colour,
                stroke: GROUND,
                strokeWidth: 1,
                title: ({ mean, low, high, n, row }: Level) =>
                  `${names[row]}, ${level}: ${formatQuantity(mean, metric.unit)} ${low === null || high === null ? '(no interval: one patient)' : `[${formatQuantity(low, metric.unit)}, ${formatQuantity(high, metric.unit)}]`}, ${n} cases`,
              }),
              plot.dot([level], {
                ...key,
                dx: lineOf[l].x + 5,
                dy: key.dy + 5,
                symbol: SYMBOLS[l % SYMBOLS.length],
                r: 4.5,
                fill: colour,
              }),
              plot.text([level], { ...key, dx: lineOf[l].x + 15, text: () => level, textAnchor: 'start', fill: INK }),
            ];
          }),
        ],
      });
    },
  };
}

/** Where the words of a legend stand: as many on a line as fit. */
export function legendLines(words: readonly string[], width: number): { readonly x: number; readonly line: number }[] {
  let x = 0;
  let line = 0;
  return words.map((word) => {
    const own = word.length * 6.6 + 32;
    if (x > 0 && x + own > width) {
      x = 0;
      line++;
    }
    const place = { x, line };
    x += own;
    return place;
  });
}
