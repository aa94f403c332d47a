import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { manifestProblems, type Manifest } from '#pipeline';
import { PHANTOM_ALGORITHMS } from '../src/algorithms.js';
import { PHANTOM_BENCHMARK } from '../src/benchmark.js';
import type { Row } from '../tools/evaluate.js';

const folder = import.meta.dirname;
const manifestOf = (slug: string): Manifest =>
  JSON.parse(readFileSync(join(folder, slug, 'voxelmark.json'), 'utf8')) as Manifest;

describe('the committed algorithms', () => {
  it('are the ones that the benchmark lists', () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const found = folders.map(({ name }) => name).filter((name) => name !== 'training');
    expect(found.sort()).toEqual(PHANTOM_ALGORITHMS.map(({ slug }) => slug).sort());
  });

  it.each(PHANTOM_ALGORITHMS)(
    '$slug: a small model with a manifest that can be run and means our labels',
    ({ slug }) => {
      const manifest = manifestOf(slug);
      expect(manifestProblems(manifest)).toEqual([]);
      expect(manifest.labels.map(({ value, name }) => [value, name])).toEqual([
        [0, 'background'],
        ...PHANTOM_BENCHMARK.labels.map(({ value, name }) => [value, name.toLowerCase()]),
      ]);
      expect(statSync(join(folder, slug, 'model.onnx')).size).toBeLessThan(500_000);
    },
  );

  it('have five different models and names', () => {
    const models = PHANTOM_ALGORITHMS.map(({ slug }) =>
      readFileSync(join(folder, slug, 'model.onnx')).toString('base64'),
    );
    expect(new Set(models).size).toBe(5);
    expect(new Set(PHANTOM_ALGORITHMS.map(({ slug }) => manifestOf(slug).name)).size).toBe(5);
  });
});

interface Expected {
  readonly benchmark: string;
  readonly phase: string;
  readonly leaderboard: readonly (Row & { readonly structures: Record<string, Record<string, number>> })[];
  readonly practice: Expected['leaderboard'];
}

describe('expected-leaderboard.json', () => {
  const expected = JSON.parse(readFileSync(join(folder, '..', 'expected-leaderboard.json'), 'utf8')) as Expected;
  const row = (slug: string): Expected['leaderboard'][number] =>
    expected.leaderboard.find(({ algorithm }) => algorithm === slug)!;

  it('accounts for every algorithm and every case, with all metrics finite', () => {
    for (const [board, cases] of [
      [expected.leaderboard, 36],
      [expected.practice, 8],
    ] as const) {
      expect(board.map(({ algorithm }) => algorithm).sort()).toEqual(PHANTOM_ALGORITHMS.map(({ slug }) => slug).sort());
      expect(board.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
      for (const { algorithm, version, metrics, cases: counted } of board) {
        expect(version).toBe(manifestOf(algorithm).version);
        expect(counted.scored + counted.failed).toBe(cases);
        expect(Object.keys(metrics)).toEqual(PHANTOM_BENCHMARK.metrics.map(({ id }) => id));
        expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('tells the story that the algorithms are there for', () => {
    const dice = (slug: string): number => row(slug).metrics['dice'];
    expect(row('unet-small').rank).toBe(1);
    expect(row('unet-small').structures['liver']['dice']).toBeGreaterThanOrEqual(0.9);
    expect(row('unet-small').structures['spleen']['dice']).toBeGreaterThanOrEqual(0.9);
    expect(dice('unet-early')).toBeLessThan(dice('unet-small') - 0.05);
    expect(dice('thick-slice-weak')).toBeLessThan(dice('unet-small') - 0.1);
    const { scored, failed } = row('crashes-sometimes').cases;
    expect(failed).toBeGreaterThan(2);
    expect(scored).toBeGreaterThan(18);
    for (const slug of ['unet-small', 'unet-early', 'threshold-smooth', 'thick-slice-weak']) {
      expect(row(slug).cases.failed).toBe(0);
    }
  });
});
