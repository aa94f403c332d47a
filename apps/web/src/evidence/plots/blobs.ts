import type { RankEvidence } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import { rankRange } from '../moves.js';
import { INK, placeAxis, rowNames, rowOptions, SERIES } from './frame.js';

interface Blob {
  readonly row: number;
  readonly place: number;
  readonly share: number;
}

/** How often each algorithm takes each place when the cases are drawn again; null where that is withheld. */
export function rankBlobs(
  { standings: all, places, draws }: Pick<RankEvidence, 'standings' | 'places' | 'draws'>,
  labels: ReadonlyMap<string, string>,
): FigureContent | null {
  const standings = all.flatMap(({ interval, shares, ...rest }) =>
    interval === null || shares === null ? [] : [{ ...rest, interval, shares }],
  );
  if (standings.length === 0) return null;
  const names = standings.map(({ algorithm }) => labels.get(algorithm) ?? algorithm);
  const blobs = standings.flatMap(({ shares }, row) =>
    shares.map((share, p): Blob => ({ row, place: places[p], share })).filter(({ share }) => share > 0),
  );
  return {
    name: 'rank-stability',
    title: 'How firmly each place stands',
    sentence: `Imagine the study repeated with other patients of the same kind (here: ${draws.toLocaleString('en-GB')} draws from the present ones). The larger the disc, the more often an algorithm came to that place; the line covers 95 % of the draws, the upright stroke is the middle one. One large disc: a firm place. Many small ones: the place is luck.`,
    description: standings
      .map(({ rank, interval }, r) => `${names[r]}: rank ${rank}, interval ${rankRange(interval)}`)
      .join('; '),
    table: {
      columns: [
        { name: 'algorithm' },
        { name: 'rank', numeric: true },
        { name: 'interval', numeric: true },
        { name: 'median', numeric: true },
        ...places.map((place) => ({ name: `share at ${place}`, numeric: true })),
      ],
      rows: standings.map(({ rank, interval, medianRank, shares }, r) => ({
        cells: [names[r], rank, rankRange(interval), medianRank, ...shares],
      })),
    },
    draw(plot, width) {
      return plot.plot({
        ...rowOptions(names, width, 36),
        x: { ...placeAxis(standings.length), label: 'place', grid: true },
        r: { type: 'sqrt', domain: [0, 1], range: [0, 15] },
        marks: [
          ...rowNames(plot, names, width),
          plot.link(standings, {
            x1: ({ interval }: (typeof standings)[number]) => interval[0],
            x2: ({ interval }: (typeof standings)[number]) => interval[1],
            y1: (_: unknown, r: number) => r,
            y2: (_: unknown, r: number) => r,
            stroke: INK,
            strokeWidth: 2,
            strokeOpacity: 0.55,
          }),
          plot.dot(blobs, {
            x: 'place',
            y: 'row',
            r: 'share',
            fill: SERIES[0],
            fillOpacity: 0.82,
            title: ({ row, place, share }: Blob) =>
              `${names[row]}: place ${place} in ${(100 * share).toFixed(1)} % of the draws`,
          }),
          plot.link(standings, {
            x1: ({ medianRank }: (typeof standings)[number]) => medianRank,
            x2: ({ medianRank }: (typeof standings)[number]) => medianRank,
            y1: (_: unknown, r: number) => r - 0.42,
            y2: (_: unknown, r: number) => r + 0.42,
            stroke: SERIES[1],
            strokeWidth: 2.5,
          }),
        ],
      });
    },
  };
}
