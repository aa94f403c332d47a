import { CliError } from '../exit.js';
import { parseCsv } from '#domain';
import { rankScores } from './rank-scores.js';
import { readDraws } from './read-draws.js';
import { readScores } from './read-scores.js';
import { readSettings } from './settings.js';

const settings = (options: Record<string, string>) => readSettings({ options });
const rank = (csv: string, options: Record<string, string>, draws: string | null = null) =>
  rankScores(csv, settings(options), draws).answer;
const refusal = (work: () => unknown): { code: string; exit: number; message: string } => {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return { code: error.code, exit: error.exit, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
};

describe('comma-separated values', () => {
  it('reads LF and CRLF, quotes, a byte order mark, and no line end at the end', () => {
    const wanted = [
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['x, "y"', ''] },
      { line: 4, fields: ['1', '2'] },
    ];
    for (const end of ['\n', '\r\n']) {
      expect(parseCsv(['\ufeffa, b', '"x, ""y""",', '', '1,2'].join(end))).toEqual(wanted);
      expect(parseCsv(['a,b', ' "x, ""y""" ,', '', '1,2', ''].join(end))).toEqual(wanted);
    }
    expect(parseCsv('"two\nlines",x\ny,z')).toEqual([
      { line: 1, fields: ['two\nlines', 'x'] },
      { line: 3, fields: ['y', 'z'] },
    ]);
    expect(parseCsv('')).toEqual([]);
  });

  it('refuses quotes that do not fit', () => {
    expect(() => parseCsv('a\n"b')).toThrow('line 2: a double quote is not closed');
    expect(() => parseCsv('a"b"')).toThrow('line 1: a double quote stands inside a field');
    expect(() => parseCsv('"a"b')).toThrow('line 1: text follows a closing double quote');
  });
});

describe('scores', () => {
  it('are sorted into a table; absent rows and blanks are missing', () => {
    const { table, patients, missing } = readScores('case,value,algorithm\nc2,0.5,B\nc1,1e-3,B\nc1,,A', 0);
    expect([table.algorithms, table.cases, patients]).toEqual([['A', 'B'], ['c1', 'c2'], null]);
    expect([...table.values]).toEqual([NaN, NaN, 0.001, 0.5]);
    expect(missing).toEqual([
      ['A', 'c1'],
      ['A', 'c2'],
    ]);
  });

  it('know patients, and cases that name none', () => {
    const { patients, notes } = readScores('algorithm,case,value,patient,site\nA,1,1,p,x\nA,2,1,p,x\nA,3,1,,x', 0);
    expect(patients).toEqual(['patient p', 'patient p', 'case 3']);
    expect(notes).toEqual([
      'columns that are not used: site',
      '1 of 3 cases name no patient; each counts as a patient of its own',
    ]);
  });

  it.each([
    ['', 'the file is empty'],
    ['algorithm,case,value\n', 'no rows'],
    ['algorithm;case;value\nA;1;1', 'no column algorithm, case, value'],
    ['algorithm,case\nA,1', 'no column value'],
    ['algorithm,case,value,value\nA,1,1,1', 'the column value occurs twice'],
    ['algorithm,case,value\nA,1,NaN', 'line 2: the value is "NaN"'],
    ['algorithm,case,value\nA,1,good', 'line 2: the value is "good"'],
    ['algorithm,case,value\nA,1,NA', 'line 2: the value is "NA"'],
    ['algorithm,case,value\nA,1,-Infinity', 'line 2: the value is "-Infinity"'],
    ['algorithm,case,value\nA,1,1e999', 'line 2: the value is "1e999"'],
    ['algorithm,case,value\nA,1,1e308\nA,2,-1e308', 'line 2: the value is 1e308; expected at most 1e+300 in size'],
    [
      'algorithm,case,value\rA,1,1',
      'no column value; expected algorithm, case, value and perhaps patient, got algorithm, case, value\\rA',
    ],
    ['algorithm,case,value\nA,1,0x10', 'line 2: the value is "0x10"'],
    ['algorithm,case,value\nA,1,"0,5"', 'line 2: the value is "0,5"'],
    ['algorithm,case,value\nA,1,1\nA,1,1', 'line 3: A has case "1" again; it is on line 2 already'],
    ['algorithm,case,value\nA,1,1\n A ,1,', 'line 3: A has case "1" again'],
    ['algorithm,case,value\n,1,1', 'line 2: no algorithm'],
    ['algorithm,case,value\nA,,1', 'line 2: no case'],
    ['algorithm,case,value\nA,1', 'line 2: 2 fields; the header has 3'],
    ['algorithm,case,value,patient\nA,1,1,p\nB,1,1,q', 'line 3: case "1" is of patient "q", and of "p" before'],
  ])('are refused: %j', (csv, sentence) => {
    const { code, exit, message } = refusal(() => readScores(csv, 0));
    expect([code, exit]).toEqual(['scores-invalid', 6]);
    expect(message).toContain(sentence);
  });

  it('tells all faults at once, the first twenty in words', () => {
    const rows = Array.from({ length: 25 }, (_, n) => `A,${n},x`);
    const { message } = refusal(() => readScores(['algorithm,case,value', ...rows].join('\n'), 0));
    expect(message).toMatch(/^the scores have 25 faults:/);
    expect(message.split('\n')).toHaveLength(22);
    expect(message).toContain('and 5 more');
  });
});

