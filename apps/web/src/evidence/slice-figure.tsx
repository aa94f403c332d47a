import { useMemo, type ReactNode } from 'react';
import type { EvidenceView } from '#contracts';
import { formatFigure } from '../format/numbers.js';
import type { MetricInfo } from '../leaderboard/board-columns.js';
import { Figure } from './figure.js';
import { pText } from './plots/frame.js';
import { sliceMeans } from './plots/slice-means.js';
import { attributeWords } from './run-labels.js';

/** Which attribute a page opens with: the site, or the first that there is. */
function chosenSlice(
  slices: EvidenceView['evidence']['slices'],
  key: string | undefined,
): EvidenceView['evidence']['slices'][number] | undefined {
  return slices.find((slice) => slice.key === key) ?? slices.find((slice) => slice.key === 'site') ?? slices.at(0);
}

/** Means within the levels of one attribute, with gap figures. */
export function SliceFigure({
  view,
  labels,
  metric,
  slice,
  onSlice,
}: {
  readonly view: EvidenceView;
  readonly labels: ReadonlyMap<string, string>;
  readonly metric: MetricInfo;
  readonly slice: string | undefined;
  readonly onSlice: (slice: string) => void;
}): ReactNode {
  const { evidence } = view;
  const slices = useMemo(
    () => evidence.slices.filter(({ algorithms }) => algorithms.some(({ levels }) => levels.length > 0)),
    [evidence],
  );
  const chosen = useMemo(() => chosenSlice(slices, slice), [slices, slice]);
  const content = useMemo(
    () => (chosen === undefined ? null : sliceMeans(chosen, evidence, labels, metric)),
    [chosen, evidence, labels, metric],
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
      <GapTable slice={chosen} view={view} labels={labels} metric={metric} />
    </section>
  );
}

function GapTable({
  slice,
  view,
  labels,
  metric,
}: {
  readonly slice: EvidenceView['evidence']['slices'][number];
  readonly view: EvidenceView;
  readonly labels: ReadonlyMap<string, string>;
  readonly metric: MetricInfo;
}): ReactNode {
  const rows = view.evidence.standings.flatMap(({ algorithm }) => {
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
  return (
    <>
      <div className="table-scroll" role="region" aria-label={`Gap figures by ${words}`} tabIndex={0}>
        <table className="plain">
          <caption className="visually-hidden">Gap figures by {words}</caption>
          <thead>
            <tr>
              <th scope="col">Algorithm</th>
              <th scope="col" className="numeric">
                Gap of means [95 %]
              </th>
              <th scope="col">Worst group</th>
              <th scope="col" className="numeric">
                SD over groups
              </th>
              <th scope="col" className="numeric">
                Equity-scaled
              </th>
              <th scope="col" className="numeric">
                p (Kruskal–Wallis)
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ algorithm, gap }) => (
              <tr key={algorithm}>
                <th scope="row">{labels.get(algorithm)}</th>
                <td className="numeric">
                  {figure(gap.gap)} [{figure(gap.low)}, {figure(gap.high)}]
                </td>
                <td>{gap.worst}</td>
                <td className="numeric">{figure(gap.deviation)}</td>
                <td className="numeric">{figure(gap.equityScaled)}</td>
                <td className="numeric">{pText(gap.p)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="fine">
        Groups with fewer than 10 cases are drawn but not compared. A gap cannot be negative, so chance alone makes one:
        read it with its p, which is not corrected here for the number of fields you look at.
      </p>
    </>
  );
}
