import type { ShownImage } from './case-volumes.js';
import { tidyWindow, windowOfRange } from './grey-window.js';
import type { GreyWindow } from './grey-window.js';

export interface NamedWindow extends GreyWindow {
  readonly name: string;
}

/** Windows in Hounsfield units that readers of CT know by name. */
const CT_WINDOWS: readonly NamedWindow[] = [
  { name: 'Soft tissue', center: 40, width: 400 },
  { name: 'Lung', center: -600, width: 1500 },
  { name: 'Bone', center: 400, width: 1800 },
  { name: 'Brain', center: 40, width: 80 },
  { name: 'Liver', center: 80, width: 150 },
];

/** Windows of a PET in standardised uptake values, of no uptake on: of most lesions, and of those that take up much. */
const SUV_WINDOWS: readonly NamedWindow[] = [
  { name: 'SUV 0 to 5', center: 2.5, width: 5 },
  { name: 'SUV 0 to 10', center: 5, width: 10 },
  { name: 'SUV 0 to 20', center: 10, width: 20 },
];

/** Whether values are standardised uptake values: 'SUV', 'SUVbw', or g/ml, which is what DICOM calls the unit of SUVbw. */
const isUptake = (unit: string): boolean => /^suv|^g\/?ml$/i.test(unit.trim());

function windowsOf(modality: string | undefined, unit: string): readonly NamedWindow[] {
  switch (modality?.toUpperCase()) {
    case 'CT':
      return CT_WINDOWS;
    case 'PT':
    case 'PET':
      return isUptake(unit) ? SUV_WINDOWS : [];
    default:
      return [];
  }
}

/**
 * The windows to choose from: those of the benchmark first, then those of the modality, then those of the image itself. The
 * first is the one a view begins with. Grey values have a fixed meaning in CT and in PET with uptake values; everything else,
 * MR and PET in counts or becquerels among them, begins with what the image itself holds.
 *
 * @param modality of the channel, as the benchmark names it: 'CT', 'MR', ...
 * @param unit     of the grey values, as the benchmark names it: 'HU', 'SUV', ...; empty: not known
 */
export function windowPresets(
  declared: readonly NamedWindow[],
  modality: string | undefined,
  unit: string,
  image: Pick<ShownImage, 'range' | 'percentiles'> | null,
): NamedWindow[] {
  const ofModality = windowsOf(modality, unit);
  const ofImage = image
    ? [
        { name: 'Auto', ...tidyWindow(windowOfRange(image.percentiles.lower, image.percentiles.upper)) },
        { name: 'Full range', ...windowOfRange(image.range.lower, image.range.upper) },
      ]
    : [];
  const presets: NamedWindow[] = [];
  for (const preset of [...declared, ...ofModality, ...ofImage]) {
    const known = presets.some(
      ({ name, center, width }) =>
        name.toLowerCase() === preset.name.toLowerCase() || (center === preset.center && width === preset.width),
    );
    if (!known) presets.push(preset);
  }
  return presets;
}

/** Bins of the histogram that percentiles are read from; a value is known to 1/4096 of the range. */
const BINS = 4096;
/** Larger images are sampled: every n-th voxel, so that about this many are read. */
const ENOUGH_VOXELS = 4_000_000;

/**
 * Values below which 1 % and 99 % of the voxels lie, the voxels of the smallest value left out: in most images that is
 * the padding around the body. To within 1/4096 of the range.
 *
 * @param range smallest and largest finite value; what lies outside or is not a number is left out
 */
export function percentilesOf(
  voxels: ArrayLike<number>,
  { lower, upper }: { readonly lower: number; readonly upper: number },
): { lower: number; upper: number } {
  const step = Math.max(1, Math.floor(voxels.length / ENOUGH_VOXELS));
  return percentilesIn({ lower, upper }, (count) => {
    for (let v = 0; v < voxels.length; v += step) count(voxels[v], 1);
  });
}

/** The two percentiles of values that `visit` calls back with, each with how often it occurs. */
function percentilesIn(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  visit: (count: (value: number, times: number) => void) => void,
): { lower: number; upper: number } {
  if (!(upper > lower)) return { lower, upper };
  const counts = new Float64Array(BINS);
  const scale = BINS / (upper - lower);
  let total = 0;
  visit((value, times) => {
    if (!(value > lower && value <= upper)) return;
    counts[Math.min(BINS - 1, Math.floor((value - lower) * scale))] += times;
    total += times;
  });
  const at = (share: number): number => {
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) {
      sum += counts[bin];
      if (sum >= share * total) return lower + (bin + 0.5) / scale;
    }
    return upper;
  };
  return total === 0 ? { lower, upper } : { lower: at(0.01), upper: at(0.99) };
}

const MOST_NEGATIVE = -32768;

/** Range and percentiles of whole 16-bit values that come in parts. */
export class GreyCounter {
  readonly #step: number;
  readonly #counts = new Float64Array(65536 + 32768);
  #lower = Infinity;
  #upper = -Infinity;
  #seen = 0;

  /** @param voxels in all; of many, a sample is enough for the percentiles */
  constructor(voxels: number) {
    this.#step = Math.max(1, Math.floor(voxels / ENOUGH_VOXELS));
  }

  add(part: Uint8Array | Int16Array | Uint16Array): void {
    let [lower, upper] = [this.#lower, this.#upper];
    for (let v = 0; v < part.length; v++) {
      if (part[v] < lower) lower = part[v];
      if (part[v] > upper) upper = part[v];
    }
    [this.#lower, this.#upper] = [lower, upper];
    const first = (this.#step - (this.#seen % this.#step)) % this.#step;
    for (let v = first; v < part.length; v += this.#step) this.#counts[part[v] - MOST_NEGATIVE]++;
    this.#seen += part.length;
  }

  /** Of what came so far. */
  facts(): Pick<ShownImage, 'range' | 'percentiles'> {
    const range = this.#lower <= this.#upper ? { lower: this.#lower, upper: this.#upper } : { lower: 0, upper: 1 };
    const percentiles = percentilesIn(range, (count) => {
      for (let n = 0; n < this.#counts.length; n++) if (this.#counts[n] > 0) count(n + MOST_NEGATIVE, this.#counts[n]);
    });
    return { range, percentiles };
  }
}
