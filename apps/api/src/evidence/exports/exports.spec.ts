import type { BoardEvidence } from '#ranking';
import { badge } from './badge.js';
import { csv, meansCsv, slicesCsv } from './csv.js';
import type { ExportSource } from './export-source.js';
import { escapeLatex, latexTable, structuresTable } from './latex.js';
import { bibtex, citationCff, methodsParagraph, rankingInWords } from './words.js';

const mean = (value: number) => ({
  mean: value,
  low: value - 0.01,
  high: value + 0.01,
  draws: 100,
  seed: 1,
  confidence: 0.95,
});
const standing = (algorithm: string, rank: number, value: number, likeFirst: boolean) => ({
  algorithm,
  rank,
  aggregate: value,
  interval: [1, 2.5] as const,
  medianRank: rank,
  shares: [],
  tier: 1,
  likeFirst,
  mean: mean(value),
});
const evidence = {
  rule: 'mean-then-rank|dice',
  metric: 'dice',
  region: 'all',
  cases: 36,
  patients: 36,
  draws: 100,
  seed: 1,
  confidence: 0.95,
  withheld: null,
  standings: [standing('r1', 1, 0.9, true), standing('r2', 2, 0.88, true), standing('r3', 3, 0.5, false)],
  tests: { alpha: 0.05, adjust: 'holm', algorithms: [], better: [], p: null },
  slices: [
    {
      key: 'sex',
      demographic: true,
      rankings: [{ group: 'f', n: 20, places: [{ algorithm: 'r1', aggregate: null, rank: 1 }], why: null, tau: 1 }],
      algorithms: [
        {
          algorithm: 'r1',
          gap: null,
          levels: [
            {
              level: 'f',
              figures: { n: 20, mean: 0.9, low: 0.8, high: 1, failureRate: 0, median: null, quartiles: null },
            },
            { level: 'm', figures: null },
          ],
        },
      ],
    },
  ],
} as unknown as BoardEvidence;

const entry = (runId: string, name: string, dice: number) => ({
  runId,
  algorithm: { slug: name.toLowerCase().replaceAll(' ', '-'), name },
  version: '1.0_b',
  cases: { scored: 35, failed: 1, empty: { liver: 2, spleen: 3 } },
  aggregates: [
    { region: 'liver', metric: 'dice', mean: dice + 0.02, n: 36, penalised: 1 },
    { region: 'spleen', metric: 'dice', mean: dice - 0.02, n: 36, penalised: 0 },
  ],
});

const source = {
  benchmark: { slug: 'abdomen', title: 'Abdomen & 50 %', dataset: { name: 'Phantoms', version: 1 } },
  phase: {
    kind: 'test',
    title: 'Test',
    caseCount: 36,
    rules: {
      regions: [{ name: 'liver', labels: [1, 4] }],
      metrics: [
        { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
        { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
      ],
    },
  },
  state: { hash: 'ab'.repeat(32), sequence: 3, at: new Date('2026-11-22T10:00:00Z'), signature: 'sig|1' },
  url: 'https://example.org/leaderboards/abab',
  entries: [entry('r1', 'U Net', 0.9), entry('r2', 'Net_2', 0.88), entry('r3', 'Last', 0.5)],
  total: 3,
  scheme: { kind: 'mean-then-rank', metric: 'dice', region: 'all', ties: 'min' },
  evidence,
  deviations: new Map([
    ['r1', 0.1],
    ['r2', 0.2],
    ['r3', 0.3],
  ]),
  means: {
    draws: 100,
    seed: 1,
    confidence: 0.95,
    withheld: null,
    columns: [
      { metric: 'dice', region: 'all', intervals: { r1: [0.89, 0.91], r2: [0.87, 0.89] } },
      { metric: 'dice', region: 'liver', intervals: { r1: [0.9, 0.93], r2: null } },
    ],
  },
  tables: null,
} as unknown as ExportSource;

function demandMeans(): NonNullable<ExportSource['means']> {
  if (source.means === null) throw new Error('the source of these tests has intervals');
  return source.means;
}

const HIDDEN = { scored: 35, failed: 1, empty: null };

describe('tables', () => {
  it('quotes what needs it, keeps numbers exact, and lets no cell become a formula', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          [0.1 + 0.2, 'x,"y"'],
          [null, '=1+1'],
        ],
      ),
    ).toBe('a,b\n0.30000000000000004,"x,""y"""\n,\'=1+1\n');
  });

  it('has one row for each algorithm version, structure and metric', () => {
    const lines = meansCsv(source).split('\n');
    expect(lines).toHaveLength(1 + 3 * 2 + 1);
    expect(lines[0]).toBe(
      'algorithm,version,run,rank,rank_low,rank_high,tier,region,metric,mean,low,high,n,failed,empty',
    );
    expect(lines[1]).toBe('u-net,1.0_b,r1,1,1,2.5,1,liver,dice,0.92,0.9,0.93,36,1,2');
    expect(lines[2]).toBe('u-net,1.0_b,r1,1,1,2.5,1,spleen,dice,0.88,,,36,1,3');
    expect(lines[3]).toContain(',liver,dice,0.9,,,36,1,2'); // one patient
    const none = { ...source, means: null, entries: source.entries.map((one) => ({ ...one, cases: HIDDEN })) };
    expect(meansCsv(none).split('\n')[1]).toBe('u-net,1.0_b,r1,1,1,2.5,1,liver,dice,0.92,,,36,1,');
  });

  it('says what is withheld', () => {
    expect(slicesCsv(source).split('\n').slice(1, 3)).toEqual([
      'u-net,1.0_b,r1,sex,f,dice,all,20,0.9,0.8,1,,,,0,1,no',
      'u-net,1.0_b,r1,sex,m,dice,all,,,,,,,,,,yes',
    ]);
  });
});

