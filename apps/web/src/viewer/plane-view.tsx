import { memo, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import { Icon } from './icons.js';
import { MeasurementLayer } from './measurement-layer.js';
import type { ShownMeasurement } from './measurement-layer.js';
import { pixelOfPoint, pointOfPixel, scaleBar } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';
import { edgeLetters, PLANES, sideDistance, sliceNumber, spokenDistance } from './planes.js';
import type { PlaneName } from './planes.js';
import type { MeasurementsState } from './use-measurements.js';
import { isUnreadableAt } from './unreadable.js';
import type { UnreadableSlices } from './unreadable.js';
import { UnreadableLayer } from './unreadable-layer.js';
import { usePlaneGestures } from './use-plane-gestures.js';
import type { DragTool, PlaneGestures } from './use-plane-gestures.js';

type Pixel = readonly [number, number];

export interface PlaneViewProps {
  readonly plane: PlaneName;
  readonly geometry: Geometry | null;
  readonly positionLps: Vec3;
  /** Null while the picture has no size or nothing is loaded. */
  readonly camera: PlaneCamera | null;
  readonly tool: DragTool;
  readonly showCrosshair: boolean;
  readonly hidden: boolean;
  readonly enlarged: boolean;
  /** Grey value and labels at a point, in a few words. */
  readonly describe: (pointLps: Vec3) => string;
  readonly onElement: (plane: PlaneName, element: HTMLDivElement | null) => void;
  readonly onSize: (plane: PlaneName, sizePx: Pixel) => void;
  readonly onPoint: (plane: PlaneName, pointLps: Vec3) => void;
  readonly onScroll: (plane: PlaneName, slices: number) => void;
  readonly onPan: (plane: PlaneName, dxPx: number, dyPx: number) => void;
  readonly onZoom: (plane: PlaneName, factor: number, about: Pixel) => void;
  readonly onWindowStart: () => void;
  readonly onWindowDrag: (dxPx: number, dyPx: number) => void;
  readonly onEnlarge: (plane: PlaneName) => void;
  readonly measurements: readonly ShownMeasurement[];
  readonly onMeasure: MeasurementsState['onMeasure'];
  /** Slices of the image that are damaged in the file. */
  readonly unreadable: readonly UnreadableSlices[];
  /** A picture in place of the renderer's. */
  readonly children?: ReactNode;
}

/** One plane: the renderer's canvas, and over it what belongs to reading it: letters, position, scale, crosshair. */
export const PlaneView = memo(function PlaneView(props: PlaneViewProps): ReactNode {
  const { plane: name, geometry, positionLps, camera, tool, onElement, onSize } = props;
  const plane = PLANES[name];
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Pixel | null>(null);

  useEffect(() => {
    onElement(name, canvas.current);
    return () => onElement(name, null);
  }, [name, onElement]);

  useEffect(() => {
    const element = surface.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => onSize(name, [entry.contentRect.width, entry.contentRect.height]));
    observer.observe(element);
    return () => observer.disconnect();
  }, [name, onSize]);

  const gestures: PlaneGestures = {
    onPoint: (at) => camera && props.onPoint(name, pointOfPixel(camera, at)),
    onScroll: (slices) => props.onScroll(name, slices),
    onPan: (dx, dy) => props.onPan(name, dx, dy),
    onZoom: (factor, about) => props.onZoom(name, factor, about),
    onWindowStart: props.onWindowStart,
    onWindowDrag: props.onWindowDrag,
    onMeasure: (phase, at, measure) => camera && props.onMeasure(name, phase, pointOfPixel(camera, at), measure),
    onHover: setHover,
    onEnlarge: () => props.onEnlarge(name),
  };
  usePlaneGestures(surface, tool, gestures);

  const slice = geometry && sliceNumber(geometry, plane, positionLps);
  const damaged = geometry && isUnreadableAt(props.unreadable, geometry, positionLps) ? ', cannot be read here' : '';
  const spoken = slice
    ? `${plane.title} plane, slice ${slice.number} of ${slice.of}, ${spokenDistance(plane.axis, positionLps[plane.axis])}${damaged}`
    : `${plane.title} plane, loading`;

  return (
    <section
      className="vmv-plane"
      data-plane={name}
      data-tool={tool}
      hidden={props.hidden}
      tabIndex={0}
      role="group"
      aria-label={spoken}
      aria-describedby="vmv-plane-keys"
    >
      <div className="vmv-canvas" ref={canvas} aria-hidden="true" />
      {props.children}
      <div className="vmv-surface" ref={surface}>
        {camera && geometry && props.unreadable.length > 0 && (
          <UnreadableLayer camera={camera} geometry={geometry} unreadable={props.unreadable} />
        )}
        {camera && props.showCrosshair && <Crosshair camera={camera} positionLps={positionLps} />}
        {camera && <MeasurementLayer camera={camera} shown={props.measurements} />}
      </div>
      <div className="vmv-captions" aria-hidden="true">
        <Letters name={name} />
        <div className="vmv-caption vmv-top-left">
          <span className={`vmv-plane-title vmv-line-${name}`}>{plane.title}</span>
          {slice && (
            <span className="vmv-number">
              {sideDistance(plane.axis, positionLps[plane.axis])}{' '}
              <span className="vmv-faint">
                {slice.number} / {slice.of}
              </span>
            </span>
          )}
        </div>
        {camera && (
          <div className="vmv-caption vmv-bottom-left vmv-number">
            {hover ? props.describe(pointOfPixel(camera, hover)) : ''}
          </div>
        )}
        {camera && <ScaleBar mmPerPx={camera.mmPerPx} widthPx={camera.widthPx} />}
      </div>
      <button
        type="button"
        className="vmv-button vmv-on-image vmv-enlarge"
        aria-pressed={props.enlarged}
        aria-label={props.enlarged ? 'Show all three planes' : `Show only the ${plane.title.toLowerCase()} plane`}
        title={props.enlarged ? 'Show all three planes (l)' : `Only ${plane.title.toLowerCase()} (l)`}
        onClick={() => props.onEnlarge(name)}
      >
        <Icon name={props.enlarged ? 'shrink' : 'enlarge'} />
      </button>
    </section>
  );
});

