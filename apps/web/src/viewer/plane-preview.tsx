import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { indexIjk } from '#imaging';
import type { Geometry } from '#imaging';
import type { ArrivingImage } from './case-loader.js';
import type { DisplayVoxels } from './case-volumes.js';
import type { GreyWindow } from './grey-window.js';
import type { PaintedOverlay } from './painted-overlays.js';
import { fineCamera, PictureCanvas, sharpness } from './picture-canvas.js';
import { pointOfPixel } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';
import { stage } from './stage.js';
import { cutSlice, paintClasses, paintGrey } from './slice-painter.js';

/** What can be painted of a case before the renderer has it. */
export interface PreviewPicture {
  readonly geometry: Geometry;
  readonly voxels: DisplayVoxels;
  /** While slices arrive: which are there, and how to be told of more. Null: all of them are there. */
  readonly arriving: Pick<ArrivingImage, 'arrived' | 'watch'> | null;
  readonly window: GreyWindow;
  readonly inverted: boolean;
  readonly overlays: readonly PaintedOverlay[];
}

export interface PlanePreviewProps {
  readonly picture: PreviewPicture;
  readonly camera: PlaneCamera;
  /** Told after every picture in which no slice was missing. */
  readonly onPainted: () => void;
}

/** While slices arrive, a plane that crosses them is painted at most so often: painting must not hold up what is to be painted. */
const FILLING_MS = 400;

/**
 * One plane painted without the renderer, from the very voxels that the renderer will get. Seen from the first slice on until
 * the renderer has drawn all that belongs to the view.
 */
export function PlanePreview({ picture, camera, onPainted }: PlanePreviewProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<{ at: number; key: readonly unknown[] }>({ at: -Infinity, key: [] });
  const slice = useRef<GreySlice | null>(null);
  const shown = useRef(new PictureCanvas());
  // As soon as the page knows of a change, so that it is in the next frame.
  useLayoutEffect(() => {
    let later: ReturnType<typeof setTimeout> | undefined;
    const paint = (key: readonly unknown[], present: number, isWhole: boolean): void => {
      later = undefined;
      if (!canvas.current) return;
      painted.current = { at: performance.now(), key };
      slice.current = greyOf(picture, camera, present, slice.current);
      shown.current.show(canvas.current, withOverlays(slice.current, picture.overlays), slice.current.width);
      stage(`painted-${camera.plane.name}`);
      if (isWhole) onPainted();
    };
    const check = (): void => {
      const { present, missing } = slicesSeen(picture, camera);
      const { window: grey, inverted, overlays } = picture;
      const key = [cameraKey(camera), grey.center, grey.width, inverted, overlays, present];
      if (present === 0 || isSame(key, painted.current.key)) return;
      if (missing === 0) {
        clearTimeout(later);
        return paint(key, present, true);
      }
      later ??= setTimeout(
        () => {
          const now = slicesSeen(picture, camera);
          paint([...key.slice(0, -1), now.present], now.present, now.missing === 0);
        },
        Math.max(0, painted.current.at + FILLING_MS - performance.now()),
      );
    };
    check();
    const unwatch = picture.arriving?.watch(check);
    return () => {
      unwatch?.();
      clearTimeout(later);
    };
  }, [picture, camera, onPainted]);
  return <canvas ref={canvas} className="vmv-canvas vmv-preview" aria-hidden="true" />;
}

/** A slice without its overlays, and what it was painted from: a structure that is switched off leaves it as it is. */
interface GreySlice {
  readonly key: readonly unknown[];
  readonly grey: Uint8ClampedArray<ArrayBuffer>;
  readonly cut: Int32Array;
  readonly width: number;
}

const isSame = (key: readonly unknown[], other: readonly unknown[] | undefined): boolean =>
  key.every((part, n) => part === other?.[n]);

/** The picture at the resolution of the screen. */
function greyOf(
  { geometry, voxels, window: shown, inverted }: PreviewPicture,
  camera: PlaneCamera,
  present: number,
  known: GreySlice | null,
): GreySlice {
  const sharp = sharpness();
  const key = [cameraKey(camera), sharp, voxels, present, shown.center, shown.width, inverted];
  if (known && isSame(key, known.key)) return known;
  const fine = fineCamera(camera);
  const grey = paintGrey(geometry, voxels, fine, shown, inverted);
  return { key, grey, cut: cutSlice(geometry, fine), width: fine.widthPx };
}

function withOverlays(
  { grey, cut, width }: GreySlice,
  overlays: readonly PaintedOverlay[],
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = grey.slice();
  const sharp = sharpness();
  for (const { segments, kept, colors, pen } of overlays) {
    const classOf = (voxel: number): number => kept[segments[voxel]];
    paintClasses(pixels, width, cut, classOf, colors, { ...pen, widthPx: Math.round(pen.widthPx * sharp) });
  }
  return pixels;
}

/** Cameras are made anew whenever anything moves; the same numbers are the same picture. */
const cameraKey = ({ widthPx, heightPx, mmPerPx, focalPointLps }: PlaneCamera): string =>
  [widthPx, heightPx, mmPerPx, ...focalPointLps].join(' ');

/** How many of the slices that a plane cuts are there, and how many are not yet. */
function slicesSeen({ geometry, arriving }: PreviewPicture, camera: PlaneCamera): { present: number; missing: number } {
  if (!arriving) return { present: geometry.sizeXyz[2], missing: 0 };
  const { arrived } = arriving;
  const { widthPx: w, heightPx: h } = camera;
  const corners = [
    [0, 0],
    [w, 0],
    [0, h],
    [w, h],
  ] as const;
  const ks = corners.map((pixel) => indexIjk(geometry, pointOfPixel(camera, pixel))[2]);
  const first = Math.max(0, Math.floor(Math.min(...ks) + 1e-6));
  const last = Math.min(arrived.length - 1, Math.ceil(Math.max(...ks) - 1e-6));
  let present = 0;
  for (let k = first; k <= last; k++) present += arrived[k];
  return { present, missing: Math.max(0, last - first + 1) - present };
}
