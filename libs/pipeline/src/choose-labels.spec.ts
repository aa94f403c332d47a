import fc from 'fast-check';
import type { LabelMap, Vec3 } from '#imaging';
import { sigmoid, sigmoidLimit } from './activations.js';
import type { AxisFactors } from './back-slices.js';
import { applyFactors } from './blend.js';
import { chooseLabels } from './choose-labels.js';
import type { Undecided } from './choose-labels.js';
import type { PostprocessOp, PreprocessOp, ResampleGrid } from './manifest.js';
import type { TraceStep } from './prepare.js';
import { runPipeline } from './run-pipeline.js';
import { asVolume } from './test-support/golden.js';
import { undo } from './undo.js';

/** Where anything of a crop comes back to: a map of ones is above 0 there. */
function reached({ maps, steps, order }: Undecided): Float32Array {
  const linear = steps.map((step) =>
    step.kind === 'resample' && step.resampling.anisotropy?.orderThrough === 3
      ? { ...step, resampling: { ...step.resampling, anisotropy: { threshold: 3, orderThrough: 1 as const } } }
      : step,
  );
  return undo(new Float32Array(maps[0].length).fill(1), linear, order);
}

/** What slices replace: every map brought back whole, then compared. */
function slowArgmax({ maps, factors, steps, order }: Undecided, labels: readonly number[]): number[] {
  const back = maps.map((map) => {
    const copy = map.slice();
    if (factors) applyFactors(copy, factors);
    return undo(copy, steps, order);
  });
  const kept = reached({ maps, factors, steps, order } as Undecided);
  return Array.from(back[0], (_, v) => {
    if (kept[v] === 0) return 0;
    let best = 0;
    for (let c = 1; c < back.length; c++) if (back[c][v] > back[best][v]) best = c;
    return labels[best];
  });
}

const size = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));
const job = fc.record({
  source: size,
  target: size,
  spacing: fc.constantFrom<Vec3>([1, 1, 1], [0.8, 0.8, 5], [5, 1, 1]),
  grid: fc.constantFrom<ResampleGrid>('halfVoxel', 'firstVoxel', 'corner', 'physical'),
  order: fc.constantFrom<0 | 1>(0, 1),
  channels: fc.integer({ min: 1, max: 6 }),
  through: fc.constantFrom<null | 0 | 1 | 3>(null, 0, 1, 3),
  factors: fc.boolean(),
  crop: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1000 }),
});
type Job = typeof job extends fc.Arbitrary<infer T> ? T : never;

/** Values of few bits, so that every way to add them up gives the same. */
function undecided({ source, target, spacing, grid, order, channels, through, factors, crop, seed }: Job): Undecided {
  let state = seed;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const steps: TraceStep[] = [
    {
      kind: 'resample',
      resampling: {
        axes: [0, 1, 2].map((a) => ({
          sourceSize: source[a],
          targetSize: target[a],
          sourceSpacing: spacing[a],
          targetSpacing: (spacing[a] * source[a]) / target[a],
          grid,
        })) as never,
        order: 1,
        beyond: { boundary: 'edge', value: 0 },
        clamp: false,
        anisotropy: through === null ? null : { threshold: 3, orderThrough: through },
      },
    },
  ];
  let sizeXyz: Vec3 = target;
  if (crop) {
    const lowXyz = target.map((n) => Math.floor(random() * n)) as unknown as Vec3;
    sizeXyz = target.map((n, a) => 1 + Math.floor(random() * (n - lowXyz[a]))) as unknown as Vec3;
    steps.push({ kind: 'crop', box: { lowXyz, sizeXyz }, fullXyz: target });
  }
  const voxels = sizeXyz[0] * sizeXyz[1] * sizeXyz[2];
  const maps = Array.from({ length: channels }, () => Float32Array.from({ length: voxels }, () => random() * 8 - 4));
  const along = [...sizeXyz].reverse().map((n) => Float64Array.from({ length: n }, () => 0.25 + random()));
  return {
    maps,
    sizeXyz,
    factors: factors ? (along as unknown as AxisFactors) : null,
    steps,
    order,
    lateSigmoid: false,
    wide: false,
  };
}

