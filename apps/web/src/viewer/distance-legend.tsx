import type { ReactNode } from 'react';
import type { Vec3 } from '#imaging';
import { SCALE_GRADIENT, SCALES_MM } from './distance-scale.js';
import { Icon } from './icons.js';
import type { SurfaceDistances } from './surface-view.js';

/** Whether surfaces are coloured by distance, what the colours mean in mm, and the way to the farthest place. */
export function DistanceLegend({
  distances: { shown, onShown, state },
  endMm,
  scaleMm,
  onScale,
  onFarthest,
}: {
  readonly distances: SurfaceDistances;
  readonly endMm: number;
  /** What a person chose; null: what fits. */
  readonly scaleMm: number | null;
  readonly onScale: (mm: number | null) => void;
  readonly onFarthest: (atIjk: Vec3) => void;
}): ReactNode {
  const farthest =
    state.status === 'measured'
      ? state.structures
          .flatMap((structure) => structure.farthest ?? [])
          .reduce<{ mm: number; atIjk: Vec3 } | null>((most, one) => (most && most.mm >= one.mm ? most : one), null)
      : null;
  return (
    <div className="vmv-distances" role="group" aria-label="Distances of the surfaces">
      <button
        type="button"
        className="vmv-button vmv-on-image vmv-static"
        aria-pressed={shown}
        title="Colour the surface by its distance to the surface of the other label map"
        onClick={() => onShown(!shown)}
      >
        Distance
      </button>
      {shown && state.status === 'measuring' && <span role="status">Measuring …</span>}
      {shown && state.status === 'failed' && <span role="alert">{state.sentence}</span>}
      {shown && state.status === 'measured' && (
        <>
          <span className="vmv-ramp" data-end-mm={endMm}>
            <span className="vmv-ramp-ends">
              <span>too little</span>
              <span>too much predicted</span>
            </span>
            <span className="vmv-ramp-bar" style={{ background: SCALE_GRADIENT }} />
            <span className="vmv-ramp-ends vmv-number">
              <span>−{endMm}</span>
              <span>0</span>
              <span>{endMm} mm</span>
            </span>
          </span>
          <select
            className="vmv-field vmv-on-dark"
            aria-label="End of the scale"
            value={scaleMm ?? ''}
            onChange={(event) => onScale(event.target.value === '' ? null : Number(event.target.value))}
          >
            <option value="">scale that fits</option>
            {SCALES_MM.map((mm) => (
              <option key={mm} value={mm}>
                ± {mm} mm
              </option>
            ))}
          </select>
          {farthest && (
            <button
              type="button"
              className="vmv-button vmv-on-image vmv-static"
              title="Go to the place where the surfaces are farthest apart"
              onClick={() => onFarthest(farthest.atIjk)}
            >
              <Icon name="locate" />
              Farthest {farthest.mm.toFixed(1)} mm
            </button>
          )}
        </>
      )}
    </div>
  );
}
