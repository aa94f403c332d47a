import { ImageFormatError, orientTo } from '#imaging';
import type { Geometry, LabelMap, Volume } from '#imaging';
import { describePair } from './describe-pair.js';
import { scoreCase } from './score-case.js';

const GRID: Geometry = {
  sizeXyz: [6, 5, 4],
  spacingMm: [1, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

function map(labels: Record<number, number>, geometry = GRID): LabelMap {
  const data = new Uint8Array(geometry.sizeXyz[0] * geometry.sizeXyz[1] * geometry.sizeXyz[2]);
  for (const [voxel, label] of Object.entries(labels)) data[Number(voxel)] = label;
  return { geometry, data };
}

const reference = map({ 0: 1, 1: 1, 2: 4, 30: 2 });
const prediction = map({ 0: 1, 1: 4, 2: 4, 60: 7 });

describe('describing a pair', () => {
  const regions = [{ name: 'liver', labels: [1, 4] }];
  const found = describePair(reference, prediction, { regions });

  it('describes the labels of both maps, in order, and the regions asked for', () => {
    expect(Object.entries(found.labels).map(([label, { status }]) => [label, status])).toEqual([
      ['1', 'ok'],
      ['2', 'empty_prediction'],
      ['4', 'ok'],
      ['7', 'empty_reference'],
    ]);
    expect(found.regions.liver).toMatchObject({ status: 'ok', dice: 1, hd95: 0, reference_volume_ml: 0.006 });
  });

  it('describes a label that is nowhere, when asked for', () => {
    const { labels } = describePair(reference, prediction, { labels: [9] });
    expect(labels['9']).toMatchObject({
      status: 'both_empty',
      dice: 1,
      hd: 0,
      'nsd@1': 1,
      sensitivity: null,
      cldice: 1,
    });
    expect(labels['9'].reasons).toMatchObject({ sensitivity: 'reference-empty', precision: 'prediction-empty' });
  });

  it('prints numbers, "Infinity" and null with its reason, in groups too', () => {
    const { '2': spleen } = found.labels;
    expect(spleen).toMatchObject({
      distance_penalty_mm_volume_diagonal: Math.hypot(6, 5, 8),
      dice: 0,
      precision: null,
      hd95: 'Infinity',
      'nsd@0.5': 0,
      'boundary_iou@2mm': 0,
      boundary_voxel_variant: { hd: 'Infinity', hd95_pooled: 'Infinity', 'nsd@3': 0 },
      'lesionwise_26conn_iou_ge_0.5': { n_ref_instances: 1, n_pred_instances: 0, tp: 0, fp: 0, fn: 1, pq: 0 },
      lesion_detection: { n_ref_lesions: 1, n_ref_hit: 0, precision: null, f1: 0 },
      brats_lesionwise: { met: { tp: 0, fn: 0, dice: 1 } }, // one voxel of 2 mm3 is not above the threshold
      reasons: { precision: 'prediction-empty', lesion_detection: { precision: 'prediction-empty' } },
    });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found); // nothing that JSON would lose
    expect(spleen).not.toHaveProperty('scored_as');
  });

  it('says the same as scoring does', () => {
    const ids = [
      'dice',
      'hd95',
      'assd',
      'nsd@2',
      'boundary_iou@2mm',
      'cldice',
      'volumetric_similarity',
      'volume_error_ml',
    ];
    const [{ values }] = scoreCase({ reference, prediction, regions: [{ name: '4', labels: [4] }], metrics: ids });
    for (const id of ids) expect(values[id]).toEqual({ kind: 'value', value: found.labels['4'][id] });
  });

  it('takes tolerances, bands and the smallest lesion from its settings', () => {
    const settings = { tolerancesMm: [0.25, 10], bandsMm: [1, 1.5], minLesionMm3: 5, labels: [4] };
    const { labels, signature } = describePair(reference, prediction, settings);
    expect(Object.keys(labels['4']).filter((key) => /@/.test(key))).toEqual([
      ...['nsd@0.25', 'nsd@10', 'boundary_iou@1mm', 'boundary_iou@1.5mm'],
    ]);
    expect(labels['4'].lesion_detection).toMatchObject({ min_lesion_mm3: 5, n_ref_lesions: 0, sensitivity: null });
    expect(signature).toContain('lesion_f1@5mm3');
    expect(() => describePair(reference, prediction, { tolerancesMm: [0] })).toThrow('metric is "nsd@0"');
    expect(() => describePair(reference, prediction, { bandsMm: [-1] })).toThrow('metric is "boundary_iou@-1mm"');
  });

  it('leaves an ignored label out', () => {
    const { labels, signature } = describePair(reference, prediction, { ignoreLabel: 4 });
    expect(Object.keys(labels)).toEqual(['1', '2', '7']);
    expect(labels['1']).toMatchObject({ dice: 2 / 3 });
    expect(signature).toBe(`${found.signature}|ignore.4`);
    expect(() => describePair(reference, prediction, { ignoreLabel: 4, labels: [4] })).toThrow(
      'expected none that is ignored',
    );
  });

  it('has a description without prediction: the same keys, no values, one reason', () => {
    const { labels } = describePair(reference, null, { labels: [1] });
    expect(Object.keys(labels['1'])).toEqual(Object.keys(found.labels['1']));
    expect(labels['1']).toMatchObject({
      status: 'failed',
      distance_penalty_mm_volume_diagonal: Math.hypot(6, 5, 8),
      dice: null,
      boundary_voxel_variant: { hd: null },
      reasons: { dice: 'no-prediction', boundary_voxel_variant: { hd: 'no-prediction' } },
    });
    expect(Object.keys(describePair(reference, null).labels)).toEqual(['1', '2', '4']);
  });

  it('is the same when the prediction is stored in another order, and refuses another grid', () => {
    const stored = orientTo(prediction as Volume<Uint8Array>, 'SAR') as LabelMap;
    expect(describePair(reference, stored, { regions })).toEqual(found);
    expect(() => describePair(reference, map({}, { ...GRID, originLps: [0, 0, 1] }))).toThrow(ImageFormatError);
    expect(() => describePair(reference, prediction, { labels: [0] })).toThrow('labels [0]');
  });

  it('measures a slice in its plane, whichever way it lies, and says so', () => {
    const sides = [
      { sizeXyz: [5, 4, 1], spacingMm: [1, 2, 9], axis: 2 },
      { sizeXyz: [5, 1, 4], spacingMm: [1, 9, 2], axis: 1 },
      { sizeXyz: [1, 5, 4], spacingMm: [9, 1, 2], axis: 0 },
    ] as const;
    const square = { 0: 1, 1: 1, 2: 1, 5: 1, 6: 1, 7: 1, 10: 1, 11: 1, 12: 1 };
    const described = sides.map(({ sizeXyz, spacingMm }) => {
      const geometry: Geometry = { ...GRID, sizeXyz, spacingMm };
      return describePair(map(square, geometry), map({ ...square, 8: 1 }, geometry)).labels['1'];
    });
    expect(described.map(({ scored_as }) => scored_as)).toEqual(
      sides.map(({ axis }) => `2D (singleton axis ${axis} dropped)`),
    );
    for (const { scored_as: _scored, ...values } of described) {
      const { scored_as: _first, ...first } = described[0];
      expect(values).toEqual(first);
    }
    expect(described[0]).toMatchObject({ hd: 1, boundary_voxel_variant: { hd: 1 } });
    const line = describePair(
      map({ 0: 1 }, { ...GRID, sizeXyz: [3, 1, 1] }),
      map({ 2: 1 }, { ...GRID, sizeXyz: [3, 1, 1] }),
    );
    expect(line.labels['1']).toMatchObject({ hd: 2, scored_as: '1D (singleton axes 1, 2 dropped)' });
  });
});

describe('a prediction on another grid', () => {
  const half: Geometry = { ...GRID, sizeXyz: [3, 5, 4], spacingMm: [2, 1, 2], originLps: [0.5, 0, 0] };
  const coarse = map({ 0: 1, 1: 4, 15: 2 }, half);

  it('is refused unless another grid is allowed', () => {
    expect(() => describePair(reference, coarse)).toThrow(ImageFormatError);
    expect(() => describePair(reference, coarse, { predictionGrid: 'reference' })).toThrow('grid is 3 x 5 x 4');
    expect(() =>
      scoreCase({ reference, prediction: coarse, regions: [{ name: 'a', labels: [1] }], metrics: ['dice'] }),
    ).toThrow(ImageFormatError);
  });

  it('is scored as if its labels had come on the grid of the reference, and says so', () => {
    // each voxel of the coarse grid covers two of the reference
    const fine = map({ 0: 1, 1: 1, 2: 4, 3: 4, 30: 2, 31: 2 });
    const found = describePair(reference, coarse, { predictionGrid: 'nearest' });
    const expected = describePair(reference, fine);
    expect(found.labels).toEqual(expected.labels);
    expect(found.resampled).toBe(true);
    expect(found.signature).toBe(`${expected.signature}|grid.nearest`);
    expect(expected).not.toHaveProperty('resampled');
    const regions = [{ name: 'liver', labels: [1, 4] }];
    const metrics = ['dice', 'hd95'];
    expect(scoreCase({ reference, prediction: coarse, regions, metrics, predictionGrid: 'nearest' })).toEqual(
      scoreCase({ reference, prediction: fine, regions, metrics }),
    );
  });

  it('is turned, not resampled, where that is enough; none is not resampled either', () => {
    const turned = orientTo(prediction as Volume<Uint8Array>, 'SAR') as LabelMap;
    const found = describePair(reference, turned, { predictionGrid: 'nearest' });
    expect(found).toMatchObject({ resampled: false, labels: describePair(reference, prediction).labels });
    expect(describePair(reference, null, { labels: [1], predictionGrid: 'nearest' }).resampled).toBe(false);
  });
});
