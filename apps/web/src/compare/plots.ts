import type { ComparisonView } from '#contracts';
import { patientMeans } from '#ranking';
import { blandAltman, type BlandAltman } from '#statistics';
import { caseHref, type FigureContent } from '../evidence/figure-content.js';
import { BAND, GROUND, INK, MUTED, NARROW, SERIES, short, STYLE } from '../evidence/plots/frame.js';
import { count, formatQuantity } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import type { VolumePairs } from './volumes.js';

type Detail = NonNullable<ComparisonView['detail']>;
type Difference = Detail['cases'][number] & { readonly at: number };

const FRAME = { marginLeft: 58, marginRight: 18, marginTop: 26, marginBottom: 44, style: STYLE } as const;

/** Difference of two algorithms in every case, from the best for the second to the best for the first. */
export function differencePlot(
  comparison: ComparisonView,
  detail: Detail,
  names: readonly [string, string],
  metric: MetricInfo,
): FigureContent {
  const sign = metric.direction === 'higher' ? 1 : -1;
  const cases = [...detail.cases]
    .sort((a, b) => sign * (a.difference - b.difference))
    .map((one, at): Difference => ({ ...one, at }));
  const unit = metric.unit === '' ? metric.abbreviation : `${metric.abbreviation}, ${metric.unit}`;
  const { second, ranked } = comparison;
  // where cases are shown, so is the interval
  const { estimate } = comparison.mean;
  const mean = { estimate, low: comparison.mean.low ?? estimate, high: comparison.mean.high ?? estimate };
  return {
    name: `difference-${metric.id}`,
    title: 'The difference in every case',
    sentence: `Each dot is a case: how far ${names[0]} lies above or below ${names[1]} (${unit}). The band is the 95 % interval of the mean difference; where it leaves out zero, the two differ on average. Click a dot to see the case.`,
    description: `${ranked ? `${detail.wins} cases are better with ${names[0]}, ${detail.losses} with ${names[1]}, ${detail.ties} alike. ` : ''}Mean difference ${formatQuantity(mean.estimate, metric.unit)}, 95 % interval from ${formatQuantity(mean.low, metric.unit)} to ${formatQuantity(mean.high, metric.unit)}.`,
    table: {
      columns: [
        { name: 'case' },
        { name: names[0], numeric: true },
        { name: names[1], numeric: true },
        { name: 'difference', numeric: true },
        ...(ranked ? [{ name: 'better' }] : []),
      ],
      rows: detail.cases.map((one) => ({
        cells: [
          one.name,
          one.first,
          one.second,
          one.difference,
          ...(ranked ? [one.better === 'first' ? names[0] : one.better === 'second' ? names[1] : 'neither'] : []),
        ],
        seen: { caseId: one.caseId, runId: second.runId },
      })),
    },
    draw(plot, width) {
      return plot.plot({
        ...FRAME,
        width,
        marginTop: width < NARROW ? 42 : FRAME.marginTop,
        height: width < NARROW ? 320 : 360,
        color: { type: 'identity' },
        x: {
          domain: [-0.8, cases.length - 0.2],
          ticks: [],
          label: `${cases.length} cases, in order of the difference in ${unit}`,
          labelAnchor: 'center',
          labelArrow: 'none',
        },
        y: { label: null, grid: true, nice: true },
        marks: [
          plot.rectY([mean], { y1: 'low', y2: 'high', x1: -0.8, x2: cases.length - 0.2, fill: BAND, fillOpacity: 0.3 }),
          plot.ruleY([0], { stroke: INK, strokeWidth: 1.5 }),
          plot.ruleY([mean.estimate], { stroke: SERIES[2], strokeDasharray: '6 3', strokeWidth: 2 }),
          plot.link(cases, { x1: 'at', x2: 'at', y1: () => 0, y2: 'difference', stroke: MUTED, strokeOpacity: 0.5 }),
          ...(ranked
            ? [
                plot.dot(
                  cases.filter(({ better }) => better === 'first'),
                  dots(SERIES[0], 'circle'),
                ),
                plot.dot(
                  cases.filter(({ better }) => better === 'second'),
                  dots(SERIES[1], 'square'),
                ),
                plot.dot(
                  cases.filter(({ better }) => better === 'neither'),
                  dots(MUTED, 'diamond'),
                ),
                ...directions(),
              ]
            : [plot.dot(cases, dots(SERIES[0], 'circle'))]),
        ],
      });
      function directions() {
        const narrow = width < NARROW;
        const head = (name: string) => short(name, narrow ? 30 : 40);
        const left = { frameAnchor: 'top-left', fill: SERIES[1], fontWeight: 600, dy: narrow ? -34 : -18 } as const;
        const right = { frameAnchor: 'top-right', fill: SERIES[0], fontWeight: 600, dy: -18 } as const;
        return [plot.text([`■ ${head(names[1])} better`], left), plot.text([`● ${head(names[0])} better`], right)];
      }
      function dots(fill: string, symbol: 'circle' | 'square' | 'diamond') {
        return {
          x: 'at',
          y: 'difference',
          symbol,
          r: 4.5,
          fill,
          stroke: GROUND,
          href: ({ caseId }: Difference) => caseHref({ caseId, runId: second.runId }),
          title: ({ name, first, second: other }: Difference) =>
            `${name}\n${names[0]}: ${formatQuantity(first, metric.unit)}\n${names[1]}: ${formatQuantity(other, metric.unit)}\nOpen in the viewer`,
        };
      }
    },
  };
}

