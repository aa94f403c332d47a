import { useMemo, type ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { BoardValuesView, EvidenceView } from '#contracts';
import { count } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import { Notice } from '../ui/notice.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import { Figure } from './figure.js';
import { rankBlobs } from './plots/blobs.js';
import { dotAndBox } from './plots/dot-and-box.js';
import { rankHeat } from './plots/rank-heat.js';
import { schemeLines, siteLines } from './plots/rank-lines.js';
import { significanceMap } from './plots/significance.js';
import { tauSpread } from './plots/tau-spread.js';
import { runLabels } from './run-labels.js';
import { SliceFigure } from './slice-figure.js';
import { casePoints } from './values-study.js';
import { verdicts } from './verdict.js';

/** All figures of a board in one state under one rule. */
export function EvidenceFigures({
  view,
  values,
  metric,
  slice,
  onSlice,
}: {
  readonly view: EvidenceView;
  /** Null where the figures of single cases are not shown. */
  readonly values: UseQueryResult<BoardValuesView> | null;
  readonly metric: MetricInfo;
  readonly slice: string | undefined;
  readonly onSlice: (slice: string) => void;
}): ReactNode {
  const { evidence, runs, total } = view;
  const labels = useMemo(() => runLabels(runs), [runs]);
  const figures = useMemo(
    () => ({
      blobs: rankBlobs(evidence, labels),
      significance: significanceMap(evidence, labels),
      tau: tauSpread(evidence),
      schemes: schemeLines(evidence, labels),
      sites: siteLines(evidence, labels),
    }),
    [evidence, labels],
  );
  return (
    <>
      <ul className="verdicts">
        {verdicts(evidence, labels).map(({ title, figure, sentence }) => (
          <li key={title} className="card">
            <p className="verdict-title">{title}</p>
            <p className="verdict-figure">{figure}</p>
            <p className="verdict-sentence">{sentence}</p>
          </li>
        ))}
      </ul>
      {total > runs.length && (
        <p className="fine">
          The first {runs.length} of {total} rows of the board.
        </p>
      )}
      {values === null && (
        <Notice icon="lock" title="Figures of single held-out cases are not shown">
          <p>
            Who sees the score of one held-out case can find out what is in it by trying. So there are no dots, no
            places within cases and no p-values here: only ranks, intervals, decisions and means, worked out by the
            server from all {count(evidence.cases, 'case')}. The practice phase shows everything.
          </p>
        </Notice>
      )}
      <div className="figure-grid">
        <Figure content={figures.blobs} />
        <Figure content={figures.significance} />
        {values !== null && (
          <QueryView
            query={values}
            skeleton={<SkeletonBlocks count={1} height={380} label="Loading the values of every case" />}
          >
            {(loaded) => <CaseFigures values={loaded} view={view} metric={metric} labels={labels} />}
          </QueryView>
        )}
        <Figure content={figures.schemes} />
        {figures.sites !== null && <Figure content={figures.sites} />}
        <Figure content={figures.tau} />
        <SliceFigure view={view} labels={labels} metric={metric} slice={slice} onSlice={onSlice} />
      </div>
      <p className="fine evidence-foot">
        Rule <code className="wrap">{evidence.rule}</code> · {count(evidence.cases, 'case')} of{' '}
        {count(evidence.patients, 'patient')} · {evidence.draws.toLocaleString('en-GB')} draws, patients resampled, seed{' '}
        {evidence.seed} · whoever asks again gets the same figures
      </p>
    </>
  );
}

function CaseFigures({
  values,
  view,
  metric,
  labels,
}: {
  readonly values: BoardValuesView;
  readonly view: EvidenceView;
  readonly metric: MetricInfo;
  readonly labels: ReadonlyMap<string, string>;
}): ReactNode {
  const { evidence, ceiling } = view;
  const content = useMemo(() => {
    const points = casePoints(values, evidence.metric, evidence.region);
    return {
      dots: dotAndBox(points, evidence, labels, metric, ceiling),
      heat: rankHeat(points, evidence, labels, metric),
    };
  }, [values, evidence, labels, metric, ceiling]);
  return (
    <>
      <Figure content={content.dots} wide />
      <Figure content={content.heat} />
    </>
  );
}
