import { bringToGrid, readLabelMap, voxelCount, type LabelMap } from '#imaging';

/** How far two label maps of one image agree: what the author's own framework made of it, and what we made of it. */
export interface Agreement {
  /** Share of all voxels that hold the same label in both. */
  readonly voxels: number;
  /** By label, for those other than 0 that occur in either map. */
  readonly labels: Readonly<Record<string, LabelAgreement>>;
  /** Lowest Dice of any label; null when neither map holds one. */
  readonly lowestDice: number | null;
}

export interface LabelAgreement {
  readonly dice: number;
  /** Share of all voxels in which both maps say the label, or both do not. */
  readonly voxels: number;
  readonly expectedVoxels: number;
  readonly predictedVoxels: number;
}

/** Of the widest number that a file may store a label as. */
const MOST_BYTES_A_VOXEL = 8;
/** Header and extensions. */
const MOST_HEADER_BYTES = 2 ** 20;

/**
 * Compares a prediction with the author's file. The file is unpacked as far as a map of the prediction's own size needs, so
 * that a small file which unpacks to a large one costs no more than the image did.
 *
 * @param expected NIfTI file
 * @throws ImageFormatError when it cannot be read, is larger than the prediction, or lies on another grid (`grid-differs`)
 */
export async function agreementWithFile(expected: Uint8Array, predicted: LabelMap): Promise<Agreement> {
  const maxBytes = voxelCount(predicted.geometry) * MOST_BYTES_A_VOXEL + MOST_HEADER_BYTES;
  return agreement(await readLabelMap(expected, { maxBytes }), predicted);
}

/**
 * Compares two label maps voxel by voxel, in one pass for all labels.
 *
 * @param predicted on the grid of the expected map, or on one that differs by permuted and flipped axes only
 * @throws ImageFormatError `grid-differs`
 */
export function agreement(expected: LabelMap, predicted: LabelMap): Agreement {
  const { data: wanted } = expected;
  const { data: got } = bringToGrid(predicted, expected.geometry);
  const counts = {
    expected: new Float64Array(65_536),
    predicted: new Float64Array(65_536),
    both: new Float64Array(65_536),
  };
  let same = 0;
  for (let v = 0; v < wanted.length; v++) {
    counts.expected[wanted[v]]++;
    counts.predicted[got[v]]++;
    if (wanted[v] !== got[v]) continue;
    counts.both[wanted[v]]++;
    same++;
  }
  const all = voxelCount(expected.geometry);
  const labels: Record<string, LabelAgreement> = {};
  let lowestDice: number | null = null;
  for (let label = 1; label < 65_536; label++) {
    const [a, b, both] = [counts.expected[label], counts.predicted[label], counts.both[label]];
    if (a + b === 0) continue;
    const dice = (2 * both) / (a + b);
    labels[label] = { dice, voxels: 1 - (a + b - 2 * both) / all, expectedVoxels: a, predictedVoxels: b };
    lowestDice = Math.min(lowestDice ?? 1, dice);
  }
  return { voxels: same / all, labels, lowestDice };
}
