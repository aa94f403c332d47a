import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView, PreflightView } from '#contracts';
import { ConformanceTable } from '../algorithms/conformance-table.js';
import { count, formatFigure, reasonWords } from '../format/numbers.js';
import { metricColumns } from '../leaderboard/board-columns.js';
import { Icon, type IconName } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import { Forecast } from './forecast.js';
import {
  CHECK_TITLES,
  checkWords,
  practiceScores,
  progressWords,
  shownChecks,
  STATUS_WORDS,
  type Check,
} from './check-words.js';

const STATUS_ICON: Readonly<Record<Check['status'], IconName | null>> = {
  waiting: null,
  running: null,
  passed: 'check',
  failed: 'cross',
  skipped: 'minus',
};

/** The five checks in their order, each with its state in words, and what it found. */
export function PreflightList({
  preflight,
  benchmark,
}: {
  readonly preflight: PreflightView;
  readonly benchmark: BenchmarkView | undefined;
}): ReactNode {
  return (
    <div className="preflight">
      <p className="preflight-progress" role="status">
        {progressWords(preflight)}
      </p>
      <ol className="check-list" aria-label="Checks">
        {shownChecks(preflight).map((check) => (
          <CheckItem key={check.name} check={check} preflight={preflight} benchmark={benchmark} />
        ))}
      </ol>
      <Verdict preflight={preflight} />
    </div>
  );
}

function CheckItem({
  check,
  preflight,
  benchmark,
}: {
  readonly check: Check;
  readonly preflight: PreflightView;
  readonly benchmark: BenchmarkView | undefined;
}): ReactNode {
  const { sentence, advice, code, warnings } = checkWords(check);
  const icon = STATUS_ICON[check.status];
  return (
    <li className={`check check-${check.status}`} data-check={check.name} data-status={check.status}>
      <span className="check-mark" aria-hidden="true">
        {icon !== null && <Icon name={icon} size={14} />}
      </span>
      <div className="check-body">
        <p className="check-title">
          {CHECK_TITLES[check.name]} <span className="check-status">{STATUS_WORDS[check.status]}</span>
        </p>
        <p className="check-sentence">{sentence}</p>
        {code !== null && (
          <p className="check-code">
            <code className="failure-code">{code}</code> {advice}
          </p>
        )}
        {warnings.length > 0 && (
          <details className="check-more">
            <summary>{count(warnings.length, 'warning')}</summary>
            <ul className="check-warnings">
              {warnings.map((warning, n) => (
                <li key={n}>{warning}</li>
              ))}
            </ul>
          </details>
        )}
        {check.name === 'conformance' && preflight.conformance !== null && (
          <ConformanceTable conformance={preflight.conformance} />
        )}
        {check.name === 'practice-case' && check.status === 'passed' && (
          <PracticeCase check={check} preflight={preflight} benchmark={benchmark} />
        )}
        {check.name === 'budget' && preflight.forecast !== null && <Forecast forecast={preflight.forecast} />}
      </div>
    </li>
  );
}

function PracticeCase({
  check,
  preflight: { id, practice },
  benchmark,
}: {
  readonly check: Check;
  readonly preflight: PreflightView;
  readonly benchmark: BenchmarkView | undefined;
}): ReactNode {
  const rules = benchmark?.phases.find(({ kind }) => kind === 'practice')?.rules;
  const scores = practiceScores(check);
  const metrics = benchmark && rules ? metricColumns(rules, benchmark.metrics) : [];
  return (
    <>
      {metrics.length > 0 && scores.length > 0 && (
        <div className="table-scroll" role="region" aria-label="Scores of the practice case" tabIndex={0}>
          <table className="plain plain-narrow">
            <caption className="visually-hidden">Scores of the practice case by structure</caption>
            <thead>
              <tr>
                <th scope="col">Structure</th>
                {metrics.map(({ id: metric, abbreviation, name, unit }) => (
                  <th key={metric} scope="col" className="numeric" title={name}>
                    {abbreviation} {unit !== '' && <span className="th-unit">{unit}</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {scores.map(({ region, values, reasons }) => (
                <tr key={region}>
                  <th scope="row">{region}</th>
                  {metrics.map(({ id: metric, unit }) => (
                    <td
                      key={metric}
                      className="numeric"
                      title={values[metric] === null ? reasonWords(reasons[metric]) : undefined}
                    >
                      {formatFigure(values[metric], unit)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {practice !== null && (
        <p>
          {/* in a tab of its own: chosen files do not survive leaving this page */}
          <Link
            to="/cases/$id"
            params={{ id: practice.caseId }}
            search={{ preflight: id, run: id }}
            target="_blank"
            rel="noopener"
          >
            <Icon name="layers" size={15} /> Open the overlay in the viewer <Icon name="external" size={13} />
            <span className="visually-hidden"> (new tab)</span>
          </Link>
        </p>
      )}
    </>
  );
}

function Verdict({ preflight }: { readonly preflight: PreflightView }): ReactNode {
  const { state, passed, failure, checks } = preflight;
  if (failure !== null) {
    return (
      <Notice tone="caution" live title="The checks could not be carried out">
        <p>{failure.message}</p>
      </Notice>
    );
  }
  if (state !== 'done' && state !== 'failed') return null;
  const skipped = checks.filter(({ status }) => status === 'skipped').length;
  return passed === true ? (
    <Notice tone="good" live title="Ready to submit">
      <p>Nothing failed{skipped > 0 && `, ${count(skipped, 'check')} skipped`}. Nothing counts until you submit.</p>
    </Notice>
  ) : (
    <Notice tone="bad" live title="Not ready yet">
      <p>Correct what failed, drop the new file above, and run the checks again. Nothing has been counted.</p>
    </Notice>
  );
}
