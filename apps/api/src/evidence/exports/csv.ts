import { boundsIn, type ExportSource } from './export-source.js';

type Cell = string | number | null;

/** RFC 4180; a number in its shortest exact form, nothing for null. */
export function csv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const line = (cells: readonly Cell[]) => cells.map(cellOf).join(',');
  return [line(header), ...Array.from(rows, line), ''].join('\n');
}

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  // a spreadsheet takes a cell that begins like this for a formula
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One row for each algorithm version, structure and metric. */
export function meansCsv({ entries, evidence, means }: ExportSource): string {
  const boundsOf = boundsIn(means);
  const standing = new Map(evidence.standings.map((one) => [one.algorithm, one]));
  return csv(
    [
      'algorithm',
      'version',
      'run',
      'rank',
      'rank_low',
      'rank_high',
      'tier',
      'region',
      'metric',
      'mean',
      'low',
      'high',
      'n',
      'failed',
      'empty',
    ],
    entries.flatMap(({ runId, algorithm, version, aggregates, cases }) => {
      const held = standing.get(runId);
      const [low, high] = held?.interval ?? [null, null];
      return aggregates.map(({ region, metric, mean, n }): Cell[] => [
        algorithm.slug,
        version,
        runId,
        held?.rank ?? null,
        low,
        high,
        held?.tier ?? null,
        region,
        metric,
        mean,
        ...(boundsOf(runId, metric, region) ?? [null, null]),
        n,
        cases.failed,
        cases.empty?.[region] ?? null,
      ]);
    }),
  );
}

/** One row for each value; empty where there is none, with the penalty that stands in. Patients by number only. */
export function casesCsv({
  entries,
  tables,
}: ExportSource & { readonly tables: NonNullable<ExportSource['tables']> }): string {
  const { study, cases, statuses } = tables;
  const patients = [...new Set(study.patients)].sort();
  const ranked = entries.filter(({ runId }) => study.algorithms.includes(runId));
  return csv(
    ['algorithm', 'version', 'run', 'case', 'case_id', 'patient', 'region', 'metric', 'value', 'penalty', 'status'],
    ranked.flatMap(({ runId, algorithm, version }) => {
      const a = study.algorithms.indexOf(runId);
      return study.tables.flatMap(({ region, metric, values, penalties }) =>
        cases.map(({ id, name }, c): Cell[] => {
          const at = a * cases.length + c;
          const missing = Number.isNaN(values[at]);
          return [
            algorithm.slug,
            version,
            runId,
            name,
            id,
            patients.indexOf(study.patients[c]),
            region,
            metric,
            missing ? null : values[at],
            missing ? penalties[c] : null,
            statuses.get(region)?.[at] ?? null,
          ];
        }),
      );
    }),
  );
}

/** One row for each algorithm version and level of an attribute; what is withheld says so. */
export function slicesCsv({ entries, evidence }: ExportSource): string {
  const about = new Map(entries.map((entry) => [entry.runId, entry]));
  return csv(
    [
      'algorithm',
      'version',
      'run',
      'attribute',
      'level',
      'metric',
      'region',
      'n',
      'mean',
      'low',
      'high',
      'median',
      'q1',
      'q3',
      'failure_rate',
      'rank',
      'withheld',
    ],
    evidence.slices.flatMap(({ key, algorithms, rankings }) =>
      algorithms.flatMap(({ algorithm: runId, levels }) => {
        const entry = about.get(runId);
        return levels.map(({ level, figures }): Cell[] => {
          const rank = rankings
            .find(({ group }) => group === level)
            ?.places?.find((place) => place.algorithm === runId)?.rank;
          return [
            entry?.algorithm.slug ?? null,
            entry?.version ?? null,
            runId,
            key,
            level,
            evidence.metric,
            evidence.region,
            figures?.n ?? null,
            figures?.mean ?? null,
            figures?.low ?? null,
            figures?.high ?? null,
            figures?.median ?? null,
            figures?.quartiles?.[0] ?? null,
            figures?.quartiles?.[1] ?? null,
            figures?.failureRate ?? null,
            rank ?? null,
            figures === null ? 'yes' : 'no',
          ];
        });
      }),
    ),
  );
}
