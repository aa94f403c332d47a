import { In, type EntityManager } from 'typeorm';
import type { PhaseRules } from '#domain';
import type { MetricValue, RegionScore } from '#metrics';
import { MetricValueEntity } from '../entities/case-result.entity.js';

/**
 * One row for each region and metric of the phase.
 *
 * @throws RangeError when a region or metric of the phase is missing, a value is not finite, or something is scored that the phase does not ask for
 */
export function scoreRows(
  { runId, caseId }: { readonly runId: string; readonly caseId: string },
  scores: readonly RegionScore[],
  regions: readonly string[],
  metrics: readonly string[],
): Omit<MetricValueEntity, 'caseResult'>[] {
  refuseOther(
    'regions',
    scores.map(({ region }) => region),
    regions,
  );
  return scores.flatMap(({ region, status, values }) => {
    refuseOther(`metrics of region "${region}"`, Object.keys(values), metrics);
    return metrics.map((metric) => {
      const value = values[metric];
      if (value.kind === 'value' && !Number.isFinite(value.value)) {
        throw new RangeError(`${metric} of region "${region}" is ${value.value}; expected a finite number or a reason`);
      }
      return {
        runId,
        caseId,
        region,
        metric,
        status,
        kind: value.kind,
        value: value.kind === 'value' ? value.value : null,
        why: value.kind === 'undefined' ? value.why : null,
      };
    });
  });
}

function refuseOther(what: string, got: readonly string[], expected: readonly string[]): void {
  const same = JSON.stringify([...got].sort()) === JSON.stringify([...expected].sort());
  if (!same)
    throw new RangeError(
      `a case result has the ${what} ${got.join(', ') || '(none)'}; expected ${expected.join(', ')}`,
    );
}

/** What to read: all cases of one run, or one case of several runs. All of one phase. */
export type Scored = { readonly runId: string } | { readonly runIds: readonly string[]; readonly caseId: string };

/** A way to look up the scores of a case in a run, regions and metrics in the order of the phase's rules; none while it is pending. */
export async function readScores(
  manager: EntityManager,
  of: Scored,
  rules: PhaseRules,
): Promise<(runId: string, caseId: string) => RegionScore[]> {
  const where = 'runIds' in of ? { runId: In(of.runIds), caseId: of.caseId } : { runId: of.runId };
  const found = new Map(
    (await manager.findBy(MetricValueEntity, where)).map((row) => [
      key(row.runId, row.caseId, row.region, row.metric),
      row,
    ]),
  );
  return (runId, caseId) => {
    const row = (region: string, metric: string): MetricValueEntity | undefined =>
      found.get(key(runId, caseId, region, metric));
    if (row(rules.regions[0].name, rules.metrics[0].id) === undefined) return [];
    return rules.regions.map(({ name: region }) => {
      const ofRegion = rules.metrics.map(({ id }) => row(region, id)!); // written together or not at all
      return {
        region,
        status: ofRegion[0].status,
        values: Object.fromEntries(ofRegion.map((value) => [value.metric, toValue(value)])),
      };
    });
  };
}

function key(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function toValue({ kind, value, why }: MetricValueEntity): MetricValue {
  if (kind === 'value') return { kind, value: value! };
  if (kind === 'unbounded') return { kind };
  return { kind, why: why as Extract<MetricValue, { kind: 'undefined' }>['why'] };
}
