import { hasClosed, revealOf, revealRule, type Capacity } from '#domain';
import type { Phase } from '../records.js';
import type { MakingFinding } from './making-records.js';

type JudgedPhase = Pick<Phase, 'kind' | 'label' | 'rules'>;

/** A case with an image of the very bytes of one in a SEALED phase of another, published benchmark. */
export interface SharedImage {
  readonly phaseId: string;
  readonly caseName: string;
  readonly elsewhere: { readonly benchmark: string; readonly phase: JudgedPhase; readonly caseName: string };
}

/**
 * What depends on the moment of publishing: cases that would be shown although another benchmark holds them out, and phases
 * that have closed before anybody could submit.
 *
 * @param shared of this benchmark
 * @param at the present time
 */
export function publishingFindings(
  phases: readonly (JudgedPhase & Pick<Phase, 'id'>)[],
  shared: readonly SharedImage[],
  at: Date,
): MakingFinding[] {
  const findings: MakingFinding[] = [];
  for (const phase of phases) {
    const where = `phases.${phase.kind}`;
    const held = shared.filter(
      ({ phaseId, caseName, elsewhere }) =>
        phaseId === phase.id && shows(phase, caseName) && !isOpen(elsewhere.phase, elsewhere.caseName, at),
    );
    if (held.length > 0) {
      const names = [...new Set(held.map(({ caseName }) => caseName))];
      const others = [...new Set(held.map(({ elsewhere }) => elsewhere.benchmark))];
      findings.push({
        severity: 'error',
        code: 'held-out-elsewhere',
        where,
        message: `${names.length} case(s) that people would see are held out by ${listed(others.map((slug) => `"${slug}"`))}: ${listed(names)}; hold them out here, too, or leave them out of both phases`,
      });
    }
    if (hasClosed(phase.rules, at))
      findings.push({
        severity: 'error',
        code: 'close-passed',
        where,
        message: `closes at ${phase.rules.closesAt}, which is past; expected a moment to come, or none`,
      });
  }
  return findings;
}

/** References that are for readers, of whom there are none: they can be appointed at any time. */
export function readerFindings(
  phases: readonly Pick<Phase, 'kind' | 'rules'>[],
  members: readonly { readonly capacities: readonly Capacity[] }[],
): MakingFinding[] {
  if (members.some(({ capacities }) => capacities.includes('reader'))) return [];
  return phases
    .filter(({ kind, rules }) => revealRule(rules, kind).kind === 'readers')
    .map(({ kind }) => ({
      severity: 'note',
      code: 'reader-missing',
      where: `phases.${kind}`,
      message: 'its references are for readers of the benchmark, and nobody is one yet; appoint them before or after publication',
    }));
}

/** Whether somebody whom the organiser did not appoint will see the image of the case, now or one day. */
function shows({ kind, label, rules }: JudgedPhase, caseName: string): boolean {
  if (label !== 'SEALED') return true;
  const rule = revealRule(rules, kind);
  return rule.kind === 'after-close' || (rule.kind === 'showcase' && rule.cases.includes(caseName));
}

/** Whether the phase itself shows the case to whoever signs in. */
const isOpen = (phase: JudgedPhase, caseName: string, at: Date): boolean =>
  phase.label !== 'SEALED' || revealOf(phase, caseName, [], at) === 'opened';

function listed(names: readonly string[]): string {
  return `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
}
