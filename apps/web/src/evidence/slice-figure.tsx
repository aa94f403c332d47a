import { useMemo, type ReactNode } from 'react';
import { formatFigure } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import { MeanInterval } from '../leaderboard/rank-cell.js';
import type { Evidence, FirstLook } from './evidence-of-values.js';
import { Figure } from './figure.js';
import { pText } from './plots/frame.js';
import { sliceMeans } from './plots/slice-means.js';
import { attributeWords } from './run-labels.js';

type Slice = Evidence['slices'][number];

/** Which attribute a page opens with: the site, or the first that there is. */
function chosenSlice(slices: Evidence['slices'], key: string | undefined): Slice | undefined {
  return slices.find((slice) => slice.key === key) ?? slices.find((slice) => slice.key === 'site') ?? slices.at(0);
}

/** Means within the levels of one attribute, with gap figures. */
export function SliceFigure({
  slices: all,
  standings,
  labels,
  metric,
  slice,
  onSlice,
}: {
  readonly slices: Evidence['slices'];
  readonly standings: FirstLook['standings'];
  readonly labels: ReadonlyMap<string, string>;
  readonly metric: MetricInfo;
  readonly slice: string | undefined;
  readonly onSlice: (slice: string) => void;
}): ReactNode {
  const slices = useMemo(
    () => all.filter(({ algorithms }) => algorithms.some(({ levels }) => levels.length > 0)),
    [all],
  );
  const chosen = useMemo(() => chosenSlice(slices, slice), [slices, slice]);
  const content = useMemo(
    () => (chosen === undefined ? null : sliceMeans(chosen, { standings }, labels, metric)),
    [chosen, standings, labels, metric],
  );
  if (chosen === undefined || content === null) return null;
  return (
    <section className="slices-part">
      <h2>Does it work equally well for everybody?</h2>
      <p className="board-note">
        The same error of one millimetre costs a small structure more Dice than a large one, so a gap in Dice between
        groups can be a gap in size. Look at a surface metric, and at the quarters of volume, before calling it unfair.
      </p>
      <Figure content={content} wide>
        <label className="inline-select figure-choice">
          <span>Groups by</span>
          <select aria-label="Groups by" value={chosen.key} onChange={({ target }) => onSlice(target.value)}>
            {slices.map(({ key }) => (
              <option key={key} value={key}>
                {attributeWords(key)}
              </option>
            ))}
          </select>
        </label>
      </Figure>
      <GapTable slice={chosen} of={slices.length} standings={standings} labels={labels} metric={metric} />
    </section>
  );
}

