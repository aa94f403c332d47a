import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HOLD_CODES } from './gate.js';
import { deidentificationPolicy, DEFAULT_POLICY, methodCodes } from './policy.js';

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/deidentification.md'), 'utf8');

describe('policy', () => {
  it('has every setting and every hold in the documentation', () => {
    expect(Object.keys(deidentificationPolicy.shape).filter((key) => !docs.includes(`| \`${key}\``))).toEqual([]);
    expect(HOLD_CODES.filter((code) => !docs.includes(`| \`${code}\``))).toEqual([]);
  });

  it('accepts the example of the documentation', () => {
    const [, example] = /```json\n([\s\S]*?)```/.exec(docs)!;
    expect(deidentificationPolicy.parse(JSON.parse(example)).siteCode).toBe('S03');
  });

  it.each([
    [{ uid: 'keep' }],
    [{ shiftDays: { least: 10, most: 20 } }],
    [{ siteCode: 'St Elsewhere Hospital' }],
    [{ words: ['two words'] }],
    [{ safePrivate: [{ creator: 'X', group: '0018', element: '0c', vr: 'IS' }] }],
    [{ safePrivate: [{ creator: 'X', group: '0019', element: '0c', vr: 'LO' }] }],
  ])('refuses %j', (policy) => expect(deidentificationPolicy.safeParse(policy).success).toBe(false));

  it('names its options by the standard’s codes', () => {
    expect(methodCodes(DEFAULT_POLICY).map(([code]) => code)).toEqual(['113100', '113105', '113107', '113108']);
    const all = deidentificationPolicy.parse({
      uids: 'keep',
      dates: 'keep',
      device: 'keep',
      institution: 'keep',
      graphics: 'clean',
      structuredContent: 'clean',
      safePrivate: [{ creator: 'X', group: '0019', element: '0c', vr: 'IS' }],
    });
    expect(methodCodes(all).map(([code]) => code)).toEqual([
      '113100',
      '113103',
      '113104',
      '113105',
      '113106',
      '113108',
      '113109',
      '113110',
      '113111',
      '113112',
    ]);
  });
});
