import { useState, type ReactNode } from 'react';
import type { DatasetFinding } from '#datasets';
import { count } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { codeWords, groupFindings, plain, SEVERITY_WORDS, type FindingGroup } from './finding-words.js';

const TONES = { error: 'bad', warning: 'caution', note: 'neutral' } as const;
const ICONS = { error: 'cross', warning: 'alert', note: 'info' } as const;
/** Of one kind, as many at first. */
const SHOWN = 5;

/** Every finding of a check, those of one kind together. */
export function FindingsList({ findings }: { readonly findings: readonly DatasetFinding[] }): ReactNode {
  return (
    <ul className="findings">
      {groupFindings(findings).map((group) => (
        <Group key={group.code} group={group} />
      ))}
    </ul>
  );
}

function Group({ group: { code, severity, findings } }: { readonly group: FindingGroup }): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? findings : findings.slice(0, SHOWN);
  return (
    <li className={`finding finding-${severity}`}>
      <p className="finding-head">
        <Badge tone={TONES[severity]} icon={ICONS[severity]}>
          {SEVERITY_WORDS[severity].one}
        </Badge>
        <strong>{codeWords(code)}</strong>
        <code className="quiet">{code}</code>
        {findings.length > 1 && <span className="fine">{count(findings.length, 'place')}</span>}
      </p>
      <ul className="finding-places">
        {shown.map((one, n) => (
          <li key={n}>
            {(one.case !== null || one.file !== null) && (
              <p className="finding-place wrap">
                {one.case !== null && <>case {plain(one.case)}</>}
                {one.case !== null && one.file !== null && ' · '}
                {one.file !== null && <code>{plain(one.file)}</code>}
              </p>
            )}
            <p className="wrap">
              <span className="quiet">Found</span> {plain(one.found)}
              <br />
              <span className="quiet">Expected</span> {plain(one.expected)}
            </p>
          </li>
        ))}
      </ul>
      {findings.length > SHOWN && (
        <button type="button" className="button button-small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${findings.length}`}
        </button>
      )}
    </li>
  );
}

/** "2 errors, 1 warning", or that there is nothing to say. */
export function findingCounts(findings: readonly DatasetFinding[]): string {
  const words = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const n = findings.filter((one) => one.severity === severity).length;
    return n === 0 ? [] : [count(n, SEVERITY_WORDS[severity].one, SEVERITY_WORDS[severity].many)];
  });
  return words.length === 0 ? 'nothing to say' : words.join(', ');
}
