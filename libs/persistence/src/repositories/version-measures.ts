import {
  highestLabel,
  ISOLATION_LEVELS,
  type FailureCode,
  type IsolationLevel,
  type PhaseKind,
  type SecrecyLabel,
} from '#domain';
import type { EvaluationRecords, Spread, VersionMeasure } from '#evaluation';
import type { Database } from '../database.js';
import { reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';

interface Row {
  readonly benchmarkId: string;
  readonly slug: string;
  readonly title: string;
  readonly published: boolean;
  readonly runId: string;
  readonly submitterId: string;
  readonly phase: PhaseKind;
  readonly phaseLabel: SecrecyLabel;
  readonly labels: readonly SecrecyLabel[];
  readonly total: number;
  readonly scored: number;
  readonly failed: number;
  readonly elapsed: readonly [number, number] | null;
  readonly cpu: readonly [number, number] | null;
  readonly rss: readonly [number, number] | null;
  readonly isolations: readonly IsolationLevel[] | null;
  readonly runtimes: readonly string[] | null;
  readonly failures: readonly { readonly code: FailureCode; readonly count: number }[];
}

const SCORED = "c.state = 'scored'";

/** Over the cases that have a prediction: one that was ended at its limit says nothing of what a case takes. */
const spread = (column: string): string =>
  `case when count(c.${column}) filter (where ${SCORED}) = 0 then null
        else json_build_array(percentile_cont(0.5) within group (order by c.${column}) filter (where ${SCORED}),
                              max(c.${column}) filter (where ${SCORED})) end`;

/** How a version did, phase by phase; whose eyes each figure is for, the label says. */
export function versionMeasures(database: Database): Pick<EvaluationRecords, 'measuresOf'> {
  return {
    measuresOf: (versionId) =>
      reading(database, async (manager): Promise<readonly VersionMeasure[]> => {
        if (!isUuid(versionId)) return [];
        const found = await rows<Row>(
          manager,
          `select b.id as "benchmarkId", b.slug, b.title, b.published, r.id as "runId", s.submitter_id as "submitterId", p.kind as phase,
                  p.label as "phaseLabel", json_agg(distinct e.label) as labels,
                  r.case_total as total, r.case_scored as scored, r.case_failed as failed,
                  ${spread('elapsed_ms')} as elapsed, ${spread('cpu_ms')} as cpu, ${spread('peak_rss_bytes')} as rss,
                  json_agg(distinct c.isolation) filter (where c.isolation is not null) as isolations,
                  json_agg(distinct c.runtime) filter (where c.runtime is not null) as runtimes,
                  (select coalesce(json_agg(json_build_object('code', f.failure_code, 'count', f.n) order by f.n desc, f.failure_code), '[]')
                     from (select failure_code, count(*)::int as n from case_result where run_id = r.id and state = 'failed'
                            group by failure_code) f) as failures
             from submission s
             join benchmark b on b.id = s.benchmark_id
             join evaluation_run r on r.submission_id = s.id
             join phase p on p.id = r.phase_id
             join case_result c on c.run_id = r.id
             join evaluation_case e on e.id = c.case_id
            where s.algorithm_version_id = $1
            group by b.id, s.id, r.id, p.id
            order by b.slug, p.ordinal`,
          [versionId],
        );
        return found.map(toMeasure);
      }),
  };
}

function toMeasure(row: Row): VersionMeasure {
  const { benchmarkId: id, slug, title, published, runId, submitterId, phase, total, scored, failed, failures } = row;
  return {
    benchmark: { id, slug, title },
    runId,
    submitterId,
    phase,
    published,
    label: highestLabel(row.phaseLabel, ...row.labels),
    cases: { total, scored, failed },
    elapsedMs: toSpread(row.elapsed),
    cpuMs: toSpread(row.cpu),
    peakRssBytes: toSpread(row.rss),
    isolation: ISOLATION_LEVELS.find((level) => row.isolations?.includes(level)) ?? null,
    runtimes: [...(row.runtimes ?? [])].sort(),
    failures,
  };
}

function toSpread(pair: readonly [number, number] | null): Spread | null {
  return pair && { median: pair[0], max: pair[1] };
}
