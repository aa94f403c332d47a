import type { PlotLibrary, PlotOptions } from '../figure-content.js';

/** Colours of series: eight that colour-blind readers can tell apart, in either theme and in print. */
export const SERIES = Array.from({ length: 8 }, (_, i) => `var(--vm-plot-${i + 1})`);
export const INK = 'var(--vm-text)';
export const MUTED = 'var(--vm-text-muted)';
export const GRID = 'var(--vm-border)';
export const BAND = 'var(--vm-plot-band)';
export const GROUND = 'var(--vm-surface)';

/** Shapes beside the colours, so that colour is never the only sign. */
export const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'hexagon'] as const;

export const STYLE = {
  background: 'transparent',
  color: INK,
  fontFamily: 'var(--vm-font)',
  fontSize: '12px',
  overflow: 'visible',
} as const;

export const NARROW = 560;

export const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1)).trimEnd()}…`;

/** Room on the left for names, and how many letters of each fit. */
export function nameRoom(names: readonly string[], width: number): { readonly room: number; readonly letters: number } {
  const letters = width < NARROW ? 15 : 30;
  const longest = Math.max(4, ...names.map((name) => Math.min(name.length, letters)));
  return { room: Math.round(longest * 6.5) + 14, letters };
}

/** Named rows, the first on top: y is the number of the row. */
export function rowOptions(names: readonly string[], width: number, rowHeight: number): PlotOptions {
  const { room } = nameRoom(names, width);
  return {
    width,
    height: names.length * rowHeight + 52,
    marginLeft: room,
    marginRight: 18,
    marginTop: 10,
    marginBottom: 42,
    style: STYLE,
    y: { type: 'linear', domain: [names.length - 0.5, -0.5], axis: null },
    color: { type: 'identity' },
  };
}

export function rowNames(plot: PlotLibrary, names: readonly string[], width: number) {
  const { letters } = nameRoom(names, width);
  return [
    plot.ruleY(
      names.slice(1).map((_, i) => i + 0.5),
      { stroke: GRID },
    ),
    plot.text(names, {
      y: (_, i: number) => i,
      text: (name: string) => short(name, letters),
      title: (name: string) => name,
      frameAnchor: 'left',
      textAnchor: 'end',
      dx: -9,
      fill: INK,
    }),
  ];
}

/** −0.5 to 0.5, spread evenly and always the same for the same place: so that dots on one value stay apart. */
export function spreadOf(index: number): number {
  return ((index * 0.618033988749895) % 1) - 0.5;
}

/** "0.05", "<0.001". */
export function pText(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** Places 1 to n along x. */
export function placeAxis(n: number) {
  const every = n > 24 ? 5 : n > 12 ? 2 : 1;
  const ticks = Array.from({ length: n }, (_, p) => p + 1).filter((place) => place === 1 || place % every === 0);
  return {
    type: 'linear',
    domain: [0.5, n + 0.5],
    ticks,
    tickFormat: (place: number) => String(place),
    tickSize: 0,
    labelAnchor: 'center',
    labelArrow: 'none',
  } as const;
}
