import { indexIjk } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import type { GreyWindow } from './grey-window.js';
import { ERROR_LEGEND } from './overlay-style.js';
import type { LayerPen, Rgba } from './overlay-style.js';
import { pointOfPixel } from './plane-camera.js';
import type { PlaneCamera } from './plane-camera.js';

// One slice as a picture, without the renderer: for many small pictures side by side, where each would need viewports and
// textures of its own. Grey values are interpolated between voxels, labels are those of the nearest voxel.

/** Where the pixels of a picture lie in a volume: index of pixel (x, y) = start + x * across + y * down. */
interface Raster {
  readonly width: number;
  readonly height: number;
  readonly start: Vec3;
  readonly across: Vec3;
  readonly down: Vec3;
}

function rasterOf(geometry: Geometry, camera: PlaneCamera): Raster {
  const [width, height] = [Math.round(camera.widthPx), Math.round(camera.heightPx)];
  const at = (x: number, y: number): Vec3 => indexIjk(geometry, pointOfPixel(camera, [x, y]));
  // A pixel is seen at its middle.
  const start = at(0.5, 0.5);
  const minus = (a: Vec3): Vec3 => [a[0] - start[0], a[1] - start[1], a[2] - start[2]];
  return { width, height, start, across: minus(at(1.5, 0.5)), down: minus(at(0.5, 1.5)) };
}

/** Flat index of the nearest voxel of each pixel, -1 outside the image; rows from the top. */
export function cutSlice(geometry: Geometry, camera: PlaneCamera): Int32Array {
  const raster = rasterOf(geometry, camera);
  const cut = new Int32Array(raster.width * raster.height).fill(-1);
  const axes = axesOf(raster);
  if (axes) cutAligned(raster, axes, geometry.sizeXyz, cut);
  else cutOblique(raster, geometry.sizeXyz, cut);
  return cut;
}

function cutAligned({ width, height, start, across, down }: Raster, axes: Axes, sizeXyz: Vec3, cut: Int32Array): void {
  const strides = stridesOf(sizeXyz);
  const offset = (axis: number, index: number): number => {
    const nearest = Math.round(index);
    return nearest >= 0 && nearest < sizeXyz[axis] ? nearest * strides[axis] : -1;
  };
  const [x, y, z] = axes;
  const depth = offset(z, start[z]);
  if (depth < 0) return;
  const columns = Int32Array.from({ length: width }, (_, n) => offset(x, start[x] + n * across[x]));
  const first = columns.findIndex((column) => column >= 0);
  const end = columns.findLastIndex((column) => column >= 0) + 1;
  if (end === 0) return;
  for (let row = 0; row < height; row++) {
    const line = offset(y, start[y] + row * down[y]);
    if (line < 0) continue;
    const at = row * width;
    for (let n = first; n < end; n++) cut[at + n] = depth + line + columns[n];
  }
}

function cutOblique({ width, height, start, across, down }: Raster, [nx, ny, nz]: Vec3, cut: Int32Array): void {
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      const i = Math.round(start[0] + x * across[0] + y * down[0]);
      const j = Math.round(start[1] + x * across[1] + y * down[1]);
      const k = Math.round(start[2] + x * across[2] + y * down[2]);
      if (i >= 0 && i < nx && j >= 0 && j < ny && k >= 0 && k < nz) cut[n] = (k * ny + j) * nx + i;
    }
  }
}

/**
 * Grey picture of a slice, red, green, blue and 255 for each pixel, rows from the top; black outside the image.
 *
 * @param voxels x fastest on `geometry`; linear interpolation between voxel centres, the border voxel beyond them
 */
export function paintGrey(
  geometry: Geometry,
  voxels: ArrayLike<number>,
  camera: PlaneCamera,
  { center, width: windowWidth }: GreyWindow,
  inverted: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const raster = rasterOf(geometry, camera);
  const pixels = new Uint32Array(raster.width * raster.height).fill(BLACK);
  const scale = (inverted ? -255 : 255) / windowWidth;
  const zero = (inverted ? 255 : 0) - (center - windowWidth / 2) * scale;
  const axes = axesOf(raster);
  if (axes) paintAligned(raster, axes, geometry.sizeXyz, voxels, scale, zero, pixels);
  else paintOblique(raster, geometry.sizeXyz, voxels, scale, zero, pixels);
  return new Uint8ClampedArray(pixels.buffer);
}

// Four bytes are written at once, and browsers run where the first byte is the lowest.
const BLACK = 0xff000000;
const grey = (value: number): number => BLACK | (0x010101 * (value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0));

/** How far an index may change along a line of pixels and still be said not to, in voxels over the whole line. */
const STILL = 1e-6;

/** The axes of the volume along the rows and the columns of a picture, and the third one. */
type Axes = readonly [number, number, number];

