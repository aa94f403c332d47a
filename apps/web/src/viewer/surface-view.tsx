import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import { labelColor, parseHexColor, UNDECLARED_COLOR } from './overlay-style.js';
import type { ShownLabel } from './overlay-style.js';
import { sideLetters } from './planes.js';
import { FROM_THE_FRONT, paintSurfaces, segmentBox, surfaceAxes, turned } from './surface-painter.js';
import type { SurfaceScene, SurfaceView as View } from './surface-painter.js';

export interface SurfaceLayer {
  readonly id: string;
  readonly title: string;
  readonly segments: Uint8Array;
}

export interface SurfaceViewProps {
  readonly geometry: Geometry | null;
  readonly layers: readonly SurfaceLayer[];
  readonly labels: readonly ShownLabel[];
  readonly hiddenSegments: readonly number[];
}

/** Pixels of the picture while it is being turned; when it rests, those of the screen. */
const COARSE_PX = 160;
const FINE_PX = 420;
const REST_MS = 180;
const TURN_BY_KEY_PX = 25; // 15 degrees
const OPACITY = 0.72;

/** Surfaces of one label map, to be turned by dragging or with the arrow keys. */
export function SurfaceView({ geometry, layers, labels, hiddenSegments }: SurfaceViewProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [view, setView] = useState<View>(FROM_THE_FRONT);
  const [moving, setMoving] = useState(false);
  const drag = useRef<{ x: number; y: number } | null>(null);
  // The prediction is what one wants to see; it comes last.
  const layer = layers.find(({ id }) => id === chosen) ?? layers[layers.length - 1];

  const scene = useMemo((): SurfaceScene | null => {
    if (!geometry || !layer) return null;
    const kept = Uint8Array.from({ length: 256 }, (_, segment) => (hiddenSegments.includes(segment) ? 0 : segment));
    const box = segmentBox(layer.segments, geometry.sizeXyz, kept);
    if (!box) return null;
    const colors = [...labels.map((_, n) => labelColor(labels, n)), UNDECLARED_COLOR].map(
      (hex) => parseHexColor(hex) ?? ([255, 255, 255] as const),
    );
    return { geometry, segments: layer.segments, kept, box, colors, opacity: OPACITY };
  }, [geometry, layer, labels, hiddenSegments]);

  useEffect(() => {
    const rest = setTimeout(() => setMoving(false), REST_MS);
    return () => clearTimeout(rest);
  }, [view]);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const { clientWidth: w, clientHeight: h } = element;
    if (w === 0 || h === 0) return;
    const small = Math.min(1, (moving ? COARSE_PX : FINE_PX) / Math.min(w, h));
    const [width, height] = [Math.round(w * small), Math.round(h * small)];
    element.width = width;
    element.height = height;
    if (scene) context.putImageData(new ImageData(paintSurfaces(scene, view, width, height), width, height), 0, 0);
  }, [scene, view, moving]);

  const turn = (dx: number, dy: number): void => {
    setMoving(true);
    setView((old) => turned(old, dx, dy));
  };
  const zoom = (factor: number): void => {
    setMoving(true);
    setView((old) => ({ ...old, zoom: Math.min(8, Math.max(0.5, old.zoom * factor)) }));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const ways: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => turn(-TURN_BY_KEY_PX, 0),
      ArrowRight: () => turn(TURN_BY_KEY_PX, 0),
      ArrowUp: () => turn(0, -TURN_BY_KEY_PX),
      ArrowDown: () => turn(0, TURN_BY_KEY_PX),
      '+': () => zoom(1.25),
      '-': () => zoom(0.8),
      Home: () => setView(FROM_THE_FRONT),
    };
    const way = ways[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    way();
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!drag.current) return;
    turn(event.clientX - drag.current.x, event.clientY - drag.current.y);
    drag.current = { x: event.clientX, y: event.clientY };
  };

  const { right, up } = surfaceAxes(view);
  const opposite = ([x, y, z]: Vec3): Vec3 => [-x, -y, -z];
  const letters = { top: up, right, bottom: opposite(up), left: opposite(right) };
  return (
    <section
      className="vmv-plane vmv-surfaces"
      data-surfaces={scene ? 'drawn' : 'empty'}
      tabIndex={0}
      role="group"
      aria-label={`Surfaces of ${layer?.title ?? 'nothing'}, seen from ${sideLetters(surfaceAxes(view).eye)}; arrow keys turn, plus and minus zoom, Home looks from the front`}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} className="vmv-canvas vmv-tile-canvas" aria-hidden="true" />
      <div
        className="vmv-surface vmv-turn"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
        onDoubleClick={() => setView(FROM_THE_FRONT)}
      />
      <div className="vmv-captions" aria-hidden="true">
        {(['top', 'right', 'bottom', 'left'] as const).map((edge) => (
          <span key={edge} className={`vmv-letter vmv-letter-${edge}`}>
            {sideLetters(letters[edge])}
          </span>
        ))}
        <div className="vmv-caption vmv-top-left">
          <span className="vmv-plane-title">Surfaces</span>
        </div>
        {!scene && <div className="vmv-caption vmv-bottom-left">No surface to show.</div>}
      </div>
      {layers.length > 1 && (
        <select
          className="vmv-field vmv-surface-choice"
          aria-label="Surfaces of"
          value={layer?.id}
          onChange={(event) => setChosen(event.target.value)}
        >
          {layers.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}
