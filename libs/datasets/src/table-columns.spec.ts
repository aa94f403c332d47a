import { readTable } from './dataset-table.js';
import { Findings } from './finding.js';
import { columnUses, headOf, mappedTable, usesFault, type ColumnUse } from './table-columns.js';

const CSV = 'ID,PatientID,PatientName,age,"site, town"\nc1,P1,Doe,61,Basel\nc2,P1,"Roe, ""J""",,Bern\n';
const table = { file: 't.csv', text: CSV };

describe('columns of a clinical table', () => {
  it('are used as they are called, and left out where they may say who somebody is', () => {
    expect(headOf('t.csv', CSV).map(({ name, use, personal }) => [name, use, personal])).toEqual([
      ['ID', null, true],
      ['PatientID', 'patient', false],
      ['PatientName', null, true],
      ['age', 'fact', false],
      ['site, town', 'fact', false],
    ]);
    expect(() => headOf('t.csv', '')).toThrow('is empty');
    expect(() => headOf('t.csv', 'a,"b')).toThrow('cannot be read as comma-separated values');
  });

  it('need a case, and each meaning once', () => {
    expect(usesFault([null, 'patient'])).toContain('name the cases');
    expect(usesFault(['case', 'patient', 'patient'])).toContain('as patient');
    expect(usesFault(['case', 'fact', 'fact', null])).toBe('');
  });

  it('are used as somebody says, where somebody says so', () => {
    const columns = headOf('t.csv', CSV);
    expect(
      columnUses(
        columns,
        new Map([
          ['ID', 'case'],
          ['site, town', 'site'],
          ['age', 'none'],
        ]),
      ),
    ).toEqual(['case', 'patient', null, null, 'site']);
    expect(columnUses(columns, new Map())).toEqual(columns.map(({ use }) => use));
    const asked = (name: string, word: string) => () => columnUses(columns, new Map([[name, word]]));
    expect(asked('sex', 'fact')).toThrow('no column "sex"; the table has ID, PatientID');
    expect(asked('age', 'years')).toThrow('expected case, patient, site');
    expect(asked('PatientName', 'fact')).toThrow('seems to say who somebody is');
    expect(asked('PatientID', 'fact')).toThrow('has a meaning of its own');
  });

  it('reach the check under their meaning, without those left out', () => {
    const uses: ColumnUse[] = ['case', 'patient', null, 'fact', 'site'];
    const mapped = mappedTable(table, uses);
    expect(mapped.text).not.toMatch(/Doe|Roe|PatientName/);
    const findings = new Findings();
    const read = readTable(mapped.file, mapped.text, findings);
    expect(findings.list).toEqual([]);
    expect(read?.columns).toEqual(['case', 'patient', 'age', 'site']);
    expect(read?.rows.map(({ values }) => values)).toEqual([
      { case: 'c1', patient: 'P1', age: '61', site: 'Basel' },
      { case: 'c2', patient: 'P1', age: '', site: 'Bern' },
    ]);
  });

  it('of a table with tabs come out as the same', () => {
    const mapped = mappedTable({ file: 'p.tsv', text: 'participant_id\tage\nc1\t61\n' }, ['case', 'fact']);
    expect(mapped).toEqual({ file: 'p.csv', text: '"case","age"\n"c1","61"' });
  });
});
