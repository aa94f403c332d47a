import { caseIdOfStudy, frameOfReferenceUidOf, instanceNumberOf, instanceUidOf, seriesUidOf, studyUidOf } from './dicom-uids.js';

const CASE = '00000000-0000-7000-8000-00000000000a';
const OBJECT = '0192f0c4-7777-7777-8777-777777777777';

describe('UIDs of a case', () => {
  it('a study is the case: its UUID as a number, there and back', () => {
    // 7 * 16^19 + 8 * 16^15 + 10
    expect(studyUidOf(CASE)).toBe(`2.25.${7n * 16n ** 19n + 8n * 16n ** 15n + 10n}`);
    for (const id of [CASE, OBJECT, 'ffffffff-ffff-ffff-ffff-ffffffffffff']) expect(caseIdOfStudy(studyUidOf(id))).toBe(id);
  });

  it('UIDs of elsewhere are of no case', () => {
    const tooLarge = `2.25.${2n ** 128n}`;
    for (const uid of ['', '2.25.', '2.25.01', '1.2.840.10008.1.2', `${studyUidOf(CASE)}.1`, tooLarge, '2.25.x'])
      expect([uid, caseIdOfStudy(uid)]).toEqual([uid, null]);
  });

  it('a series differs by case and by object, and is a UID', () => {
    const uids = [seriesUidOf(CASE, OBJECT), seriesUidOf(OBJECT, CASE), seriesUidOf(CASE, CASE)];
    expect(new Set(uids).size).toBe(3);
    expect(seriesUidOf(CASE, OBJECT)).toBe(uids[0]);
    for (const uid of [...uids, instanceUidOf(uids[0], 99999), frameOfReferenceUidOf(CASE)]) {
      expect(uid).toMatch(/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/);
      expect(uid.length).toBeLessThanOrEqual(64);
    }
  });

  it('an instance has a number within its series', () => {
    const series = seriesUidOf(CASE, OBJECT);
    expect(instanceNumberOf(series, instanceUidOf(series, 12))).toBe(12);
    for (const uid of [series, `${series}.0`, `${series}.01`, `${series}.1.2`, `${series}1.2`, `${seriesUidOf(CASE, CASE)}.1`])
      expect(instanceNumberOf(series, uid)).toBeNull();
  });
});
