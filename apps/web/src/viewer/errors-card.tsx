import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { ErrorKind, ErrorList } from './error-list.js';
import type { ErrorOrder } from './error-rows.js';
import { Icon } from './icons.js';
import { ERROR_LEGEND } from './overlay-style.js';
import { PLANE_NAMES, PLANES } from './planes.js';
import type { PlaneName } from './planes.js';
import { millilitres } from './segments.js';
import type { ErrorCounts } from './segments.js';
import { Swatch } from './swatch.js';
import type { ErrorListState } from './use-error-list.js';

/** A region that is scored as one, by name. */
export interface ScoredRegionName {
  readonly name: string;
  /** Its labels in words, where they are more than the name says. */
  readonly of: string;
}

export interface ErrorsCardProps {
  /** Null while the comparison is under way. */
  readonly counts: ErrorCounts | null;
  /** Null while the errors are being listed. */
  readonly list: ErrorList | null;
  readonly state: ErrorListState;
  readonly voxelVolumeMm3: number;
  readonly regions: readonly ScoredRegionName[];
  readonly region: string | null;
  readonly onRegion: (region: string | null) => void;
  readonly onChoose: (n: number) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onWorst: (plane: PlaneName) => void;
}

const KIND_WORDS: Readonly<Record<ErrorKind, string>> = {
  falsePositive: 'Predicted only',
  falseNegative: 'Missed',
  wrongLabel: 'Wrong structure',
};

/** Where prediction and reference differ: how much, and error by error. */
export function ErrorsCard(props: ErrorsCardProps): ReactNode {
  const { counts, list, state, regions, voxelVolumeMm3 } = props;
  return (
    <section className="vmv-card" aria-labelledby="vmv-errors">
      <h2 id="vmv-errors">Errors of what is shown</h2>
      {regions.length > 0 && (
        <label className="vmv-field-line">
          <span>Compare</span>
          <select
            className="vmv-field"
            value={props.region ?? ''}
            onChange={(event) => props.onRegion(event.target.value === '' ? null : event.target.value)}
          >
            <option value="">structure by structure</option>
            {regions.map(({ name, of }) => (
              <option key={name} value={name}>
                {of === name ? `region ${name}` : `region ${name} (${of})`}
              </option>
            ))}
          </select>
        </label>
      )}
      {!counts && <p className="vmv-note">Comparing with the reference …</p>}
      {counts && (
        <dl className="vmv-legend">
          {ERROR_LEGEND.map(({ key, short, name, color }) => (
            <div key={key}>
              <dt>
                <Swatch color={color} />
                {name} <span className="vmv-faint">{short}</span>
              </dt>
              <dd className="vmv-number">{millilitres(counts[key], voxelVolumeMm3)}</dd>
            </div>
          ))}
        </dl>
      )}
      {counts && !list && <p className="vmv-note">Listing the errors …</p>}
      {list && list.regionCount === 0 && <p className="vmv-note">No difference at all.</p>}
      {list && list.regionCount > 0 && (
        <>
          <WorstSlices list={list} onWorst={props.onWorst} />
          <Steps count={list.regionCount} state={state} onStep={props.onStep} />
          <Controls state={state} />
          <Rows state={state} onChoose={props.onChoose} />
          {list.regionCount > list.regions.length && (
            <p className="vmv-note">
              The {list.regions.length} largest of {list.regionCount.toLocaleString('en-GB')} are listed.
            </p>
          )}
        </>
      )}
      {list && state.pieces.length > 0 && (
        <details className="vmv-details">
          <summary>Connected pieces</summary>
          <ul className="vmv-list">
            {state.pieces.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function WorstSlices({
  list,
  onWorst,
}: {
  readonly list: ErrorList;
  readonly onWorst: (plane: PlaneName) => void;
}): ReactNode {
  return (
    <div className="vmv-steps" role="group" aria-label="Worst slice">
      <span className="vmv-faint">Worst slice</span>
      {PLANE_NAMES.map((plane) => (
        <button
          key={plane}
          type="button"
          className="vmv-link"
          title={`The slice with most wrong voxels: ${((list.worst[plane]?.areaMm2 ?? 0) / 100).toFixed(1)} cm² (v)`}
          onClick={() => onWorst(plane)}
        >
          {PLANES[plane].title}
        </button>
      ))}
    </div>
  );
}

function Steps({
  count,
  state,
  onStep,
}: {
  readonly count: number;
  readonly state: ErrorListState;
  readonly onStep: (by: 1 | -1) => void;
}): ReactNode {
  const { rows, current } = state;
  const at = rows.findIndex(({ n }) => n === current);
  return (
    <div className="vmv-steps">
      <button
        type="button"
        className="vmv-button vmv-plain"
        title="Previous error (b)"
        disabled={at <= 0}
        onClick={() => onStep(-1)}
      >
        <Icon name="previous" />
        Previous
      </button>
      <button
        type="button"
        className="vmv-button vmv-plain"
        title="Next error (n)"
        disabled={rows.length === 0 || at === rows.length - 1}
        onClick={() => onStep(1)}
      >
        {at < 0 ? (state.order === 'size' ? 'Largest error' : 'Farthest error') : 'Next'}
        <Icon name="next" />
      </button>
      <p className="vmv-note" role="status">
        {at < 0
          ? `${count.toLocaleString('en-GB')} connected ${count === 1 ? 'error' : 'errors'}`
          : `${at + 1} of ${rows.length}: ${rows[at].sentence}`}
      </p>
    </div>
  );
}

function Controls({ state }: { readonly state: ErrorListState }): ReactNode {
  return (
    <div className="vmv-steps">
      <select
        className="vmv-field"
        aria-label="Order of the errors"
        value={state.order}
        onChange={(event) => state.setOrder(event.target.value as ErrorOrder)}
      >
        <option value="size">largest first</option>
        <option value="distance">farthest first</option>
      </select>
      {(['falsePositive', 'falseNegative', 'wrongLabel'] as const).map((kind) => {
        const legend = ERROR_LEGEND.find(({ key }) => key === kind);
        return (
          <button
            key={kind}
            type="button"
            className="vmv-button vmv-chip"
            aria-pressed={state.kinds.includes(kind)}
            title={KIND_WORDS[kind]}
            onClick={() => state.toggleKind(kind)}
          >
            {legend && <Swatch color={legend.color} hollow={!state.kinds.includes(kind)} />}
            {kind === 'wrongLabel' ? 'WL' : legend?.short}
            <span className="vmv-unseen">, list errors: {KIND_WORDS[kind]}</span>
          </button>
        );
      })}
    </div>
  );
}

function Rows({
  state,
  onChoose,
}: {
  readonly state: ErrorListState;
  readonly onChoose: (n: number) => void;
}): ReactNode {
  const { current } = state;
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <ol className="vmv-errors" aria-label="Errors" tabIndex={0}>
      {state.rows.map((row) => (
        <li key={row.n}>
          <button
            type="button"
            ref={row.n === current ? chosen : undefined}
            className="vmv-error"
            aria-current={row.n === current || undefined}
            title={row.sentence}
            onClick={() => onChoose(row.n)}
          >
            <Swatch color={ERROR_LEGEND.find(({ key }) => key === row.kind)?.color ?? '#fff'} hollow={!row.whole} />
            <span className="vmv-error-what">{row.what}</span>
            <span className="vmv-number">{row.ml}</span>
            <span className="vmv-number vmv-faint">{row.mm}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