/** Null unless each direction of the picture changes one index only: planes of a grid that is tilted. */
function axesOf({ width, height, across, down }: Raster): Axes | null {
  const alongAcross = [0, 1, 2].filter((axis) => Math.abs(across[axis]) * width >= STILL);
  const alongDown = [0, 1, 2].filter((axis) => Math.abs(down[axis]) * height >= STILL);
  if (alongAcross.length !== 1 || alongDown.length !== 1 || alongAcross[0] === alongDown[0]) return null;
  return [alongAcross[0], alongDown[0], 3 - alongAcross[0] - alongDown[0]];
}

const stridesOf = ([nx, ny]: Vec3): readonly number[] => [1, nx, nx * ny];

/** Voxels on either side of an index, as offsets into the array, and the share of the second; null outside the image. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function between(index: number, n: number, stride: number): Between | null {
  if (!(index >= -0.5 && index < n - 0.5)) return null;
  const inside = Math.min(n - 1, Math.max(0, index));
  const low = Math.floor(inside);
  const share = inside - low;
  return share < 1e-6
    ? { low: low * stride, high: low * stride, share: 0 }
    : { low: low * stride, high: Math.min(n - 1, low + 1) * stride, share };
}

/**
 * A picture along the grid. Where columns lie is found once; a line of voxels is interpolated along the picture's rows once,
 * for all rows of pixels that lie on either side of it.
 */
function paintAligned(
  { width, height, start, across, down }: Raster,
  [x, y, z]: Axes,
  sizeXyz: Vec3,
  voxels: ArrayLike<number>,
  scale: number,
  zero: number,
  pixels: Uint32Array,
): void {
  const strides = stridesOf(sizeXyz);
  const depth = between(start[z], sizeXyz[z], strides[z]);
  if (!depth) return;
  const columns = Array.from({ length: width }, (_, n) => between(start[x] + n * across[x], sizeXyz[x], strides[x]));
  const first = columns.findIndex((column) => column !== null);
  const end = columns.findLastIndex((column) => column !== null) + 1;
  if (end === 0) return;
  const low = Int32Array.from(columns, (column) => column?.low ?? 0);
  const high = Int32Array.from(columns, (column) => column?.high ?? 0);
  const share = Float64Array.from(columns, (column) => column?.share ?? 0);

  const fill = (line: Float64Array, offset: number): void => {
    const near = offset + depth.low;
    for (let n = first; n < end; n++) {
      const value = voxels[near + low[n]];
      line[n] = value + (voxels[near + high[n]] - value) * share[n];
    }
    if (depth.share === 0) return;
    const far = offset + depth.high;
    for (let n = first; n < end; n++) {
      const value = voxels[far + low[n]];
      line[n] += (value + (voxels[far + high[n]] - value) * share[n] - line[n]) * depth.share;
    }
  };
  let [above, below] = [new Float64Array(width), new Float64Array(width)];
  let [aboveIs, belowIs] = [-1, -1];
  for (let row = 0; row < height; row++) {
    const at = between(start[y] + row * down[y], sizeXyz[y], strides[y]);
    if (!at) continue;
    if (aboveIs !== at.low) {
      if (belowIs === at.low || aboveIs === at.high)
        [above, aboveIs, below, belowIs] = [below, belowIs, above, aboveIs];
      if (aboveIs !== at.low) fill(above, (aboveIs = at.low));
    }
    if (at.share > 0 && belowIs !== at.high) fill(below, (belowIs = at.high));
    const to = row * width;
    if (at.share === 0) for (let n = first; n < end; n++) pixels[to + n] = grey(zero + above[n] * scale);
    else
      for (let n = first; n < end; n++)
        pixels[to + n] = grey(zero + (above[n] + (below[n] - above[n]) * at.share) * scale);
  }
}

function paintOblique(
  { width, height, start, across, down }: Raster,
  [nx, ny, nz]: Vec3,
  voxels: ArrayLike<number>,
  scale: number,
  zero: number,
  pixels: Uint32Array,
): void {
  const slice = nx * ny;
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      let i = start[0] + x * across[0] + y * down[0];
      let j = start[1] + x * across[1] + y * down[1];
      let k = start[2] + x * across[2] + y * down[2];
      if (!(i >= -0.5 && i < nx - 0.5 && j >= -0.5 && j < ny - 0.5 && k >= -0.5 && k < nz - 0.5)) continue;
      i = Math.min(nx - 1, Math.max(0, i));
      j = Math.min(ny - 1, Math.max(0, j));
      k = Math.min(nz - 1, Math.max(0, k));
      const [i0, j0, k0] = [Math.floor(i), Math.floor(j), Math.floor(k)];
      const [fi, fj, fk] = [i - i0, j - j0, k - k0];
      const right = i0 < nx - 1 ? 1 : 0;
      const below = j0 < ny - 1 ? nx : 0;
      const at = k0 * slice + j0 * nx + i0;
      let value = voxels[at] + (voxels[at + right] - voxels[at]) * fi;
      const front = at + below;
      value += (voxels[front] + (voxels[front + right] - voxels[front]) * fi - value) * fj;
      if (fk >= 1e-6) {
        const next = at + slice;
        let far = voxels[next] + (voxels[next + right] - voxels[next]) * fi;
        const nextFront = next + below;
        far += (voxels[nextFront] + (voxels[nextFront + right] - voxels[nextFront]) * fi - far) * fj;
        value += (far - value) * fk;
      }
      pixels[n] = grey(zero + value * scale);
    }
  }
}

