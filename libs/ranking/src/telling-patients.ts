/**
 * Patients who stand behind a figure of these values: those with a value beside the two that most patients share.
 *
 * Where a structure is in neither mask, or is missed, all cases have the same values, and everybody knows which: a mean over
 * 36 cases of which 35 are such says what the last one scored. A figure is released for these patients, not for all.
 *
 * @param values one of each case, all finite
 * @param patients of each case, as long as `values`
 */
export function tellingPatients(values: ArrayLike<number>, patients: readonly string[]): number {
  const byValue = new Map<number, Set<string>>();
  patients.forEach((patient, c) => {
    const known = byValue.get(values[c]);
    if (known) known.add(patient);
    else byValue.set(values[c], new Set([patient]));
  });
  const shared = [...byValue.values()].filter(({ size }) => size > 1).sort((a, b) => b.size - a.size);
  const known = new Set(shared.slice(0, 2));
  return new Set([...byValue.values()].flatMap((group) => (known.has(group) ? [] : [...group]))).size;
}
