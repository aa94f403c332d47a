import { tableMeaning } from './dataset-table.js';
import { isFields } from './description.js';
import type { Findings } from './finding.js';
import { isPersonalColumn } from './personal-columns.js';
import type { PlannedCase } from './planned.js';
import { ACQUISITION_FACTS } from './prepare-case.js';
import { COLUMN_MEANINGS } from './table-columns.js';

/** What the columns of a clinical table mean, by column. */
export type ColumnDictionary = Readonly<Record<string, { readonly description?: string; readonly unit?: string }>>;

const MOST_TEXT = 2000;

/**
 * Reads a data dictionary: `{"age": {"description": "at the scan", "unit": "years"}}`, `{"age": "at the scan"}`, or the shape of
 * participants.json in BIDS, with `Description`, `Units` and `Levels`.
 *
 * @throws RangeError with what is wrong
 */
export function readDictionary(json: unknown): ColumnDictionary {
  if (!isFields(json)) throw new RangeError(`a dictionary that is ${Array.isArray(json) ? 'a list' : typeof json}; expected {"COLUMN": {"description": …, "unit": …}}`);
  return Object.fromEntries(
    Object.entries(json).map(([column, meaning]) => {
      if (typeof meaning === 'string') return [column, { description: meaning.slice(0, MOST_TEXT) }];
      if (!isFields(meaning)) throw new RangeError(`column "${column.slice(0, 80)}" is described by ${meaning === null ? 'null' : typeof meaning}; expected a sentence, or description and unit`);
      const text = (...names: readonly string[]): string | undefined => names.map((name) => meaning[name]).find((value): value is string => typeof value === 'string' && value.trim() !== '');
      const levels = isFields(meaning.Levels)
        ? Object.entries(meaning.Levels).map(([level, value]) => `${level}: ${typeof value === 'string' ? value : isFields(value) && typeof value.Description === 'string' ? value.Description : ''}`)
        : [];
      const description = [text('description', 'Description', 'LongName'), levels.join('; ')].filter(Boolean).join(' ').slice(0, MOST_TEXT);
      const unit = text('unit', 'Units', 'units')?.trim().slice(0, 32);
      return [column, { ...(description === '' ? {} : { description }), ...(unit === undefined ? {} : { unit }) }];
    }),
  );
}

/** Says which columns are described and in no case: mostly another spelling. Columns that are no facts may be described. */
export function checkDictionary(
  dictionary: ColumnDictionary,
  file: string,
  cases: readonly Pick<PlannedCase, 'facts'>[],
  findings: Findings,
): void {
  const facts = new Set([...ACQUISITION_FACTS, ...cases.flatMap((one) => Object.keys(one.facts))]);
  const known: readonly string[] = COLUMN_MEANINGS;
  for (const column of Object.keys(dictionary)) {
    if (facts.has(column) || known.includes(tableMeaning(column)) || isPersonalColumn(column)) continue;
    findings.say(
      'dictionary-column',
      { file },
      `column "${column.slice(0, 80)}" described, and no case with a value of it`,
      'columns of the table, spelled as they are there',
    );
  }
}
