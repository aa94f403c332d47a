import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { sigmoid, sigmoidLimit } from './activations.js';
import type { AxisFactors } from './back-slices.js';
import { applyFactors } from './blend.js';
import { chooseLabels } from './choose-labels.js';
import type { Undecided } from './choose-labels.js';
import type { ResampleGrid } from './manifest.js';
import type { TraceStep } from './prepare.js';
import { undo } from './undo.js';

/** What slices replace: every map brought back whole, then compared. */
function slowArgmax({ maps, factors, steps, order }: Undecided, labels: readonly number[]): number[] {
  const back = maps.map((map) => {
    const copy = map.slice();
    if (factors) applyFactors(copy, factors);
    return undo(copy, steps, order);
  });
  return Array.from(back[0], (_, v) => {
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
          const whole = undo(copy, of.steps, of.order);
          if (lateSigmoid) sigmoid(whole);
          return whole;
        });
        const regions = maps.map((_, channel) => ({ channel, threshold: 0.2 + channel / 10, label: channel + 1 }));
        const found = chooseLabels({ op: 'regions', regions }, of);
        const wanted = Array.from(maps[0], (_, v) =>
          regions.reduce((label, one) => (maps[one.channel][v] > one.threshold ? one.label : label), 0),
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