describe('LaTeX', () => {
  const table = latexTable(source);

  it('sets the best in bold and a dagger where the first is not separable', () => {
    expect(table).toContain(
      '1 & U Net 1.0\\_b & $\\mathbf{0.900 \\pm 0.100}$ & [0.890, 0.910] & [1, 2.5] & 1 & 5 \\\\',
    );
    expect(table).toContain('2 & Net\\_2 1.0\\_b$^\\dagger$ & $0.880 \\pm 0.200$');
    expect(table).toContain('3 & Last 1.0\\_b & $0.500 \\pm 0.300$');
    expect(table).toContain('\\caption{Abdomen \\& 50 \\%, Test: Dice, mean over structures, 36 cases.');
  });

  it('says when it shows the first rows only', () => {
    expect(table).not.toContain('the first 3 of');
    expect(latexTable({ ...source, total: 60 })).toContain('36 cases, the first 3 of 60 algorithm versions.');
  });

  it('marks what the tests prefer to the first otherwise than what they cannot tell from it', () => {
    const [first, second, third] = evidence.standings;
    const preferred = { ...second, likeFirst: false, betterThanFirst: true };
    const other = latexTable({ ...source, evidence: { ...evidence, standings: [first, preferred, third] } });
    expect(other).toContain('2 & Net\\_2 1.0\\_b$^\\ddagger$');
    expect(other).toContain('$^\\ddagger$: the same test prefers it to the first.');
    expect(table).not.toContain('ddagger');
  });

  it('has no intervals, marks or tests where these are withheld, and says why', () => {
    const nothing = { interval: null, mean: null, tier: null, likeFirst: null, betterThanFirst: null };
    const standings = evidence.standings.map((standing) => ({ ...standing, ...nothing }));
    const few = { ...source, evidence: { ...evidence, withheld: 'few-patients' as const, standings } };
    expect(latexTable(few)).toContain('2 & Net\\_2 1.0\\_b & $0.880 \\pm 0.200$ & -- & -- & 1');
    for (const text of [latexTable(few), methodsParagraph(few)])
      expect(text).toContain('Intervals and tests of fewer than 10 held-out patients are not released.');
    expect(latexTable(few)).not.toContain('dagger');
  });

  it('counts structures that are missing, of one region or of all, where that is released', () => {
    expect(table).toMatch(/U Net 1\.0\\_b .* & 1 & 5 \\\\/);
    expect(table).toContain('Empty: structures of the reference');
    const liver = latexTable({ ...source, evidence: { ...evidence, region: 'liver' } });
    expect(liver).toMatch(/U Net 1\.0\\_b .* & 1 & 2 \\\\/);
    const hidden = latexTable({ ...source, entries: source.entries.map((one) => ({ ...one, cases: HIDDEN })) });
    expect(hidden).toMatch(/U Net 1\.0\\_b .* & 1 & -- \\\\/);
    expect(hidden).not.toContain('Empty:');
  });

  it('has a table of every metric and structure, with the intervals that are known', () => {
    const all = structuresTable(source);
    expect(all).toContain('    Algorithm & Structure & Dice & HD95 (mm) & Empty \\\\');
    expect(all).toContain('    U Net 1.0\\_b & liver & $0.920$ [$0.900$, $0.930$] & -- & 2 \\\\');
    expect(all).toContain('    Net\\_2 1.0\\_b & liver & $0.900$ & -- & 2 \\\\');
    expect(all).toContain('In brackets: 95\\,\\% bootstrap over patients (100 draws).');
    const few = structuresTable({ ...source, means: { ...demandMeans(), withheld: 'few-patients', columns: [] } });
    expect(few).toContain('Intervals and tests of fewer than 10 held-out patients are not released.');
    expect(few).toContain('& liver & $0.920$ & -- & 2');
  });

  it('escapes every sign that LaTeX takes for its own', () => {
    expect(escapeLatex('\\{}$&#%_^~')).toBe(
      '\\textbackslash{}\\{\\}\\$\\&\\#\\%\\_\\textasciicircum{}\\textasciitilde{}',
    );
  });
});