describe('labels chosen slice by slice', () => {
  it('equal those of whole maps brought back, on every grid, cropped or not, weighted or not', () => {
    fc.assert(
      fc.property(job, (given) => {
        const labels = Array.from({ length: given.channels }, (_, c) => 3 * c + 1);
        const wanted = slowArgmax(undecided(given), labels);
        const found = chooseLabels({ op: 'argmax', channelToLabel: labels }, undecided(given));
        const differing = wanted.filter((label, v) => found[v] !== label).length;
        // a separate axis that is linear is interpolated in another order: the last bit of a value may differ
        expect(differing).toBeLessThanOrEqual(given.through === 1 ? 1 : 0);
        expect(found.length).toBe(wanted.length);
      }),
      { numRuns: 400 },
    );
  });

  it('regions compare the same values with their thresholds, and paint in order', () => {
    fc.assert(
      fc.property(job, fc.boolean(), (given, lateSigmoid) => {
        const of = { ...undecided(given), lateSigmoid };
        const maps = of.maps.map((map) => {
          const copy = map.slice();
          if (of.factors) applyFactors(copy, of.factors);
          // the first threshold, 0.2, is below 0 as a logit: 0 does not stand for background then
          const whole = undo(copy, of.steps, of.order, lateSigmoid ? 'repeat' : 'zero');
          if (lateSigmoid) sigmoid(whole);
          return whole;
        });
        const kept = reached(of);
        const regions = maps.map((_, channel) => ({ channel, threshold: 0.2 + channel / 10, label: channel + 1 }));
        const found = chooseLabels({ op: 'regions', regions }, of);
        const wanted = Array.from(maps[0], (_, v) =>
          regions.reduce((label, one) => (kept[v] > 0 && maps[one.channel][v] > one.threshold ? one.label : label), 0),
        );
        const differing = wanted.filter((label, v) => found[v] !== label).length;
        expect(differing).toBeLessThanOrEqual(given.through === 1 ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  });
});

it('a logit beyond the limit is one whose sigmoid exceeds the threshold', () => {
  const logit = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(logit, fc.double({ min: -0.1, max: 1.1, noNaN: true }), (x, threshold) => {
      const [probability] = [Float32Array.of(x)].map((map) => (sigmoid(map), map[0]));
      expect(x > sigmoidLimit(threshold)).toBe(probability > threshold);
    }),
    { numRuns: 3000 },
  );
  expect(0 > sigmoidLimit(0.5)).toBe(false);
  expect(1e-6 > sigmoidLimit(0.5)).toBe(true);
});

/** A block of grey value 9 within zeros, through a network that says the same at every voxel. */
async function around(
  preprocess: readonly PreprocessOp[],
  postprocess: readonly PostprocessOp[],
  logits: readonly number[],
): Promise<LabelMap['data']> {
  const shape: Vec3 = [8, 10, 12];
  const data = new Float32Array(960);
  for (let k = 2; k < 6; k++) for (let j = 2; j < 6; j++) data.fill(9, (k * 10 + j) * 12 + 4, (k * 10 + j) * 12 + 8);
  const answer = await runPipeline(
    asVolume(data, shape),
    {
      manifestVersion: 1,
      name: 'n',
      version: '1',
      inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'a' }] }],
      output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits', channels: logits.length },
      preprocess: [{ op: 'orient', axes: 'RAS' }, ...preprocess],
      inference: { mode: 'full' },
      postprocess,
      labels: [
        { value: 0, name: 'background' },
        { value: 1, name: 'one' },
        { value: 2, name: 'two' },
      ],
    },
    async (tile) =>
      Float32Array.from({ length: tile.length * logits.length }, (_, v) => logits[Math.floor(v / tile.length)]),
  );
  return answer.labels.data;
}

describe('outside of a crop that was undone', () => {
  const crop: PreprocessOp = { op: 'cropForeground', threshold: 4 };
  const finer: PreprocessOp = { op: 'resample', spacing: [0.5, 0.5, 0.5] };
  const regions = (threshold: number): PostprocessOp => ({
    op: 'regions',
    regions: [{ channel: 0, threshold, label: 1 }],
  });
  const ways: readonly [string, readonly PostprocessOp[], readonly number[]][] = [
    ['a region with a low threshold, sigmoid late', [{ op: 'invert' }, { op: 'sigmoid' }, regions(0.3)], [3]],
    ['a region with a low threshold, sigmoid early', [{ op: 'sigmoid' }, { op: 'invert' }, regions(0.3)], [3]],
    ['a threshold of logits below 0', [{ op: 'invert' }, regions(-2)], [-1]],
    ['argmax whose first channel is a structure', [{ op: 'invert' }, { op: 'argmax', channelToLabel: [1, 2] }], [1, 0]],
    ['softmax late', [{ op: 'invert' }, { op: 'softmax' }, { op: 'argmax', channelToLabel: [2, 1] }], [0, 1]],
    [
      'the nearest voxel',
      [
        { op: 'invert', order: 0 },
        { op: 'argmax', channelToLabel: [1, 2] },
      ],
      [1, 0],
    ],
    ['labels brought back', [{ op: 'argmax', channelToLabel: [1, 2] }, { op: 'invert' }], [1, 0]],
  ];

  it.each(ways)('is background after %s', async (_, postprocess, logits) => {
    const before = await around([crop, finer], postprocess, logits);
    const block = Array.from(before).flatMap((label, v) => (label === 1 ? [v] : []));
    expect(block).toHaveLength(64);
    expect(before[(2 * 10 + 2) * 12 + 4]).toBe(1);
    // half a voxel further where the crop is one of the finer grid: values are interpolated across its edge
    const after = await around([finer, crop], postprocess, logits);
    const found = Array.from(after).filter((label) => label !== 0).length;
    expect(found).toBeGreaterThanOrEqual(64);
    expect(found).toBeLessThanOrEqual(216);
    for (const v of block) expect(after[v]).toBe(1);
    expect([after[0], after[11], after[959]]).toEqual([0, 0, 0]);
  });

  it('and a network that finds nothing finds nothing there', async () => {
    const postprocess: PostprocessOp[] = [{ op: 'invert' }, { op: 'sigmoid' }, regions(0.3)];
    for (const preprocess of [
      [crop, finer],
      [finer, crop],
      [finer, crop, { op: 'resample', spacing: [2, 2, 2] } as const],
    ]) {
      expect((await around(preprocess, postprocess, [-1])).some((label) => label !== 0)).toBe(false);
    }
  });
});
