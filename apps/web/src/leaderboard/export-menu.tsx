import type { ReactNode } from 'react';
import { ENDPOINTS, type ExportFormat } from '#contracts';
import { addressOf } from '../api/api-client.js';
import type { SchemeChoice } from '../evidence/scheme-choice.js';
import { Disclosure } from '../ui/disclosure.js';
import { Icon } from '../ui/icons.js';

const FORMATS: readonly { readonly format: ExportFormat; readonly words: string; readonly ofCases?: true }[] = [
  { format: 'csv', words: 'Means (CSV)' },
  { format: 'cases', words: 'Every value (CSV, long form)', ofCases: true },
  { format: 'slices', words: 'Slices (CSV)' },
  { format: 'json', words: 'Board and evidence (JSON)' },
  { format: 'latex', words: 'Table (LaTeX, booktabs)' },
  { format: 'structures', words: 'All metrics and structures (LaTeX)' },
  { format: 'methods', words: 'Methods paragraph' },
  { format: 'bibtex', words: 'Citation (BibTeX)' },
  { format: 'cff', words: 'Citation (CITATION.cff)' },
];

/** What an export is about: a state of a board, and the rule it is ranked by. */
export interface ExportOf extends SchemeChoice {
  readonly slug: string;
  readonly phase: 'practice' | 'test';
  readonly asOf: string;
}

export function exportAddress({ slug, ...query }: ExportOf, format: ExportFormat): string {
  return addressOf(ENDPOINTS.exportLeaderboard, { slug }, { ...query, format });
}

/** Downloads of exactly what is shown: the same state, the same rule. */
export function ExportMenu({ of, casesVisible }: { readonly of: ExportOf; readonly casesVisible: boolean }): ReactNode {
  return (
    <Disclosure
      label="Export"
      className="tool-menu"
      button={
        <>
          <Icon name="download" size={14} /> Export <Icon name="chevron" size={12} />
        </>
      }
    >
      {(close) => (
        <>
          <p className="menu-note">This state of the board, ranked as shown</p>
          {FORMATS.filter(({ ofCases }) => casesVisible || !ofCases).map(({ format, words }) => (
            <a key={format} href={exportAddress(of, format)} download onClick={close}>
              {words}
            </a>
          ))}
        </>
      )}
    </Disclosure>
  );
}
