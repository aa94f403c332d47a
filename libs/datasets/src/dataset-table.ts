import { parseCsv } from '#domain';
import type { DatasetFinding, Findings } from './finding.js';
import { isPatientColumn, isPersonalColumn } from './personal-columns.js';

/** A table of cases: one row or more for each. */
export interface DatasetTable {
  /** Name of its file, for findings. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly line: number; readonly values: Readonly<Record<string, string>> }[];
}

/** Columns that mean something to us, in any case of letters; all others are clinical facts. */
const KNOWN = ['case', 'image', 'reference', 'reader', 'patient', 'site', 'split'] as const;
const MOST_ROWS = 200_000;

/**
 * Reads a CSV table, or a TSV where its name says so.
 *
 * @returns null, and findings, when it cannot be used
 */
export function readTable(file: string, text: string, findings: Findings): DatasetTable | null {
  const refuse = (code: DatasetFinding['code'] & ('table-invalid' | 'table-column'), found: string, expected: string): null => {
    findings.say(code, { file }, found, expected);
    return null;
  };
  let records;
  try {
    records = /\.tsv$/i.test(file) ? tabs(text) : parseCsv(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse('table-invalid', error.message, 'comma-separated values');
  }
  if (records.length === 0) return refuse('table-invalid', 'an empty file', 'a line with the names of the columns, and a line for each case');
  if (records.length > MOST_ROWS) return refuse('table-invalid', `${records.length} lines`, `at most ${MOST_ROWS}`);
  const [head, ...body] = records;
  const columns = head.fields.map(tableMeaning);
  const twice = columns.find((name, n) => columns.indexOf(name) !== n);
  if (twice !== undefined || columns.includes('')) {
    return refuse('table-column', twice === undefined || twice === '' ? 'a column without a name' : `column "${twice}" twice`, 'a name of its own for each column');
  }
  if (!columns.includes('case')) return refuse('table-column', `columns ${columns.join(', ').slice(0, 200)}`, 'a column "case"');
  for (const name of columns.filter(isFact).filter(isPersonalColumn)) {
    findings.say('table-personal', { file }, `a column "${name}"`, 'no columns that say who somebody is; it is left out (give it another name if it holds something else)');
  }
  const rows = [];
  for (const { line, fields } of body) {
    if (fields.length !== columns.length) {
      findings.say('table-invalid', { file }, `line ${line} has ${fields.length} fields`, `${columns.length}, one for each column`);
      continue;
    }
    const values = Object.fromEntries(columns.map((name, n) => [name, fields[n]]));
    if (values.case === '') findings.say('table-invalid', { file }, `line ${line} names no case`, 'the name of a case');
    else rows.push({ line, values });
  }
  return { file, columns, rows };
}

/** What a column is called here: one of `KNOWN`, or by its own name. */
export function tableMeaning(name: string): string {
  const known = KNOWN.find((one) => one === name.toLowerCase());
  if (known !== undefined) return known;
  if (name.toLowerCase() === 'participant_id') return 'case';
  return isPatientColumn(name) ? 'patient' : name;
}

function isFact(column: string): boolean {
  return column === 'site' || !(KNOWN as readonly string[]).includes(column);
}

function tabs(text: string): { line: number; fields: string[] }[] {
  return text
    .split(/\r?\n/)
    .map((line, n) => ({ line: n + 1, fields: line.split('\t').map((field) => field.trim()) }))
    .filter(({ fields }) => fields.length > 1 || fields[0] !== '');
}

/** Facts of a row: what is not known by its name and does not say who somebody is; numbers where the whole column consists of numbers. */
export function factsOf(table: DatasetTable): (values: Readonly<Record<string, string>>) => Record<string, string | number> {
  const columns = table.columns.filter((name) => isFact(name) && !isPersonalColumn(name));
  const isAbsent = (value: string): boolean => value === '' || value.toLowerCase() === 'n/a';
  const numeric = new Set(
    columns.filter((name) => {
      const values = table.rows.map(({ values: row }) => row[name]).filter((value) => !isAbsent(value));
      return values.length > 0 && values.every((value) => /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?$/.test(value) && !/^[-+]?0\d/.test(value));
    }),
  );
  return (values) =>
    Object.fromEntries(columns.flatMap((name) => (isAbsent(values[name]) ? [] : [[name, numeric.has(name) ? Number(values[name]) : values[name]]])));
}
