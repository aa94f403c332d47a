import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, voxelmark } from '../support/platform.js';

const GOLDEN = join(root, 'test/golden/ranking');

interface Place {
  algorithm: string;
  aggregate: number | null;
  rank: number;
  interval: [number, number] | null;
}
interface Answer {
  ranking: Place[];
  scheme: Record<string, unknown>;
  wilcoxon?: { algorithms: string[]; V: (number | null)[][]; pRaw: (number | null)[][]; pHolm: (number | null)[][] };
  draws?: Record<string, number>[];
  kendallTau?: { mean: number | null; quartiles: number[] | null; undefined: number };
  error?: { code: string; message: string };
}
interface Golden {
  small_is_better: boolean;
  na_treat_worst: number;
  wilcoxon: { V: (number | null)[][]; p_holm: (number | null)[][] };
  bootstrap_given_draws: { algorithms: string[]; draws: number[][]; ranks: Record<string, number[][]> };
}

describe('voxelmark rank', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voxelmark-rank-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const rank = async (...args: string[]) => {
    // a server that does not exist and a home that cannot be read: none of them is asked
    const env = { VOXELMARK_URL: 'http://127.0.0.1:9', XDG_CONFIG_HOME: join(folder, 'absent') };
    const { code, stdout, stderr } = await voxelmark(['rank', ...args, '--json'], { env });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    return { code, stderr, answer: JSON.parse(stdout) as Answer };
  };

  const SCHEMES = [
    ['mean-then-rank', 'worst', 'mean_then_rank|na=worst|ties=min', 'mean_then_rank|na=worst'],
    ['rank-then-mean', 'last', 'rank_then_mean|na=last|ties=min', 'rank_then_mean|na=last'],
    ['rank-then-median', 'last', 'rank_then_median|na=last|ties=min', 'rank_then_median|na=last'],
    ['test-then-rank', 'worst', 'significance|alpha=0.05|adjust=holm|na=worst|ties=min', 'significance|holm|na=worst'],
  ] as const;

  it.each(['r03_missing_values', 'r04_small_is_better_hd95'])(
    'meets the golden table %s',
    async (name) => {
      const golden = JSON.parse(await readFile(join(GOLDEN, `${name}.json`), 'utf8')) as Golden &
        Record<string, Place[]>;
      const { algorithms, draws, ranks } = golden.bootstrap_given_draws;
      const drawsFile = await file('draws.json', JSON.stringify(draws));
      const scores = join(GOLDEN, `${name}.csv`);
      for (const [scheme, missing, key, drawsKey] of SCHEMES) {
        const { code, answer } = await rank(
          ...['--scores', scores, '--scheme', scheme, '--missing', missing, `--worst=${golden.na_treat_worst}`],
          ...['--direction', golden.small_is_better ? 'lower' : 'higher', '--draws-file', drawsFile],
        );
        expect(code).toBe(0);
        for (const { algorithm, aggregate, rank: place } of golden[key]) {
          const found = answer.ranking.find((one) => one.algorithm === algorithm);
          expect([key, algorithm, found?.rank]).toEqual([key, algorithm, place]);
          expect(Math.abs((found?.aggregate ?? NaN) - (aggregate ?? NaN))).toBeLessThan(1e-11);
          expect(found?.interval).toHaveLength(2);
        }
        expect(answer.ranking.map((one) => one.rank)).toEqual(
          answer.ranking.map((one) => one.rank).sort((a, b) => a - b),
        );
        expect(answer.draws?.map((draw) => algorithms.map((algorithm) => draw[algorithm]))).toEqual(ranks[drawsKey]);
        expect(answer.kendallTau?.quartiles).toHaveLength(3);
        expect(answer.wilcoxon?.V ?? null).toEqual(scheme === 'test-then-rank' ? golden.wilcoxon.V : null);
      }
    },
    120_000,
  );

  it('gives the same bytes for the same seed, and a table for people', async () => {
    const scores = join(GOLDEN, 'r02_close_with_ties.csv');
    const args = ['--scores', scores, '--scheme', 'mean-then-rank', '--worst', '0', '--draws', '500', '--seed', '7'];
    const once = await voxelmark(['rank', ...args, '--json']);
    expect((await voxelmark(['rank', ...args, '--json'])).stdout).toBe(once.stdout);
    expect(once.stderr).toBe('');
    const people = await voxelmark(['rank', ...args]);
    expect(people.stdout).toMatch(/^rank +95 % +algorithm +aggregate\n +1 /);
    expect(people.stdout).toContain("Kendall's tau-b");
    expect(() => JSON.parse(people.stdout) as unknown).toThrow();
  }, 60_000);

  it('reads CRLF and patients', async () => {
    const scores = await file(
      'crlf.csv',
      'algorithm,case,value,patient\r\nA,1,0.9,p\r\nA,2,0.8,p\r\nB,1,0.5,p\r\nB,2,0.6,p\r\n',
    );
    const { code, answer } = await rank('--scores', scores, '--scheme', 'rank-then-mean', '--draws', '20');
    expect(code).toBe(0);
    expect(answer.scheme).toMatchObject({ patients: 1, cases: 2, draws: 20, seed: 1 });
    expect(answer.ranking[0]).toEqual({ algorithm: 'A', aggregate: 1, rank: 1, interval: [1, 1] });
  }, 30_000);

  it('ends with the exit code of the fault, and says it as one object', async () => {
    const good = await file('good.csv', 'algorithm,case,value\nA,1,0.9\nB,1,\n');
    const scheme = ['--scheme', 'mean-then-rank'];
    const expectations: [string[], number, string][] = [
      [['--scores', good], 2, 'usage'],
      [[...scheme], 2, 'usage'],
      [['--scores', good, ...scheme, '--missing', 'last'], 2, 'usage'],
      [['--scores', good, ...scheme, '--colour'], 2, 'usage'],
      [['--scores', good, ...scheme, 'word'], 2, 'usage'],
      [['--scores', join(folder, 'absent.csv'), ...scheme], 5, 'no-such-file'],
      [['--scores', good, ...scheme, '--worst', '0', '--draws-file', join(folder, 'absent.json')], 5, 'no-such-file'],
      [
        ['--scores', good, ...scheme, '--worst', '0', '--draws-file', await file('bad.json', '[[1]]')],
        6,
        'draws-invalid',
      ],
      [['--scores', good, ...scheme], 6, 'worst-needed'],
      [['--scores', await file('twice.csv', 'algorithm,case,value\nA,1,1\nA,1,1'), ...scheme], 6, 'scores-invalid'],
      [['--scores', await file('nan.csv', 'algorithm,case,value\nA,1,NaN'), ...scheme], 6, 'scores-invalid'],
      [['--scores', await file('text.csv', 'algorithm,case,value\nA,1,good'), ...scheme], 6, 'scores-invalid'],
    ];
    for (const [args, code, error] of expectations) {
      const found = await rank(...args);
      expect([args, found.code, found.answer.error?.code]).toEqual([args, code, error]);
      expect(found.stderr).toMatch(/^voxelmark: /);
    }
  }, 120_000);
});
