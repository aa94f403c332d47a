import type { FirstLook } from '../evidence-of-values.js';
import type { FigureContent } from '../figure-content.js';
import { GROUND, INK, MUTED, nameRoom, pText, placeAxis, rowNames, rowOptions, SERIES } from './frame.js';

interface Pair {
  readonly row: number;
  readonly column: number;
  readonly better: boolean;
  readonly p: number | null;
}

/** Who is significantly better than whom; null where even decisions are withheld. */
export function significanceMap(
  { tests }: Pick<FirstLook, 'tests'>,
  labels: ReadonlyMap<string, string>,
): FigureContent | null {
  const { better: decided } = tests;
  if (decided === null) return null;
  const names = tests.algorithms.map((runId) => labels.get(runId) ?? runId);
  const pairs = decided.flatMap((row, r) =>
    row.map((better, c): Pair => ({ row: r, column: c, better, p: tests.p?.[r][c] ?? null })),
  );
  const beaten = decided.map((row) => row.filter((better) => better).length);
  const others = pairs.filter(({ row, column }) => row !== column);
  return {
    name: 'significance',
    title: 'Who is significantly better than whom',
    sentence: `A filled field with a ▲ says: the algorithm of the row is better than the one of the column, and chance is no good explanation (one-sided signed-rank test, one value a patient, ${tests.adjust === 'holm' ? 'corrected for the number of pairs after Holm' : `adjustment: ${tests.adjust}`}, p ≤ ${tests.alpha}). An empty field on both sides of the diagonal means: the data cannot tell these two apart.`,
    description: names.map((name, r) => `${name} is significantly better than ${beaten[r]} others`).join('; '),
    table: {
      columns: [
        { name: 'algorithm' },
        { name: 'compared with' },
        { name: 'significantly better' },
        ...(tests.p === null ? [] : [{ name: 'adjusted p', numeric: true }]),
      ],
      rows: others.map(({ row, column, better, p }) => ({
        cells: [names[row], names[column], better, ...(tests.p === null ? [] : [p])],
      })),
    },
    draw(plot, width) {
      const numbered = names.map((name, r) => `${r + 1}  ${name}`);
      const field = (width - nameRoom(numbered, width).room - 18) / names.length;
      return plot.plot({
        ...rowOptions(numbered, width, 36),
        x: { ...placeAxis(names.length), label: 'compared with number' },
        marks: [
          ...rowNames(plot, numbered, width),
          plot.rect(others, {
            x1: ({ column }: Pair) => column + 1 - 0.46,
            x2: ({ column }: Pair) => column + 1 + 0.46,
            y1: ({ row }: Pair) => row - 0.44,
            y2: ({ row }: Pair) => row + 0.44,
            fill: ({ better }: Pair) => (better ? SERIES[0] : 'transparent'),
            stroke: 'var(--vm-border)',
            title: ({ row, column, better, p }: Pair) =>
              `${names[row]} is ${better ? '' : 'not '}significantly better than ${names[column]}${p === null ? '' : ` (p ${pText(p)})`}`,
          }),
          plot.text(others, {
            x: ({ column }: Pair) => column + 1,
            y: 'row',
            text: ({ better, p }: Pair) =>
              p !== null && field >= 58 ? `${better ? '▲ ' : ''}${pText(p)}` : better ? '▲' : '',
            fill: ({ better }: Pair) => (better ? GROUND : MUTED),
          }),
          plot.text(
            names.map((_, r) => r),
            { x: (r: number) => r + 1, y: (r: number) => r, text: () => '·', fill: INK },
          ),
        ],
      });
    },
  };
}
