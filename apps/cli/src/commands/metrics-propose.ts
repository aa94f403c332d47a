import { metricDefinition, PROBLEM_FACTS, PROBLEM_KINDS, proposeMetrics, type ProblemFact } from '#metrics';
import { text, type Command } from '../command.js';
import { EXIT, usageError } from '../exit.js';

/** For an organiser: which metrics suit a problem, and why. A start, not a verdict. */
export const metricsPropose: Command = {
  name: ['metrics', 'propose'],
  summary: 'metrics that suit a kind of problem, each with its reason',
  usage: `${PROBLEM_KINDS.join('|')} [--fact ${PROBLEM_FACTS.join('|')}]… [--tolerance-mm MM] [--min-lesion-mm3 MM3]`,
  options: {
    fact: { type: 'string', multiple: true, help: `one of ${PROBLEM_FACTS.join(', ')}; may be repeated` },
    'tolerance-mm': { type: 'string', help: 'how far apart two readers draw the boundary; by default 2' },
    'min-lesion-mm3': { type: 'string', help: 'lesions below this volume do not count; by default all count' },
  },
  words: [1, 1],
  async run(invocation) {
    const [kind] = invocation.words;
    const facts = (invocation.options.fact ?? []) as readonly string[];
    if (!isOne(PROBLEM_KINDS, kind)) throw usageError(`"${kind}" is no kind of problem; expected one of ${PROBLEM_KINDS.join(', ')}`);
    const strange = facts.find((fact) => !isOne(PROBLEM_FACTS, fact));
    if (strange !== undefined) throw usageError(`--fact is "${strange}"; expected one of ${PROBLEM_FACTS.join(', ')}`);
    const proposals = proposeMetrics({
      kind,
      facts: facts.filter((fact): fact is ProblemFact => isOne(PROBLEM_FACTS, fact)),
      toleranceMm: positive('tolerance-mm', text(invocation, 'tolerance-mm')),
      minLesionMm3: positive('min-lesion-mm3', text(invocation, 'min-lesion-mm3')),
    }).map(({ id, why }) => ({ id, name: metricDefinition(id).name, why }));
    const width = Math.max(...proposals.map(({ id }) => id.length));
    invocation.terminal.out({ kind, facts, metrics: proposals }, proposals.map(({ id, why }) => `${id.padEnd(width)}  ${why}`).join('\n'));
    return EXIT.ok;
  },
};

function isOne<T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word);
}

function positive(name: string, value: string | null): number | undefined {
  if (value === null) return undefined;
  const number = Number(value);
  if (!(number > 0 && number < Infinity)) throw usageError(`--${name} is "${value}"; expected a positive number`);
  return number;
}
