import { useCallback, useEffect, useRef } from 'react';
import type { Dispatch } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import { placeOnGrid, PLANES, stepSlices } from './planes.js';
import type { PlaneName } from './planes.js';
import type { ViewAction, ViewState } from './view-state.js';

export interface Moves {
  /** Brings the crosshair to a point, as near as the grid allows, in all planes. */
  readonly moveTo: (point: Vec3) => void;
  readonly onScroll: (plane: PlaneName, slices: number) => void;
  readonly onPoint: (plane: PlaneName, point: Vec3) => void;
  /** The view as of the last event, which may be newer than what was rendered last. */
  readonly latestView: () => ViewState;
}

/**
 * Moves of the crosshair. The functions stay the same from rendering to rendering, so that the planes do not render again
 * for every slice.
 */
export function useMoves(
  view: ViewState,
  geometry: Geometry | null,
  dispatch: Dispatch<ViewAction>,
  follow: (point: Vec3) => void,
): Moves {
  const latest = useRef({ view, geometry });
  useEffect(() => {
    latest.current = { view, geometry };
  });
  const moveTo = useCallback(
    (point: Vec3) => {
      const grid = latest.current.geometry;
      if (!grid) return;
      const to = placeOnGrid(grid, point);
      // Several wheel events may come before the next rendering: each starts where the last one ended.
      latest.current = { ...latest.current, view: { ...latest.current.view, positionLps: to } };
      dispatch({ kind: 'move', to });
      follow(to);
    },
    [dispatch, follow],
  );
  const onScroll = useCallback(
    (plane: PlaneName, slices: number) => {
      const { geometry: grid, view: now } = latest.current;
      if (grid) moveTo(stepSlices(grid, PLANES[plane], now.positionLps, slices));
    },
    [moveTo],
  );
  const onPoint = useCallback((_plane: PlaneName, point: Vec3) => moveTo(point), [moveTo]);
  const latestView = useCallback(() => latest.current.view, []);
  return { moveTo, onScroll, onPoint, latestView };
}
