import { frocCurve, frocScore } from './froc.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

// Two images, three lesions; one is hit twice, and every one is found at last.
const images = [
  {
    lesions: 2,
    detections: [
      { score: 0.9, lesion: 1 },
      { score: 0.3, lesion: 1 },
      { score: 0.8, lesion: 0 },
    ],
  },
  {
    lesions: 1,
    detections: [
      { score: 0.7, lesion: 1 },
      { score: 0.2, lesion: 0 },
    ],
  },
];

describe('FROC', () => {
  const curve = frocCurve(images);

  it('accepts detections by falling score, each lesion once', () => {
    expect(curve.map(({ minScore }) => minScore)).toEqual([Infinity, 0.9, 0.8, 0.7, 0.2]);
    expect(curve.map(({ falsePositivesPerImage }) => falsePositivesPerImage)).toEqual([0, 0, 0.5, 0.5, 1]);
    expect(curve.map(({ sensitivity }) => sensitivity)).toEqual([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3]);
  });

  it('holds the point that accepts every detection, which is missing in MONAI when no lesion is missed', () => {
    const all = frocCurve([
      {
        lesions: 1,
        detections: [
          { score: 0.5, lesion: 1 },
          { score: 0.1, lesion: 0 },
        ],
      },
    ]);
    expect(all[all.length - 1]).toEqual({ minScore: 0.1, falsePositivesPerImage: 1, sensitivity: 1 });
  });

  it('reads between points along a line, at a step the upper end, and level beyond the end', () => {
    expect(frocScore(curve, [0])).toEqual(measured(1 / 3));
    expect(numberOf(frocScore(curve, [0.25]))).toBeCloseTo(1 / 3, 12);
    expect(frocScore(curve, [0.5])).toEqual(measured(2 / 3));
    expect(frocScore(curve, [8])).toEqual(measured(2 / 3));
    const rising = [
      { minScore: Infinity, falsePositivesPerImage: 0, sensitivity: 0 },
      { minScore: 0.5, falsePositivesPerImage: 1, sensitivity: 0.8 },
    ];
    expect(numberOf(frocScore(rising, [0.25]))).toBeCloseTo(0.2, 12);
    expect(numberOf(frocScore(rising))).toBeCloseTo((0.1 + 0.2 + 0.4 + 4 * 0.8) / 7, 12);
  });

  it('has no value without lesions, and refuses what makes no sense', () => {
    expect(frocScore(frocCurve([{ lesions: 0, detections: [{ score: 1, lesion: 0 }] }]))).toEqual({
      kind: 'undefined',
      why: 'reference-empty',
    });
    expect(() => frocCurve([])).toThrow('no images');
    expect(() => frocCurve([{ lesions: 1, detections: [{ score: 1, lesion: 2 }] }])).toThrow(
      'lesion 2; expected 0 to 1',
    );
    expect(() => frocCurve([{ lesions: 1, detections: [{ score: NaN, lesion: 0 }] }])).toThrow('score of NaN');
    expect(() => frocCurve([{ lesions: -1, detections: [] }])).toThrow('image 0 has -1 lesions');
    expect(() => frocScore(curve, [])).toThrow('operating points');
  });
});
