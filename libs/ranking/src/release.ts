import { FEWEST_TO_RANK, suppressedLevels, UNKNOWN } from '#statistics';
import type { Attribute } from './board-evidence.js';

/** More sets of atoms than this are not looked through: an attribute that would need it is not released. */
const MOST_SETS = 20_000;

/**
 * The attributes of a held-out phase whose levels may be released together with figures of all cases.
 *
 * Means of groups can be added and subtracted: north and all give the one case of the south, two groups that differ in one
 * case give that case. An attribute comes out when nothing that can be computed from its shown levels, those of the
 * attributes before it and all cases together is about fewer than 10 patients. Precisely: cases that no released group
 * tells apart form an atom; every linear combination of the sums that are released gives each atom a weight; the atoms of
 * weight other than 0 must hold at least 10 patients, whatever the combination.
 *
 * Levels of fewer than 10 patients, and further ones until what is hidden has 10 patients and two levels, are hidden, as
 * `suppressedLevels` has it, whether or not the attribute says something about people.
 *
 * @param patients whose each case is
 * @param first key of the attribute that matters most; the others follow in their order
 * @returns in the order given
 */
export function releasable(
  attributes: readonly Attribute[],
  patients: readonly string[],
  first?: string,
): readonly Attribute[] {
  const order = [...attributes].sort((a, b) => Number(b.key === first) - Number(a.key === first));
  const released = new Set<Attribute>();
  let groups: (readonly boolean[])[] = [patients.map(() => true)];
  for (const attribute of order) {
    const shown = shownLevels(attribute, patients);
    if (shown.length === 0) continue;
    const levels = attribute.levels.map((level) => level ?? UNKNOWN);
    const more = [...groups, ...shown.map((name) => levels.map((level) => level === name))];
    if (fewestTold(more, patients) < FEWEST_TO_RANK) continue;
    groups = more;
    released.add(attribute);
  }
  return attributes.filter((attribute) => released.has(attribute));
}

/** Levels of an attribute that are not hidden when single cases are not shown. */
export function shownLevels({ levels }: Attribute, patients: readonly string[]): string[] {
  const people = new Map<string, Set<string>>();
  levels.forEach((level, c) => {
    const name = level ?? UNKNOWN;
    people.set(name, (people.get(name) ?? new Set()).add(patients[c]));
  });
  const hidden = suppressedLevels(new Map([...people].map(([name, { size }]) => [name, size])), FEWEST_TO_RANK);
  return [...people.keys()].filter((name) => !hidden.has(name));
}

/**
 * Fewest patients that a combination of sums over groups can be about; 0 when that would take too long to find out.
 *
 * A combination with the fewest atoms is fixed, but for its scale, by the independent atoms to which it gives no weight:
 * one fewer than there are independent groups. So all sets of that many atoms are tried.
 *
 * @param groups by group, then by case: whether the case belongs to it
 */
export function fewestTold(groups: readonly (readonly boolean[])[], patients: readonly string[]): number {
  const atoms = new Map<string, { readonly column: readonly number[]; readonly patients: Set<string> }>();
  patients.forEach((patient, c) => {
    const column = groups.map((group) => Number(group[c]));
    const key = column.join('');
    const atom = atoms.get(key) ?? { column, patients: new Set<string>() };
    atoms.set(key, atom);
    atom.patients.add(patient);
  });
  const columns = [...atoms.values()];
  const rows = independent(groups.map((_, g) => columns.map(({ column }) => column[g])));
  if (choose(columns.length, rows.length - 1) > MOST_SETS) return 0;
  let fewest = new Set(patients).size;
  for (const zeros of combinations(columns.length, rows.length - 1)) {
    const weights = combinationWithout(rows, zeros);
    if (weights === null) continue;
    const told = new Set(columns.flatMap((atom, a) => (weights[a] ? [...atom.patients] : [])));
    fewest = Math.min(fewest, told.size);
  }
  return fewest;
}

const EPSILON = 1e-9;

/** Rows of a matrix reduced to echelon form, without those that follow from the others. */
function independent(matrix: readonly (readonly number[])[]): number[][] {
  const rows = matrix.map((row) => [...row]);
  const kept: number[][] = [];
  for (let column = 0; rows.length > 0 && column < rows[0].length; column++) {
    const at = rows.findIndex((row) => Math.abs(row[column]) > EPSILON);
    if (at < 0) continue;
    const [pivot] = rows.splice(at, 1);
    const unit = pivot.map((x) => x / pivot[column]);
    const clear = (row: number[]) => {
      const factor = row[column];
      if (Math.abs(factor) > EPSILON) unit.forEach((x, i) => (row[i] -= factor * x));
    };
    rows.forEach(clear);
    kept.forEach(clear);
    kept.push(unit);
  }
  return kept;
}

/** Which atoms the combination of the rows that is 0 at `zeros` gives a weight; null when these do not fix it. */
function combinationWithout(rows: readonly (readonly number[])[], zeros: readonly number[]): boolean[] | null {
  // unknown: a factor for each row; an equation for each zero
  const equations = independent(zeros.map((column) => rows.map((row) => row[column])));
  if (equations.length < rows.length - 1) return null;
  const leading = equations.map((equation) => equation.findIndex((x) => Math.abs(x) > EPSILON));
  const free = rows.findIndex((_, r) => !leading.includes(r));
  const factors = rows.map((_, r) => (r === free ? 1 : -equations[leading.indexOf(r)][free]));
  return rows[0].map((_, a) => Math.abs(rows.reduce((sum, row, r) => sum + factors[r] * row[a], 0)) > EPSILON);
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways;
}

/** All sets of k of the numbers 0 to n - 1. */
function* combinations(n: number, k: number): Generator<readonly number[]> {
  const set = Array.from({ length: k }, (_, i) => i);
  if (k > n) return;
  for (;;) {
    yield set;
    let i = k - 1;
    while (i >= 0 && set[i] === n - k + i) i--;
    if (i < 0) return;
    set[i]++;
    for (let j = i + 1; j < k; j++) set[j] = set[j - 1] + 1;
  }
}