describe('words', () => {
  it('a methods paragraph names metrics with sources, penalties, draws and the address', () => {
    const words = methodsParagraph(source);
    for (const part of [
      'Dice 0, HD95 the physical diagonal',
      'doi:10.2307/1932409',
      '100 draws, seed 1',
      source.url,
      'adjusted by Holm',
      'on images that the submitters do not see',
      '3 algorithm versions were ranked: by the mean Dice over cases (structures averaged); equal values share the better rank.',
      'Intervals of means and ranks are 95 %',
    ])
      expect(words).toContain(part);
  });

  it('a methods paragraph says nothing that is not so', () => {
    const open = { ...source, phase: { ...source.phase, kind: 'practice' as const } };
    expect(methodsParagraph(open)).not.toContain('do not see');
    expect(methodsParagraph({ ...source, total: 60 })).toContain(
      'The first 3 algorithm versions of 60 on the leaderboard were ranked again among themselves',
    );
    const withheld = evidence.standings.map((one) => ({ ...one, mean: null }));
    expect(methodsParagraph({ ...source, evidence: { ...evidence, standings: withheld } })).toContain(
      'Intervals of ranks are 95 %',
    );
  });

  it.each([
    [{ kind: 'median-then-rank', metric: 'hd95', region: 'liver' }, 'by the median HD95 over cases of liver'],
    [
      { kind: 'rank-then-mean', metric: 'dice' },
      'within each case by Dice (structures averaged), then by the mean of these ranks',
    ],
    [{ kind: 'test-then-rank', metric: 'dice', ties: 'average' }, 'equal values share the mean of their ranks'],
    [
      {
        kind: 'consensus',
        of: [
          { kind: 'mean-then-rank', metric: 'dice' },
          { kind: 'mean-then-rank', metric: 'hd95' },
        ],
      },
      'by the mean of the ranks under 2 rules (by the mean Dice',
    ],
  ] as const)('a rule in words %#', (scheme, words) => expect(rankingInWords(scheme)).toContain(words));

  it('a citation carries the whole address', () => {
    expect(bibtex(source)).toContain(`note         = {State ${'ab'.repeat(32)}, 3 algorithm versions}`);
    expect(citationCff(source)).toContain(`version: "${'ab'.repeat(32)}"`);
    expect(citationCff(source)).toContain('title: "Abdomen & 50 %: leaderboard, Test"');
  });

  it('a badge is one picture, and nothing in a title becomes markup', () => {
    const picture = badge('<script>', 'rank 1 & "2"');
    expect(picture).toContain('&#60;script&#62;: rank 1 &#38; &#34;2&#34;');
    expect(picture).not.toContain('<script>');
  });
});
