import { METRIC_CATALOGUE } from '#metrics';
import type { Geometry } from '#imaging';
import { listErrors } from './error-list.js';
import { causeOf, decodeFinding, encodeFinding, placeInList } from './find-cause.js';

describe('the cause of a figure', () => {
  it('is looked for by what the metric measures', () => {
    const by = { surface: [] as string[], slice: [] as string[], piece: [] as string[] };
    for (const { key } of METRIC_CATALOGUE) by[causeOf(key)].push(key);
    expect(by.surface).toEqual([
      ...['hd', 'hd95', 'assd', 'masd', 'nsd', 'hd_boundary_voxel', 'hd95_boundary_voxel'],
      ...['hd95_boundary_voxel_pooled', 'assd_boundary_voxel', 'masd_boundary_voxel', 'nsd_boundary_voxel'],
      ...['boundary_iou', 'brats_met_hd95', 'brats_gli_hd95'],
    ]);
    expect(by.piece).toEqual([
      ...['pq', 'rq', 'sq', 'lesion_sensitivity', 'lesion_precision', 'lesion_f1', 'lesion_false_positives'],
      ...['brats_met_dice', 'brats_gli_dice'],
    ]);
    expect(by.slice).toContain('dice');
    expect(causeOf('nsd@2')).toBe('surface');
  });

  it.each(['hd95.liver', 'nsd@0.5.liver', 'pq@0.1.lesions > 1 cm', 'dice.left.kidney', 'boundary_iou@2mm.ü & ä'])(
    'comes back from a link: %s',
    (text) => {
      const finding = decodeFinding(text);
      expect(finding && encodeFinding(finding)).toBe(text);
    },
  );
  it('takes the region behind the first dot that ends the metric', () => {
    expect(decodeFinding('nsd@0.5.liver')).toEqual({ metric: 'nsd@0.5', region: 'liver' });
    expect(decodeFinding('dice.left.kidney')).toEqual({ metric: 'dice', region: 'left.kidney' });
  });
  it.each([undefined, '', 'hd95', 'hd95.', '.liver', 'HD 95.liver'])('is nothing for %s', (text) =>
    expect(decodeFinding(text)).toBeNull(),
  );

  const grid: Geometry = {
    sizeXyz: [8, 1, 2],
    spacingMm: [5, 10, 3],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const map = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', ''), Number);
  it('lies in the worst slice, at a piece that was missed as a whole, or at the largest error', () => {
    const reference = map('11110000 00000010');
    const prediction = map('10000000 00000000'); // three voxels of a found piece, and one piece of a voxel
    const list = listErrors(grid, reference, prediction);
    expect(placeInList(list, 'slice')).toEqual({
      atIjk: [2, 0, 0],
      words: 'the axial slice with most wrong voxels, 1.5 cm²',
    });
    expect(placeInList(list, 'piece')).toEqual({
      atIjk: [6, 0, 1],
      words: 'the largest piece that was missed as a whole',
    });
    expect(placeInList(list, 'surface')).toEqual({ atIjk: [2, 0, 0], words: 'the largest error' });
    expect(placeInList(listErrors(grid, reference, reference), 'slice')).toBeNull();
  });
});
