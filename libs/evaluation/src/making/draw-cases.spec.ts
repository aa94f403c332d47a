import { drawCases, usualSplit, type CaseSplit, type DrawableCase } from './draw-cases.js';

const one = (name: string, patient = name, split: string | null = null, site = 'x'): DrawableCase => ({
  name,
  patient,
  split,
  facts: { site },
});
const codes = (cases: readonly DrawableCase[], split: CaseSplit) =>
  drawCases(cases, split).findings.map(({ code }) => code);
const random = (more: Partial<Extract<CaseSplit, { kind: 'random' }>> = {}): CaseSplit => ({
  kind: 'random',
  seed: 1,
  testShare: 0.7,
  stratifyBy: null,
  ...more,
});

describe('the cases’ own split', () => {
  it('is taken where it tells two kinds apart', () => {
    const cases = [one('a', 'a', 'train'), one('b', 'b', 'test'), one('c', 'c', 'Validation'), one('d', 'd', 'odd')];
    const split = usualSplit(cases);
    expect(split).toEqual({ kind: 'by-split', practice: ['train', 'Validation'], test: ['test'] });
    expect(drawCases(cases, split)).toEqual({
      drawn: { practice: ['a', 'c'], test: ['b'], left: ['d'] },
      findings: [],
    });
  });

  it('is no use where all are of one kind', () => {
    expect(usualSplit([one('a', 'a', 'train'), one('b', 'b', 'train')])).toEqual(random());
  });

  it('cannot put a patient on both sides', () => {
    const cases = [one('a', 'p', 'train'), one('b', 'p', 'test'), one('c', 'q', 'test')];
    const { findings } = drawCases(cases, { kind: 'by-split', practice: ['train'], test: ['test'] });
    expect(findings).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'patient-in-both',
        message: expect.stringContaining('(a, b)') as string,
      }),
    ]);
  });

  it('names what is not there, what is on both sides, and what is missing', () => {
    const cases = [one('a'), one('b')];
    expect(codes(cases, { kind: 'by-name', practice: ['a'], test: ['z'] })).toEqual([
      'split-unknown',
      'no-held-out-case',
    ]);
    expect(codes(cases, { kind: 'by-name', practice: ['a', 'b'], test: ['a'] })).toEqual(['split-twice']);
    expect(codes(cases, { kind: 'by-name', practice: [], test: ['a'] })).toEqual(['no-practice-case']);
  });
});

describe('drawing', () => {
  const many = Array.from({ length: 30 }, (_, n) =>
    one(`case-${n}`, `patient-${n % 20}`, null, n % 20 < 5 ? 'rare' : 'usual'),
  );

  it('keeps patients whole, holds out the share of them, and is the same for the same seed, whatever the order', () => {
    const { drawn, findings } = drawCases(many, random());
    expect(findings).toEqual([]);
    const patients = (names: readonly string[]) =>
      new Set(many.filter(({ name }) => names.includes(name)).map(({ patient }) => patient));
    expect([...patients(drawn.practice)].filter((patient) => patients(drawn.test).has(patient))).toEqual([]);
    expect(patients(drawn.test).size).toBe(14); // 0.7 of 20
    expect(new Set(drawCases([...many].reverse(), random()).drawn.test)).toEqual(new Set(drawn.test));
    expect(drawCases(many, random({ seed: 2 })).drawn.test).not.toEqual(drawn.test);
  });

  it('draws within each value of a fact, by largest remainder', () => {
    const { drawn } = drawCases(many, random({ stratifyBy: 'site' }));
    const held = new Set(
      many.filter(({ name }) => drawn.test.includes(name)).map(({ patient, facts }) => `${facts.site} ${patient}`),
    );
    // 14 of 20: 3.5 of 5 and 10.5 of 15; of equal remainders the first gets the last one
    expect([...held].filter((key) => key.startsWith('rare'))).toHaveLength(4);
    expect(held.size).toBe(14);
  });

  it('leaves each side at least one patient, and says so when there is only one', () => {
    expect(drawCases([one('a'), one('b')], random({ testShare: 0.99 })).drawn.practice).toHaveLength(1);
    expect(drawCases([one('a'), one('b')], random({ testShare: 0.01 })).drawn.test).toHaveLength(1);
    expect(codes([one('a'), one('b', 'a')], random())).toEqual(['no-practice-case']);
    expect(codes(many, random({ stratifyBy: 'vendor' }))).toEqual(['split-fact']);
  });
});
