import { parseHexColor } from './overlay-style.js';
import type { Rgb } from './surface-painter.js';
import type { StructureSurfaces } from './surface-error.js';

// Colours for signed distances: the colours of the error map, so that one legend is learnt. Blue and orange stay apart for
// colour-blind readers, and both grow darker with distance, away from the pale middle.

/** Ends of the scale to choose from, mm. */
export const SCALES_MM = [2, 5, 10, 20, 50] as const;

/** From "far too little" over agreement to "far too much". */
const STOPS = ['#0a3f8f', '#38a3ff', '#ece9e2', '#ff9d0a', '#a33c00'].map(
  (hex) => parseHexColor(hex) ?? ([255, 255, 255] as const),
);

/** The colour of a distance on a scale that ends at plus and minus `endMm`; beyond, that of the end. */
export function distanceColor(mm: number, endMm: number): Rgb {
  const t = (Math.min(1, Math.max(-1, mm / endMm)) + 1) / 2;
  const at = Math.min(STOPS.length - 2, Math.floor(t * (STOPS.length - 1)));
  const share = t * (STOPS.length - 1) - at;
  const [a, b] = [STOPS[at], STOPS[at + 1]];
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** The same colours as a CSS gradient from left (minus) to right (plus). */
export const SCALE_GRADIENT = `linear-gradient(to right, ${STOPS.map(([r, g, b]) => `rgb(${r} ${g} ${b})`).join(', ')})`;

/** The smallest scale that holds 95 % of the surface voxels of both maps that have a distance; the smallest without any. */
export function fittingScale(structures: readonly StructureSurfaces[]): number {
  const bins = new Float64Array(SCALES_MM.length + 1);
  for (const { reference, prediction } of structures) {
    for (const { mm } of [reference, prediction]) {
      for (let n = 0; n < mm.length; n++) {
        const far = Math.abs(mm[n]);
        if (far === Infinity) continue;
        const bin = SCALES_MM.findIndex((end) => far <= end);
        bins[bin < 0 ? SCALES_MM.length : bin]++;
      }
    }
  }
  const total = bins.reduce((sum, n) => sum + n, 0);
  let sum = 0;
  return SCALES_MM.find((_, bin) => (sum += bins[bin]) >= 0.95 * total) ?? SCALES_MM[SCALES_MM.length - 1];
}

/** A distance in words: '3.2 mm too much', '1.0 mm too little', 'on the other surface'. */
export function distanceWords(mm: number): string {
  if (Math.abs(mm) === Infinity) return 'the other map has none of this structure';
  if (Math.abs(mm) < 0.05) return 'on the other surface';
  return `${Math.abs(mm).toFixed(1)} mm too ${mm > 0 ? 'much' : 'little'}`;
}
