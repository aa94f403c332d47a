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
  const numbering = new SegmentNumbering(labelValues);
  const data = new Uint8Array(labels.length);
  numbering.number(labels, data);
  return { data, ...numbering.counted() };
}

/** A benchmark with more labels than the viewer has numbers for. */
export class TooManyLabels extends RangeError {}

/** Numbers the labels of a map that comes in parts; see `toSegments`. */
export class SegmentNumbering {
  readonly #segmentOf: Uint8Array;
  readonly #counts = new Float64Array(65536);
  readonly #other: number;

  /** @throws RangeError as `toSegments` */
  constructor(labelValues: readonly number[]) {
    if (labelValues.length > MOST_LABELS) {
      throw new TooManyLabels(`${labelValues.length} labels are declared; the viewer draws at most ${MOST_LABELS}`);
    }
    if (labelValues.includes(0) || new Set(labelValues).size !== labelValues.length) {
      throw new RangeError(`declared labels are ${labelValues.join(', ')}; expected different numbers other than 0`);
    }
    this.#other = labelValues.length + 1;
    this.#segmentOf = new Uint8Array(65536).fill(this.#other);
    this.#segmentOf[0] = 0;
    labelValues.forEach((value, n) => (this.#segmentOf[value] = n + 1));
  }

  /** Writes the segment of each label into zeros, or over the labels themselves. */
  number(labels: Uint8Array | Uint16Array, segments: Uint8Array): void {
    const segmentOf = this.#segmentOf;
    const counts = this.#counts;
    for (let v = 0; v < labels.length;) {
      const label = labels[v];
      const first = v;
      if (label === 0) v = endOfZeros(labels, v);
      else while (v < labels.length && labels[v] === label) v++;
      counts[label] += v - first;
      if (label !== 0) segments.fill(segmentOf[label], first, v);
    }
  }

  /** Of all parts so far. */
  counted(): Omit<Segments, 'data'> {
    const voxels = new Array<number>(this.#other + 1).fill(0);
    const undeclared: number[] = [];
    this.#counts.forEach((count, value) => {
      if (count === 0) return;
      const segment = this.#segmentOf[value];
      voxels[segment] += count;
      if (segment === this.#other) undeclared.push(value);
    });
    return { voxels, undeclared };
  }
}

/** Where a run of background ends; goes four bytes at a time, as most of a map is background. */
function endOfZeros(labels: Uint8Array | Uint16Array, from: number): number {
  const words = wordsOf(labels);
  const perWord = 4 / labels.BYTES_PER_ELEMENT;
  let v = from;
  while (v % perWord !== 0 && v < labels.length && labels[v] === 0) v++;
  if (v % perWord === 0) {
    let word = v / perWord;
    while (word < words.length && words[word] === 0) word++;
    v = Math.max(v, word * perWord);
  }
  while (v < labels.length && labels[v] === 0) v++;
  return v;
}

/** The whole words of an array that begins on one; none of any other. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): Int32Array {
  return byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, byteLength >> 2) : new Int32Array(0);
}

/** A copy in which hidden segments are background, so that errors are those of what is shown. */
export function withoutSegments(data: Uint8Array, hidden: readonly number[]): Uint8Array {
  if (hidden.length === 0) return data;
  return through(
    data,
    Uint8Array.from({ length: 256 }, (_, segment) => (hidden.includes(segment) ? 0 : segment)),
  );
}

/**
 * Two maps of one grid without the voxels that nobody is judged by: background where the reference has the segment `ignored`.
 * The same arrays when there is none.
 */
export function withoutIgnored(
  reference: Uint8Array,
  prediction: Uint8Array,
  ignored: number | null,
): readonly [Uint8Array, Uint8Array] {
  if (ignored === null) return [reference, prediction];
  const pair = [reference.slice(), prediction.slice()] as const;
  for (let v = 0; v < reference.length; v++) if (reference[v] === ignored) pair[0][v] = pair[1][v] = 0;
  return pair;
}

/** A mask: 1 where the segment is one of those given. */
export function onlySegments(data: Uint8Array, segments: readonly number[]): Uint8Array {
  return through(
    data,
    Uint8Array.from({ length: 256 }, (_, segment) => (segments.includes(segment) ? 1 : 0)),
  );
}

/** A callback for each of fifty million voxels would take a second. */
function through(data: Uint8Array, table: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let v = 0; v < data.length; v++) out[v] = table[data[v]];
  return out;
}

/** Voxels of each class of an error map; see `errorMap` of the imaging library. */
export interface ErrorCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly wrongLabel: number;
}

/**
 * Error map of two maps of segments and how many voxels each class has: what `errorMap` of the imaging library gives for
 * segments as they count, without looking at the voxels where both are background.
 *
 * @param reference  segments, x fastest
 * @param prediction on the same grid
 * @param counted    what each of 256 segments counts as; background, 0, counts as itself
 * @returns `shared`: voxels that are segment n in both maps, whatever it counts as; not told for background
 */
export function classifyErrors(
  reference: Uint8Array,
  prediction: Uint8Array,
  counted: Uint8Array,
): { errors: Uint8Array; counts: ErrorCounts; shared: readonly number[] } {
  const errors = new Uint8Array(reference.length);
  const voxels = [0, 0, 0, 0, 0];
  const shared = new Float64Array(256);
  const [ours, theirs] = [wordsOf(reference), wordsOf(prediction)];
  const words = Math.min(ours.length, theirs.length);
  const classify = (from: number, to: number): void => {
    for (let v = from; v < to; v++) {
      if (reference[v] === prediction[v]) shared[reference[v]]++;
      const r = counted[reference[v]];
      const p = counted[prediction[v]];
      const found = r === p ? (r === 0 ? 0 : 1) : r === 0 ? 2 : p === 0 ? 3 : 4;
      errors[v] = found;
      voxels[found]++;
    }
  };
  for (let word = 0; word < words; word++) {
    if (ours[word] === 0 && theirs[word] === 0) continue;
    const from = word;
    do word++;
    while (word < words && (ours[word] !== 0 || theirs[word] !== 0));
    classify(4 * from, 4 * word);
  }
  classify(4 * words, reference.length);
  const [, truePositive, falsePositive, falseNegative, wrongLabel] = voxels;
  shared[0] = 0; // most of background is passed over
  return { errors, shared: [...shared], counts: { truePositive, falsePositive, falseNegative, wrongLabel } };
}

/** A volume as the legend shows it: two significant decimals for the small, none for the large. */
export function millilitres(voxels: number, voxelVolumeMm3: number): string {
  const ml = (voxels * voxelVolumeMm3) / 1000;
  if (voxels === 0) return '0 ml';
  if (ml >= 100) return `${Math.round(ml).toLocaleString('en-GB')} ml`;
  return ml >= 10 ? `${ml.toFixed(1)} ml` : ml >= 0.01 ? `${ml.toFixed(2)} ml` : '< 0.01 ml';
}
