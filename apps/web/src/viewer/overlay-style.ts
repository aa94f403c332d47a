import type { Vec3 } from '#imaging';
import type { OverlayMode } from './view-state.js';

/** Red, green, blue and opacity, 0 to 255 each. The opacity scales the fill, not the outline. */
export type Rgba = readonly [number, number, number, number];

/** How one label map is drawn. Segments are those of `toSegments`. */
export interface OverlayStyle {
  readonly visible: boolean;
  /** 0 to 1; 0 draws no fill. */
  readonly fillOpacity: number;
  /** 0 to 1; 0 draws no outline. */
  readonly outlineOpacity: number;
  readonly outlineWidthPx: number;
  /** Colour of segment 1, 2, ... */
  readonly colors: readonly Rgba[];
  readonly hiddenSegments: readonly number[];
}

/** A label of the benchmark as the page gives it. */
export interface ShownLabel {
  /** Integer class in the label maps, other than 0. */
  readonly value: number;
  readonly name: string;
  /** '#rgb' or '#rrggbb'. */
  readonly color: string;
}

/** Okabe and Ito's colours, which stay apart for colour-blind readers; used where a label brings none that we can read. */
export const SAFE_COLORS = ['#e69f00', '#56b4e9', '#009e73', '#d55e00', '#cc79a7', '#f0e442', '#0072b2'] as const;

/** Labels that the benchmark does not declare. */
export const UNDECLARED_COLOR = '#b0b7bf';

/** Error map, classes 1 to 4. Errors differ in lightness as well as hue; agreement steps back. */
export const ERROR_LEGEND = [
  { key: 'truePositive', short: 'TP', name: 'Agreement', color: '#4bb592', alpha: 0.45 },
  { key: 'falsePositive', short: 'FP', name: 'Predicted only', color: '#ff9d0a', alpha: 1 },
  { key: 'falseNegative', short: 'FN', name: 'Missed', color: '#38a3ff', alpha: 1 },
  { key: 'wrongLabel', short: 'Wrong', name: 'Wrong structure', color: '#e86fc0', alpha: 1 },
] as const;

/** Red, green, blue of '#rgb' or '#rrggbb'; null for anything else. */
export function parseHexColor(text: string): readonly [number, number, number] | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const long = short ? null : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  const parts = short ? short.slice(1).map((c) => c + c) : long?.slice(1);
  return parts ? [parseInt(parts[0], 16), parseInt(parts[1], 16), parseInt(parts[2], 16)] : null;
}

/** The colour a label is drawn in everywhere: its own, or one of the safe colours by its place. */
export function labelColor(labels: readonly ShownLabel[], n: number): string {
  return parseHexColor(labels[n].color) ? labels[n].color : SAFE_COLORS[n % SAFE_COLORS.length];
}

function rgba(hex: string, alpha = 1): Rgba {
  const [r, g, b] = parseHexColor(hex) ?? [255, 255, 255];
  return [r, g, b, Math.round(alpha * 255)];
}

/** What decides how a layer is drawn. */
export interface LayerLook {
  readonly kind: 'reference' | 'prediction';
  readonly visible: boolean;
  readonly pen: LayerPen;
}

export const MANNERS = ['filled', 'outline', 'both'] as const;
export type Manner = (typeof MANNERS)[number];

/** How a person wants a layer drawn. */
export interface LayerPen {
  readonly manner: Manner;
  /** 0 to 1, of the fill and the line; where there are both, the line is opaque. */
  readonly opacity: number;
  /** Of the line, CSS pixels. */
  readonly widthPx: number;
  /** One colour for all structures of the layer, '#rrggbb'; undefined: that of each structure. */
  readonly color?: string;
}

/** Colours for whole layers, by name; of `SAFE_COLORS`, and white. */
export const LAYER_COLORS = [
  ['sky blue', '#56b4e9'],
  ['vermilion', '#d55e00'],
  ['yellow', '#f0e442'],
  ['green', '#009e73'],
  ['purple', '#cc79a7'],
  ['orange', '#e69f00'],
  ['white', '#ffffff'],
] as const;

