import type { ReactNode } from 'react';
import type { Vec3 } from '#imaging';
import { ellipseOf } from './measurements.js';
import type { Measurement } from './measurements.js';
import { pixelOfPoint } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';

export interface ShownMeasurement {
  readonly measurement: Measurement;
  readonly text: string;
}

/** Measurements of the slice that is shown, over the picture. */
export function MeasurementLayer({
  camera,
  shown,
}: {
  readonly camera: PlaneCamera;
  readonly shown: readonly ShownMeasurement[];
}): ReactNode {
  if (shown.length === 0) return null;
  return (
    <svg className="vmv-measures" width={camera.widthPx} height={camera.heightPx} aria-hidden="true">
      {shown.map(({ measurement, text }) => (
        <Drawing key={measurement.id} camera={camera} measurement={measurement} text={text} />
      ))}
    </svg>
  );
}

function Drawing({
  camera,
  measurement: { kind, points },
  text,
}: {
  readonly camera: PlaneCamera;
  readonly measurement: Measurement;
  readonly text: string;
}): ReactNode {
  const at = (point: Vec3): readonly [number, number] => pixelOfPoint(camera, point);
  const pixels = points.map(at);
  const [lastX, lastY] = pixels[pixels.length - 1];
  // Text stays inside the picture: to the left of points near its right edge.
  const leftwards = lastX > camera.widthPx * 0.6;
  const lines = text.split('; ');
  return (
    <g data-measure={kind}>
      {kind === 'roi' ? <EllipseOutline camera={camera} points={points} /> : null}
      {(kind === 'length' || kind === 'angle') && <path d={`M${pixels.map(([x, y]) => `${x} ${y}`).join('L')}`} />}
      {pixels.map(([x, y], n) => (
        <path key={n} d={`M${x - 4} ${y}H${x + 4}M${x} ${y - 4}V${y + 4}`} />
      ))}
      <text x={leftwards ? lastX - 8 : lastX + 8} y={lastY - 8} textAnchor={leftwards ? 'end' : 'start'}>
        {lines.map((line, n) => (
          <tspan key={line} x={leftwards ? lastX - 8 : lastX + 8} dy={n === 0 ? 0 : 15}>
            {line}
          </tspan>
        ))}
      </text>
    </g>
  );
}

function EllipseOutline({
  camera,
  points,
}: {
  readonly camera: PlaneCamera;
  readonly points: readonly Vec3[];
}): ReactNode {
  const {
    centreLps,
    radiiMm: [rx, ry],
  } = ellipseOf(camera.plane, points);
  const [cx, cy] = pixelOfPoint(camera, centreLps);
  return <ellipse cx={cx} cy={cy} rx={rx / camera.mmPerPx} ry={ry / camera.mmPerPx} />;
}
