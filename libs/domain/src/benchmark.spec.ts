import { isDemographic, ISOLATION_LEVELS, isolationReaches, requiredIsolation } from './benchmark.js';

describe('isolation that a phase asks for', () => {
  it.each([
    ['sealed images of people', 'SEALED', false, 'L2'],
    ['sealed, made by a program', 'SEALED', true, 'L0'],
    ['open images of people', 'PUBLIC', false, 'L0'],
    ['for participants', 'PARTICIPANT', false, 'L0'],
  ] as const)('%s: as it should be without a word in the rules', (_, label, synthetic, expected) => {
    expect(requiredIsolation({}, { label, synthetic })).toBe(expected);
  });

  it('the rules have the last word, in both directions', () => {
    expect(requiredIsolation({ requiredIsolation: 'L3' }, { label: 'PUBLIC', synthetic: true })).toBe('L3');
    expect(requiredIsolation({ requiredIsolation: 'L1' }, { label: 'SEALED', synthetic: false })).toBe('L1');
  });

  it('each level reaches itself and those below', () => {
    for (const [n, level] of ISOLATION_LEVELS.entries()) {
      expect(ISOLATION_LEVELS.filter((required) => isolationReaches(level, required))).toEqual(
        ISOLATION_LEVELS.slice(0, n + 1),
      );
    }
  });
});

describe('facts about the person', () => {
  it.each([
    'age',
    'ageYears',
    'Sex',
    'gender',
    'patient_sex',
    'ethnicity',
    'race',
    'weight',
    'bmi',
    'smoking',
    'tumourGrade',
  ])('%s is one, or may be', (fact) => expect(isDemographic(fact)).toBe(true));

  it.each([
    'site',
    'Vendor',
    'slice_thickness',
    'kVp',
    'fieldStrength',
    'manufacturerModelName',
    'TE',
    'contrastPhase',
  ])('%s is about the image', (fact) => expect(isDemographic(fact)).toBe(false));
});
