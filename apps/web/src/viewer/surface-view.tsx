import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { pointLps } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { distanceColor, distanceWords, fittingScale } from './distance-scale.js';
import { DistanceLegend } from './distance-legend.js';
import { labelColor, parseHexColor, UNDECLARED_COLOR } from './overlay-style.js';
import type { ShownLabel } from './overlay-style.js';
import { sideLetters } from './planes.js';
import { segmentName } from './point-reading.js';
import { distanceAt } from './surface-error.js';
import type { StructureSurfaces, SurfaceValues } from './surface-error.js';
import { FROM_THE_FRONT, paintSurfaces, segmentBox, surfaceAxes, turned } from './surface-painter.js';
import type { Rgb, SurfacePicture, SurfaceScene, SurfaceView as View } from './surface-painter.js';
import type { SurfaceErrorsState } from './use-surface-errors.js';

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
  /** Null where there are not two label maps whose surfaces could be compared. */
  readonly distances: SurfaceDistances | null;
  /** Called with the point that a click on the surface, or the button for the farthest place, means. */
  readonly onPoint: (point: Vec3) => void;
}

/** How far the surfaces of reference and prediction lie apart. */
export interface SurfaceDistances {
  readonly shown: boolean;
  readonly onShown: (shown: boolean) => void;
  readonly state: SurfaceErrorsState;
  /** Layers that are compared; others have no distances. */
  readonly referenceId: string;
  readonly predictionId: string;
  /** Name of the region that is compared as one, or null. */
  readonly region: string | null;
}

/** Pixels of the picture while it is being turned; when it rests, those of the screen. */
const COARSE_PX = 160;
const FINE_PX = 420;
const REST_MS = 180;
const TURN_BY_KEY_PX = 25; // 15 degrees
const OPACITY = 0.72;
const AMBIENT = { structures: 0.4, distances: 0.7 } as const;
const CLICK_PX = 4;

/** Surfaces of one label map, to be turned by dragging or with the arrow keys. */
export function SurfaceView({
  geometry,
  layers,
  labels,
  hiddenSegments,
  distances,
  onPoint,
}: SurfaceViewProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scaleMm, setScaleMm] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const picture = useRef<SurfacePicture & { readonly width: number; readonly height: number }>(undefined);
  const [chosen, setChosen] = useState<string | null>(null);
  const [view, setView] = useState<View>(FROM_THE_FRONT);
  const [moving, setMoving] = useState(false);
  const drag = useRef<{ x: number; y: number; far: boolean } | null>(null);
  // The prediction is what one wants to see; it comes last.
  const layer = layers.find(({ id }) => id === chosen) ?? layers[layers.length - 1];

  const side =
    layer?.id === distances?.predictionId ? 'prediction' : layer?.id === distances?.referenceId ? 'reference' : null;
  const measured = distances?.shown && side && distances.state.status === 'measured' ? distances.state : null;
  const fitting = useMemo(() => (measured ? fittingScale(measured.structures) : 2), [measured]);
  const endMm = scaleMm ?? fitting;

  const scene = useMemo((): SurfaceScene | null => {
    if (!geometry || !layer) return null;
    const region = measured?.parts.regionSegments;
    const kept = Uint8Array.from({ length: 256 }, (_, segment) =>
      region ? Number(region.includes(segment)) : hiddenSegments.includes(segment) ? 0 : segment,
    );
    const box = segmentBox(layer.segments, geometry.sizeXyz, kept);
    if (!box) return null;
    const colors = [...labels.map((_, n) => labelColor(labels, n)), UNDECLARED_COLOR].map(
      (hex) => parseHexColor(hex) ?? ([255, 255, 255] as const),
    );
    const common = { geometry, segments: layer.segments, kept, box, colors };
    if (!measured || !side) return { ...common, opacity: OPACITY, ambient: AMBIENT.structures };
    // Colours that are to be read are not mixed with those of what lies inside.
    const of = surfacesBySegment(measured.structures, side);
    const colorAt = (voxel: number): Rgb | null => {
      const values = of[kept[layer.segments[voxel]]];
      const mm = values ? distanceAt(values, voxel) : null;
      return mm === null ? null : distanceColor(mm, endMm);
    };
    return { ...common, colorAt, opacity: 1, ambient: AMBIENT.distances };
  }, [geometry, layer, labels, hiddenSegments, measured, side, endMm]);

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
    picture.current = scene ? { ...paintSurfaces(scene, view, width, height), width, height } : undefined;
    if (picture.current) context.putImageData(new ImageData(picture.current.rgba, width, height), 0, 0);
  }, [scene, view, moving]);

  /** The voxel that is seen at a place of the page; null beside the surface. */
  const voxelAt = (event: PointerEvent): number | null => {
    const box = canvas.current?.getBoundingClientRect();
    const drawn = picture.current;
    if (!box || !drawn) return null;
    const x = Math.floor(((event.clientX - box.left) / box.width) * drawn.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * drawn.height);
    if (x < 0 || x >= drawn.width || y < 0 || y >= drawn.height) return null;
    const voxel = drawn.hits[y * drawn.width + x];
    return voxel < 0 ? null : voxel;
  };
  const wordsAt = (voxel: number): string => {
    if (!scene) return '';
    const segment = scene.kept[scene.segments[voxel]];
    if (segment === 0) return '';
    const region = measured?.parts.regionSegments ? distances?.region : null;
    const name = region ?? segmentName(labels, segment) ?? '';
    const values = measured && side ? surfacesBySegment(measured.structures, side)[segment] : undefined;
    const mm = values ? distanceAt(values, voxel) : null;
    return mm === null ? name : `${name}: ${distanceWords(mm)}`;
  };
  const pointOf = (voxel: number): Vec3 | null => {
    if (!geometry) return null;
    const [nx, ny] = geometry.sizeXyz;
    return pointLps(geometry, [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))]);
  };

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
    if (!drag.current) return setPointed(voxelAt(event));
    const { x, y, far } = drag.current;
    const [dx, dy] = [event.clientX - x, event.clientY - y];
    if (!far && Math.hypot(dx, dy) < CLICK_PX) return;
    setPointed(null);
    turn(dx, dy);
    drag.current = { x: event.clientX, y: event.clientY, far: true };
  };
  const onPointerUp = (event: PointerEvent): void => {
    const clicked = drag.current && !drag.current.far ? voxelAt(event) : null;
    drag.current = null;
    const point = clicked === null ? null : pointOf(clicked);
    if (point) onPoint(point);
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
          drag.current = { x: event.clientX, y: event.clientY, far: false };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setPointed(null)}
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
        {scene && pointed !== null && <div className="vmv-caption vmv-pointed">{wordsAt(pointed)}</div>}
      </div>
      {distances && side && (
        <DistanceLegend
          distances={distances}
          endMm={endMm}
          scaleMm={scaleMm}
          onScale={setScaleMm}
          onFarthest={(at) => geometry && onPoint(pointLps(geometry, at))}
        />
      )}
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

/** The surfaces of one side by segment. */
function surfacesBySegment(
  structures: readonly StructureSurfaces[],
  side: 'reference' | 'prediction',
): readonly (SurfaceValues | undefined)[] {
  const by = new Array<SurfaceValues | undefined>(256).fill(undefined);
  for (const structure of structures) by[structure.segment] = structure[side];
  return by;
}
