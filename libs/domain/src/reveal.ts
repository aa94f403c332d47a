import type { Capacity } from './access.js';
import type { PhaseKind, PhaseRules } from './benchmark.js';
import type { SecrecyLabel } from './secrecy.js';

export const REVEAL_KINDS = ['all', 'never', 'showcase', 'after-close', 'readers'] as const;

/**
 * Who may see the reference segmentations of a phase and all from which they could be worked out: error maps and lists,
 * worst slices, meshes, thumbnails, files for other programs. Organisers and stewards see them under every rule.
 *
 * `all`          whoever may see the case by its secrecy label
 * `never`        nobody else
 * `showcase`     the named cases to whoever signs in; the others to nobody else
 * `after-close`  whoever signs in, once the phase has closed (`PhaseRules.closesAt`)
 * `readers`      the readers of the benchmark
 */
export type RevealRule =
  | { readonly kind: 'all' | 'never' | 'after-close' | 'readers' }
  | { readonly kind: 'showcase'; readonly cases: readonly string[] };

/**
 * What the rule says of one case to one person.
 *
 * `by-label`  everything is as open as its secrecy label
 * `withheld`  the reference and what is made of it is for organisers and stewards
 * `opened`    the whole case, image and predictions too, also where its label is SEALED: a reference without its image is
 *             nothing to look at. Whoever asks has to be signed in then
 */
export type Reveal = 'by-label' | 'withheld' | 'opened';

/** The rule of a phase: the one it states; else practice cases as their labels say, held-out references never. */
export function revealRule(rules: Pick<PhaseRules, 'reveal'>, phase: PhaseKind): RevealRule {
  return rules.reveal ?? { kind: phase === 'practice' ? 'all' : 'never' };
}

/** Whether a phase has closed: it takes no submissions any more. A phase without a closing time stays open. */
export function hasClosed({ closesAt }: Pick<PhaseRules, 'closesAt'>, at: Date): boolean {
  return closesAt !== undefined && at.getTime() >= Date.parse(closesAt);
}

/** @param at the present time */
export function revealOf(
  phase: { readonly kind: PhaseKind; readonly rules: Pick<PhaseRules, 'reveal' | 'closesAt'> },
  caseName: string,
  capacities: readonly Capacity[],
  at: Date,
): Reveal {
  const rule = revealRule(phase.rules, phase.kind);
  switch (rule.kind) {
    case 'all':
      return 'by-label';
    case 'never':
      return 'withheld';
    case 'showcase':
      return rule.cases.includes(caseName) ? 'opened' : 'withheld';
    case 'after-close':
      return hasClosed(phase.rules, at) ? 'opened' : 'withheld';
    case 'readers':
      return capacities.includes('reader') ? 'opened' : 'withheld';
  }
}

/** What is wrong with a rule, in sentences; `caseNames` are those of the phase. */
export function revealFaults(
  { reveal, closesAt }: Pick<PhaseRules, 'reveal' | 'closesAt'>,
  caseNames: readonly string[],
): string[] {
  const faults: string[] = [];
  if (closesAt !== undefined && Number.isNaN(Date.parse(closesAt))) {
    faults.push(`closing time is "${closesAt}"; expected a moment like 2027-03-31T23:59:59Z`);
  }
  if (reveal?.kind === 'after-close' && closesAt === undefined) {
    faults.push('references are revealed after the phase closes, but it has no closing time');
  }
  if (reveal?.kind === 'showcase') {
    const unknown = reveal.cases.filter((name) => !caseNames.includes(name));
    if (reveal.cases.length === 0) faults.push('no showcase case is named; expected at least one');
    if (unknown.length > 0) faults.push(`showcase cases ${unknown.join(', ')} are not among the cases of the phase`);
  }
  return faults;
}

/**
 * Of how many patients cases stay closed beside a showcase; null where there is none, none stays closed, or the label of the
 * phase hides no figures. Exact means over all cases are released: whoever sees the figures of the showcase takes them out of
 * the means, and what remains is about these patients.
 */
export function patientsBesideShowcase(
  { label, rules: { reveal } }: { readonly label: SecrecyLabel; readonly rules: Pick<PhaseRules, 'reveal'> },
  cases: readonly { readonly name: string; readonly patient: string }[],
): number | null {
  if (label !== 'SEALED' || reveal?.kind !== 'showcase') return null;
  const closed = cases.filter(({ name }) => !reveal.cases.includes(name));
  return closed.length === 0 ? null : new Set(closed.map(({ patient }) => patient)).size;
}
