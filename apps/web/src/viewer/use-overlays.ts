import { useEffect, useRef } from 'react';
import type { Comparison } from './case-volumes.js';
import type { Scene } from './cornerstone-adapter.js';
import { ERROR_LEGEND, errorMapStyle, isDrawn, layerStyle } from './overlay-style.js';
import type { LayerLook, ShownLabel } from './overlay-style.js';
import type { OverlayMode } from './view-state.js';

/** A label map that has arrived, and how it is to look. */
export interface DrawnLayer extends LayerLook {
  readonly id: string;
  readonly segments: Uint8Array;
}

const ERRORS = 'errors';
const overlayOf = (layerId: string): string => `layer-${layerId}`;

/** Keeps what the renderer draws over the image equal to what the page's state says. */
export function useOverlays(
  scene: Scene | null,
  layers: readonly DrawnLayer[],
  labels: readonly ShownLabel[],
  hiddenSegments: readonly number[],
  mode: OverlayMode,
  comparison: Comparison | null,
): void {
  const drawn = useRef<{
    scene: Scene | null;
    layers: Map<string, Uint8Array>;
    comparison: Comparison | null;
    key: string;
  }>(undefined);

  useEffect(() => {
    if (!scene) return;
    if (drawn.current?.scene !== scene) drawn.current = { scene, layers: new Map(), comparison: null, key: '' };
    const known = drawn.current;
    const errorsShown = mode === 'errors' && comparison !== null;
    // Without a comparison an error map would be an empty picture that looks like perfection: keep the overlays.
    const shownMode = errorsShown ? 'errors' : 'overlays';
    const key = JSON.stringify([
      shownMode,
      hiddenSegments,
      labels,
      layers.map(({ id, kind, visible, pen }) => [id, kind, visible, pen]),
    ]);
    const changed = key !== known.key;
    known.key = key;
    // The reference first: later overlays are drawn over earlier ones.
    const ordered = [...layers].sort((a, b) => Number(a.kind === 'prediction') - Number(b.kind === 'prediction'));
    for (const layer of ordered) {
      const style = layerStyle(layer, shownMode, labels, hiddenSegments);
      const isNew = known.layers.get(layer.id) !== layer.segments;
      // What has never been seen costs neither time nor memory of the graphics card.
      if (isNew && !known.layers.has(layer.id) && !isDrawn(style)) continue;
      if (isNew) {
        scene.setOverlay(overlayOf(layer.id), layer.segments, [...labels.map(({ name }) => name), 'undeclared']);
        known.layers.set(layer.id, layer.segments);
      }
      if (isNew || changed) scene.styleOverlay(overlayOf(layer.id), style);
    }
    // What was taken away stays with the renderer, unseen, in case it is added again.
    for (const id of known.layers.keys()) {
      if (changed && !layers.some((layer) => layer.id === id)) scene.styleOverlay(overlayOf(id), errorMapStyle(false));
    }
    const hasErrors = known.comparison !== null;
    const newErrors = errorsShown && comparison !== known.comparison;
    if (newErrors) {
      scene.setOverlay(
        ERRORS,
        comparison.errors,
        ERROR_LEGEND.map(({ name }) => name),
      );
      known.comparison = comparison;
    }
    if (newErrors || (hasErrors && changed)) scene.styleOverlay(ERRORS, errorMapStyle(errorsShown));
  }, [scene, layers, labels, hiddenSegments, mode, comparison]);
}
