import { useMemo, type ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { BoardValuesView, EvidenceView } from '#contracts';
import { count } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { Notice } from '../ui/notice.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import type { Evidence, FirstLook, RankEvidence } from './evidence-of-values.js';
import { Figure } from './figure.js';
import { rankBlobs } from './plots/blobs.js';
import { dotAndBox } from './plots/dot-and-box.js';
import { podium } from './plots/podium.js';
import { rankHeat } from './plots/rank-heat.js';
import { schemeLines, siteLines } from './plots/rank-lines.js';
import { significanceMap } from './plots/significance.js';
import { tauSpread } from './plots/tau-spread.js';
import { runLabels } from './run-labels.js';
import { SliceFigure } from './slice-figure.js';
import { casePoints } from './values-study.js';
import { verdicts } from './verdict.js';

interface BoardFigures {
  readonly board: Pick<EvidenceView, 'runs' | 'total' | 'casesVisible' | 'phase' | 'state'>;
  /** Known at once. */
  readonly look: FirstLook;
  /** Null while the cases are drawn again. */
  readonly drawn: RankEvidence | null;
  /** How cases are grouped: does not wait for draws where only the rule has changed. Null while it is not known. */
  readonly slices: Evidence['slices'] | null;
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly ceiling: EvidenceView['ceiling'];
  readonly values: UseQueryResult<BoardValuesView>;
  readonly metric: MetricInfo;
  /** Region of the figures, or `all`. */
  readonly region: string;
  readonly slice: string | undefined;
  readonly onSlice: (slice: string) => void;
}

/** All figures of a board in one state under one rule. */
export function EvidenceFigures(props: BoardFigures): ReactNode {
  const { board, look, drawn, slices, progress, values, metric, slice, onSlice } = props;
  const { runs, total, casesVisible } = board;
  const labels = useMemo(() => runLabels(runs), [runs]);
  const figures = useMemo(
    () => ({
      significance: significanceMap(look, labels),
      schemes: schemeLines(look, labels),
      sites: siteLines(look, labels),
    }),
    [look, labels],
  );
  const redrawn = useMemo(
    () => (drawn === null ? null : { blobs: rankBlobs(drawn, labels), tau: tauSpread(drawn) }),
    [drawn, labels],
  );
  const percent = progress === null ? 0 : Math.round((100 * progress.done) / progress.of);
  return (
    <>
      <ul className="verdicts">
        {verdicts(look, drawn, labels).map(({ title, figure, sentence }) => (
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
      {!casesVisible && (
        <Notice icon="lock" title="Figures of single held-out cases are not shown">
          <p>
            Who sees the score of one held-out case can find out what is in it by trying. So there are no dots, no
            places within cases and no p-values here: only ranks, intervals, decisions and means, worked out by the
            server from all {count(look.cases, 'case')}. Groups of cases are shown where nothing about fewer than 10
            patients can be worked out from them. The practice phase shows everything.
          </p>
          {look.withheld === 'few-patients' && (
            <p>
              This phase has fewer than 10 held-out patients: how firmly the ranks stand would tell about single cases,
              so only the ranks and means themselves are shown.
            </p>
          )}
        </Notice>
      )}
      <div className="figure-grid" aria-busy={drawn === null}>
        {redrawn === null ? (
          <Pending title="How firmly each place stands" percent={percent} rows={runs.length} />
        ) : (
          redrawn.blobs && <Figure content={redrawn.blobs} />
        )}
        {figures.significance && <Figure content={figures.significance} />}
        {casesVisible && (
          <QueryView
            query={values}
            skeleton={<SkeletonBlocks count={1} height={380} label="Loading the values of every case" />}
          >
            {(loaded) => <CaseFigures {...props} loaded={loaded} labels={labels} />}
          </QueryView>
        )}
        <Figure content={figures.schemes} />
        {figures.sites !== null && <Figure content={figures.sites} />}
        {redrawn === null ? (
          <Pending title="How alike repeated rankings would be" percent={percent} rows={3} />
        ) : (
          redrawn.tau && <Figure content={redrawn.tau} />
        )}
        {slices !== null && (
          <SliceFigure
            slices={slices}
            standings={look.standings}
            labels={labels}
            metric={metric}
            slice={slice}
            onSlice={onSlice}
          />
        )}
      </div>
      {drawn !== null && (
        <p className="fine evidence-foot">
          {PHASE_WORDS[board.phase].long}, state {board.state.sequence} of the board{' '}
          <code title={board.state.hash}>{board.state.hash.slice(0, 12)}</code> · rule{' '}
          <code className="wrap">{drawn.rule}</code> · {count(drawn.cases, 'case')} of{' '}
          {count(drawn.patients, 'patient')} · {drawn.draws.toLocaleString('en-GB')} draws for ranks, patients
          resampled, seed {drawn.seed} · whoever asks again gets the same figures
        </p>
      )}
    </>
  );
}

/** Where a figure will stand that waits for draws. */
function Pending({
  title,
  percent,
  rows,
}: {
  readonly title: string;
  readonly percent: number;
  readonly rows: number;
}): ReactNode {
  return (
    <div className="figure card figure-pending">
      <h2>{title}</h2>
      <p role="status">Drawing the cases again: {percent} %</p>
      <progress aria-label={title} max={100} value={percent} />
      <div className="pending-room" style={{ height: rows * 36 + 52 }} />
    </div>
  );
}

function CaseFigures({
  loaded,
  look,
  labels,
  metric,
  region,
  ceiling,
}: BoardFigures & {
  readonly loaded: BoardValuesView;
  readonly labels: ReadonlyMap<string, string>;
}): ReactNode {
  const content = useMemo(() => {
    const points = casePoints(loaded, metric.id, region);
    return {
      dots: dotAndBox(points, look, labels, metric, ceiling),
      podium: podium(points, look, labels, metric),
      heat: rankHeat(points, look, labels, metric),
    };
  }, [loaded, look, labels, metric, region, ceiling]);
  return (
    <>
      <Figure content={content.dots} wide />
      <Figure content={content.podium} wide />
      <Figure content={content.heat} />
    </>
  );
}
