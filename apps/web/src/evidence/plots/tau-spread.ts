import type { RankEvidence } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import { INK, NARROW, SERIES, STYLE } from './frame.js';

const STEP = 0.05;

interface Bin {
  /** In the middle. */
  readonly tau: number;
  readonly share: number;
}

/** Shares of draws by tau, to the nearest 0.05, in rising order. */
export function tauBins(values: RankEvidence['tau']['values']): Bin[] {
  const total = values.reduce((sum, { draws }) => sum + draws, 0);
  const bins = new Map<number, number>();
  for (const { tau, draws } of values) {
    const step = Math.round(tau / STEP);
    bins.set(step, (bins.get(step) ?? 0) + draws);
  }
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([step, draws]) => ({ tau: Math.round(step * STEP * 100) / 100, share: draws / total }));
}

/**
 * Agreement of the rankings of redrawn cases with the ranking of all cases: a violin that lies on its side. Null where it is
 * withheld, or there is no order to agree with.
 */
export function tauSpread({ tau, draws }: Pick<RankEvidence, 'tau' | 'draws'>): FigureContent | null {
  if (tau.values.length === 0) return null;
  const bins = tauBins(tau.values);
  const widest = Math.max(0.01, ...bins.map(({ share }) => share));
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : value.toFixed(2);
  return {
    name: 'kendall-tau',
    title: 'How alike repeated rankings would be',
    sentence: `Each draw of the cases gives a ranking of its own. Kendall’s tau says how well it agrees with the one on the board: 1 is the same order, 0 is no relation, −1 is the reverse. A body near 1 means that the order as a whole can be relied upon (mean ${text(tau.mean)}).`,
    description: `Kendall's tau over ${draws} draws: mean ${text(tau.mean)}, quartiles ${tau.quartiles === null ? 'unknown' : tau.quartiles.map(text).join(', ')}.${tau.undefined > 0 ? ` In ${tau.undefined} draws all algorithms tie and there is no tau.` : ''}`,
    table: {
      columns: [
        { name: 'tau', numeric: true },
        { name: 'draws', numeric: true },
      ],
      rows: tau.values.map((one) => ({ cells: [one.tau, one.draws] })),
    },
    draw(plot, width) {
      const least = Math.min(0, ...bins.map(({ tau: at }) => at));
      return plot.plot({
        width,
        height: 190,
        marginLeft: 18,
        marginRight: 24,
        marginBottom: 42,
        marginTop: 22,
        style: STYLE,
        color: { type: 'identity' },
        x: {
          domain: [least < -0.45 ? -1.03 : -0.5, 1.03],
          label: 'Kendall’s tau',
          labelAnchor: 'center',
          labelArrow: 'none',
          grid: true,
          ticks: width < NARROW ? 5 : 8,
        },
        y: { axis: null, domain: [-widest * 1.05, widest * 1.05] },
        marks: [
          plot.rect(bins, {
            x1: ({ tau: at }: Bin) => at - STEP / 2,
            x2: ({ tau: at }: Bin) => at + STEP / 2,
            y1: ({ share }: Bin) => -share,
            y2: 'share',
            fill: SERIES[0],
            fillOpacity: 0.6,
            inset: 0.5,
            title: ({ tau: at, share }: Bin) =>
              `tau about ${at.toFixed(2)}: ${(100 * share).toFixed(1)} % of the draws`,
          }),
          ...(tau.quartiles === null
            ? []
            : [
                plot.link([tau.quartiles], {
                  x1: ([low]: readonly number[]) => low,
                  x2: ([, , high]: readonly number[]) => high,
                  y1: () => 0,
                  y2: () => 0,
                  stroke: INK,
                  strokeWidth: 5,
                }),
                plot.dot([tau.quartiles], {
                  x: ([, middle]: readonly number[]) => middle,
                  y: () => 0,
                  r: 5,
                  fill: 'var(--vm-surface)',
                  stroke: INK,
                  strokeWidth: 2,
                }),
              ]),
          ...(tau.mean === null
            ? []
            : [
                plot.ruleX([tau.mean], { stroke: SERIES[1], strokeWidth: 2 }),
                plot.text([tau.mean], {
                  x: (mean: number) => mean,
                  frameAnchor: 'top',
                  dy: -14,
                  textAnchor: 'end',
                  text: (mean: number) => `mean ${mean.toFixed(2)}`,
                  fill: SERIES[1],
                }),
              ]),
        ],
      });
    },
  };
}
