import { createRandom } from '#statistics';
import { boardEvidence, type EvidenceQuestion } from './board-evidence.js';
import { studyOfData, type StudyData } from './board-study.js';

const SITES = ['a', 'b', 'c'];

/** Three algorithms, each a step worse than the one before, on `count` cases of three sites; the last case is alone on site d. */
function data(count: number): StudyData {
  const random = createRandom(7);
  const cases = Array.from({ length: count }, (_, c) => `case-${String(c).padStart(3, '0')}`);
  const algorithms = ['first', 'second', 'third'];
  const values = Float64Array.from(
    { length: 3 * count },
    (_, at) => 0.9 - 0.1 * Math.floor(at / count) - 0.05 * random.uniform(),
  );
  values[2 * count] = NaN; // the third algorithm failed on the first case
  return {
    algorithms,
    cases,
    patients: cases,
    tables: [{ metric: 'dice', region: 'liver', values, penalties: new Float64Array(count) }],
  };
}

function question(count: number, detail: EvidenceQuestion['detail']): EvidenceQuestion {
  const study = studyOfData(data(count));
  const site = study.cases.map((_, c) => (c === count - 1 ? 'd' : SITES[c % 3]));
  return {
    study,
    scheme: { kind: 'mean-then-rank', metric: 'dice' },
    directionOf: () => 'higher',
    attributes: [
      { key: 'site', demographic: false, levels: site },
      { key: 'sex', demographic: true, levels: study.cases.map((_, c) => (c < 3 ? 'x' : c % 2 ? 'f' : 'm')) },
    ],
    siteKey: 'site',
    failed: (algorithm, name) => algorithm === 'third' && name === 'case-000',
    draws: 200,
    seed: 1,
    detail,
  };
}

describe('evidence of a board', () => {
  const all = boardEvidence(question(40, 'cases'));

  it('orders what lies clearly apart, each in a tier of its own', () => {
    expect(all.standings.map(({ algorithm, rank, tier, interval }) => [algorithm, rank, tier, [...interval!]])).toEqual(
      [
        ['first', 1, 1, [1, 1]],
        ['second', 2, 2, [2, 2]],
        ['third', 3, 3, [3, 3]],
      ],
    );
    expect(all.tests.better).toEqual([
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ]);
    expect(all.schemes.map(({ kind, tau }) => [kind, tau])).toEqual(
      ['mean-then-rank', 'median-then-rank', 'rank-then-mean', 'rank-then-median', 'test-then-rank'].map((kind) => [
        kind,
        1,
      ]),
    );
    expect(all.tau).toMatchObject({ mean: 1, undefined: 0 });
  });

  it('counts a failed case with its penalty, in the mean and in the failure rate of its level', () => {
    const third = all.standings[2].mean!;
    expect(third.mean).toBeLessThan(0.7);
    const site = all.slices[0].algorithms[2].levels.find(({ level }) => level === 'a')!.figures!;
    expect(site.failureRate).toBeCloseTo(1 / site.n, 12);
  });

  it('withholds small demographic levels with what would give them away, and ranks no level below ten cases', () => {
    const [site, sex] = all.slices;
    expect(sex.algorithms[0].levels.filter(({ figures }) => figures === null).map(({ level }) => level)).toEqual(
      expect.arrayContaining(['x']),
    );
    expect(sex.algorithms[0].levels.filter(({ figures }) => figures === null).length).toBeGreaterThan(1);
    expect(site.rankings.find(({ group }) => group === 'd')).toMatchObject({ places: null, why: 'too-few-cases' });
  });

  it('is the same bytes for the same seed, and tells of its progress', () => {
    const progress: number[] = [];
    expect(JSON.stringify(boardEvidence(question(40, 'cases'), (done) => progress.push(done)))).toBe(
      JSON.stringify(all),
    );
    expect(progress).toEqual([100, 200]);
  });
});

