import { ranksOf } from '#statistics';
import { formatQuantity } from '../../format/numbers.js';
import type { MetricInfo } from '../../leaderboard/board-columns.js';
import type { FirstLook } from '../evidence-of-values.js';
import { caseHref, type FigureContent } from '../figure-content.js';
import type { CasePoint } from '../values-study.js';
import { GRID, GROUND, INK, MUTED, NARROW, SERIES, short, spreadOf, STYLE, SYMBOLS } from './frame.js';

/** One algorithm on one case, and the step that it stands on there. */
export interface PodiumDot extends CasePoint {
  /** 0 for the one that leads the board, in the order of the board. */
  readonly row: number;
  /** Place within the case, 1 is best; equals share the better one. */
  readonly place: number;
  /** Where the dot stands: equals stand side by side, on a step each. */
  readonly step: number;
}

/** Steps of every case: as many as there are algorithms, equals in the order of the board. */
export function podiumDots(
  points: readonly CasePoint[],
  order: readonly string[],
  direction: 'higher' | 'lower',
): PodiumDot[] {
  const rowOf = new Map(order.map((runId, row) => [runId, row]));
  const byCase = new Map<string, CasePoint[]>();
  for (const point of points) byCase.set(point.caseId, [...(byCase.get(point.caseId) ?? []), point]);
  return [...byCase.values()].flatMap((own) => {
    const ranks = ranksOf(
      own.map(({ value }) => (direction === 'higher' ? -value : value)),
      'min',
    );
    return own
      .map((point, i) => ({ ...point, row: rowOf.get(point.runId) ?? order.length, place: ranks[i] }))
      .sort((a, b) => a.place - b.place || a.row - b.row)
      .map((dot, i) => ({ ...dot, step: i + 1 }));
  });
}

/** Algorithms that have a colour of their own; more could not be told apart. */
const MOST_SHOWN = SERIES.length;

/**
 * Podium plot (Eugster, Hothorn and Leisch 2008): the values of every case, sorted into the steps that the algorithms take
 * there, and how often each algorithm takes each step. A thin line joins the dots of one case.
 */
