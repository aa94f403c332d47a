import { useMemo, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView, BoardValuesView, ComparisonView } from '#contracts';
import { queries } from '../api/queries.js';
import { Figure } from '../evidence/figure.js';
import { pText } from '../evidence/plots/frame.js';
import { count, formatFigure, formatQuantity } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import { Notice } from '../ui/notice.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import { blandAltmanPlot, differencePlot } from './plots.js';
import { volumePairs } from './volumes.js';

interface PairProps {
  readonly benchmark: Pick<BenchmarkView, 'slug'>;
  readonly which: Parameters<typeof queries.comparison>[1];
  readonly metric: MetricInfo;
  /** Null where the figures of single cases are not shown, or not there yet. */
  readonly values: BoardValuesView | null;
  /** Volume of a voxel by case; empty where cases are not shown. */
  readonly voxelMl: ReadonlyMap<string, number>;
  readonly labels: ReadonlyMap<string, string>;
}

/** Two algorithms on the same cases. */
export function PairSection({ benchmark, which, metric, values, voxelMl, labels }: PairProps): ReactNode {
  const query = useQuery(queries.comparison(benchmark.slug, which));
  const { first, second } = which;
  const names = useMemo(
    () => [labels.get(first) ?? 'first', labels.get(second) ?? 'second'] as const,
    [labels, first, second],
  );
  return (
    <section className="pair" aria-label={`${names[0]} and ${names[1]}`}>
      <h2>
        {names[0]} <span className="quiet">and</span> {names[1]}
      </h2>
      <QueryView query={query} skeleton={<SkeletonBlocks count={2} height={160} label="Comparing" />}>
        {(comparison) => (
          <PairBody comparison={comparison} names={names} metric={metric} values={values} voxelMl={voxelMl} />
        )}
      </QueryView>
    </section>
  );
}

/** Who is better, in one sentence. */
export function verdictWords(
  { firstBetter, secondBetter }: Pick<ComparisonView, 'firstBetter' | 'secondBetter'>,
  names: readonly [string, string],
): string {
  if (firstBetter) return `${names[0]} is significantly better.`;
  if (secondBetter) return `${names[1]} is significantly better.`;
  return 'The data cannot tell the two apart.';
}

function PairBody({
  comparison,
  names,
  metric,
  values,
  voxelMl,
}: Pick<PairProps, 'metric' | 'values' | 'voxelMl'> & {
  readonly comparison: ComparisonView;
  readonly names: readonly [string, string];
}): ReactNode {
  const { mean, detail, n, region, first, second, ranked } = comparison;
  const figure = (value: number): string => formatQuantity(value, metric.unit);
  const difference = useMemo(
    () => (detail === null ? null : differencePlot(comparison, detail, names, metric)),
    [comparison, detail, names, metric],
  );
  const volumes = useMemo(() => {
    if (values === null) return [];
    const regions = region === 'all' ? [...new Set(values.tables.map((table) => table.region))] : [region];
    return regions.flatMap((one) => {
      const found = volumePairs(values, voxelMl, one, first.runId, second.runId);
      return (found && blandAltmanPlot(found, names, second.runId)) ?? [];
    });
  }, [values, voxelMl, region, first.runId, second.runId, names]);
  return (
    <>
      <ul className="verdicts">
        <li className="card">
          <p className="verdict-title">Mean difference in {metric.abbreviation}</p>
          <p className="verdict-figure">{figure(mean.estimate)}</p>
          <p className="verdict-sentence">
            {mean.low === null || mean.high === null ? (
              <>Too few held-out cases to show an interval; </>
            ) : (
              <>
                95 % interval {figure(mean.low)} to {figure(mean.high)},{' '}
              </>
            )}
            over {count(n, 'case')}; {names[0]} minus {names[1]}
            {ranked && <>, {metric.direction} is better</>}
          </p>
        </li>
        <li className="card">
          <p className="verdict-title">Who is better</p>
          <p className="verdict-figure">
            {!ranked ? 'Not asked' : comparison.firstBetter ? names[0] : comparison.secondBetter ? names[1] : 'Open'}
          </p>
          <p className="verdict-sentence">
            {ranked ? (
              <>
                {verdictWords(comparison, names)} Signed-rank test, one value a patient
                {detail?.pFirstBetter != null && detail.pSecondBetter != null && (
                  <> (p {pText(Math.min(detail.pFirstBetter, detail.pSecondBetter))})</>
                )}
                , corrected for asking both ways round (Holm), for this pair alone.
              </>
            ) : (
              <>
                {metric.name} is reported, and nothing is ranked by it: neither less nor more of it is better by itself.
              </>
            )}
          </p>
        </li>
        {detail !== null && ranked && (
          <li className="card">
            <p className="verdict-title">Case by case</p>
            <p className="verdict-figure">
              {detail.wins} : {detail.losses}
            </p>
            <p className="verdict-sentence">
              better in {count(detail.wins, 'case')}, worse in {detail.losses}
              {detail.ties > 0 && <>, alike in {detail.ties}</>}; median difference {figure(detail.median.estimate)}
            </p>
          </li>
        )}
      </ul>
      {detail === null ? (
        <Notice icon="lock" title="Differences of single held-out cases are not shown">
          <p>The mean difference, its interval and the decision were worked out by the server from all cases.</p>
        </Notice>
      ) : (
        <>
          {difference !== null && <Figure content={difference} wide />}
          {volumes.length > 0 && (
            <div className="figure-grid">
              {volumes.map((content) => (
                <Figure key={content.name} content={content} />
              ))}
            </div>
          )}
          <CaseTable comparison={comparison} cases={detail.cases} names={names} metric={metric} />
        </>
      )}
    </>
  );
}

/** Cases on which the two disagree most come first; each leads to both pictures. */
function CaseTable({
  comparison: { first, second, ranked },
  cases,
  names,
  metric,
}: {
  readonly comparison: ComparisonView;
  readonly cases: NonNullable<ComparisonView['detail']>['cases'];
  readonly names: readonly [string, string];
  readonly metric: MetricInfo;
}): ReactNode {
  const title = `Cases by disagreement: ${names[0]} and ${names[1]}`;
  const figure = (value: number): string => formatFigure(value, metric.unit);
  return (
    <>
      <h3>Where they disagree most</h3>
      <div className="table-scroll" role="region" aria-label={title} tabIndex={0}>
        <table className="plain">
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col" className="numeric">
                {names[0]}
              </th>
              <th scope="col" className="numeric">
                {names[1]}
              </th>
              <th scope="col" className="numeric">
                Difference
              </th>
              {ranked && <th scope="col">Better</th>}
            </tr>
          </thead>
          <tbody>
            {cases.map(({ caseId, name, difference, better, ...value }) => (
              <tr key={caseId}>
                <th scope="row">{name}</th>
                {(
                  [
                    [value.first, first.runId, names[0]],
                    [value.second, second.runId, names[1]],
                  ] as const
                ).map(([shown, runId, who]) => (
                  <td key={runId} className="numeric">
                    <Link
                      to="/cases/$id"
                      params={{ id: caseId }}
                      search={{ run: runId }}
                      aria-label={`${who}, ${name}: ${figure(shown)}. Open in the viewer`}
                    >
                      {figure(shown)}
                    </Link>
                  </td>
                ))}
                <td className="numeric">{figure(difference)}</td>
                {ranked && (
                  <td className={better === 'neither' ? 'quiet' : `better-${better}`}>
                    {better === 'first' ? `● ${names[0]}` : better === 'second' ? `■ ${names[1]}` : 'alike'}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
