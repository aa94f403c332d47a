import type { ReactNode } from 'react';
import type { EvidenceView } from '#contracts';
import type { PhaseRules } from '#domain';
import type { SingleScheme } from '#ranking';
import type { BoardSearch } from '../app/search.js';
import { attributeWords } from '../evidence/run-labels.js';
import { declaredWords, leadingMetric, SCHEME_CHOICES, SCHEME_WORDS } from '../evidence/scheme-choice.js';
import { metricColumns, rankable, type MetricInfo } from './board-columns.js';

/** Rule, metric and structure by which a board is ranked. Defaults are the declared rule. */
export function RankingBar({
  rules,
  catalogue,
  search,
  onChange,
  children,
}: {
  readonly rules: PhaseRules;
  readonly catalogue: readonly MetricInfo[];
  readonly search: BoardSearch;
  readonly onChange: (change: BoardSearch) => void;
  /** Further choices. */
  readonly children?: ReactNode;
}): ReactNode {
  const declaredMetric = leadingMetric(rules, { scheme: 'declared' });
  return (
    <div className="ranking-bar" role="group" aria-label="How the board is ranked">
      <label className="inline-select">
        <span>Ranked by</span>
        <select
          aria-label="Ranked by"
          value={search.scheme ?? 'declared'}
          onChange={({ target }) =>
            onChange({ scheme: target.value === 'declared' ? undefined : (target.value as SingleScheme['kind']) })
          }
        >
          {SCHEME_CHOICES.map((scheme) => (
            <option key={scheme} value={scheme}>
              {scheme === 'declared' ? `declared: ${declaredWords(rules)}` : SCHEME_WORDS[scheme].name}
            </option>
          ))}
        </select>
      </label>
      <MetricSelect
        word="of"
        rules={rules}
        catalogue={catalogue}
        value={search.by ?? declaredMetric}
        onChange={(by) => onChange({ by })}
      />
      <StructureSelect rules={rules} value={search.structure} onChange={(structure) => onChange({ structure })} />
      {children}
    </div>
  );
}

/** A metric of the phase; undefined stands for the one that the declared rule ranks by, so that addresses stay short. */
export function MetricSelect({
  word,
  rules,
  catalogue,
  value,
  onChange,
  all = false,
}: {
  /** In front of it: "of", "by". */
  readonly word: string;
  readonly rules: PhaseRules;
  readonly catalogue: readonly MetricInfo[];
  /** Also those that nothing is ranked by. */
  readonly all?: boolean;
  readonly value: string;
  readonly onChange: (metric: string | undefined) => void;
}): ReactNode {
  const declared = leadingMetric(rules, { scheme: 'declared' });
  const columns = metricColumns(rules, catalogue);
  return (
    <label className="inline-select">
      <span>{word}</span>
      <select
        aria-label={`${word} metric`}
        value={value}
        onChange={({ target }) => onChange(target.value === declared ? undefined : target.value)}
      >
        {(all ? columns : rankable(columns)).map(({ id, abbreviation }) => (
          <option key={id} value={id}>
            {abbreviation}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A structure of the phase; undefined: all of them. */
export function StructureSelect({
  rules,
  value,
  onChange,
}: {
  readonly rules: PhaseRules;
  readonly value: string | undefined;
  readonly onChange: (structure: string | undefined) => void;
}): ReactNode {
  return (
    <label className="inline-select">
      <span>over</span>
      <select
        aria-label="over structure"
        value={value ?? ''}
        onChange={({ target }) => onChange(target.value || undefined)}
      >
        <option value="">all structures</option>
        {rules.regions.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which cases are ranked: all, or those of one level of a field. */
export function SliceSelect({
  slices,
  slice,
  level,
  onChange,
}: {
  readonly slices: EvidenceView['evidence']['slices'];
  readonly slice: string | undefined;
  readonly level: string | undefined;
  readonly onChange: (slice: string | undefined, level: string | undefined) => void;
}): ReactNode {
  const groups = slices.filter(({ rankings }) => rankings.length > 0);
  if (groups.length === 0 && slice === undefined) return null;
  const valueOf = (key: string, name: string): string => JSON.stringify([key, name]);
  const value = slice === undefined || level === undefined ? '' : valueOf(slice, level);
  return (
    <label className="inline-select">
      <span>on</span>
      <select
        aria-label="on cases"
        value={value}
        onChange={({ target }) => {
          if (target.value === '') return onChange(undefined, undefined);
          const [key, name] = JSON.parse(target.value) as [string, string];
          onChange(key, name);
        }}
      >
        <option value="">all cases</option>
        {value !== '' &&
          !groups.some(({ key, rankings }) => key === slice && rankings.some((r) => r.group === level)) && (
            <option value={value}>
              {attributeWords(slice ?? '')}: {level}
            </option>
          )}
        {groups.map(({ key, rankings }) => (
          <optgroup key={key} label={attributeWords(key)}>
            {rankings.map(({ group, n, why }) => (
              <option key={group} value={valueOf(key, group)}>
                {group}
                {why === 'suppressed' ? ' (withheld)' : why === 'too-few-cases' ? ` (${n}, not ranked)` : ` (${n})`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
