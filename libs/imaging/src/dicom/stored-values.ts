import { DicomInexpressible } from './dicom-inexpressible.js';
import type { VoxelArray } from '../volume.js';
import { decimalString } from './write.js';

/** How real values become numbers of 16 bits: value = stored x slope + intercept. */
export interface StoredValues {
  readonly slope: number;
  readonly intercept: number;
  readonly signed: boolean;
  /** Largest |value - (stored x slope + intercept)| over the voxels, as a reader in float64 gets it. */
  readonly error: number;
}

const STEPS = 65535;
/** Halves, quarters … of a unit that are looked for before values are rounded. */
const FINEST_POWER = 10;

/**
 * Chooses slope and intercept for a volume.
 *
 * Whole values of 16 bits keep slope 1, with intercept 0 where they fit as they are. Values that are all multiples of 1/2,
 * 1/4 … 1/1024 and fit keep that step, exactly. All others are rounded to 65536 even steps between smallest and largest.
 *
 * @throws DicomInexpressible when a value is not finite
 */
export function chooseStorage(data: VoxelArray): StoredValues {
  let [least, most] = [Infinity, -Infinity];
  // every value so far is a multiple of 2^-power
  let [power, parts] = [0, 1];
  for (let v = 0; v < data.length; v++) {
    const value = data[v];
    if (!(value >= -Number.MAX_VALUE && value <= Number.MAX_VALUE)) {
      throw new DicomInexpressible(`voxel ${v} is ${value}; DICOM images hold finite values only`);
    }
    if (value < least) least = value;
    if (value > most) most = value;
    while (power <= FINEST_POWER && !Number.isInteger(value * parts)) parts = 2 ** ++power;
  }
  if (data.length === 0) [least, most] = [0, 0];

  if (power <= FINEST_POWER && (most - least) * 2 ** power <= STEPS) {
    const slope = 2 ** -power;
    if (least >= -32768 * slope && most <= 32767 * slope) return { slope, intercept: 0, signed: true, error: 0 };
    if (least >= 0 && most <= STEPS * slope) return { slope, intercept: 0, signed: false, error: 0 };
    // an intercept that 16 characters hold exactly, or else a reader would be off by its rounding
    const intercept = least;
    if (Number(decimalString(intercept)) === intercept) return { slope, intercept, signed: false, error: 0 };
  }
  return rounded(data, least, most);
}

/** Even steps over the range; slope and intercept are those that their 16 characters of text say. */
function rounded(data: VoxelArray, least: number, most: number): StoredValues {
  const intercept = Number(decimalString(least));
  // a little wider than the range where rounding the two texts would leave the ends outside
  let slope = Number(decimalString((most - least) / STEPS || 1));
  while (Math.round((most - intercept) / slope) > STEPS) slope = Number(decimalString(slope * (1 + 1e-9)));
  let error = 0;
  for (let v = 0; v < data.length; v++) {
    const stored = Math.max(0, Math.round((data[v] - intercept) / slope));
    error = Math.max(error, Math.abs(data[v] - (stored * slope + intercept)));
  }
  return { slope, intercept, signed: false, error };
}
