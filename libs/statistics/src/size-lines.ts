import { logarithm } from './elementary.js';

/** One structure of one case: what it scored, and how large the reference is. */
export interface SizedValue {
  readonly value: number;
  /** Positive; null where the reference has none of it. */
  readonly size: number | null;
}

/** What size explains in the means of groups of cases, over one resample after another. */
export interface SizeLines {
  /** Forgets the cases added. */
  clear(): void;
  /** Adds the first n cases of `drawn` (places in the group) to a group; a group is added at most once before `clear`. */
  add(group: number, drawn: Int32Array, n: number): void;
  /** Means of the groups without what size explains in the cases added. The array is used again by the next call. */
  takeFrom(means: Float64Array): Float64Array;
  /** Value of each case without what size explains in all of them; means over all cases stay as they are. */
  residuals(values: readonly Float64Array[]): Float64Array[];
}

/**
 * Takes the size of structures out of a metric: the same boundary error costs a small structure more Dice.
 *
 * For each structure, the least-squares line of the value over the logarithm of the size, through the cases that have it;
 * what the line says above or below its own mean is taken from the value. A case whose reference has none of the
 * structure keeps its value, as there is no size to blame. A case that counts with the mean of several structures loses
 * the mean of what each of them loses.
 *
 * The line does not know the groups: where one group has mostly small structures, part of a true difference between the
 * groups may be taken for one of size.
 *
 * @param groups structures of each case by group, equally many in every case and in the same order
 * @returns null when a case has no structures, or no structure has two sizes
 * @throws RangeError when cases differ in the number of structures, or a size is not positive and finite
 */
export function createSizeLines(groups: readonly (readonly (readonly SizedValue[] | undefined)[])[]): SizeLines | null {
  const count = groups[0]?.[0]?.length ?? 0;
  if (count === 0 || groups.some((cases) => cases.some((structures) => structures === undefined))) return null;
  const sized = groups.map((cases) => cases.map((structures) => logSizes(structures ?? [], count)));
  if (
    !Array.from({ length: count }, (_, s) => s).some((s) =>
      hasTwo(sized.flatMap((cases) => cases.map((one) => one[s].log))),
    )
  )
    return null;
  // log[g][i * count + s], 0 with weight 0 where there is none of the structure
  const weight = sized.map((cases) =>
    Float64Array.from(cases.flatMap((one) => one.map(({ log }) => (log === null ? 0 : 1)))),
  );
  const log = sized.map((cases) => Float64Array.from(cases.flatMap((one) => one.map((entry) => entry.log ?? 0))));
  const value = sized.map((cases) => Float64Array.from(cases.flatMap((one) => one.map((entry) => entry.value))));
  // centred, so that sums of squares lose no digits
  for (let s = 0; s < count; s++) {
    const centre = centreOf(log, weight, count, s);
    log.forEach((of, g) => {
      for (let at = s; at < of.length; at += count) of[at] = weight[g][at] === 0 ? 0 : of[at] - centre;
    });
    const middle = centreOf(value, weight, count, s);
    value.forEach((of, g) => {
      for (let at = s; at < of.length; at += count) of[at] = weight[g][at] === 0 ? 0 : of[at] - middle;
    });
  }
  // per group and structure: cases that have it, sum of log, of value, of log squared, of log times value
  const sums = groups.map(() => new Float64Array(5 * count));
  const cases = new Float64Array(groups.length);
  const taken = new Float64Array(groups.length);

  /** Slope of each structure's line and the mean of its log, over all groups. */
  function fit(): { readonly slope: Float64Array; readonly centre: Float64Array } {
    const slope = new Float64Array(count);
    const centre = new Float64Array(count);
    for (let s = 0; s < count; s++) {
      let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
      for (const of of sums) {
        n += of[5 * s];
        x += of[5 * s + 1];
        y += of[5 * s + 2];
        xx += of[5 * s + 3];
        xy += of[5 * s + 4];
      }
      const spread = n === 0 ? 0 : xx - (x * x) / n;
      // a resample of one size has no slope; rounding must not make one
      slope[s] = spread > 1e-12 * xx ? (xy - (x * y) / n) / spread : 0;
      centre[s] = n === 0 ? 0 : x / n;
    }
    return { slope, centre };
  }

  function clear(): void {
    for (const of of sums) of.fill(0);
    cases.fill(0);
  }

  function add(group: number, drawn: Int32Array, n: number): void {
    const of = sums[group];
    cases[group] = n;
    for (let i = 0; i < n; i++) {
      const from = drawn[i] * count;
      for (let s = 0; s < count; s++) {
        const x = log[group][from + s];
        const y = value[group][from + s];
        of[5 * s] += weight[group][from + s];
        of[5 * s + 1] += x;
        of[5 * s + 2] += y;
        of[5 * s + 3] += x * x;
        of[5 * s + 4] += x * y;
      }
    }
  }

  return {
    clear,
    add,
    takeFrom(means) {
      const { slope, centre } = fit();
      for (let g = 0; g < means.length; g++) {
        let explained = 0;
        for (let s = 0; s < count; s++) explained += slope[s] * (sums[g][5 * s + 1] - sums[g][5 * s] * centre[s]);
        taken[g] = means[g] - explained / count / cases[g];
      }
      return taken;
    },
    residuals(values) {
      clear();
      values.forEach(({ length }, g) =>
        add(
          g,
          Int32Array.from({ length }, (_, i) => i),
          length,
        ),
      );
      const { slope, centre } = fit();
      return values.map((of, g) =>
        of.map((one, i) => {
          let explained = 0;
          for (let s = 0; s < count; s++) {
            const at = i * count + s;
            explained += weight[g][at] * slope[s] * (log[g][at] - centre[s]);
          }
          return one - explained / count;
        }),
      );
    },
  };
}

function logSizes(
  structures: readonly SizedValue[],
  count: number,
): { readonly value: number; readonly log: number | null }[] {
  if (structures.length !== count)
    throw new RangeError(`a case has ${structures.length} structures; expected ${count} as in the first`);
  return structures.map(({ value, size }) => {
    if (size === null) return { value, log: null };
    if (!(size > 0) || size === Infinity) throw new RangeError(`size is ${size}; expected a positive number, or null`);
    return { value, log: logarithm(size) };
  });
}

function hasTwo(logs: readonly (number | null)[]): boolean {
  return new Set(logs.filter((log) => log !== null)).size > 1;
}

function centreOf(of: readonly Float64Array[], weight: readonly Float64Array[], count: number, s: number): number {
  let sum = 0;
  let n = 0;
  of.forEach((group, g) => {
    for (let at = s; at < group.length; at += count) {
      sum += weight[g][at] * group[at];
      n += weight[g][at];
    }
  });
  return n === 0 ? 0 : sum / n;
}