/** Share of a colour over a pixel, both with the lowest byte red; the pixel's own fourth byte stays. */
function blend(pixel: number, [r, g, b]: Rgba, alpha: number): number {
  const red = pixel & 255;
  const green = (pixel >>> 8) & 255;
  const blue = (pixel >>> 16) & 255;
  return (
    (pixel & BLACK) |
    ((blue + (b - blue) * alpha + 0.5) << 16) |
    ((green + (g - green) * alpha + 0.5) << 8) |
    (red + (r - red) * alpha + 0.5)
  );
}

/**
 * Draws classes over a picture.
 *
 * @param cut     as `cutSlice` gives it for the same camera
 * @param classOf class of a voxel; 0 draws nothing
 * @param colors  of class 1, 2, ...; their fourth number, 0 to 255, scales the opacity of the fill
 */
export function paintClasses(
  picture: Uint8ClampedArray,
  width: number,
  cut: Int32Array,
  classOf: (voxel: number) => number,
  colors: readonly Rgba[],
  { manner, opacity, widthPx }: LayerPen,
): void {
  const classes = new Uint8Array(cut.length);
  const height = cut.length / width;
  // Structures fill a small part of a picture: what lies around them is passed over once.
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      if (cut[n] < 0) continue;
      const own = classOf(cut[n]);
      if (own === 0) continue;
      classes[n] = own;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  const pixels = new Uint32Array(picture.buffer, picture.byteOffset, cut.length);
  for (let y = top; y < bottom; y++) {
    for (let x = left, n = y * width + left; x < right; x++, n++) {
      const own = classes[n];
      if (own === 0) continue;
      const color = colors[own - 1];
      if (manner !== 'outline') pixels[n] = blend(pixels[n], color, opacity * (color[3] / 255));
      if (manner === 'filled') continue;
      let onBorder = false;
      for (let d = 1; d <= widthPx && !onBorder; d++) {
        onBorder =
          (x >= d && classes[n - d] !== own) ||
          (x < width - d && classes[n + d] !== own) ||
          (y >= d && classes[n - d * width] !== own) ||
          (y < height - d && classes[n + d * width] !== own);
      }
      if (onBorder) pixels[n] = blend(pixels[n], color, manner === 'both' ? 1 : opacity);
    }
  }
}

/** Class of the error map (1 agreement, 2 predicted only, 3 missed, 4 wrong structure) of two segments. */
export function errorClassOf(reference: number, prediction: number): number {
  if (reference === prediction) return reference === 0 ? 0 : 1;
  return reference === 0 ? 2 : prediction === 0 ? 3 : 4;
}

/** Colours of the error map for `paintClasses`. */
export const ERROR_PEN: LayerPen = { manner: 'filled', opacity: 0.7, widthPx: 1 };

export function errorColors(parse: (hex: string) => readonly [number, number, number] | null): Rgba[] {
  return ERROR_LEGEND.map(({ color, alpha }) => {
    const [r, g, b] = parse(color) ?? [255, 255, 255];
    return [r, g, b, Math.round(alpha * 255)];
  });
}

/**
 * How many label maps agree on a voxel: the largest number of them that give it the same segment other than background.
 *
 * @param maps segments of each, on one grid
 * @param kept segment as it counts, 0 for one that is hidden
 */
export function votesAt(maps: readonly Uint8Array[], kept: Uint8Array, voxel: number): number {
  let most = 0;
  for (let a = 0; a < maps.length; a++) {
    const segment = kept[maps[a][voxel]];
    if (segment === 0) continue;
    let votes = 0;
    for (const map of maps) if (kept[map[voxel]] === segment) votes++;
    if (votes > most) most = votes;
  }
  return most;
}

/**
 * Colours for 1 to n votes of n: dark violet for a single one, over magenta and orange to pale yellow, growing lighter all
 * the way, so that they can be told apart without hues. All together step back: where all agree is not what one looks for.
 */
export function voteColors(n: number): Rgba[] {
  const stops: readonly (readonly [number, number, number])[] = [
    [110, 64, 170],
    [200, 62, 130],
    [250, 140, 70],
    [248, 224, 120],
  ];
  return Array.from({ length: n }, (_, votes): Rgba => {
    if (votes === n - 1) return [120, 200, 175, 110];
    const at = n <= 2 ? 0 : (votes / (n - 2)) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    const mixed = stops[low].map((c, channel) => Math.round(c + (stops[low + 1][channel] - c) * (at - low)));
    return [mixed[0], mixed[1], mixed[2], 255];
  });
}