/** Letters of the four edges. */
export function Letters({ name }: { readonly name: PlaneName }): ReactNode {
  const letters = edgeLetters(PLANES[name]);
  return (['top', 'right', 'bottom', 'left'] as const).map((edge) => (
    <span key={edge} className={`vmv-letter vmv-letter-${edge}`} data-edge={edge}>
      {letters[edge]}
    </span>
  ));
}

/** Where the two other planes cut this one, in their colours, with a gap so that the voxel itself stays visible. */
export function Crosshair({
  camera,
  positionLps,
}: {
  readonly camera: PlaneCamera;
  readonly positionLps: Vec3;
}): ReactNode {
  const [x, y] = pixelOfPoint(camera, positionLps);
  const { plane, widthPx, heightPx } = camera;
  const gap = 14;
  const across = Object.values(PLANES).find((p) => p.name !== plane.name && plane.up[p.axis] !== 0);
  const upright = Object.values(PLANES).find((p) => p.name !== plane.name && plane.right[p.axis] !== 0);
  if (!across || !upright) return null;
  return (
    <svg className="vmv-crosshair" width={widthPx} height={heightPx} data-x={x.toFixed(1)} data-y={y.toFixed(1)}>
      <path className={`vmv-line-${across.name}`} d={`M0 ${y}H${x - gap}M${x + gap} ${y}H${widthPx}`} />
      <path className={`vmv-line-${upright.name}`} d={`M${x} 0V${y - gap}M${x} ${y + gap}V${heightPx}`} />
    </svg>
  );
}

/** A length that reads well, as a bar. */
export function ScaleBar({ mmPerPx, widthPx }: { readonly mmPerPx: number; readonly widthPx: number }): ReactNode {
  const { px, text } = scaleBar(mmPerPx, Math.min(140, widthPx * 0.3));
  const bar = `M1 0v6h${px}V0`;
  return (
    <div className="vmv-caption vmv-scale">
      <span className="vmv-number">{text}</span>
      <svg width={px + 2} height="7" viewBox={`0 0 ${px + 2} 7`}>
        <path className="vmv-halo" d={bar} />
        <path d={bar} />
      </svg>
    </div>
  );
}
