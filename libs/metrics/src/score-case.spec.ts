import { ImageFormatError, orientTo } from '#imaging';
import type { Geometry, LabelMap, Volume } from '#imaging';
import { isMetricId, METRIC_CATALOGUE, metricDefinition, parseMetricId } from './catalogue.js';
import { intendedSpacing, scoreCase, scoresWithoutPrediction } from './score-case.js';
import { metricSignature } from './signature.js';

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

describe('intended spacing', () => {
  it('frees spacings from float32 noise and keeps fractions that are meant', () => {
    for (const mm of [0.6, 0.7, 0.8, 1.1, 1.5, 2.999, 5, 0.9765625, 0.7421875, 0.68359375, 0.123457]) {
      expect(intendedSpacing([Math.fround(mm), mm * (1 + 1e-7), mm])).toEqual([mm, mm, mm]);
    }
  });

  it('leaves alone what is no round number', () => {
    expect(intendedSpacing([1 / 3, 0.1234567891, 1e-5])).toEqual([1 / 3, 0.1234567891, 1e-5]);
  });
});

describe('catalogue', () => {
  it('defines every metric once, and every one can be computed', () => {
    const keys = METRIC_CATALOGUE.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const ids = METRIC_CATALOGUE.map(({ key, parameter }) => (parameter === 'none' ? key : `${key}@1.5`));
    const [score] = scoreCase({ reference, prediction, regions: [REGIONS[0]], metrics: ids });
    expect(Object.keys(score.values)).toEqual(ids);
    for (const id of ids) {
      const { range, unit, description, source } = metricDefinition(id);
      const value = score.values[id];
      if (value.kind === 'value') {
        expect(value.value).toBeGreaterThanOrEqual(range.min);
        expect(value.value).toBeLessThanOrEqual(range.max ?? Infinity);
      }
      expect(['', 'mm', 'ml']).toContain(unit);
      expect(description.length * source.length).toBeGreaterThan(0);
    }
  });

  it('names a tolerance, in its shortest form only', () => {
    expect(metricDefinition('nsd@2')).toMatchObject({
      id: 'nsd@2',
      name: 'Normalised surface Dice at 2 mm',
      abbreviation: 'NSD 2 mm',
    });
    expect(parseMetricId('nsd@0.5').toleranceMm).toBe(0.5);
    for (const id of [
      'nsd',
      'nsd@',
      'nsd@2.0',
      'nsd@0',
      'nsd@-1',
      'nsd@1e999',
      'nsd@x',
      'nsd@1@2',
      'dice@2',
      '',
      'toString',
    ]) {
      expect(isMetricId(id)).toBe(false);
      expect(() => parseMetricId(id)).toThrow(RangeError);
    }
  });
});

describe('signature', () => {
  it('is one text for one way of computing', () => {
    const text = metricSignature(['nsd@2', 'dice'], REGIONS);
    expect(text).toBe(
      'metrics.1|dice,nsd@2|lesion=4,liver=1+4,spleen=2,stone=9|surface.elements|slack.0.000001mm|spacing.intended|empty.agree',
    );
    expect(metricSignature(['dice', 'nsd@2', 'dice'], REGIONS.toReversed())).toBe(text);
    expect(metricSignature(['dice', 'nsd@3'], REGIONS)).not.toBe(text);
    expect(metricSignature(['dice'], [{ name: 'a|b', labels: [1] }])).toContain('a%7Cb=1');
    expect(() => metricSignature(['dise'], REGIONS)).toThrow('metric is "dise"');
  });
});