function GapTable({
  slice,
  of,
  standings,
  labels,
  metric,
}: {
  readonly slice: Slice;
  /** Number of fields that one can look at. */
  readonly of: number;
  readonly standings: FirstLook['standings'];
  readonly labels: ReadonlyMap<string, string>;
  readonly metric: MetricInfo;
}): ReactNode {
  const rows = standings.flatMap(({ algorithm }) => {
    const gap = slice.algorithms.find((one) => one.algorithm === algorithm)?.gap;
    return gap ? [{ algorithm, gap }] : [];
  });
  const words = attributeWords(slice.key);
  if (rows.length === 0) {
    return (
      <p className="fine">
        No gap figures for {words}: they need at least two groups with 10 cases or more each, none of them withheld.
      </p>
    );
  }
  const figure = (value: number | null): string => formatFigure(value, metric.unit);
  const sized = rows.some(({ gap }) => gap.afterSize !== null);
  const tested = rows.some(({ gap }) => gap.p !== null);
  const equity = rows.some(({ gap }) => gap.equityScaled !== null);
  const sentence = gapSentence(rows.map(({ gap, algorithm }) => ({ gap, name: labels.get(algorithm) ?? algorithm })));
  const interval = ({ gap, low, high }: GapFigures): ReactNode => (
    <>
      {figure(gap)} <MeanInterval low={low} high={high} unit={metric.unit} />
    </>
  );
  const p = ({ p: raw, pAdjusted }: GapFigures): ReactNode =>
    raw === null || pAdjusted === null ? (
      '–'
    ) : (
      <>
        {pText(raw)} <span className="ci">{pText(pAdjusted)} corrected</span>
      </>
    );
  return (
    <>
      <h3>Gaps by {words}</h3>
      {sentence !== null && <p className="board-note">{sentence}</p>}
      <div className="table-scroll" role="region" aria-label={`Gap figures by ${words}`} tabIndex={0}>
        <table className="plain gaps">
          <caption className="visually-hidden">Gap figures by {words}</caption>
          <thead>
            <tr>
              <th scope="col">Algorithm</th>
              <th scope="col" className="numeric">
                Gap of means
                <span className="sort-note">95 % interval</span>
              </th>
              {tested && (
                <th scope="col" className="numeric">
                  p<span className="sort-note">Kruskal–Wallis</span>
                </th>
              )}
              <th scope="col">Worst group</th>
              {sized && (
                <>
                  <th scope="col" className="numeric">
                    Gap after size
                    <span className="sort-note">95 % interval</span>
                  </th>
                  <th scope="col" className="numeric">
                    p after size
                    <span className="sort-note">Kruskal–Wallis</span>
                  </th>
                </>
              )}
              <th scope="col" className="numeric">
                SD over groups
              </th>
              {equity && (
                <th scope="col" className="numeric">
                  Equity-scaled
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ algorithm, gap }) => (
              <tr key={algorithm}>
                <th scope="row">{labels.get(algorithm)}</th>
                <td className="numeric">{interval(gap)}</td>
                {tested && <td className="numeric">{p(gap)}</td>}
                <td>{gap.worst}</td>
                {sized && (
                  <>
                    <td className="numeric">{gap.afterSize === null ? '–' : interval(gap.afterSize)}</td>
                    <td className="numeric">{gap.afterSize === null ? '–' : p(gap.afterSize)}</td>
                  </>
                )}
                <td className="numeric">{figure(gap.deviation)}</td>
                {equity && <td className="numeric">{figure(gap.equityScaled)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="fine">
        Gap: best less worst group, of those with 10 cases or more. It cannot be negative, so chance alone makes one
        {tested ? (
          <>
            : read it with its p. Corrected (Holm): as strict as it has to be for somebody who looks through all {of}{' '}
            fields until one shows a gap.
          </>
        ) : (
          <>. Whether chance can explain it is not released for held-out cases.</>
        )}
        {sized && (
          <>
            {' '}
            After size: what is left once the volume of each structure is taken into account. A gap that goes away here
            was a gap between small and large structures, not between groups of people or scanners.
          </>
        )}
      </p>
    </>
  );
}

type Gap = NonNullable<Slice['algorithms'][number]['gap']>;
type GapFigures = Omit<Gap, 'levels' | 'equityScaled' | 'afterSize'>;

/** What the table of gaps comes to, in words that need no statistics; null where no tests are released. */
export function gapSentence(rows: readonly { readonly name: string; readonly gap: Gap }[]): string | null {
  if (rows.every(({ gap }) => gap.pAdjusted === null)) return null;
  const standsOut = ({ pAdjusted }: GapFigures): boolean => pAdjusted !== null && pAdjusted <= 0.05;
  const unequal = rows.filter(({ gap }) => standsOut(gap));
  if (unequal.length === 0) {
    return 'No algorithm differs between these groups by more than chance can explain. That is no proof of equality: with few cases a true gap stays unseen.';
  }
  const who = names(unequal.map(({ name }) => name));
  const worst = new Set(unequal.map(({ gap }) => gap.worst));
  const where = worst.size === 1 ? `, worst on “${[...worst][0]}”` : '';
  const begin = `${who} ${unequal.length === 1 ? 'does' : 'do'} not work equally well on these groups${where}.`;
  const judged = unequal.flatMap(({ gap, name }) => (gap.afterSize === null ? [] : [{ name, left: gap.afterSize }]));
  if (judged.length === 0) return begin;
  const staying = judged.filter(({ left }) => standsOut(left));
  if (staying.length === 0) return `${begin} The size of the structures can explain it: after size no gap stands out.`;
  if (staying.length === judged.length) return `${begin} The size of the structures does not explain it.`;
  return `${begin} The size of the structures does not explain it for ${names(staying.map(({ name }) => name))}.`;
}

const names = (all: readonly string[]): string =>
  all.length <= 1 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`;
