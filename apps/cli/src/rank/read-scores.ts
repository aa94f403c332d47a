import { parseCsv, type CsvRecord } from '#domain';
import type { ScoreTable } from '#ranking';
import { CliError, EXIT } from '../exit.js';

const COLUMNS = ['algorithm', 'case', 'value', 'patient'] as const;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const MOST_FAULTS = 20;
/** Larger values could not be added up: a sum of ten of them might exceed the largest number. */
export const LARGEST = 1e300;

export interface Scores {
  /** Algorithms and cases in order of UTF-16 code units. A value is NaN where the file has none. */
  readonly table: ScoreTable;
  /** Whose each case is, or null without a column for it. */
  readonly patients: readonly string[] | null;
  /** Cells of which the file says nothing, or a blank: `[algorithm, case]`. */
  readonly missing: readonly (readonly [string, string])[];
  /** Cells that say `Infinity`; they hold `worst` in the table. */
  readonly unbounded: readonly (readonly [string, string])[];
  /** What the user should know although it is no fault. */
  readonly notes: readonly string[];
}

interface Cell {
  readonly line: number;
  /** Infinity: counts as worst. NaN: missing. */
  readonly value: number;
}

/**
 * Scores of a file with the columns algorithm, case, value and perhaps patient, in any order.
 *
 * @param worst what stands for `Infinity`, and for missing values where the rule says so; NaN when it was not told
 * @throws CliError `scores-invalid` with all faults of the file (the first twenty in words)
 */
export function readScores(text: string, worst: number): Scores {
  let records: CsvRecord[];
  try {
    records = parseCsv(text);
  } catch (error) {
    throw invalid([(error as Error).message], error);
  }
  const [header, ...rows] = records;
  if (!header) throw invalid(['the file is empty; expected a header and at least one row']);
  const columns = columnsOf(header);
  if (rows.length === 0) throw invalid(['the file has a header but no rows; expected at least one']);

  const faults: string[] = [];
  const cells = new Map<string, Map<string, Cell>>();
  const patientOf = new Map<string, string>();
  const caseNames = new Set<string>();
  for (const { line, fields } of rows) {
    const fault = (sentence: string) => faults.push(`line ${line}: ${sentence}`);
    if (fields.length !== header.fields.length) {
      fault(`${fields.length} fields; the header has ${header.fields.length}`);
      continue;
    }
    const [algorithm, name, value] = [fields[columns.algorithm], fields[columns.case], fields[columns.value]];
    if (algorithm === '') fault('no algorithm');
    if (name === '') fault('no case');
    const number = value === '' ? NaN : value === 'Infinity' ? Infinity : NUMBER.test(value) ? Number(value) : null;
    if (number === null || (number === Infinity && value !== 'Infinity') || number === -Infinity) {
      fault(`the value is "${value}"; expected a number, Infinity, or nothing for a missing one`);
      continue;
    }
    if (Number.isFinite(number) && Math.abs(number) > LARGEST) {
      fault(`the value is ${value}; expected at most ${LARGEST} in size`);
      continue;
    }
    if (algorithm === '' || name === '') continue;
    const own = cells.get(algorithm) ?? new Map<string, Cell>();
    cells.set(algorithm, own);
    caseNames.add(name);
    const before = own.get(name);
    if (before) fault(`${algorithm} has case "${name}" again; it is on line ${before.line} already`);
    else own.set(name, { line, value: number });
    const patient = columns.patient === null ? '' : fields[columns.patient];
    const known = patientOf.get(name);
    if (patient === '') continue;
    if (known !== undefined && known !== patient)
      fault(`case "${name}" is of patient "${patient}", and of "${known}" before`);
    patientOf.set(name, patient);
  }
  if (faults.length > 0) throw invalid(faults);

  const algorithms = [...cells.keys()].sort(byCodeUnits);
  const cases = [...caseNames].sort(byCodeUnits);
  const values = new Float64Array(algorithms.length * cases.length).fill(NaN);
  const missing: (readonly [string, string])[] = [];
  const unbounded: (readonly [string, string])[] = [];
  algorithms.forEach((algorithm, a) =>
    cases.forEach((name, c) => {
      const value = cells.get(algorithm)?.get(name)?.value ?? NaN;
      if (Number.isNaN(value)) missing.push([algorithm, name]);
      else if (value === Infinity) unbounded.push([algorithm, name]);
      values[a * cases.length + c] = value === Infinity ? worst : value;
    }),
  );
  const notes: string[] = [];
  const ignored = header.fields.filter((name) => !(COLUMNS as readonly string[]).includes(name));
  if (ignored.length > 0) notes.push(`columns that are not used: ${ignored.join(', ')}`);
  const alone = columns.patient === null ? [] : cases.filter((name) => !patientOf.has(name));
  if (alone.length > 0)
    notes.push(`${alone.length} of ${cases.length} cases name no patient; each counts as a patient of its own`);
  return {
    table: {
      algorithms,
      cases,
      values,
      penalties: new Float64Array(values.length).fill(worst),
      scored: new Uint8Array(cases.length).fill(1),
    },
    patients:
      columns.patient === null
        ? null
        : cases.map((name) => {
            const patient = patientOf.get(name);
            return patient === undefined ? `case ${name}` : `patient ${patient}`;
          }),
    missing,
    unbounded,
    notes,
  };
}

/** Where each column is. @throws CliError when one is absent or occurs twice */
function columnsOf({ fields }: CsvRecord): { algorithm: number; case: number; value: number; patient: number | null } {
  const faults: string[] = [];
  const find = (name: (typeof COLUMNS)[number]): number => {
    const at = fields.indexOf(name);
    if (at !== fields.lastIndexOf(name)) faults.push(`line 1: the column ${name} occurs twice`);
    return at;
  };
  const found = { algorithm: find('algorithm'), case: find('case'), value: find('value'), patient: find('patient') };
  const absent = (['algorithm', 'case', 'value'] as const).filter((name) => found[name] === -1);
  if (absent.length > 0) {
    faults.push(
      `line 1: no column ${absent.join(', ')}; expected algorithm, case, value and perhaps patient, got ${fields.join(', ').replaceAll('\r', '\\r')}`,
    );
  }
  if (faults.length > 0) throw invalid(faults);
  return { ...found, patient: found.patient === -1 ? null : found.patient };
}

function invalid(faults: readonly string[], cause?: unknown): CliError {
  const shown = faults.slice(0, MOST_FAULTS).map((fault) => `\n  ${fault}`);
  const more = faults.length > MOST_FAULTS ? `\n  and ${faults.length - MOST_FAULTS} more` : '';
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  return new CliError('scores-invalid', `the scores have ${count}:${shown.join('')}${more}`, EXIT.invalidInput, {
    cause,
  });
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
