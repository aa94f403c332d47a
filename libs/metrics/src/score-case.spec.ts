import fc from 'fast-check';
import { ImageFormatError, orientTo } from '#imaging';
import type { Geometry, LabelMap, Vec3, Volume } from '#imaging';
import { METRIC_CATALOGUE } from './catalogue-entries.js';
import { metricDefinition } from './catalogue.js';
import { scoreCase, scoresWithoutPrediction } from './score-case.js';
import type { RegionScore } from './score-case.js';

const GRID: Geometry = {
  sizeXyz: [6, 5, 4],
  spacingMm: [1, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const REGIONS = [
  { name: 'liver', labels: [1, 4] },
  { name: 'spleen', labels: [2] },
  { name: 'lesion', labels: [4] },
  { name: 'stone', labels: [9] },
];
const METRICS = ['dice', 'iou', 'hd', 'hd95', 'assd', 'masd', 'nsd@2', 'nsd@0.5', 'volume_error_ml'];

function map(labels: Record<number, number>, geometry = GRID): LabelMap {
  const data = new Uint8Array(120);
  for (const [voxel, label] of Object.entries(labels)) data[Number(voxel)] = label;
  return { geometry, data };
}

// Liver of voxels 0 to 2, of which 2 is lesion; spleen at 30 in the reference only.
const reference = map({ 0: 1, 1: 1, 2: 4, 30: 2 });
const prediction = map({ 0: 1, 1: 4, 2: 4 });

describe('scoring a case', () => {
  const scores = scoreCase({ reference, prediction, regions: REGIONS, metrics: METRICS });

  it('gives every region every metric, in the order asked for', () => {
    expect(scores.map(({ region, status }) => [region, status])).toEqual([
      ['liver', 'ok'],
      ['spleen', 'empty_prediction'],
      ['lesion', 'ok'],
      ['stone', 'both_empty'],
    ]);
    for (const { values } of scores) expect(Object.keys(values)).toEqual(METRICS);
  });

  it('scores a region as the union of its labels: lesion taken for liver is right for the liver', () => {
    expect(scores[0].values.dice).toEqual({ kind: 'value', value: 1 });
    expect(scores[2].values.dice).toEqual({ kind: 'value', value: 2 / 3 });
    expect(scores[2].values.volume_error_ml).toEqual({ kind: 'value', value: 0.002 });
    expect(scores[2].values.hd).toEqual({ kind: 'value', value: 1 });
  });

  it('keeps what has no number as what it is', () => {
    expect(scores[1].values).toMatchObject({
      dice: { kind: 'value', value: 0 },
      hd95: { kind: 'unbounded' },
      'nsd@2': { kind: 'value', value: 0 },
      volume_error_ml: { kind: 'value', value: 0.002 },
    });
    expect(scores[3].values).toMatchObject({
      dice: { kind: 'value', value: 1 },
      hd95: { kind: 'value', value: 0 },
      'nsd@2': { kind: 'value', value: 1 },
    });
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores); // nothing that JSON would lose
  });

  it('is the same when the prediction is stored in another order', () => {
    const stored = orientTo(prediction as Volume<Uint8Array>, 'SAR') as LabelMap;
    expect(scoreCase({ reference, prediction: stored, regions: REGIONS, metrics: METRICS })).toEqual(scores);
  });

  it('is the same for 16-bit labels', () => {
    const wide: LabelMap = { geometry: GRID, data: Uint16Array.from(prediction.data) };
    expect(scoreCase({ reference, prediction: wide, regions: REGIONS, metrics: METRICS })).toEqual(scores);
  });

  it('refuses another grid, unknown metrics and regions that make no sense', () => {
    const elsewhere = map({}, { ...GRID, originLps: [0, 0, 1] });
    expect(() => scoreCase({ reference, prediction: elsewhere, regions: REGIONS, metrics: [] })).toThrow(
      ImageFormatError,
    );
    const attempt =
      (regions: typeof REGIONS, metrics: string[] = []) =>
      () =>
        scoreCase({ reference, prediction, regions, metrics });
    expect(attempt(REGIONS, ['dice', 'dise'])).toThrow('metric is "dise"; expected one of dice, iou');
    expect(attempt([{ name: 'x', labels: [] }])).toThrow('region "x" has labels []');
    expect(attempt([{ name: 'x', labels: [0, 1] }])).toThrow('region "x" has labels [0, 1]');
    expect(attempt([REGIONS[0], REGIONS[0]])).toThrow('unique names');
  });

  it('has a row for a case without a prediction', () => {
    expect(scoresWithoutPrediction([REGIONS[1]], ['dice', 'hd95'])).toEqual([
      {
        region: 'spleen',
        status: 'failed',
        values: {
          dice: { kind: 'undefined', why: 'no-prediction' },
          hd95: { kind: 'undefined', why: 'no-prediction' },
        },
      },
    ]);
  });
});

/** Every metric once, with a parameter that cuts through tiny masks. */
const ALL = METRIC_CATALOGUE.map(({ key, parameter }) => {
  switch (parameter) {
    case 'none':
      return key;
    case 'toleranceMm':
      return `${key}@1.5`;
    case 'bandMm':
      return `${key}@1.5mm`;
    case 'minIou':
      return `${key}@0.75`;
    case 'minLesionMm3':
      return `${key}@2mm3`;
  }
});

/** A pair of maps with labels 0 to 2, of which 1 and 2 are one region. */
interface Maps {
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

const maps = (): fc.Arbitrary<Maps> => {
  const side = fc.integer({ min: 1, max: 5 });
  const mm = fc.constantFrom(0.5, 0.7, 1, 1.25, 3);
  return fc
    .tuple(fc.tuple(side, side, side), fc.tuple(mm, mm, mm), fc.integer({ min: 2, max: 8 }))
    .chain(([size, spacing, most]) => {
      const voxels = { minLength: size[0] * size[1] * size[2], maxLength: size[0] * size[1] * size[2], max: most };
      const labels = fc.uint8Array(voxels).map((values) => values.map((v) => (v > 2 ? 0 : v)));
      return fc.tuple(labels, labels).map(([a, b]) => ({ size, spacing, a, b }));
    });
};

function score({ size, spacing, a, b }: Maps, metrics: readonly string[], ignoreLabel?: number): RegionScore {
  const geometry: Geometry = { ...GRID, sizeXyz: size, spacingMm: spacing };
  const regions = [{ name: 'all', labels: ignoreLabel === undefined ? [1, 2] : [1] }];
  return scoreCase({
    reference: { geometry, data: a },
    prediction: { geometry, data: b },
    regions,
    metrics,
    ignoreLabel,
  })[0];
}

/** Turns a map round: axis a of the new one is axis order[a] of the old. */
function permute(
  data: Uint8Array,
  size: Vec3,
  order: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2],
  flip: boolean,
): Uint8Array {
  const sizes = order.map((axis) => size[axis]);
  return data.map((_, v) => {
    const at = [v % sizes[0], Math.floor(v / sizes[0]) % sizes[1], Math.floor(v / (sizes[0] * sizes[1]))];
    const from = [0, 0, 0];
    for (const a of [0, 1, 2]) from[order[a]] = flip && a === 0 ? sizes[a] - 1 - at[a] : at[a];
    return data[(from[2] * size[1] + from[1]) * size[0] + from[0]];
  });
}

function expectAlike(found: RegionScore, wanted: RegionScore, factor: (id: string) => number = () => 1): void {
  expect(found.status).toBe(wanted.status);
  for (const [id, value] of Object.entries(wanted.values)) {
    const other = found.values[id];
    if (value.kind !== 'value' || other.kind !== 'value') expect([id, other]).toEqual([id, value]);
    else if (Math.abs(other.value - value.value * factor(id)) > 1e-9) expect([id, other]).toEqual([id, value]);
  }
}

describe('all metrics', () => {
  it('lie within their range', () => {
    const property = fc.property(maps(), (pair) => {
      const { values } = score(pair, ALL);
      expect(Object.keys(values)).toEqual(ALL);
      for (const [id, value] of Object.entries(values)) {
        if (value.kind !== 'value') continue;
        const { range } = metricDefinition(id);
        expect(value.value).toBeGreaterThanOrEqual(range.min);
        expect(value.value).toBeLessThanOrEqual((range.max ?? Infinity) + 1e-12);
      }
    });
    fc.assert(property, { numRuns: 60, seed: 31 });
  });

  it('are best for a map and itself', () => {
    const property = fc.property(maps(), ({ size, spacing, a }) => {
      const { values } = score({ size, spacing, a, b: a }, ALL);
      for (const [id, value] of Object.entries(values)) {
        const { direction, range } = metricDefinition(id);
        if (value.kind === 'value') expect([id, value.value]).toEqual([id, direction === 'higher' ? range.max : 0]);
        else expect(value.kind).toBe('undefined');
      }
    });
    fc.assert(property, { numRuns: 60, seed: 32 });
  });

  it('do not depend on which map is which, but for those that say so', () => {
    const oneSided = /^(sensitivity|precision|specificity|relative|absolute_relative|lesion_|brats_)/;
    const ids = ALL.filter((id) => !oneSided.test(id));
    expect(ids.length).toBeGreaterThan(18);
    const property = fc.property(maps(), ({ size, spacing, a, b }) => {
      const back = score({ size, spacing, a: b, b: a }, ids);
      const there = score({ size, spacing, a, b }, ids);
      expectAlike({ ...back, status: there.status }, there);
      const turned = score({ size, spacing, a: b, b: a }, ['precision', 'lesion_precision']).values;
      const straight = score({ size, spacing, a, b }, ['sensitivity', 'lesion_sensitivity']).values;
      if (straight.sensitivity.kind === 'value') expect(turned.precision).toEqual(straight.sensitivity);
      if (straight.lesion_sensitivity.kind === 'value') {
        expect(turned.lesion_precision).toEqual(straight.lesion_sensitivity);
      }
    });
    fc.assert(property, { numRuns: 60, seed: 33 });
  });

  it('do not depend on the order of axes and their direction; thinning may, by a voxel', () => {
    const ids = ALL.filter((id) => id !== 'cldice');
    const orders = [
      [0, 1, 2],
      [1, 0, 2],
      [2, 0, 1],
      [2, 1, 0],
    ] as const;
    const property = fc.property(maps(), fc.constantFrom(...orders), fc.boolean(), (pair, order, flip) => {
      const { size, spacing } = pair;
      const turned: Maps = {
        size: [size[order[0]], size[order[1]], size[order[2]]],
        spacing: [spacing[order[0]], spacing[order[1]], spacing[order[2]]],
        a: permute(pair.a, size, order, flip),
        b: permute(pair.b, size, order, flip),
      };
      expectAlike(score(turned, ids), score(pair, ids));
    });
    fc.assert(property, { numRuns: 60, seed: 34 });
  });

  it('grow with the spacing as lengths, volumes or not at all', () => {
    const ids = ALL.filter((id) => !id.startsWith('brats_')); // whose constants are in mm and mm3
    const scaled = (id: string, k: number): string =>
      id.replace('@1.5', `@${1.5 * k}`).replace('@2mm3', `@${2 * k ** 3}mm3`);
    const property = fc.property(maps(), fc.constantFrom(2, 4), (pair, k) => {
      const [x, y, z] = pair.spacing;
      const found = score(
        { ...pair, spacing: [x * k, y * k, z * k] },
        ids.map((id) => scaled(id, k)),
      );
      const values = Object.fromEntries(ids.map((id) => [id, found.values[scaled(id, k)]]));
      const power = { '': 0, mm: 1, ml: 3, mm3: 3 };
      expectAlike({ ...found, values }, score(pair, ids), (id) => k ** power[metricDefinition(id).unit]);
    });
    fc.assert(property, { numRuns: 60, seed: 35 });
  });

  it('do not see what lies outside the box of a region', () => {
    const property = fc.property(maps(), (pair) => {
      const { size } = pair;
      const wide: Vec3 = [size[0] + 3, size[1] + (size[1] > 1 ? 2 : 0), size[2]];
      const widen = (data: Uint8Array): Uint8Array => {
        const out = new Uint8Array(wide[0] * wide[1] * wide[2]);
        data.forEach((label, v) => {
          const [i, row] = [v % size[0], Math.floor(v / size[0])];
          out[(Math.floor(row / size[1]) * wide[1] + (row % size[1]) + (size[1] > 1 ? 1 : 0)) * wide[0] + i + 2] =
            label;
        });
        return out;
      };
      if (size[0] === 1) return; // a flat axis would no longer be one
      const ids = ALL.filter((id) => id !== 'specificity' && !id.startsWith('brats_')); // growth is clipped at the border
      expectAlike(score({ ...pair, size: wide, a: widen(pair.a), b: widen(pair.b) }, ids), score(pair, ids));
    });
    fc.assert(property, { numRuns: 60, seed: 36 });
  });
});

describe('empty masks', () => {
  const some = Uint8Array.of(1, 1, 0, 0);
  const none = new Uint8Array(4);
  const of = (a: Uint8Array, b: Uint8Array): Record<string, unknown> => {
    const { values } = score({ size: [4, 1, 1], spacing: [10, 1, 1], a, b }, ALL);
    return Object.fromEntries(
      Object.entries(values).map(([id, value]) => [
        id.split('@')[0],
        value.kind === 'value' ? value.value : value.kind === 'unbounded' ? Infinity : value.why,
      ]),
    );
  };
  const overlaps = ['dice', 'iou', 'nsd', 'nsd_boundary_voxel', 'boundary_iou', 'cldice', 'volumetric_similarity'];
  const pieces = ['pq', 'rq', 'sq', 'lesion_f1'];
  const surfaces = ['hd', 'hd95', 'assd', 'masd'];
  const boundaries = surfaces.map((key) => `${key}_boundary_voxel`);
  const all = (keys: readonly string[], value: unknown): Record<string, unknown> =>
    Object.fromEntries(keys.map((key) => [key, value]));
  const alike = (ratio: number, distance: number): Record<string, unknown> => ({
    ...all([...overlaps, ...pieces], ratio),
    ...all([...surfaces, ...boundaries, 'hd95_boundary_voxel_pooled'], distance),
  });
  const noReference = all(
    ['sensitivity', 'relative_volume_error', 'absolute_relative_volume_error', 'lesion_sensitivity'],
    'reference-empty',
  );
  const noPrediction = all(['precision', 'lesion_precision'], 'prediction-empty');

  it('have the values of docs/metrics.md, metric by metric', () => {
    const met = (dice: number, hd95: number): Record<string, unknown> => ({
      brats_met_dice: dice,
      brats_met_hd95: hd95,
    });
    const gli = (dice: number, hd95: number): Record<string, unknown> => ({
      brats_gli_dice: dice,
      brats_gli_hd95: hd95,
    });
    // 20 mm3: a lesion for the metastases' rules, below the threshold of the gliomas'.
    expect(of(some, none)).toEqual({
      ...alike(0, Infinity),
      ...noPrediction,
      ...all(['sensitivity', 'lesion_sensitivity', 'lesion_false_positives'], 0),
      ...{ specificity: 1, relative_volume_error: -1, absolute_relative_volume_error: 1 },
      ...{ volume_error_mm3: 20, volume_error_ml: 0.02 },
      ...met(0, 374),
      ...gli(1, 0),
    });
    expect(of(none, some)).toEqual({
      ...alike(0, Infinity),
      ...noReference,
      ...{ precision: 0, lesion_precision: 0, lesion_false_positives: 1, specificity: 0.5 },
      ...{ volume_error_mm3: 20, volume_error_ml: 0.02 },
      ...met(0, 374),
      ...gli(0, 374),
    });
    expect(of(none, none)).toEqual({
      ...alike(1, 0),
      ...noReference,
      ...noPrediction,
      ...{ specificity: 1, volume_error_mm3: 0, volume_error_ml: 0, lesion_false_positives: 0 },
      ...met(1, 0),
      ...gli(1, 0),
    });
  });
});

describe('an ignored label', () => {
  it('is background in both maps wherever the reference segmentation has it', () => {
    const property = fc.property(maps(), (pair) => {
      const ignored = score(pair, ALL, 2);
      const cleared = (data: Uint8Array): Uint8Array =>
        data.map((label, v) => (pair.a[v] === 2 || label === 2 ? 0 : label));
      const ids = ALL.filter((id) => id !== 'specificity');
      const wanted = score({ ...pair, a: cleared(pair.a), b: cleared(pair.b) }, ids);
      expectAlike({ ...ignored, values: { ...ignored.values } }, wanted);
    });
    fc.assert(property, { numRuns: 60, seed: 37 });
  });

  it('takes its voxels from the background too', () => {
    const pair: Maps = {
      size: [4, 1, 1],
      spacing: [1, 1, 1],
      a: Uint8Array.of(1, 2, 0, 0),
      b: Uint8Array.of(1, 1, 1, 0),
    };
    expect(score(pair, ['specificity', 'dice'], 2).values).toEqual({
      specificity: { kind: 'value', value: 1 / 2 },
      dice: { kind: 'value', value: 2 / 3 },
    });
  });

  it('is no structure', () => {
    const regions = [{ name: 'x', labels: [1, 2] }];
    expect(() => scoreCase({ reference, prediction, regions, metrics: [], ignoreLabel: 2 })).toThrow(
      'region "x" holds label 2; expected none that is ignored',
    );
    expect(() => scoreCase({ reference, prediction, regions, metrics: [], ignoreLabel: 0 })).toThrow(
      'ignore label is 0',
    );
  });
});
