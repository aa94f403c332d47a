import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Geometry, Vec3 } from '#imaging';
import type { Scene } from './cornerstone-adapter.js';
import { framedBy, framingOf, panBy, panIntoView, planeCamera, WHOLE_VOLUME, zoomAbout } from './plane-camera.js';
import type { FramedPlane, PlaneCamera, PlaneFraming } from './plane-camera.js';
import { PLANE_NAMES, PLANES } from './planes.js';
import type { PlaneName } from './planes.js';

type ByPlane<T> = Readonly<Record<PlaneName, T>>;
type Pixel = readonly [number, number];

const everyPlane = <T>(make: (plane: PlaneName) => T): ByPlane<T> => ({
  axial: make('axial'),
  coronal: make('coronal'),
  sagittal: make('sagittal'),
});

export interface Planes {
  /** Null for a plane that has no size: it is hidden or not laid out yet. */
  readonly cameras: ByPlane<PlaneCamera | null>;
  /** Planes that show something else than the whole volume. */
  readonly framed: readonly FramedPlane[];
  readonly onSize: (plane: PlaneName, sizePx: Pixel) => void;
  readonly pan: (plane: PlaneName, dxPx: number, dyPx: number) => void;
  readonly zoom: (plane: PlaneName, factor: number, about?: Pixel) => void;
  /** Pans just so far that a point can be seen in every plane. */
  readonly follow: (point: Vec3) => void;
  readonly reset: () => void;
}

const isWhole = ({ zoom, panMm: [right, up] }: PlaneFraming): boolean => zoom === 1 && right === 0 && up === 0;

const sameCamera = (a: PlaneCamera, b: PlaneCamera): boolean =>
  a.mmPerPx === b.mmPerPx &&
  a.widthPx === b.widthPx &&
  a.heightPx === b.heightPx &&
  a.focalPointLps.every((mm, w) => mm === b.focalPointLps[w]);

/** That of a link stays in mm of the patient until a person changes it. */
type Framing = PlaneFraming | FramedPlane;

const inPicture = (framing: Framing, geometry: Geometry, size: Pixel): PlaneFraming =>
  'shownMm' in framing ? framingOf(framing, geometry, size) : framing;

const hasSize = ([width, height]: Pixel): boolean => width > 0 && height > 0;

/**
 * Sizes, zoom and pan of the three planes, passed on to the renderer whenever they change.
 *
 * @param asked what a link asked for; read once
 */
export function usePlanes(
  scene: Scene | null,
  geometry: Geometry | null,
  positionLps: Vec3,
  asked: readonly FramedPlane[],
): Planes {
  const [sizes, setSizes] = useState<ByPlane<Pixel>>(() => everyPlane(() => [0, 0]));
  /** The size that a plane had when it was seen last. */
  const [seenSizes, setSeenSizes] = useState(sizes);
  const [framings, setFramings] = useState<ByPlane<Framing>>(() =>
    everyPlane((plane) => asked.find((one) => one.plane === plane) ?? WHOLE_VOLUME),
  );

  const cameras = useMemo(
    () =>
      everyPlane((plane) => {
        const size = sizes[plane];
        if (!geometry || !hasSize(size) || !positionLps.every(Number.isFinite)) return null;
        return planeCamera(geometry, PLANES[plane], positionLps, inPicture(framings[plane], geometry, size), size);
      }),
    [geometry, positionLps, framings, sizes],
  );
  const framed = useMemo(
    () =>
      PLANE_NAMES.flatMap((plane): FramedPlane[] => {
        const framing = framings[plane];
        if ('shownMm' in framing) return [framing];
        if (!geometry || !hasSize(seenSizes[plane]) || isWhole(framing)) return [];
        return [framedBy(planeCamera(geometry, PLANES[plane], [0, 0, 0], framing, seenSizes[plane]))];
      }),
    [geometry, framings, seenSizes],
  );

  const applied = useRef<{ scene: Scene; sizes: ByPlane<Pixel>; cameras: Partial<Record<PlaneName, PlaneCamera>> }>(
    undefined,
  );
  useLayoutEffect(() => {
    if (!scene) return;
    let known = applied.current;
    if (known?.scene !== scene || known.sizes !== sizes) {
      scene.resize();
      known = applied.current = { scene, sizes, cameras: {} };
    }
    for (const plane of PLANE_NAMES) {
      const camera = cameras[plane];
      const old = known.cameras[plane];
      if (!camera || (old && sameCamera(old, camera))) continue;
      scene.frame(camera);
      known.cameras[plane] = camera;
    }
  }, [scene, sizes, cameras]);

  const latest = useRef({ geometry, sizes, cameras });
  useLayoutEffect(() => {
    latest.current = { geometry, sizes, cameras };
  });

  const onSize = useCallback((plane: PlaneName, [w, h]: Pixel) => {
    const size: Pixel = [Math.round(w), Math.round(h)];
    const put = (old: ByPlane<Pixel>): ByPlane<Pixel> =>
      old[plane][0] === size[0] && old[plane][1] === size[1] ? old : { ...old, [plane]: size };
    setSizes(put);
    if (hasSize(size)) setSeenSizes(put);
  }, []);

  const reframe = useCallback(
    (plane: PlaneName, change: (framing: PlaneFraming, camera: PlaneCamera) => PlaneFraming) => {
      setFramings((old) => {
        const {
          geometry: grid,
          sizes: { [plane]: size },
          cameras: shown,
        } = latest.current;
        const camera = shown[plane];
        if (!grid || !camera) return old;
        // Several moves may arrive between two renderings: start from the framing as it is by now.
        const framing = inPicture(old[plane], grid, size);
        const next = change(framing, planeCamera(grid, PLANES[plane], camera.focalPointLps, framing, size));
        return next === framing ? old : { ...old, [plane]: next };
      });
    },
    [],
  );

  const pan = useCallback(
    (plane: PlaneName, dx: number, dy: number) => reframe(plane, (f, camera) => panBy(f, camera, dx, dy)),
    [reframe],
  );
  const zoom = useCallback(
    (plane: PlaneName, factor: number, about?: Pixel) =>
      reframe(plane, (f, camera) => zoomAbout(f, camera, factor, about ?? [camera.widthPx / 2, camera.heightPx / 2])),
    [reframe],
  );
  const follow = useCallback(
    (point: Vec3) => PLANE_NAMES.forEach((plane) => reframe(plane, (f, camera) => panIntoView(f, camera, point))),
    [reframe],
  );
  const reset = useCallback(() => setFramings(everyPlane(() => WHOLE_VOLUME)), []);

  return { cameras, framed, onSize, pan, zoom, follow, reset };
}
