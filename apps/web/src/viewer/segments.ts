/** Largest number of declared labels: segments are bytes, 0 is background and one is kept for undeclared labels. */
export const MOST_LABELS = 254;

/** A label map with label values replaced by small consecutive numbers, which is what the renderer's colour tables take. */
export interface Segments {
  /** 0 background; 1 to n the declared labels in their order; n + 1 any label that the benchmark does not declare. */
  readonly data: Uint8Array;
  /** Voxels per segment, n + 2 entries. */
  readonly voxels: readonly number[];
  /** Values that occur in the map but are not declared, ascending. */
  readonly undeclared: readonly number[];
}

/**
 * Numbers the labels of a map.
 *
 * @param labels      label values of a map, any order of voxels
 * @param labelValues declared labels, none of them 0, each once
 * @throws RangeError for 0, repeated or too many declared labels
 */
export function toSegments(labels: Uint8Array | Uint16Array, labelValues: readonly number[]): Segments {
  if (labelValues.length > MOST_LABELS) {
    throw new RangeError(`${labelValues.length} labels are declared; the viewer draws at most ${MOST_LABELS}`);
  }
  if (labelValues.includes(0) || new Set(labelValues).size !== labelValues.length) {
    throw new RangeError(`declared labels are ${labelValues.join(', ')}; expected different numbers other than 0`);
  }
  const other = labelValues.length + 1;
  const segmentOf = new Uint8Array(65536).fill(other);
  segmentOf[0] = 0;
  labelValues.forEach((value, n) => (segmentOf[value] = n + 1));
  const seen = new Uint8Array(65536);
  const voxels = new Array<number>(other + 1).fill(0);
  const data = new Uint8Array(labels.length);
  for (let v = 0; v < labels.length; v++) {
    const segment = segmentOf[labels[v]];
    data[v] = segment;
    voxels[segment]++;
    seen[labels[v]] = 1;
  }
  const undeclared: number[] = [];
  seen.forEach((occurs, value) => {
    if (occurs && segmentOf[value] === other) undeclared.push(value);
  });
  return { data, voxels, undeclared };
}

/** A copy in which hidden segments are background, so that errors are those of what is shown. */
export function withoutSegments(data: Uint8Array, hidden: readonly number[]): Uint8Array {
  if (hidden.length === 0) return data;
  const kept = Uint8Array.from({ length: 256 }, (_, segment) => (hidden.includes(segment) ? 0 : segment));
  return data.map((segment) => kept[segment]);
}

/** A mask: 1 where the segment is one of those given. */
export function onlySegments(data: Uint8Array, segments: readonly number[]): Uint8Array {
  const kept = Uint8Array.from({ length: 256 }, (_, segment) => (segments.includes(segment) ? 1 : 0));
  return data.map((segment) => kept[segment]);
}

/** Voxels of each class of an error map; see `errorMap` of the imaging library. */
export interface ErrorCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly wrongLabel: number;
}

export function countErrors(errors: Uint8Array): ErrorCounts {
  const counts = [0, 0, 0, 0, 0];
  for (let v = 0; v < errors.length; v++) counts[errors[v]]++;
  const [, truePositive, falsePositive, falseNegative, wrongLabel] = counts;
  return { truePositive, falsePositive, falseNegative, wrongLabel };
}

/** A volume as the legend shows it: two significant decimals for the small, none for the large. */
export function millilitres(voxels: number, voxelVolumeMm3: number): string {
  const ml = (voxels * voxelVolumeMm3) / 1000;
  if (voxels === 0) return '0 ml';
  if (ml >= 100) return `${Math.round(ml).toLocaleString('en-GB')} ml`;
  return ml >= 10 ? `${ml.toFixed(1)} ml` : ml >= 0.01 ? `${ml.toFixed(2)} ml` : '< 0.01 ml';
}
