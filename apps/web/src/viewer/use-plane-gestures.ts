import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { MEASURES } from './measurements.js';
import type { Measure } from './measurements.js';

/** What a drag with the main button does. */
export type DragTool = 'crosshair' | 'scroll' | 'window' | 'pan' | 'zoom' | Measure;

type Pixel = readonly [number, number];

/** What the gestures on a plane ask for. Pixels are CSS pixels from the plane's upper left corner. */
export interface PlaneGestures {
  readonly onPoint: (at: Pixel) => void;
  readonly onScroll: (slices: number) => void;
  readonly onPan: (dxPx: number, dyPx: number) => void;
  readonly onZoom: (factor: number, about: Pixel) => void;
  /** Drag so far, since `onWindowStart`. */
  readonly onWindowStart: () => void;
  readonly onWindowDrag: (dxPx: number, dyPx: number) => void;
  /** `press` sets a point, `move` takes the last one along, `drag` and `click` are how the button came up. */
  readonly onMeasure: (phase: 'press' | 'move' | 'drag' | 'click', at: Pixel, measure: Measure) => void;
  readonly onHover: (at: Pixel | null) => void;
  readonly onEnlarge: () => void;
}

/** Wheel travel in pixels that makes one slice when it comes in small pieces, as from a touch pad. */
const PX_PER_SLICE = 30;
/** Drag that makes one slice, and a way below which a drag was a click. */
const PX_PER_DRAGGED_SLICE = 8;
const CLICK_PX = 4;
const PX_PER_LINE = 16;
const PX_PER_PAGE = 400;

/**
 * Slices to scroll for a turn of the wheel. A notch of a mouse wheel is one slice however far the system says it goes;
 * the small steps of a touch pad add up.
 *
 * @param carried pixels left over from before
 */
export function wheelSlices(carried: number, delta: number, deltaMode: number): { slices: number; carried: number } {
  const px = delta * (deltaMode === 1 ? PX_PER_LINE : deltaMode === 2 ? PX_PER_PAGE : 1);
  if (Math.abs(px) >= PX_PER_SLICE) return { slices: Math.sign(px), carried: 0 };
  const sum = (Math.sign(carried) === -Math.sign(px) ? 0 : carried) + px;
  const slices = Math.trunc(sum / PX_PER_SLICE) + 0; // + 0: no negative zero
  return { slices, carried: sum - slices * PX_PER_SLICE };
}

/** Zoom factor for a vertical way; the same way back undoes it. */
export function zoomFactor(upPx: number): number {
  return 1.01 ** upPx;
}

export const isMeasure = (tool: DragTool): tool is Measure => (MEASURES as readonly DragTool[]).includes(tool);

/** Which tool a pressed button means; the others than the main one always mean the same. */
function toolOfButton(button: number, tool: DragTool): DragTool | null {
  return button === 0 ? tool : button === 1 ? 'pan' : button === 2 ? 'window' : null;
}

