import type { ErrorList, ErrorRegion } from './error-list.js';
import { errorRows, pieceWords, segmentNames, stepRow } from './error-rows.js';

const labels = [
  { value: 1, name: 'liver', color: '#e69f00' },
  { value: 4, name: 'lesion', color: '#d55e00' },
];
const region = (more: Partial<ErrorRegion>): ErrorRegion => ({
  kind: 'falseNegative',
  reference: 2,
  prediction: 0,
  voxels: 830,
  atIjk: [0, 0, 0],
  nearestMm: 1,
  farthestMm: 4.25,
  matched: false,
  ...more,
});
const list = (...regions: ErrorRegion[]): ErrorList => ({
  regions,
  regionCount: regions.length,
  pieces: [{ segment: 2, referencePieces: 2, found: 1, invented: 1 }],
  worst: { axial: null, coronal: null, sagittal: null },
});
const ALL = ['falsePositive', 'falseNegative', 'wrongLabel'] as const;
const names = segmentNames(labels, null);

describe('rows of the error list', () => {
  it('say what was expected, what was drawn, how much and how far', () => {
    const rows = errorRows(
      list(
        region({}),
        region({ kind: 'falsePositive', reference: 0, prediction: 1, matched: true, nearestMm: 2, farthestMm: 6 }),
        region({ kind: 'wrongLabel', prediction: 1, matched: true }),
        region({ kind: 'falsePositive', reference: 0, prediction: 2, nearestMm: null, farthestMm: null }),
      ),
      names,
      1,
      'size',
      ALL,
    );
    expect(rows.map(({ sentence }) => sentence)).toEqual([
      'missed lesion, 0.83 ml; a whole piece that was not found; up to 4.3 mm below the surface of the reference',
      'predicted only: liver, 0.83 ml; part of a piece that meets the reference; 2.0 mm to 6.0 mm from the nearest reference liver',
      'lesion predicted as liver, 0.83 ml; part of a piece that was found; 1.0 mm to 4.3 mm from the nearest reference liver',
      'predicted only: lesion, 0.83 ml; a whole piece that meets no reference; the reference holds no lesion that a distance could be measured to',
    ]);
    expect(rows.map(({ mm, whole }) => [mm, whole])).toEqual([
      ['4.3 mm', true],
      ['6.0 mm', false],
      ['4.3 mm', false],
      ['–', true],
    ]);
  });
  it('can stand farthest first and leave kinds out, and keep their identity', () => {
    const three = list(region({ farthestMm: 1 }), region({ kind: 'falsePositive', farthestMm: null }), region({}));
    const order = (kinds: typeof ALL | readonly ['falseNegative']) =>
      errorRows(three, names, 1, 'distance', kinds).map(({ n }) => n);
    expect(order(ALL)).toEqual([1, 2, 0]);
    expect(order(['falseNegative'])).toEqual([2, 0]);
  });
  it('steps through what is listed and stops at the ends', () => {
    const rows = errorRows(list(region({ farthestMm: 1 }), region({})), names, 1, 'distance', ALL); // 1, 0
    expect(stepRow(rows, null, 1)?.n).toBe(1);
    expect(stepRow(rows, null, -1)?.n).toBe(0);
    expect(stepRow(rows, 1, 1)?.n).toBe(0);
    expect(stepRow(rows, 0, 1)?.n).toBe(0);
    expect(stepRow(rows, 1, -1)?.n).toBe(1);
    expect(stepRow([], null, 1)).toBeNull();
  });
  it('counts found and invented pieces by name', () => {
    expect(pieceWords(list(), names)).toEqual(['lesion: 1 of 2 found, 1 invented']);
  });
  it('a region that is compared as one has its own name', () => {
    expect(segmentNames(labels, 'whole liver')(1)).toBe('whole liver');
  });
});
