import { createHmac } from 'node:crypto';
import type { PlannedCase } from './planned.js';
import { isPersonalName, patientPseudonyms, renameCases } from './pseudonyms.js';

const one = (name: string, patient: string | null, site?: string): PlannedCase => ({ name, patient, split: null, facts: site ? { site } : {}, images: [], references: [] });
const keyed = (key: string) => (message: Uint8Array) => createHmac('sha256', key).update(message).digest();

describe('pseudonyms of patients', () => {
  it('are the same in every import under the same key, and say nothing', async () => {
    const [followUp, baseline, other, nobody] = [one('p1-followup', '943 476 5919'), one('p1-baseline', '943 476 5919'), one('b', '943'), one('c', null)];
    const first = await patientPseudonyms([followUp], keyed('k'));
    const later = await patientPseudonyms([baseline, followUp, other, nobody, one('d', null)], keyed('k'));
    expect(later.get(followUp)).toBe(first.get(followUp));
    expect(later.get(baseline)).toBe(first.get(followUp));
    expect(new Set(later.values()).size).toBe(4);
    for (const pseudonym of later.values()) expect(pseudonym).toMatch(/^[0-9a-f]{16}$/);
    expect((await patientPseudonyms([followUp], keyed('other'))).get(followUp)).not.toBe(first.get(followUp));
    // the case's own name is not taken for a patient of that name
    expect(later.get(nobody)).not.toBe((await patientPseudonyms([one('x', 'c')], keyed('k'))).values().next().value);
  });

  it('tell equal numbers of two sites apart', async () => {
    const [a, b, c] = [one('a', '1', 'York'), one('b', '1', 'Leeds'), one('c', '1', 'York')];
    const found = await patientPseudonyms([a, b, c], keyed('k'));
    expect([found.get(a) === found.get(b), found.get(a) === found.get(c)]).toEqual([false, true]);
  });
});

describe('names of cases', () => {
  it('become numbers, and stay what they were when more cases come', () => {
    const first = renameCases([one('DOE^JANE', null), one('ADAMS', null)], {});
    expect(first.cases.map(({ name }) => name)).toEqual(['case-0002', 'case-0001']);
    const later = renameCases([one('AARON', null), one('ADAMS', null), one('DOE^JANE', null)], first.names);
    expect(later.cases.map(({ name }) => name)).toEqual(['case-0003', 'case-0001', 'case-0002']);
    expect(later.names).toEqual({ ADAMS: 'case-0001', 'DOE^JANE': 'case-0002', AARON: 'case-0003' });
  });

  it.each([
    ['DOE^JANE_19430501', ['Doe^Jane', '4711234']],
    ['export_4711234_CT', ['Doe^Jane', '4711234']],
    ['471-12-34', ['4711234']],
    ['JaneDoe', ['DOE^JANE']],
    ['Müller 2024', ['Muller^Ute^^Dr']],
  ])('that say who somebody is: %s', (name, called) => expect(isPersonalName(name, called)).toBe(true));

  it.each([
    ['case-0012', ['Doe^Jane', '4711234']],
    ['liver-01', ['Doe^Jane', '01']],
    ['phantom-3', ['Phantom^Abdomen', 'PH']],
    ['s0011', []],
  ])('and that do not: %s', (name, called) => expect(isPersonalName(name, called)).toBe(false));
});
