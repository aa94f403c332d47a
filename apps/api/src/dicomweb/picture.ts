import { crc32, deflateSync } from 'node:zlib';
import { RequestRefused } from '#domain';
import type { StoredValues } from '#imaging';

/** Grey values of 8 bits, row by row. */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly grey: Uint8Array;
}

export interface Window {
  readonly center: number;
  readonly width: number;
}

const MOST_PIXELS = 4096;

/**
 * Reads the `window` of the address: centre, width and function.
 * @throws RequestRefused 400 `dicomweb-parameter-invalid`
 */
export function readWindow(text: string | undefined): Window | null {
  if (text === undefined) return null;
  const [center, width, shape = 'linear', ...rest] = text.split(',').map((part) => part.trim());
  const [c, w] = [Number(center || NaN), Number(width || NaN)];
  if (!Number.isFinite(c) || !(w > 0) || !Number.isFinite(w) || !['linear', 'linear-exact'].includes(shape) || rest.length > 0) {
    throw invalid('window', 'centre, width above 0 and `linear` or `linear-exact`, for instance 40,400,linear');
  }
  return { center: c, width: w };
}

/** @throws RequestRefused 400 `dicomweb-parameter-invalid` */
export function readViewport(text: string | undefined): readonly [number, number] | null {
  if (text === undefined) return null;
  const size = text.split(',').map(Number);
  if (size.length !== 2 || size.some((one) => !Number.isInteger(one) || one < 1 || one > MOST_PIXELS)) {
    throw invalid('viewport', `width and height, whole numbers from 1 to ${MOST_PIXELS}, for instance 256,256`);
  }
  return [size[0], size[1]];
}

function invalid(name: string, expected: string): RequestRefused {
  return new RequestRefused(400, 'dicomweb-parameter-invalid', `${name} cannot be read; expected ${expected}.`);
}

/** Values of the slice between its darkest and brightest half per cent, when nobody says what window to use. */
export function ownWindow(samples: Uint8Array, stored: StoredValues): Window {
  const values = valuesOf(samples, stored).sort();
  const at = (share: number): number => values[Math.round(share * (values.length - 1))];
  const [low, high] = [at(0.005), at(0.995)];
  return { center: (low + high) / 2, width: Math.max(high - low, stored.slope) };
}

/**
 * Grey values by a linear window, at most as large as the viewport. A smaller picture takes the nearest pixels; the shape
 * stays as on the screen, so that a millimetre is the same in both directions.
 *
 * @param spacingMm of columns and of rows
 */
export function drawGrey(
  samples: Uint8Array,
  { columns, rows, stored }: { readonly columns: number; readonly rows: number; readonly stored: StoredValues },
  { center, width }: Window,
  viewport: readonly [number, number] | null,
  spacingMm: readonly [number, number],
): Picture {
  const values = valuesOf(samples, stored);
  const [finest] = [Math.min(...spacingMm)];
  const full: [number, number] = [(columns * spacingMm[0]) / finest, (rows * spacingMm[1]) / finest];
  const most = viewport ?? [MOST_PIXELS, MOST_PIXELS];
  const scale = Math.min(1, most[0] / full[0], most[1] / full[1]);
  const [wide, high] = full.map((size) => Math.max(1, Math.round(size * scale)));
  const grey = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++) {
    const j = Math.min(rows - 1, Math.floor(((y + 0.5) * rows) / high));
    for (let x = 0; x < wide; x++) {
      const i = Math.min(columns - 1, Math.floor(((x + 0.5) * columns) / wide));
      grey[y * wide + x] = Math.round(255 * Math.min(1, Math.max(0, (values[j * columns + i] - (center - width / 2)) / width)));
    }
  }
  return { columns: wide, rows: high, grey };
}

function valuesOf(samples: Uint8Array, { slope, intercept, signed }: StoredValues): Float64Array {
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  return Float64Array.from({ length: samples.length / 2 }, (_, p) => {
    const stored = signed ? view.getInt16(2 * p, true) : view.getUint16(2 * p, true);
    return stored * slope + intercept;
  });
}

/** A picture as PNG, grey, 8 bits. */
export function writePng({ columns, rows, grey }: Picture): Buffer {
  const lines = Buffer.alloc(rows * (columns + 1)); // each begins with its filter, 0: none
  for (let y = 0; y < rows; y++) lines.set(grey.subarray(y * columns, (y + 1) * columns), y * (columns + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(columns, 0);
  head.writeUInt32BE(rows, 4);
  head[8] = 8; // bits; colour type 0 is grey
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length, 0);
  check.writeUInt32BE(crc32(named), 0);
  return Buffer.concat([length, named, check]);
}
