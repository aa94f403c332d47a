import type { Random } from './random.js';

/** One resample after another: places of the values drawn. */
export interface Resampler {
  /** Values are drawn in groups of one patient. */
  readonly patients: number;
  /** Fills `drawn` from its beginning and says how many were drawn: always n without patients, otherwise it varies. */
  next(drawn: Int32Array): number;
  /** Room that `drawn` needs. */
  readonly most: number;
}

/**
 * Draws of the bootstrap over n values (Efron 1979). Values of one patient are not independent: with `patients`, whole
 * patients are drawn with replacement, as many as there are, each with all its values (Davison and Hinkley 1997, 3.8).
 *
 * @param patients one entry a value: whose it is
 * @throws RangeError of no values, or another number of patients than of values
 */
export function createResampler(n: number, random: Random, patients?: readonly string[] | null): Resampler {
  if (n === 0) throw new RangeError('a resample was asked of no values; expected at least one');
  if (!patients) {
    return {
      patients: n,
      most: n,
      next(drawn) {
        for (let i = 0; i < n; i++) drawn[i] = random.below(n);
        return n;
      },
    };
  }
  if (patients.length !== n) throw new RangeError(`got patients of ${patients.length} values; expected ${n}`);
  const groups = new Map<string, number[]>();
  patients.forEach((patient, i) => {
    const group = groups.get(patient);
    if (group) group.push(i);
    else groups.set(patient, [i]);
  });
  const members = [...groups.values()].map((group) => Int32Array.from(group));
  const count = members.length;
  return {
    patients: count,
    most: count * Math.max(...members.map(({ length }) => length)),
    next(drawn) {
      let filled = 0;
      for (let i = 0; i < count; i++) {
        const group = members[random.below(count)];
        for (let k = 0; k < group.length; k++) drawn[filled++] = group[k];
      }
      return filled;
    },
  };
}
