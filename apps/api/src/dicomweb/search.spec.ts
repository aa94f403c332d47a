import type { DicomJson } from '#imaging';
import { matches, MOST_OFFSET, MOST_RESULTS, ofStudy, readSearch, uidsWanted } from './search.js';

const RECORD: DicomJson = {
  '00080020': { vr: 'DA', Value: ['20240229'] },
  '00080050': { vr: 'SH' },
  '00080061': { vr: 'CS', Value: ['CT', 'SEG'] },
  '00081030': { vr: 'LO', Value: ['Abdominal organs, practice'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Phantom-01' }] },
  '0020000D': { vr: 'UI', Value: ['2.25.7'] },
  '00200013': { vr: 'IS', Value: [12] },
};
const found = (query: Record<string, string | string[]>): boolean => matches(RECORD, readSearch(query));

describe('QIDO search', () => {
  it.each([
    [{}, true],
    [{ StudyInstanceUID: '2.25.7' }, true],
    [{ StudyInstanceUID: '2.25.6,2.25.7' }, true],
    [{ StudyInstanceUID: '2.25.6\\2.25.8' }, false],
    [{ StudyInstanceUID: '2.25.*' }, false], // wildcards are none in UIDs
    [{ '0020000d': '2.25.7' }, true],
    [{ ModalitiesInStudy: 'SEG' }, true],
    [{ ModalitiesInStudy: 'MR' }, false],
    [{ PatientName: 'phantom*' }, true],
    [{ PatientName: '*-0?' }, true],
    [{ PatientName: '*-0' }, false],
    [{ StudyDescription: 'abdominal*' }, false], // only names ignore the case
    [{ StudyDescription: '*organs*' }, true],
    [{ StudyDate: '20240101-20241231' }, true],
    [{ StudyDate: '-20231231' }, false],
    [{ StudyDate: '20240229-' }, true],
    [{ AccessionNumber: '*' }, true],
    [{ AccessionNumber: '' }, true],
    [{ AccessionNumber: 'A1' }, false],
    [{ InstanceNumber: '12' }, true],
    [{ '00090010': 'X' }, false],
    [{ ModalitiesInStudy: ['CT', 'SEG'] }, true],
    [{ ModalitiesInStudy: 'CT', PatientName: 'x' }, false],
    [{ PatientName: `${'*a'.repeat(900)}b` }, false],
  ])('%j: %p', (query, expected) => expect(found(query)).toBe(expected));

  it('pages, and says what it does not do', () => {
    expect(readSearch({ limit: '5', offset: '10', includefield: ['all', '00081030'] })).toEqual({ limit: 5, offset: 10, wanted: [], warnings: [] });
    expect(readSearch({ limit: '999999' }).limit).toBe(MOST_RESULTS);
    expect(readSearch({ fuzzymatching: 'true', OperatorsName: 'x' }).warnings).toEqual([
      'OperatorsName is not matched',
      'fuzzymatching is not supported; only literal matching was done',
    ]);
    for (const limit of ['-1', '1e3', 'ten']) {
      expect(() => readSearch({ limit })).toThrow(expect.objectContaining({ status: 400, code: 'dicomweb-search-invalid' }));
    }
  });

  it('knows which UIDs can be in the answer', () => {
    expect(uidsWanted(readSearch({ StudyInstanceUID: '1.2,1.3' }), '0020000D')).toEqual(['1.2', '1.3']);
    expect(uidsWanted(readSearch({ StudyInstanceUID: ['1.2,1.3', '1.3'] }), '0020000D')).toEqual(['1.3']);
    expect(uidsWanted(readSearch({ PatientID: 'x' }), '0020000D')).toBeNull();
  });
});

describe('what keeps a search cheap', () => {
  it('decides by the study what no series can change', () => {
    const search = readSearch({ PatientID: 'a*', Modality: 'CT', ModalitiesInStudy: 'SEG', SeriesDescription: 'x', StudyInstanceUID: '2.25.1' });
    expect(ofStudy(search).wanted.map(({ tag }) => tag)).toEqual(['00100020', '0020000D']);
  });

  it('refuses to pass over more than can be gone through', () => {
    expect(readSearch({ offset: String(MOST_OFFSET) }).offset).toBe(MOST_OFFSET);
    expect(() => readSearch({ offset: String(MOST_OFFSET + 1) })).toThrow('expected at most 100000');
  });
});