/** Limits of agreement of the volumes that two algorithms measure; null with fewer than two patients. */
export function blandAltmanPlot(
  { pairs, region, leftOut }: VolumePairs,
  names: readonly [string, string],
  second: string,
): FigureContent | null {
  // limits need independent pairs: one a patient
  const people = patientMeans(pairs.map(({ caseId, ...pair }) => ({ case: caseId, ...pair })));
  if (people.length < 2) return null;
  const found: BlandAltman = blandAltman(
    people.map(({ first }) => first),
    people.map(({ second: other }) => other),
  );
  const points = pairs.map((pair) => ({
    ...pair,
    mean: (pair.first + pair.second) / 2,
    difference: pair.first - pair.second,
  }));
  type Point = (typeof points)[number];
  const ml = (value: number): string => formatQuantity(value, 'ml');
  const notes = [
    leftOut > 0
      ? `${count(leftOut, 'case')} ${leftOut === 1 ? 'is' : 'are'} left out: no prediction, or the volume cannot be told from what was recorded.`
      : '',
    people.length < pairs.length
      ? `Dots are cases; bias and limits are of ${count(people.length, 'patient')}, each with the mean of their cases.`
      : '',
  ].filter((note) => note !== '');
  return {
    name: `bland-altman-${region}`,
    title: `Volumes of ${region}: do the two measure alike?`,
    sentence:
      `Bland–Altman plot: the volume (mean of both) along the bottom, the difference (${names[0]} minus ${names[1]}) upwards. 95 % of the differences are expected between the outer lines; decide whether that many millilitres matter to your patient. ${notes.join(' ')}`.trim(),
    description:
      `Bias ${ml(found.bias.value)}, limits of agreement from ${ml(found.lowerLimit.value)} to ${ml(found.upperLimit.value)} over ${count(found.n, 'patient')}. ${notes.join(' ')}`.trim(),
    table: {
      columns: [
        { name: 'case' },
        { name: `${names[0]}, ml`, numeric: true },
        { name: `${names[1]}, ml`, numeric: true },
        { name: 'difference, ml', numeric: true },
      ],
      rows: points.map((point) => ({
        cells: [point.caseName, point.first, point.second, point.difference],
        seen: { caseId: point.caseId, runId: second },
      })),
    },
    draw(plot, width) {
      const lines = [
        { ...found.lowerLimit, name: 'lower limit' },
        { ...found.bias, name: 'bias' },
        { ...found.upperLimit, name: 'upper limit' },
      ];
      type Line = (typeof lines)[number];
      return plot.plot({
        ...FRAME,
        width,
        height: 340,
        color: { type: 'identity' },
        x: {
          label: 'mean of both, ml',
          labelAnchor: 'center',
          labelArrow: 'none',
          nice: true,
          ticks: width < NARROW ? 5 : 8,
        },
        y: { label: 'difference, ml', labelArrow: 'none', grid: true, nice: true, labelOffset: 52 },
        marks: [
          plot.ruleY([0], { stroke: INK, strokeOpacity: 0.5 }),
          plot.rectY(lines, { y1: 'low', y2: 'high', fill: BAND, fillOpacity: 0.22 }),
          plot.ruleY(lines, { y: 'value', stroke: SERIES[2], strokeWidth: 2, strokeDasharray: '6 3' }),
          plot.dot(points, {
            x: 'mean',
            y: 'difference',
            r: 4.5,
            fill: SERIES[0],
            stroke: GROUND,
            href: ({ caseId }: Point) => caseHref({ caseId, runId: second }),
            title: ({ caseName, first, second: other }: Point) =>
              `${caseName}\n${names[0]}: ${ml(first)}\n${names[1]}: ${ml(other)}\nOpen in the viewer`,
          }),
          plot.text(lines, {
            y: 'value',
            frameAnchor: 'right',
            textAnchor: 'end',
            dx: -4,
            dy: -10,
            text: ({ name, value }: Line) => `${name} ${ml(value)}`,
            fill: SERIES[2],
            stroke: GROUND,
            strokeWidth: 4,
          }),
        ],
      });
    },
  };
}
