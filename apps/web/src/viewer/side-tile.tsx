import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import { fineCamera, PictureCanvas } from './picture-canvas.js';
import { pointOfPixel } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';
import { Crosshair, Letters, ScaleBar } from './plane-view.js';
import { PLANES, sideDistance, sliceNumber, spokenDistance } from './planes.js';
import type { PlaneName } from './planes.js';
import type { UnreadableSlices } from './unreadable.js';
import { UnreadableLayer } from './unreadable-layer.js';
import { usePlaneGestures } from './use-plane-gestures.js';
import type { DragTool } from './use-plane-gestures.js';

type Pixel = readonly [number, number];

export interface SideTileProps {
  readonly title: string;
  /** Place and score on this case. */
  readonly note: string;
  readonly plane: PlaneName;
  readonly geometry: Geometry;
  readonly positionLps: Vec3;
  /** Slices of the image that are damaged in the file. */
  readonly unreadable: readonly UnreadableSlices[];
  readonly camera: (sizePx: Pixel) => PlaneCamera;
  /** Draws the picture at the resolution of the screen; null while it is loading. */
  readonly paint: ((camera: PlaneCamera) => Uint8ClampedArray<ArrayBuffer>) | null;
  readonly status: string | null;
  readonly tool: DragTool;
  readonly showCrosshair: boolean;
  readonly onPoint: (point: Vec3) => void;
  readonly onScroll: (slices: number) => void;
  readonly onPan: (camera: PlaneCamera, dx: number, dy: number) => void;
  readonly onZoom: (camera: PlaneCamera, factor: number, about: Pixel) => void;
  readonly onWindowStart: () => void;
  readonly onWindowDrag: (dx: number, dy: number) => void;
  /** Opens this one alone; null where there is nothing to open. */
  readonly onOpen: (() => void) | null;
}

/** One of several pictures side by side. */
export function SideTile(props: SideTileProps): ReactNode {
  const { title, note, geometry, positionLps, paint } = props;
  const plane = PLANES[props.plane];
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useRef(new PictureCanvas());
  const [size, setSize] = useState<Pixel>([0, 0]);
  useEffect(() => {
    const element = surface.current;
    if (!element) return;
    const observer = new ResizeObserver(([{ contentRect: box }]) =>
      setSize([Math.round(box.width), Math.round(box.height)]),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const camera = size[0] > 0 && size[1] > 0 ? props.camera(size) : null;

  useEffect(() => {
    if (!camera || !canvas.current) return;
    if (!paint) return shown.current.clear(canvas.current);
    const fine = fineCamera(camera);
    shown.current.show(canvas.current, paint(fine), fine.widthPx);
  });

  usePlaneGestures(surface, props.tool, {
    onPoint: (at) => camera && props.onPoint(pointOfPixel(camera, at)),
    onScroll: props.onScroll,
    onPan: (dx, dy) => camera && props.onPan(camera, dx, dy),
    onZoom: (factor, about) => camera && props.onZoom(camera, factor, about),
    onWindowStart: props.onWindowStart,
    onWindowDrag: props.onWindowDrag,
    onMeasure: () => undefined, // measuring belongs to the large planes
    onHover: () => undefined,
    onEnlarge: () => props.onOpen?.(),
  });

  const slice = sliceNumber(geometry, plane, positionLps);
  return (
    <section
      className="vmv-plane vmv-tile"
      data-tile={title}
      data-tile-plane={props.plane}
      data-tool={props.tool}
      tabIndex={0}
      role="group"
      aria-label={`${title}, ${note}; ${plane.title} slice ${slice.number} of ${slice.of}, ${spokenDistance(plane.axis, positionLps[plane.axis])}`}
      aria-describedby="vmv-plane-keys"
    >
      <canvas ref={canvas} className="vmv-canvas vmv-tile-canvas" aria-hidden="true" />
      <div className="vmv-surface" ref={surface}>
        {camera && props.unreadable.length > 0 && (
          <UnreadableLayer camera={camera} geometry={geometry} unreadable={props.unreadable} />
        )}
        {camera && props.showCrosshair && <Crosshair camera={camera} positionLps={positionLps} />}
      </div>
      <div className="vmv-captions" aria-hidden="true">
        <Letters name={props.plane} />
        <div className="vmv-caption vmv-top-left vmv-tile-caption">
          <span className="vmv-tile-title">{title}</span>
          <span className="vmv-number">{note}</span>
        </div>
        <div className="vmv-caption vmv-bottom-left vmv-number vmv-faint">
          {props.status ?? `${sideDistance(plane.axis, positionLps[plane.axis])}  ${slice.number} / ${slice.of}`}
        </div>
        {camera && <ScaleBar mmPerPx={camera.mmPerPx} widthPx={camera.widthPx} />}
      </div>
      {props.onOpen && (
        <button
          type="button"
          className="vmv-button vmv-on-image vmv-enlarge vmv-open"
          aria-label={`Open ${title} in three planes`}
          title="Open in three planes"
          onClick={props.onOpen}
        >
          Open
        </button>
      )}
    </section>
  );
}
