import type { Actor, Resource } from '#domain';
import type { Benchmark, EvaluationCase, EvaluationRecords, StoredObject } from '#evaluation';
import type { Sight } from '../benchmarks/sight.js';
import { may } from '../http/permit.js';

/** Practice cases whose images and consensus this person may load. What is sealed is never among them, whoever asks. */
export async function openCases(
  records: Pick<EvaluationRecords, 'cases'>,
  sight: Pick<Sight, 'ofCase'>,
  actor: Actor,
  { phases }: Benchmark,
  resource: Resource,
): Promise<readonly EvaluationCase[]> {
  const open: EvaluationCase[] = [];
  for (const phase of phases.filter(({ kind }) => kind === 'practice')) {
    for (const one of await records.cases(phase.id)) {
      const here = sight.ofCase(resource, phase, one);
      const shown = ({ label }: StoredObject, kind: 'image' | 'reference'): boolean =>
        label !== 'SEALED' && may(actor, 'object.view', { ...here, label, kind });
      const reference = one.references.find(({ consensus }) => consensus)?.object;
      const whole = one.images.every((image) => shown(image, 'image')) && reference && shown(reference, 'reference');
      if (one.label !== 'SEALED' && whole) open.push(one);
    }
  }
  return open;
}

/** The reference that algorithms are scored against. */
export function consensusOf({ id, references }: EvaluationCase): StoredObject {
  const found = references.find(({ consensus }) => consensus);
  if (found === undefined) throw new Error(`case ${id} has no consensus`);
  return found.object;
}
