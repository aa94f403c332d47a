import type { PlaneCamera } from './plane-camera.js';

const MOST_PIXELS_PER_PX = 2;

/** Pixels of the screen in one of the page, as far as they are painted. */
export const sharpness = (): number => Math.min(MOST_PIXELS_PER_PX, devicePixelRatio);

/** The same view at the resolution of the screen. */
export function fineCamera(camera: PlaneCamera): PlaneCamera {
  const [widthPx, heightPx] = [camera.widthPx, camera.heightPx].map((px) => Math.round(px * sharpness()));
  return { ...camera, widthPx, heightPx, mmPerPx: (camera.mmPerPx * camera.widthPx) / widthPx };
}

/**
 * What a canvas shows. Only the rectangle that changes is handed to the browser: where there is no graphics card, all that is
 * handed over is drawn on the processor once more, and a structure that is switched off is a small part of its plane.
 */
export class PictureCanvas {
  #canvas: HTMLCanvasElement | null = null;
  #shown: Uint32Array | null = null;

  /**
   * @param pixels RGBA, row by row, opaque; not to be changed afterwards
   * @param width  of the picture, px
   */
  show(canvas: HTMLCanvasElement, pixels: Uint8ClampedArray<ArrayBuffer>, width: number): void {
    // Pixels come from here, and go to the screen only: a copy on the graphics card would be one more.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!context) return;
    const height = pixels.length / 4 / width;
    const next = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    const isAnother = canvas !== this.#canvas || canvas.width !== width || canvas.height !== height;
    if (isAnother) [canvas.width, canvas.height] = [width, height]; // which also makes it black
    const changed =
      isAnother || !this.#shown ? { left: 0, top: 0, width, height } : changedRectangle(this.#shown, next, width);
    [this.#canvas, this.#shown] = [canvas, next];
    if (!changed) return;
    const { left, top } = changed;
    context.putImageData(new ImageData(pixels, width, height), 0, 0, left, top, changed.width, changed.height);
  }

  /** Nothing, until there is a picture. */
  clear(canvas: HTMLCanvasElement): void {
    if (this.#shown) canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    this.#shown = null;
  }
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle outside of which two pictures of one size are the same; null: they are the same. */
export function changedRectangle(before: Uint32Array, after: Uint32Array, width: number): Rectangle | null {
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let row = 0, at = 0; at < after.length; row++, at += width) {
    let first = 0;
    while (first < width && before[at + first] === after[at + first]) first++;
    if (first === width) continue;
    let last = width - 1;
    while (last > right && before[at + last] === after[at + last]) last--;
    if (top < 0) top = row;
    bottom = row;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  return bottom < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
