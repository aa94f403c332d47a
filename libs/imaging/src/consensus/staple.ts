import { LabelPatterns, type LabelPattern, type Labels } from './patterns.js';

export interface StapleOptions {
  /** It ends when no sensitivity or specificity changes by more; 1e-8 unless told. */
  readonly tolerance?: number;
  /** Rounds at most; 1000 unless told. */
  readonly mostRounds?: number;
}

/** How well a reader draws one label, as the estimate has it; both from 0 to 1. */
export interface ReaderPerformance {
  readonly sensitivity: number;
  readonly specificity: number;
}

/** What came of one label. */
export interface StapleLabel {
  readonly label: number;
  /** Part of all voxels that has the label, averaged over the readers: the prior probability in every voxel. */
  readonly prior: number;
  /** In the order of the maps. */
  readonly readers: readonly ReaderPerformance[];
  readonly rounds: number;
  readonly converged: boolean;
}

export interface Staple {
  readonly data: Labels;
  /** In order of label; background is none of them. */
  readonly labels: readonly StapleLabel[];
}

/** Where everybody starts: as good as perfect, as in the paper and in ITK. */
const START = 0.99999;
/** Nobody is quite perfect, or two perfect readers who differ would leave 0 / 0. */
const CLAMP = 1e-12;

/**
 * Simultaneous truth and performance level estimation: which voxels a structure has, and how well each reader draws it, each
 * estimated from the other until they agree (expectation maximisation).
 *
 * Each label is estimated by itself, against all others, over the whole grid, with one prior for all voxels: the mean of its
 * parts in the maps. A voxel gets the label with the highest probability if that is above 0.5, the lowest of equals, and
 * background otherwise. With much background the prior is small and specificities come near 1, which draws the result towards
 * the union of the readers; two readers alone say little about who of them is right. ITK's STAPLEImageFilter is the same
 * estimate for one label; its MultiLabelSTAPLE estimates a confusion matrix of all labels at once and differs where labels
 * are confused with one another.
 *
 * Source: Warfield, Zou, Wells 2004, doi:10.1109/TMI.2004.828354, equations 14, 18 and 19.
 *
 * @param maps one for each reader, on one grid, x fastest; at least two
 * @throws RangeError for fewer maps, or when they differ in length
 */
export function staple(maps: readonly Labels[], options: StapleOptions = {}): Staple {
  if (maps.length < 2) throw new RangeError(`${maps.length} label map(s); expected those of two readers or more`);
  const all = new LabelPatterns(maps);
  const { patterns } = all;
  const occurring = [...new Set(patterns.flatMap(({ labels }) => labels))].filter((label) => label !== 0).sort((a, b) => a - b);
  const best = new Float64Array(patterns.length).fill(0.5);
  const outcome = new Array<number>(patterns.length).fill(0);
  const labels: StapleLabel[] = [];
  for (const label of occurring) {
    const { probabilities, ...estimate } = estimateLabel(patterns, label, options);
    labels.push({ label, ...estimate });
    for (const [n, probability] of probabilities.entries()) {
      if (probability > best[n]) [best[n], outcome[n]] = [probability, label];
    }
  }
  return { data: all.paint(outcome), labels };
}

interface Estimate extends Omit<StapleLabel, 'label'> {
  /** That a voxel has the label, by pattern. */
  readonly probabilities: Float64Array;
}

function estimateLabel(patterns: readonly LabelPattern[], label: number, { tolerance = 1e-8, mostRounds = 1000 }: StapleOptions): Estimate {
  const readers = patterns[0].labels.length;
  const decisions = patterns.map(({ labels }) => labels.map((one) => one === label));
  const total = patterns.reduce((sum, { voxels }) => sum + voxels, 0);
  const marked = patterns.reduce((sum, { voxels }, n) => sum + voxels * decisions[n].filter(Boolean).length, 0);
  const prior = marked / (readers * total);
  const p = new Float64Array(readers).fill(START);
  const q = new Float64Array(readers).fill(START);
  const probabilities = new Float64Array(patterns.length);
  let rounds = 0;
  let change = Infinity;
  while (change > tolerance && rounds < mostRounds) {
    rounds++;
    estimateProbabilities(decisions, prior, p, q, probabilities);
    // what each reader would have to be, if those were the voxels
    const [hit, passed] = [new Float64Array(readers), new Float64Array(readers)];
    let [inside, outside] = [0, 0];
    for (const [n, { voxels }] of patterns.entries()) {
      const [w, rest] = [voxels * probabilities[n], voxels * (1 - probabilities[n])];
      inside += w;
      outside += rest;
      for (let j = 0; j < readers; j++) {
        if (decisions[n][j]) hit[j] += w;
        else passed[j] += rest;
      }
    }
    change = 0;
    for (let j = 0; j < readers; j++) {
      const [sensitivity, specificity] = [clamp(hit[j] / inside), clamp(passed[j] / outside)];
      change = Math.max(change, Math.abs(sensitivity - p[j]), Math.abs(specificity - q[j]));
      p[j] = sensitivity;
      q[j] = specificity;
    }
  }
  estimateProbabilities(decisions, prior, p, q, probabilities);
  return {
    prior,
    readers: Array.from(p, (sensitivity, j) => ({ sensitivity, specificity: q[j] })),
    rounds,
    converged: change <= tolerance,
    probabilities,
  };
}

/** Probability of the label in each pattern, if readers are as good as p and q say. */
function estimateProbabilities(decisions: readonly (readonly boolean[])[], prior: number, p: Float64Array, q: Float64Array, into: Float64Array): void {
  for (const [n, decided] of decisions.entries()) {
    let [a, b] = [prior, 1 - prior];
    for (const [j, yes] of decided.entries()) {
      a *= yes ? p[j] : 1 - p[j];
      b *= yes ? 1 - q[j] : q[j];
    }
    into[n] = a / (a + b);
  }
}

/** 0 / 0, where nothing is inside or outside at all, says nothing against a reader. */
function clamp(x: number): number {
  return Number.isNaN(x) ? 1 - CLAMP : Math.min(1 - CLAMP, Math.max(CLAMP, x));
}
