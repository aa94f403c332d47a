import type { Comparison } from './case-volumes.js';
import { errorMapStyle, isDrawn, layerStyle } from './overlay-style.js';
import type { OverlayStyle, LayerPen, Rgba, ShownLabel } from './overlay-style.js';
import type { DrawnLayer } from './use-overlays.js';
import type { OverlayMode } from './view-state.js';

/** A label map as `paintClasses` takes it. */
export interface PaintedOverlay {
  readonly segments: Uint8Array;
  /** Class of each segment: itself, or 0 where it is not drawn. */
  readonly kept: Uint8Array;
  readonly colors: readonly Rgba[];
  readonly pen: LayerPen;
}

/** What `useOverlays` makes the renderer draw, in the same order and manner, for the painter of single slices. */
export function paintedOverlays(
  layers: readonly DrawnLayer[],
  labels: readonly ShownLabel[],
  hiddenSegments: readonly number[],
  mode: OverlayMode,
  comparison: Comparison | null,
): PaintedOverlay[] {
  const errorsShown = mode === 'errors' && comparison !== null;
  const shownMode = errorsShown ? 'errors' : 'overlays';
  const ordered = [...layers].sort((a, b) => Number(a.kind === 'prediction') - Number(b.kind === 'prediction'));
  const drawn = ordered.map((layer) => painted(layer.segments, layerStyle(layer, shownMode, labels, hiddenSegments)));
  if (errorsShown) drawn.push(painted(comparison.errors, errorMapStyle(true)));
  return drawn.flatMap((overlay) => overlay ?? []);
}

function painted(segments: Uint8Array, style: OverlayStyle): PaintedOverlay | null {
  if (!isDrawn(style)) return null;
  const { fillOpacity, outlineOpacity, outlineWidthPx, colors, hiddenSegments } = style;
  const kept = Uint8Array.from({ length: 256 }, (_, segment) =>
    segment > colors.length || hiddenSegments.includes(segment) ? 0 : segment,
  );
  const manner = outlineOpacity === 0 ? 'filled' : fillOpacity === 0 ? 'outline' : 'both';
  const opacity = manner === 'outline' ? outlineOpacity : fillOpacity;
  return { segments, kept, colors, pen: { manner, opacity, widthPx: outlineWidthPx } };
}
