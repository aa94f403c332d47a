import { isFields } from './description.js';

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
