import { phantomDataset, trainingCase, type PhantomCase } from './cases.js';
import { SITES, type SiteId } from './sites.js';

const { cases } = phantomDataset();
const count = <T>(values: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('phantomDataset', () => {
  it('has 8 practice cases from all sites and 36 held-out ones, 12 a site', () => {
    const of = (split: string): PhantomCase[] => cases.filter((phantom) => phantom.split === split);
    expect(cases).toHaveLength(44);
    expect(of('practice')).toHaveLength(8);
    expect(new Set(of('practice').map(({ siteId }) => siteId)).size).toBe(3);
    expect(count(of('test').map(({ siteId }) => siteId))).toEqual(
      new Map([
        ['a', 12],
        ['b', 12],
        ['c', 12],
      ]),
    );
  });

  it('names each case, patient and seed once', () => {
    for (const key of ['name', 'seed'] as const) expect(new Set(cases.map((phantom) => phantom[key])).size).toBe(44);
    expect(new Set(cases.map(({ clinical }) => clinical.patientId)).size).toBe(44);
    expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(['practice-01', 'practice-08', 'test-c-12']));
  });

  it('fills the clinical table: three age and body-mass bands, as many women as men at each site', () => {
    const test = cases.filter(({ split }) => split === 'test');
    expect([...count(test.map(({ clinical }) => clinical.ageBand)).keys()].sort()).toEqual(['18-39', '40-64', '65+']);
    expect([...count(test.map(({ clinical }) => clinical.bodyMassBand)).keys()].sort()).toEqual([
      '25-30',
      'over-30',
      'under-25',
    ]);
    for (const site of ['a', 'b', 'c'] as const) {
      const sexes = count(test.filter(({ siteId }) => siteId === site).map(({ clinical }) => clinical.sex));
      expect(sexes).toEqual(
        new Map([
          ['female', 6],
          ['male', 6],
        ]),
      );
    }
    for (const { siteId, clinical } of cases) {
      expect(clinical.vendor).toBe(SITES[siteId].vendor);
      expect(clinical.sliceThicknessMm).toBe(SITES[siteId].sliceThicknessMm);
    }
  });

  it('is a plain object that survives a trip to a worker thread', () => {
    expect(structuredClone(cases)).toEqual(cases);
  });
});

describe('trainingCase', () => {
  it('never shares a seed with the benchmark, however many are drawn', () => {
    const held = new Set(cases.map(({ seed }) => seed));
    for (const site of ['a', 'b', 'c'] as SiteId[]) {
      for (let n = 0; n < 3000; n++) {
        const { seed, split } = trainingCase(n, site);
        expect(split).toBe('training');
        if (held.has(seed)) throw new Error(`training case ${n} of site ${site} has a benchmark seed`);
        if (seed < 0x80000000) throw new Error(`training case ${n} of site ${site} lacks the training bit: ${seed}`);
      }
    }
    expect(cases.every(({ seed }) => seed < 0x80000000)).toBe(true);
  });

  it('refuses numbers that are none', () => {
    expect(() => trainingCase(-1, 'a')).toThrow('expected a non-negative integer');
    expect(() => trainingCase(0.5, 'a')).toThrow(RangeError);
  });
});