/** Listens to mouse, pen, fingers and wheel on a plane. */
export function usePlaneGestures(
  surface: RefObject<HTMLElement | null>,
  tool: DragTool,
  gestures: PlaneGestures,
): void {
  const latest = useRef({ tool, gestures });
  useEffect(() => {
    latest.current = { tool, gestures };
  });

  useEffect(() => {
    const element = surface.current;
    if (!element) return;
    const gesture = (): PlaneGestures => latest.current.gestures;
    const pixel = (event: MouseEvent): [number, number] => {
      const box = element.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const down = new Map<number, [number, number]>();
    let drag: { tool: DragTool; start: Pixel; last: Pixel; scrolledTo: number } | null = null;
    let carried = 0;

    const onDown = (event: PointerEvent): void => {
      const at = pixel(event);
      down.set(event.pointerId, at);
      element.setPointerCapture(event.pointerId);
      if (down.size > 1) {
        drag = null; // a second finger: from here on it is a pinch
        return;
      }
      const chosen = toolOfButton(event.button, latest.current.tool);
      if (!chosen) return;
      if (event.button === 1) event.preventDefault(); // no autoscroll
      drag = { tool: chosen, start: at, last: at, scrolledTo: at[1] };
      gesture().onHover(null);
      if (chosen === 'crosshair') gesture().onPoint(at);
      if (chosen === 'window') gesture().onWindowStart();
      if (isMeasure(chosen)) gesture().onMeasure('press', at, chosen);
    };

    const onMove = (event: PointerEvent): void => {
      const at = pixel(event);
      if (down.size === 0) {
        if (event.pointerType !== 'touch') gesture().onHover(at);
        const { tool: now } = latest.current;
        if (isMeasure(now)) gesture().onMeasure('move', at, now);
        return;
      }
      if (!down.has(event.pointerId)) return;
      if (down.size === 2) pinch(event.pointerId, at);
      down.set(event.pointerId, at);
      if (!drag) return;
      const [dx, dy] = [at[0] - drag.last[0], at[1] - drag.last[1]];
      if (drag.tool === 'crosshair') gesture().onPoint(at);
      if (isMeasure(drag.tool)) gesture().onMeasure('move', at, drag.tool);
      if (drag.tool === 'scroll') {
        // as far as a notch of the wheel for each slice, so that a finger can go slowly
        const slices = Math.trunc((at[1] - drag.scrolledTo) / PX_PER_DRAGGED_SLICE);
        drag.scrolledTo += slices * PX_PER_DRAGGED_SLICE;
        if (slices !== 0) gesture().onScroll(slices);
      }
      if (drag.tool === 'pan') gesture().onPan(dx, dy);
      if (drag.tool === 'zoom') gesture().onZoom(zoomFactor(-dy), drag.start);
      if (drag.tool === 'window') gesture().onWindowDrag(at[0] - drag.start[0], at[1] - drag.start[1]);
      drag.last = at;
    };

    const pinch = (moved: number, to: Pixel): void => {
      const other = [...down].find(([id]) => id !== moved)?.[1];
      const from = down.get(moved);
      if (!other || !from) return;
      const before = Math.hypot(from[0] - other[0], from[1] - other[1]);
      const after = Math.hypot(to[0] - other[0], to[1] - other[1]);
      gesture().onPan((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
      if (before > 0 && after > 0) gesture().onZoom(after / before, [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2]);
    };

    const onUp = (event: PointerEvent): void => {
      down.delete(event.pointerId);
      if (drag && isMeasure(drag.tool)) {
        const at = pixel(event);
        const far = Math.hypot(at[0] - drag.start[0], at[1] - drag.start[1]) >= CLICK_PX;
        gesture().onMeasure(far ? 'drag' : 'click', at, drag.tool);
      }
      // A finger that scrolls sets the crosshair where it only taps: there is no other button on a screen.
      if (drag?.tool === 'scroll' && event.pointerType === 'touch' && event.type === 'pointerup') {
        const at = pixel(event);
        if (Math.hypot(at[0] - drag.start[0], at[1] - drag.start[1]) < CLICK_PX) gesture().onPoint(at);
      }
      drag = null;
    };

    const onWheel = (event: WheelEvent): void => {
      event.preventDefault(); // the page must not scroll away under the slices
      if (event.ctrlKey || event.metaKey) {
        gesture().onZoom(zoomFactor(-event.deltaY / 4), pixel(event)); // also what a pinch on a touch pad sends
        return;
      }
      const turned = wheelSlices(carried, event.deltaY || event.deltaX, event.deltaMode);
      carried = turned.carried;
      if (turned.slices !== 0) gesture().onScroll(turned.slices);
    };

    const onLeave = (): void => gesture().onHover(null);
    const onDoubleClick = (): void => gesture().onEnlarge();
    const onContextMenu = (event: Event): void => event.preventDefault(); // the right button drags the window

    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('dblclick', onDoubleClick);
    element.addEventListener('contextmenu', onContextMenu);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('dblclick', onDoubleClick);
      element.removeEventListener('contextmenu', onContextMenu);
    };
  }, [surface]);
}
