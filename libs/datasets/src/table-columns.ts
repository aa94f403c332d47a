import { parseCsv } from '#domain';
import { tableMeaning } from './dataset-table.js';
import { isPersonalColumn } from './personal-columns.js';

/** A table with clinical facts, as text. */
export interface SentTable {
  readonly file: string;
  readonly text: string;
}

export const COLUMN_MEANINGS = ['case', 'patient', 'site', 'split', 'reader', 'image', 'reference'] as const;
/** What a column is used for; null: left out. */
export type ColumnUse = (typeof COLUMN_MEANINGS)[number] | 'fact' | null;

/** Words for what a column is used for. */
const COLUMN_WORDS: readonly string[] = [...COLUMN_MEANINGS, 'fact', 'none'];

export interface TableColumn {
  readonly name: string;
  /** Seems to say who somebody is: never a fact. */
  readonly personal: boolean;
  /** May be used as a fact: neither personal nor called like something that means something. */
  readonly plain: boolean;
  /** What it is used for unless somebody says otherwise. */
  readonly use: ColumnUse;
  /** Some of its values. */
  readonly examples: readonly string[];
}

/** A table that cannot be read as one, in a sentence. */
export class TableFault extends Error {}

/** The columns of a table. @throws TableFault when it is none */
export function headOf(file: string, text: string): TableColumn[] {
  const [head, ...rows] = recordsOf(file, text);
  if (head === undefined)
    throw new TableFault(`“${file}” is empty; expected a line with the names of columns, and a line for each case`);
  return head.map((name, n) => {
    const meaning = tableMeaning(name);
    const known = COLUMN_MEANINGS.find((one) => one === meaning);
    const personal = known === undefined && isPersonalColumn(name);
    const values = [...new Set(rows.map((fields) => fields[n] ?? '').filter((value) => value !== ''))];
    return {
      name,
      personal,
      plain: known === undefined && !personal,
      use: known ?? (personal ? null : 'fact'),
      examples: values.slice(0, 3),
    };
  });
}

/**
 * What the columns are used for: what somebody says of them, by name, and otherwise what they are called.
 *
 * @param asked a meaning, `fact`, or `none` to leave it out
 * @throws RangeError for a column that is not there, a word that is no use, or a fact that seems to say who somebody is
 */
export function columnUses(columns: readonly TableColumn[], asked: ReadonlyMap<string, string>): ColumnUse[] {
  const names = columns.map(({ name }) => name);
  for (const [name, word] of asked) {
    const column = columns.find((one) => one.name === name);
    if (column === undefined)
      throw new RangeError(`no column "${name}"; the table has ${names.join(', ').slice(0, 400)}`);
    if (!COLUMN_WORDS.includes(word))
      throw new RangeError(`column "${name}" as "${word}"; expected ${COLUMN_WORDS.join(', ')}`);
    if (word === 'fact' && !column.plain)
      throw new RangeError(
        `column "${name}" as a fact, whose name ${column.personal ? 'seems to say who somebody is' : 'has a meaning of its own'}; give it another name in the table if it holds something else`,
      );
  }
  return columns.map(({ name, use }) => {
    const word = asked.get(name);
    return word === undefined ? use : word === 'none' ? null : (word as ColumnUse);
  });
}

/** What keeps the choice from being used; empty when nothing does. */
export function usesFault(uses: readonly ColumnUse[]): string {
  if (!uses.includes('case')) return 'One column has to name the cases.';
  const twice = COLUMN_MEANINGS.find((meaning) => uses.filter((use) => use === meaning).length > 1);
  return twice === undefined ? '' : `Two columns are used as ${twice}; one can be.`;
}

/** The table with columns called after what they are used for, and without those left out. Lines stay where they were. */
export function mappedTable({ file, text }: SentTable, uses: readonly ColumnUse[]): SentTable {
  const kept = uses.flatMap((use, n) => (use === null ? [] : [n]));
  const lines = recordsOf(file, text).map((fields, row) =>
    kept
      .map((n) => (row === 0 && uses[n] !== 'fact' ? (uses[n] as string) : (fields[n] ?? '')))
      .map((field) => `"${field.replaceAll('"', '""').replace(/[\r\n]+/g, ' ')}"`)
      .join(','),
  );
  return { file: file.replace(/\.tsv$/i, '.csv'), text: lines.join('\n') };
}

function recordsOf(file: string, text: string): (readonly string[])[] {
  if (/\.tsv$/i.test(file)) {
    return text
      .split(/\r?\n/)
      .map((line) => line.split('\t').map((field) => field.trim()))
      .filter((fields) => fields.length > 1 || fields[0] !== '');
  }
  try {
    return parseCsv(text).map(({ fields }) => fields);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TableFault(`“${file}” cannot be read as comma-separated values: ${error.message}`, { cause: error });
  }
}