describe('gaps between levels', () => {
  /** Structures of two sizes in turn; site a has the small ones. */
  const sized = (detail: EvidenceQuestion['detail'], region?: string): EvidenceQuestion => {
    const base = question(42, detail);
    const small = base.attributes[0].levels.map((level) => level === 'a');
    return {
      ...base,
      scheme: { kind: 'mean-then-rank', metric: 'dice', region },
      attributes: [...base.attributes, { ...base.attributes[0], key: 'volume of liver', ofSize: true }],
      sizes: new Map([['liver', small.map((is, c) => (c === 1 ? null : (is ? 10 : 90) + c))]]),
    };
  };
  const gapsOf = (of: EvidenceQuestion) =>
    boardEvidence(of).slices.map(({ key, algorithms }) => [key, algorithms[0].gap] as const);

  it('have a p before and after Holm over the attributes, also after size, but not where the levels are sizes', () => {
    const gaps = gapsOf(sized('cases'));
    expect(gaps.map(([key, gap]) => [key, gap !== null, gap?.afterSize !== null])).toEqual([
      ['site', true, true],
      ['sex', false, true], // two levels are withheld, one is left: no gap at all
      ['volume of liver', true, false],
    ]);
    const raw = [gaps[0][1]!.p, gaps[2][1]!.p];
    expect(raw[0]).toBe(raw[1]); // the same levels under two names
    expect([gaps[0][1]!.pAdjusted, gaps[2][1]!.pAdjusted]).toEqual(raw.map((p) => Math.min(1, 2 * p!)));
    expect(gaps[0][1]!.afterSize!.pAdjusted).toBe(gaps[0][1]!.afterSize!.p); // alone in its family
  });

  it('are the same for a region and for all regions where there is one', () => {
    expect(gapsOf(sized('cases', 'liver'))).toEqual(gapsOf(sized('cases')));
  });

  it('come without p-values, and without what rests on the sizes of hidden structures, where cases are not shown', () => {
    const gaps = gapsOf(sized('released')).filter(([, gap]) => gap !== null);
    expect(gaps.map(([key]) => key)).toEqual(['site', 'volume of liver']);
    for (const [, gap] of gaps) {
      expect(gap).toMatchObject({ levels: ['a', 'b'], p: null, pAdjusted: null, afterSize: null });
      expect(gap!.gap).toBeGreaterThan(0);
    }
  });

  it('need the size of every region in every case', () => {
    const { sizes: _, ...unknown } = sized('cases');
    expect(gapsOf(unknown)[0][1]!.afterSize).toBeNull();
    expect(() => boardEvidence({ ...unknown, sizes: new Map([['spleen', [1]]]) })).toThrow(
      'nothing to rank by dice over region "spleen"',
    );
    expect(() => boardEvidence({ ...unknown, sizes: new Map([['liver', [1]]]) })).toThrow(
      'got 1 sizes of "liver"; expected 42, one a case',
    );
    expect(() => boardEvidence({ ...unknown, sizes: new Map() })).toThrow('got sizes of 0 regions; expected 1');
  });
});

describe('what is released of a held-out phase', () => {
  const released = boardEvidence(question(40, 'released'));

  it('has no median, quartile, p-value, and no figure of a level with fewer than ten cases, not even its name', () => {
    const text = JSON.stringify(released);
    expect(released.tests.p).toBeNull();
    for (const { algorithms } of released.slices)
      for (const { levels } of algorithms)
        for (const { figures } of levels) {
          expect(figures!.n).toBeGreaterThanOrEqual(10);
          expect([figures!.median, figures!.quartiles]).toEqual([null, null]);
        }
    expect(text).not.toContain('"d"');
    expect(text).not.toContain('"x"');
    expect(released.withoutSite.map(({ group }) => group)).toEqual(['b', 'c']); // a is hidden, as d would follow from it
    expect(released.withoutSite.flatMap(({ places }) => places!.map(({ aggregate }) => aggregate))).toEqual(
      Array(6).fill(null),
    );
  });

  it('contains not one value of a case', () => {
    const { tables } = data(40);
    for (const scheme of [
      'mean-then-rank',
      'median-then-rank',
      'rank-then-mean',
      'rank-then-median',
      'test-then-rank',
    ] as const)
      for (const count of [1, 2, 3, 5, 40, 41]) {
        const asked = { ...question(count, 'released'), scheme: { kind: scheme, metric: 'dice' } } as const;
        const text = JSON.stringify(boardEvidence(asked));
        const values = count === 40 ? tables[0].values : data(count).tables[0].values;
        // the mean of a single case is that case, and its board shows means
        const secret = [...values].filter(
          (value) => !Number.isNaN(value) && (count > 1 || scheme !== 'mean-then-rank'),
        );
        expect(secret.filter((value) => text.includes(String(value)))).toEqual([]);
      }
  });

  it('is otherwise what the keepers see', () => {
    const all = boardEvidence(question(40, 'cases'));
    expect(released.standings).toEqual(all.standings);
    expect(released.tests.better).toEqual(all.tests.better);
    expect(released.tau).toEqual(all.tau);
  });
});

describe('what is released of few held-out patients', () => {
  it('is the ranking, and nothing that would tell which cases made it', () => {
    const few = boardEvidence(question(9, 'released'));
    expect(few.withheld).toBe('few-patients');
    for (const standing of few.standings) {
      const { algorithm: _, rank: __, aggregate: ___, ...rest } = standing;
      expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    }
    expect(few.standings.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect([few.tests.better, few.tests.p]).toEqual([null, null]);
    expect(few.tau).toEqual({ mean: null, quartiles: null, undefined: 0, values: [] });
    expect([few.slices, few.withoutSite]).toEqual([[], []]);
    expect(boardEvidence(question(9, 'cases')).withheld).toBeNull();
    expect(boardEvidence(question(10, 'released')).withheld).toBeNull();
  });

  it('counts patients, however many cases each has', () => {
    const base = question(40, 'released');
    const study = { ...base.study, patients: base.study.cases.map((_, c) => `patient ${c % 8}`) };
    expect(boardEvidence({ ...base, study }).withheld).toBe('few-patients');
  });
});

describe('a study from plain data', () => {
  it('refuses names out of order and tables of the wrong size', () => {
    const good = data(3);
    expect(() => studyOfData({ ...good, algorithms: ['b', 'a', 'c'] })).toThrow('"b" comes before "a"');
    expect(() => studyOfData({ ...good, tables: [{ ...good.tables[0], penalties: new Float64Array(2) }] })).toThrow(
      'dice over liver has 9 values and 2 penalties',
    );
    expect(() => studyOfData(good).tables('iou')).toThrow('nothing to rank by iou');
  });
});