describe('settings', () => {
  it('have the defaults of their scheme', () => {
    expect(settings({ scheme: 'mean-then-rank' })).toMatchObject({
      missing: 'worst',
      ties: 'min',
      direction: 'higher',
      adjust: 'holm',
      alpha: 0.05,
      worst: null,
      draws: null,
      idle: [],
    });
    expect(settings({ scheme: 'rank-then-median' }).missing).toBe('last');
    expect(settings({ scheme: 'test-then-rank' }).missing).toBe('worst');
    expect(settings({ scheme: 'mean-then-rank', draws: '10' }).draws).toEqual({ kind: 'random', count: 10, seed: 1 });
    expect(settings({ scheme: 'mean-then-rank', alpha: '0.1', seed: '3' }).idle).toEqual(['--alpha', '--seed']);
  });

  it.each<Record<string, string>>([
    {},
    { scheme: 'best' },
    { scheme: 'mean-then-rank', missing: 'last' },
    { scheme: 'median-then-rank', missing: 'last' },
    { scheme: 'test-then-rank', missing: 'last' },
    { scheme: 'test-then-rank', missing: 'remove' },
    { scheme: 'mean-then-rank', missing: 'zero' },
    { scheme: 'mean-then-rank', worst: 'Infinity' },
    { scheme: 'mean-then-rank', worst: '' },
    { scheme: 'mean-then-rank', ties: 'max' },
    { scheme: 'mean-then-rank', direction: 'up' },
    { scheme: 'test-then-rank', adjust: 'fdr' },
    { scheme: 'test-then-rank', alpha: '0' },
    { scheme: 'test-then-rank', alpha: '1' },
    { scheme: 'mean-then-rank', draws: '0' },
    { scheme: 'mean-then-rank', draws: '1.5' },
    { scheme: 'mean-then-rank', draws: '10', seed: '-1' },
    { scheme: 'mean-then-rank', draws: '10', seed: '4294967296' },
    { scheme: 'mean-then-rank', draws: '10', 'draws-file': 'x.json' },
  ])('refuse %j as wrong usage', (options) => {
    expect(refusal(() => settings(options))).toMatchObject({ code: 'usage', exit: 2 });
  });
});

describe('draws of a file', () => {
  it('are lists of places in the list of cases', () => {
    expect(readDraws('[[0,1,1],[2]]', 3)).toEqual([[0, 1, 1], [2]]);
  });

  it.each(['', '{}', '[]', '[[]]', '[0]', '[[3]]', '[[-1]]', '[[0.5]]', '[["0"]]', '[[null]]'])(
    'are refused: %j',
    (text) => {
      expect(refusal(() => readDraws(text, 3))).toMatchObject({ code: 'draws-invalid', exit: 6 });
    },
  );
});

