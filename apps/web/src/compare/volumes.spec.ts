import { createRandom } from '#statistics';
import { predictedMl, volumePairs, type RecordedVolume } from './volumes.js';

const recorded: RecordedVolume = {
  referenceMl: 100,
  voxelMl: 0.01,
  status: 'ok',
  relativeError: null,
  absoluteErrorMl: null,
  dice: null,
};

describe('the volume that was predicted', () => {
  it('comes from a signed error', () => {
    expect(predictedMl({ ...recorded, relativeError: -0.25 })).toBe(75);
    expect(predictedMl({ ...recorded, relativeError: -0.25, absoluteErrorMl: 25, dice: 0.5 })).toBe(75);
  });

  it('comes from the overlap where an error has no sign', () => {
    // 4 voxels of the reference, 3 predicted, 2 of them right: 2 * 2 / 7; a prediction of 5 would overlap by 2.57 voxels
    const few = { ...recorded, referenceMl: 4, voxelMl: 1, absoluteErrorMl: 1 };
    expect(predictedMl({ ...few, dice: 4 / 7 })).toBe(3);
    // 5 predicted, 2 right: 2 * 2 / 9; a prediction of 3 would overlap by 1.56 voxels
    expect(predictedMl({ ...few, dice: 4 / 9 })).toBe(5);
  });

  it('needs no sign where there is no choice', () => {
    expect(predictedMl({ ...recorded, absoluteErrorMl: 0, dice: 0.8 })).toBe(100);
    expect(predictedMl({ ...recorded, referenceMl: 0, absoluteErrorMl: 3, dice: 0, status: 'empty_reference' })).toBe(
      3,
    );
    expect(predictedMl({ ...recorded, absoluteErrorMl: 100, dice: 0, status: 'empty_prediction' })).toBe(0);
    expect(predictedMl({ ...recorded, absoluteErrorMl: 150, dice: 0 })).toBe(250);
  });

  it('stays unknown rather than guessed', () => {
    expect(predictedMl({ ...recorded, absoluteErrorMl: 20, dice: 0 })).toBeNull(); // nothing overlaps: 80 or 120
    expect(predictedMl({ ...recorded, absoluteErrorMl: 20, dice: null })).toBeNull();
    expect(predictedMl({ ...recorded, absoluteErrorMl: 20, dice: 0.9, voxelMl: null })).toBeNull();
    expect(predictedMl({ ...recorded, status: 'failed' })).toBeNull();
  });

  it('is right whenever it is told, for masks of every size', () => {
    const random = createRandom(20);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    let told = 0;
    const tries = 20_000;
    for (let i = 0; i < tries; i++) {
      const most = 10 ** (1 + below(7));
      const reference = 1 + below(most);
      const prediction = 1 + below(most);
      const overlap = below(Math.min(reference, prediction) + 1);
      const voxelMl = 0.0001 + random.uniform() / 100;
      const found = predictedMl({
        ...recorded,
        voxelMl: voxelMl * (1 + 1e-9), // spacing as a file rounds it
        referenceMl: (reference * voxelMl * 1000) / 1000,
        absoluteErrorMl: Math.abs(prediction - reference) * voxelMl,
        dice: (2 * overlap) / (reference + prediction),
      });
      if (found === null) continue;
      told++;
      expect(Math.abs(found / (prediction * voxelMl) - 1)).toBeLessThan(1e-6);
    }
    expect(told / tries).toBeGreaterThan(0.9);
  });
});

describe('volumes of two runs', () => {
  const run = (runId: string) => ({ runId, algorithm: { slug: runId, name: runId }, version: '1', rank: 1, failed: 0 });
  const one = (id: string, ml: number, patient = Number(id)) => ({
    id,
    name: id,
    label: 'PUBLIC' as const,
    patient,
    levels: {},
    volumesMl: { liver: ml },
  });
  const table = (metric: string, values: (number | null)[][]) => ({
    region: 'liver',
    metric,
    penalties: [1, 1, 1],
    values,
  });
  const values = {
    runs: [run('a'), run('b')],
    cases: [one('1', 100), one('2', 200), one('3', 50)],
    statuses: [
      {
        region: 'liver',
        values: [
          ['ok', 'ok', 'ok'],
          ['ok', 'ok', 'failed'],
        ],
      },
    ],
    tables: [
      table('relative_volume_error', [
        [0.5, -0.5, 0],
        [0, 0, null],
      ]),
    ],
  };

  it('leave out a case without prediction, and say so', () => {
    expect(volumePairs(values, new Map(), 'liver', 'a', 'b')).toEqual({
      region: 'liver',
      pairs: [
        { caseId: '1', caseName: '1', patient: '1', first: 150, second: 100 },
        { caseId: '2', caseName: '2', patient: '2', first: 100, second: 200 },
      ],
      leftOut: 1,
    });
  });

  it('come from any error of volumes, and from nothing else', () => {
    const unsigned = {
      ...values,
      tables: [
        table('dice', [
          [4 / 7, 1, 1],
          [1, 1, null],
        ]),
        table('volume_error_mm3', [
          [1000, 0, 0],
          [0, 0, null],
        ]),
      ],
      cases: [one('1', 4), one('2', 200), one('3', 50)],
    };
    const voxelMl = new Map([['1', 1]]);
    expect(volumePairs(unsigned, voxelMl, 'liver', 'a', 'b')?.pairs[0]).toMatchObject({ first: 3, second: 4 });
    expect(volumePairs({ ...unsigned, tables: [unsigned.tables[0]] }, voxelMl, 'liver', 'a', 'b')).toBeNull();
    expect(volumePairs(values, voxelMl, 'spleen', 'a', 'b')).toBeNull();
  });
});
