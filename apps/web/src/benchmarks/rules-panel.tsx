import { Fragment, type ReactNode } from 'react';
import type { BenchmarkView } from '#contracts';
import type { Penalty } from '#domain';
import { Markdown } from '../format/markdown.js';
import { metricColumns, type MetricInfo } from '../leaderboard/board-columns.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { Section } from '../ui/page.js';
import { Time } from '../ui/time.js';
import { penaltyWords, rankingWords, revealWords } from './rules-words.js';

/** The rules in the organiser's words, then what the platform enforces, phase by phase. */
export function RulesPanel({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  return (
    <div className="two-columns">
      <Section title="Rules">
        <Markdown text={benchmark.rules} headingLevel={3} />
      </Section>
      <div>
        {byRules(benchmark.phases).map((phases) => (
          <PhaseRulesSection key={phases[0].id} phases={phases} catalogue={benchmark.metrics} />
        ))}
      </div>
    </div>
  );
}

type Phase = BenchmarkView['phases'][number];

/** Phases with the same rules together, so that nobody has to compare two tables to see that they are equal. */
function byRules(phases: readonly Phase[]): Phase[][] {
  const groups = new Map<string, Phase[]>();
  for (const phase of phases) {
    const key = JSON.stringify({ ...phase.rules, closesAt: null }); // said of each phase
    groups.set(key, [...(groups.get(key) ?? []), phase]);
  }
  return [...groups.values()];
}

/** What the platform enforces. @param phases at least one, all with the same rules */
function PhaseRulesSection({
  phases,
  catalogue,
}: {
  readonly phases: readonly Phase[];
  readonly catalogue: readonly MetricInfo[];
}): ReactNode {
  const [{ rules }] = phases;
  return (
    <Section
      title={
        phases.length > 1 ? 'Enforced in every phase' : `Enforced in ${PHASE_WORDS[phases[0].kind].name.toLowerCase()}`
      }
      note={phases.map(({ id, title }) => (
        <p key={id}>{title}</p>
      ))}
    >
      <dl className="facts facts-spaced">
        <dt>Ranking</dt>
        <dd>{rankingWords(rules.ranking, catalogue)}</dd>
        <dt>Limits</dt>
        <dd>
          {rules.limits.loadSeconds} s to load the model, {rules.limits.caseSeconds} s and {rules.limits.memoryMib} MiB
          for a case
        </dd>
        <dt>Threads</dt>
        <dd>{rules.limits.threads} (part of the signature)</dd>
        {phases.map(({ id, kind, rules: { closesAt }, reveal }) => (
          <Fragment key={id}>
            <dt>{PHASE_WORDS[kind].name}</dt>
            <dd>
              {closesAt === undefined ? 'Takes submissions without an end.' : <>Takes submissions until <Time at={closesAt} />.</>}{' '}
              References are seen by {revealWords(reveal)}.
            </dd>
          </Fragment>
        ))}
      </dl>
      <MetricRules
        metrics={metricColumns(rules, catalogue)}
        penalties={new Map(rules.metrics.map(({ id, penalty }) => [id, penalty]))}
      />
    </Section>
  );
}

function MetricRules({
  metrics,
  penalties,
}: {
  readonly metrics: readonly MetricInfo[];
  readonly penalties: ReadonlyMap<string, Penalty>;
}): ReactNode {
  return (
    <div className="table-scroll" role="region" aria-label="Metrics and penalties" tabIndex={0}>
      <table className="plain">
        <caption className="visually-hidden">Metrics and penalties</caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Better</th>
            <th scope="col">When a case fails</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric.id}>
              <th scope="row">
                {metric.name}{' '}
                <span className="quiet">{metric.abbreviation === metric.name ? '' : metric.abbreviation}</span>
                {metric.description !== '' && <span className="row-note">{metric.description}</span>}
              </th>
              <td>{metric.direction === 'higher' ? 'higher' : 'lower'}</td>
              <td>{penaltyWords(penalties.get(metric.id), metric.unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
