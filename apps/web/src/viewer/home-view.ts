import type { Geometry, Vec3 } from '#imaging';
import type { ShownImage } from './case-volumes.js';
import type { GreyWindow } from './grey-window.js';
import { windowOfRange } from './grey-window.js';
import { gridCentre, placeOnGrid, PLANE_NAMES, PLANES, sliceNumber, spokenDistance } from './planes.js';
import { PLAIN_VIEW } from './view-state.js';
import type { ViewState } from './view-state.js';

/** Before there is an image there is no position. */
const NOWHERE: Vec3 = [NaN, NaN, NaN];

/** Where a view begins: what was asked for, brought onto the image, and defaults for the rest. */
export function homeView(
  image: ShownImage | null,
  presets: readonly GreyWindow[],
  asked: Partial<ViewState> | undefined,
): ViewState {
  const preset = presets[0];
  const fallback = image ? windowOfRange(image.range.lower, image.range.upper) : { center: 40, width: 400 };
  const middle = image ? gridCentre(image.geometry) : NOWHERE;
  return {
    window: preset ? { center: preset.center, width: preset.width } : fallback,
    ...PLAIN_VIEW,
    ...asked,
    positionLps: image && asked?.positionLps ? placeOnGrid(image.geometry, asked.positionLps) : middle,
  };
}

/** Where the crosshair is, for screen readers. `reading` says what lies there. */
export function spokenView(geometry: Geometry, positionLps: Vec3, reading: string): string {
  const where = PLANE_NAMES.map((name) => {
    const plane = PLANES[name];
    const { number, of } = sliceNumber(geometry, plane, positionLps);
    return `${plane.title} slice ${number} of ${of}, ${spokenDistance(plane.axis, positionLps[plane.axis])}`;
  });
  return `${where.join('; ')}. ${reading}`;
}
