interface Placed {
  readonly severity: string;
  readonly code: string;
  readonly where: string;
  readonly message: string;
}

/** A finding, and every place that it was made in. */
export interface Gathered<Finding> {
  readonly finding: Finding;
  readonly places: readonly string[];
}

/** Findings that say the same of several places once, in the order in which they were first made. */
export function gatherFindings<Finding extends Placed>(findings: readonly Finding[]): Gathered<Finding>[] {
  const gathered = new Map<string, { readonly finding: Finding; readonly places: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.severity, finding.code, finding.message]);
    const known = gathered.get(key);
    if (known) known.places.push(finding.where);
    else gathered.set(key, { finding, places: [finding.where] });
  }
  return [...gathered.values()];
}

const MOST_PLACES = 6;

/** Some places by name, the others by their number. */
export function placesInWords(places: readonly string[]): string {
  const named = places.slice(0, MOST_PLACES).join(', ');
  return places.length > MOST_PLACES ? `${named} and ${places.length - MOST_PLACES} more` : named;
}