export function podium(
  points: readonly CasePoint[],
  { standings }: Pick<FirstLook, 'standings'>,
  labels: ReadonlyMap<string, string>,
  metric: MetricInfo,
): FigureContent {
  const order = standings.map(({ algorithm }) => algorithm).slice(0, MOST_SHOWN);
  const shown = points.filter(({ runId }) => order.includes(runId));
  const names = order.map((runId) => labels.get(runId) ?? runId);
  const dots = podiumDots(shown, order, metric.direction);
  const cases = new Set(shown.map(({ caseId }) => caseId)).size;
  const steps = order.map((_, s) => s + 1);
  const bars = order.flatMap((_, row) =>
    steps.map((step) => ({ row, step, n: dots.filter((dot) => dot.row === row && dot.step === step).length })),
  );
  type Bar = (typeof bars)[number];
  const unit = metric.unit === '' ? metric.abbreviation : `${metric.abbreviation} (${metric.unit})`;
  const left = standings.length - order.length;
  const words = ({ runId, caseName, value, place, penalised }: PodiumDot): string =>
    `${caseName}, ${labels.get(runId) ?? runId}: ${formatQuantity(value, metric.unit)}, place ${place}${penalised ? '\ncontains the declared penalty' : ''}\nOpen in the viewer`;
  return {
    name: `podium-${metric.id}`,
    title: 'Who stands on which step',
    sentence: `In every case the algorithms climb a podium: the best of the case stands on step 1. A thin line joins the dots of one case, so a level line is a case that all do alike and a steep one a case that only some can do. The bars below count how often each stands on each step: a first place that is earned case by case has its tall bar on step 1.${
      left === 0 ? '' : ` Shown are the first ${order.length} of ${standings.length} algorithms.`
    }`,
    description: names
      .map(
        (name, row) =>
          `${name} stands on the first step in ${bars.find((bar) => bar.row === row && bar.step === 1)?.n ?? 0} of ${cases} cases`,
      )
      .join('; '),
    table: {
      columns: [
        { name: 'case' },
        { name: 'algorithm' },
        { name: metric.id, numeric: true },
        { name: 'place within the case', numeric: true },
        { name: 'contains a penalty' },
      ],
      rows: dots.map((dot) => ({
        cells: [dot.caseName, labels.get(dot.runId) ?? dot.runId, dot.value, dot.place, dot.penalised],
        seen: { caseId: dot.caseId, runId: dot.runId },
      })),
    },
    draw(plot, width) {
      const n = order.length;
      const narrow = width < NARROW;
      // within a step each algorithm has a lane of its own, so that its dots and its bar stand above one another
      const lane = (row: number): number => ((row + 0.5) / n - 0.5) * 0.84;
      const caseAt = new Map([...new Set(shown.map(({ caseId }) => caseId))].map((id, i) => [id, i]));
      const across = ({ step, row, caseId }: PodiumDot): number =>
        step + lane(row) + (0.5 / n) * spreadOf(caseAt.get(caseId) ?? 0);
      const x = {
        type: 'linear',
        domain: [0.5, n + 0.5],
        ticks: steps,
        tickFormat: (step: number) => (narrow ? String(step) : `step ${step}`),
        tickSize: 0,
        label: null,
      } as const;
      const frame = { width, marginLeft: 52, marginRight: 14, style: STYLE, color: { type: 'identity' } } as const;
      const between = steps.slice(1).map((step) => step - 0.5);
      const above = plot.plot({
        ...frame,
        height: narrow ? 280 : 380,
        marginTop: 30,
        marginBottom: 8,
        x: { ...x, axis: null },
        y: { label: `${unit}, ${metric.direction} is better`, labelArrow: 'none', grid: true, nice: true, ticks: 6 },
        marks: [
          plot.ruleX(between, { stroke: GRID, strokeWidth: 1.5 }),
          plot.line(dots, {
            x: across,
            y: 'value',
            z: 'caseId',
            stroke: MUTED,
            strokeOpacity: 0.22,
            strokeWidth: 0.8,
          }),
          ...order.map((_, row) =>
            plot.dot(
              dots.filter((dot) => dot.row === row),
              {
                x: across,
                y: 'value',
                symbol: SYMBOLS[row % SYMBOLS.length],
                r: narrow ? 2.6 : 3.6,
                fill: ({ penalised }: PodiumDot) => (penalised ? GROUND : SERIES[row]),
                stroke: ({ penalised }: PodiumDot) => (penalised ? SERIES[row] : GROUND),
                strokeWidth: ({ penalised }: PodiumDot) => (penalised ? 1.6 : 0.6),
                href: caseHref,
                title: words,
              },
            ),
          ),
        ],
      });
      const below = plot.plot({
        ...frame,
        height: narrow ? 112 : 138,
        marginTop: 24,
        marginBottom: 30,
        x,
        y: {
          label: 'cases',
          labelArrow: 'none',
          grid: true,
          ticks: 3,
          domain: [0, Math.max(1, ...bars.map((bar) => bar.n))],
        },
        marks: [
          plot.ruleX(between, { stroke: GRID, strokeWidth: 1.5 }),
          plot.rect(bars, {
            x1: ({ step, row }: Bar) => step + lane(row) - 0.38 / n,
            x2: ({ step, row }: Bar) => step + lane(row) + 0.38 / n,
            y1: 0,
            y2: 'n',
            fill: ({ row }: Bar) => SERIES[row],
            title: ({ row, step, n: often }: Bar) => `${names[row]}: step ${step} in ${often} of ${cases} cases`,
          }),
          plot.text(
            bars.filter((bar) => bar.n > 0),
            {
              x: ({ step, row }: Bar) => step + lane(row),
              y: 'n',
              dy: -6,
              text: ({ n: often }: Bar) => (narrow && n > 3 ? '' : String(often)),
              fill: INK,
              fontSize: 10.5,
            },
          ),
          plot.ruleY([0], { stroke: INK }),
        ],
      });
      return stacked([podiumKey(plot, names, width), above, below], width);
    },
  };
}

/** Names with their colour and shape. */
function podiumKey(plot: Parameters<FigureContent['draw']>[0], names: readonly string[], width: number): Element {
  const letters = width < NARROW ? 22 : 34;
  let x = 0;
  let line = 0;
  const marks = names.flatMap((name, row) => {
    const text = short(name, letters);
    const own = text.length * 6.6 + 34;
    if (x > 0 && x + own > width) {
      x = 0;
      line++;
    }
    const at = { frameAnchor: 'top-left', dy: 9 + 20 * line } as const;
    const place = x;
    x += own;
    return [
      plot.dot([name], { ...at, dx: place + 6, symbol: SYMBOLS[row % SYMBOLS.length], r: 4.5, fill: SERIES[row] }),
      plot.text([name], { ...at, dy: at.dy - 6, dx: place + 17, text: () => text, textAnchor: 'start', fill: INK }),
    ];
  });
  return plot.plot({
    width,
    height: 22 + 20 * line,
    margin: 0,
    style: STYLE,
    color: { type: 'identity' },
    x: { axis: null },
    y: { axis: null },
    marks,
  });
}

/** Drawings under one another as one, so that a file of it holds them all. */
function stacked(parts: readonly Element[], width: number): Element {
  const heights = parts.map((part) => Number(part.getAttribute('height')));
  const height = heights.reduce((sum, own) => sum + own, 0);
  const whole = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  whole.setAttribute('width', String(width));
  whole.setAttribute('height', String(height));
  whole.setAttribute('viewBox', `0 0 ${width} ${height}`);
  let top = 0;
  parts.forEach((part, i) => {
    part.setAttribute('y', String(top));
    part.setAttribute('overflow', 'visible'); // a nested drawing is cut off otherwise
    whole.append(part);
    top += heights[i];
  });
  return whole;
}
