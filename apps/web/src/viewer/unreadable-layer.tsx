import { useId } from 'react';
import type { ReactNode } from 'react';
import type { Geometry } from '#imaging';
import { Icon } from './icons.js';
import type { PlaneCamera } from './plane-camera.js';
import { areaOf, unreadableArea, unreadableSentence } from './unreadable.js';
import type { UnreadableSlices } from './unreadable.js';

/** Share of a picture from which on there is room, and need, for the sentence; below it a band is hatched. */
const LARGE = 0.2;
/** Shorter side of a picture that has no room for a whole sentence, px; beside it, in the list of layers, stands all of it. */
const SMALL_PX = 240;

/** Covers what cannot be read of an image, and what is drawn over it there, with a tile that says so. */
export function UnreadableLayer({
  camera,
  geometry,
  unreadable,
}: {
  readonly camera: PlaneCamera;
  readonly geometry: Geometry;
  readonly unreadable: readonly UnreadableSlices[];
}): ReactNode {
  const hatch = useId();
  const { widthPx, heightPx } = camera;
  const areas = unreadable
    .map((slices) => ({ slices, polygon: unreadableArea(camera, geometry, slices) }))
    .filter(({ polygon }) => polygon.length > 2);
  if (areas.length === 0) return null;
  const large = areas.find(({ polygon }) => areaOf(polygon) > LARGE * widthPx * heightPx);
  return (
    <>
      <svg className="vmv-unreadable" width={widthPx} height={heightPx} aria-hidden="true">
        <defs>
          <pattern id={hatch} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="vmv-unreadable-ground" width="8" height="8" />
            <line className="vmv-unreadable-line" y2="8" />
          </pattern>
        </defs>
        {areas.map(({ slices, polygon }) => (
          <polygon
            key={`${slices.axis} ${slices.first}`}
            points={polygon.map((pixel) => pixel.join(',')).join(' ')}
            fill={`url(#${hatch})`}
          >
            <title>{unreadableSentence(geometry, slices)}</title>
          </polygon>
        ))}
      </svg>
      {large && (
        <p className="vmv-unreadable-tile" aria-hidden="true">
          <Icon name="warning" />
          <span>
            {Math.min(widthPx, heightPx) < SMALL_PX ? 'Cannot be read' : unreadableSentence(geometry, large.slices)}
          </span>
        </p>
      )}
    </>
  );
}
