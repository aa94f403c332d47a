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
    expect(all.standings.map(({ algorithm, rank, tier, interval }) => [algorithm, rank, tier, [...interval]])).toEqual([
      ['first', 1, 1, [1, 1]],
      ['second', 2, 2, [2, 2]],
      ['third', 3, 3, [3, 3]],
    ]);
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
    expect(released.withoutSite.map(({ group }) => group)).toEqual(['a', 'b', 'c']);
    expect(released.withoutSite.flatMap(({ places }) => places!.map(({ aggregate }) => aggregate))).toEqual(
      Array(9).fill(null),
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
