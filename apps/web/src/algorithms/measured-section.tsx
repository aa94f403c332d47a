import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { FAILURE_ADVICE } from '#domain';
import { count, formatBytes, formatDuration } from '../format/numbers.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { Badge } from '../ui/badge.js';
import { Section } from '../ui/page.js';
import { ConformanceTable } from './conformance-table.js';
import { bigNumber, ISOLATION_WORDS, operatorSummary, parameterSum, type Version } from './model-facts.js';

/** The machine's half of the model card: nothing in it was typed by anybody. */
export function MeasuredSection({ version }: { readonly version: Version }): ReactNode {
  return (
    <Section title="What the machine measured">
      <Network version={version} />
      <h3 className="card-part">Per case</h3>
      {version.measured.length === 0 ? (
        <p className="quiet">No case that may be shown has run yet.</p>
      ) : (
        version.measured.map((measure) => <Measure key={measure.runId} measure={measure} />)
      )}
      <h3 className="card-part">Agreement with the author’s own framework</h3>
      {version.conformance === null ? (
        <p className="quiet">Not measured: no conformance case came with this version.</p>
      ) : (
        <ConformanceTable conformance={version.conformance} />
      )}
    </Section>
  );
}

function Network({ version: { models } }: { readonly version: Version }): ReactNode {
  const operators = operatorSummary(models);
  const parameters = parameterSum(models);
  const opsets = [...new Set(models.flatMap(({ facts }) => (facts?.opset == null ? [] : [facts.opset])))];
  const known = models.some(({ facts }) => facts !== null);
  if (!known) return <p className="quiet">The files were stored before the inspector’s findings were kept.</p>;
  return (
    <dl className="facts">
      <dt>Parameters</dt>
      <dd>
        {parameters === null ? <span className="quiet">not known</span> : bigNumber(parameters)}
        {models.length > 1 && parameters !== null && ` in ${count(models.length, 'file')}`}
      </dd>
      <dt>Opset</dt>
      <dd>{opsets.length === 0 ? <span className="quiet">not known</span> : opsets.join(', ')}</dd>
      <dt>Operators</dt>
      <dd>
        {operators === null ? (
          <span className="quiet">not counted</span>
        ) : (
          <>
            {operators.operators.map(({ op, count: times }) => (
              <span key={op} className="chip">
                {op} <span className="quiet">× {times}</span>
              </span>
            ))}
            <span className="row-note">
              {count(operators.nodes, 'node')}
              {models.length > 1 && (operators.of === 'each' ? ' in each file' : ' in all files together')}
            </span>
          </>
        )}
      </dd>
    </dl>
  );
}

function Measure({ measure }: { readonly measure: Version['measured'][number] }): ReactNode {
  const { benchmark, phase, cases, seconds, cpuSeconds, peakRssBytes, isolation, runtimes, failures } = measure;
  return (
    <div className="measure">
      <p className="measure-head">
        <Link to="/runs/$id" params={{ id: measure.runId }} className="strong-link">
          {benchmark.title}
        </Link>{' '}
        <Badge>{PHASE_WORDS[phase].name.toLowerCase()}</Badge>
      </p>
      <dl className="facts">
        <dt>Cases</dt>
        <dd>
          {cases.scored} of {cases.total} scored
          {cases.failed > 0 && <span className="failed-count"> {cases.failed} failed</span>}
        </dd>
        {failures.map(({ code, count: times }) => (
          <div key={code} className="fact-group">
            <dt>
              <code className="failure-code">{code}</code>
            </dt>
            <dd>
              {count(times, 'case')}. {FAILURE_ADVICE[code]}
            </dd>
          </div>
        ))}
        <Spread name="Time" spread={seconds} write={(value) => formatDuration(value * 1000)} most="longest" />
        <Spread
          name="Processor time"
          spread={cpuSeconds}
          write={(value) => formatDuration(value * 1000)}
          most="longest"
        />
        <Spread name="Memory" spread={peakRssBytes} write={formatBytes} most="most" />
        {isolation !== null && (
          <>
            <dt>Isolation</dt>
            <dd>
              {isolation}, {ISOLATION_WORDS[isolation]}
            </dd>
          </>
        )}
        {runtimes.length > 0 && (
          <>
            <dt>Runtime</dt>
            <dd>{runtimes.join('; ')}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** Median and largest of all cases; nothing where no case has them. */
function Spread({
  name,
  spread,
  write,
  most,
}: {
  readonly name: string;
  readonly spread: { readonly median: number; readonly max: number } | null;
  readonly write: (value: number) => string;
  readonly most: string;
}): ReactNode {
  if (spread === null) return null;
  return (
    <div className="fact-group">
      <dt>{name}</dt>
      <dd>
        {write(spread.median)}{' '}
        <span className="quiet">
          median, {most} {write(spread.max)}
        </span>
      </dd>
    </div>
  );
}