/** How a layer that was added is drawn: as a line of its own colour, by its place among those added. */
export function addedPen(n: number): LayerPen {
  return { manner: 'outline', opacity: 1, widthPx: 2, color: LAYER_COLORS[n % LAYER_COLORS.length][1] };
}

export const WIDTHS_PX = [1, 2, 3, 4] as const;

/** The reference as a translucent fill, a prediction as a line, so that both are seen where they cover each other. */
export const DEFAULT_PEN: Readonly<Record<LayerLook['kind'], LayerPen>> = {
  reference: { manner: 'filled', opacity: 0.4, widthPx: 2 },
  prediction: { manner: 'outline', opacity: 1, widthPx: 2 },
};

/** The next manner for one key: the line, the fill, both. */
export function nextManner(manner: Manner): Manner {
  return MANNERS[(MANNERS.indexOf(manner) + 1) % MANNERS.length];
}

/** Labels in colours that stay apart for colour-blind readers, by their place; from the eighth on they repeat. */
export function inSafeColors(labels: readonly ShownLabel[]): ShownLabel[] {
  return labels.map((label, n) => ({ ...label, color: SAFE_COLORS[n % SAFE_COLORS.length] }));
}

/**
 * How a layer is drawn. Over an error map only the reference stays, as a thin white line: what is inside the line and
 * coloured was missed, what is outside was invented, whatever colours a reader can tell apart.
 */
export function layerStyle(
  look: LayerLook,
  mode: OverlayMode,
  labels: readonly ShownLabel[],
  hiddenSegments: readonly number[],
): OverlayStyle {
  const colors = [...labels.map((_, n) => labelColor(labels, n)), UNDECLARED_COLOR];
  const { manner, opacity, widthPx, color: own } = look.pen;
  const common = { outlineWidthPx: widthPx, hiddenSegments };
  if (mode === 'errors') {
    return {
      ...common,
      visible: look.visible && look.kind === 'reference',
      fillOpacity: 0,
      outlineOpacity: 0.9,
      outlineWidthPx: 1,
      colors: colors.map(() => rgba(own ?? '#ffffff')),
    };
  }
  const shown = { ...common, visible: look.visible, colors: colors.map((color) => rgba(own ?? color)) };
  return {
    ...shown,
    fillOpacity: manner === 'outline' ? 0 : opacity,
    outlineOpacity: manner === 'filled' ? 0 : manner === 'both' ? 1 : opacity,
  };
}

/** Whether anything of it is seen at all. */
export function isDrawn({ visible, fillOpacity, outlineOpacity }: OverlayStyle): boolean {
  return visible && (fillOpacity > 0 || outlineOpacity > 0);
}

/** How the error map is drawn. */
export function errorMapStyle(visible: boolean): OverlayStyle {
  return {
    visible,
    fillOpacity: 0.7,
    outlineOpacity: 0,
    outlineWidthPx: 1,
    colors: ERROR_LEGEND.map(({ color, alpha }) => rgba(color, alpha)),
    hiddenSegments: [],
  };
}

/**
 * Opacity to ask for so that a fill is seen as opaque as wanted.
 *
 * A label map is drawn as a volume, whose opacities hold for a way of 1 mm through it; a plane is drawn as one step, which
 * Cornerstone makes half the mean voxel spacing long. Uncorrected, thick voxels would look nearly opaque, thin ones faint.
 *
 * @param opacity   0 to 1
 * @param spacingMm of the label map
 */
export function opacityPerMm(opacity: number, spacingMm: Vec3): number {
  const stepMm = (spacingMm[0] + spacingMm[1] + spacingMm[2]) / 6;
  return 1 - (1 - opacity) ** (1 / stepMm);
}