describe('ranking a file', () => {
  const csv = 'algorithm,case,value\nA,1,0.9\nA,2,0.4\nB,1,0.5\nB,2,\n';

  it('asks for the worst value once it is needed', () => {
    expect(refusal(() => rank(csv, { scheme: 'mean-then-rank' }))).toMatchObject({ code: 'worst-needed', exit: 6 });
    expect(refusal(() => rank(csv, { scheme: 'test-then-rank' }))).toMatchObject({ code: 'worst-needed' });
    expect(rank(csv, { scheme: 'mean-then-rank', worst: '0' }).ranking.map(({ aggregate }) => aggregate)).toEqual([
      0.65, 0.25,
    ]);
    expect(rank(csv, { scheme: 'mean-then-rank', missing: 'remove' }).ranking[1].aggregate).toBe(0.5);
    expect(rank(csv, { scheme: 'rank-then-mean' }).ranking.map(({ aggregate }) => aggregate)).toEqual([1, 2]);
  });

  it('counts Infinity as worst whatever happens to missing values', () => {
    const unbounded = 'algorithm,case,value\nA,1,3\nA,2,Infinity\nB,1,4\nB,2,\n';
    const options = { scheme: 'mean-then-rank', missing: 'remove', direction: 'lower' };
    expect(refusal(() => rank(unbounded, options))).toMatchObject({
      code: 'worst-needed',
      message: expect.stringContaining('1 value is Infinity') as string,
    });
    expect(rank(unbounded, { ...options, worst: '50' }).ranking).toEqual([
      { algorithm: 'B', aggregate: 4, rank: 1, interval: null },
      { algorithm: 'A', aggregate: 26.5, rank: 2, interval: null },
    ]);
    expect(rankScores(unbounded, settings({ ...options, worst: '3.5' }), null).notes).toEqual([
      '1 value is worse than --worst 3.5',
    ]);
  });

  it('says why an aggregate is null', () => {
    const [, last] = rank('algorithm,case,value\nA,1,\nB,1,1', { scheme: 'mean-then-rank', missing: 'remove' }).ranking;
    expect(last).toEqual({
      algorithm: 'A',
      aggregate: null,
      rank: 2,
      interval: null,
      reasons: { aggregate: 'no-values' },
    });
  });

  it('takes one case, one algorithm and nothing but ties under every scheme', () => {
    for (const scheme of [
      'mean-then-rank',
      'median-then-rank',
      'rank-then-mean',
      'rank-then-median',
      'test-then-rank',
    ]) {
      for (const text of ['algorithm,case,value\nA,1,0.5', 'algorithm,case,value\nA,1,0.5\nB,1,0.5']) {
        const { ranking, kendallTau } = rank(text, { scheme, draws: '5' });
        for (const place of ranking) expect(place).toMatchObject({ rank: 1, interval: [1, 1] });
        expect(kendallTau).toEqual({
          mean: null,
          quartiles: null,
          undefined: 5,
          reasons: { mean: 'all-ranks-tie', quartiles: 'all-ranks-tie' },
        });
      }
    }
  });

  it('ranks given draws by name, and clusters its own by patient', () => {
    const two = 'algorithm,case,value,patient\n__proto__,1,1,p\n__proto__,2,0,q\nB,1,0,p\nB,2,0.5,q';
    const { draws, kendallTau, ranking, scheme } = rank(
      two,
      { scheme: 'mean-then-rank', 'draws-file': 'x' },
      '[[0,0],[1,1]]',
    );
    expect(JSON.stringify(draws)).toBe('[{"B":2,"__proto__":1},{"B":1,"__proto__":2}]');
    expect(kendallTau).toMatchObject({ mean: 0, quartiles: [-0.5, 0, 0.5], undefined: 0 });
    expect(ranking[0].interval?.map((end) => Number(end.toFixed(9)))).toEqual([1.025, 1.975]);
    expect(scheme).toMatchObject({ patients: 2, cases: 2, draws: 2, seed: null });
    const clustered = two.replaceAll('q', 'p');
    expect(rank(clustered, { scheme: 'mean-then-rank', draws: '100' }).kendallTau).toMatchObject({ mean: 1 });
  });

  it('prints the tests of test-then-rank, adjusted by Holm whatever the decision uses', () => {
    const rows = Array.from({ length: 8 }, (_, c) => `A,${c},${0.9 + c / 100}\nB,${c},${0.5 + c / 50}`);
    const { wilcoxon, ranking } = rank(['algorithm,case,value', ...rows].join('\n'), {
      scheme: 'test-then-rank',
      adjust: 'none',
    });
    expect(wilcoxon?.V).toEqual([
      [null, 36],
      [0, null],
    ]);
    expect(wilcoxon?.pHolm[0][1]).toBeCloseTo(2 * (wilcoxon?.pRaw[0][1] ?? NaN), 15);
    expect(ranking.map(({ aggregate }) => aggregate)).toEqual([1, 0]);
    expect(rank('algorithm,case,value\nA,1,1', { scheme: 'mean-then-rank' }).wilcoxon).toBeUndefined();
  });
});
