import type { Geometry, Volume } from '#imaging';
import { modelShape } from './model-shape.js';
import { prepare } from './prepare.js';
import type { PreprocessOp } from './manifest.js';

/** 6 x 5 x 4 voxels of 1 x 2 x 3 mm, i to the patient's Right, j to Posterior, k to Superior: RPS. */
const GEOMETRY: Geometry = {
  sizeXyz: [6, 5, 4],
  spacingMm: [1, 2, 3],
  originLps: [0, 0, 0],
  direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const image: Volume = { geometry: GEOMETRY, data: Float32Array.from({ length: 120 }, (_, v) => 1 + (v % 7)) };

describe('size of the model grid', () => {
  it.each<[string, PreprocessOp[], readonly number[]]>([
    ['as stored, slowest first', [{ op: 'orient', axes: 'storedZYX' }], [4, 5, 6]],
    ['fastest first', [{ op: 'orient', axes: 'storedXYZ' }], [6, 5, 4]],
    ['by anatomy', [{ op: 'orient', axes: 'SAR' }], [4, 5, 6]],
    [
      'resampled: 6 x 1, 5 x 2 and 4 x 3 mm to 1.5 mm',
      [
        { op: 'orient', axes: 'RAS' },
        { op: 'resample', spacing: [1.5, 1.5, 1.5] },
      ],
      [4, 7, 8], // rint(6 / 1.5), rint(10 / 1.5 = 6.67), rint(12 / 1.5)
    ],
    [
      'resized',
      [
        { op: 'orient', axes: 'RAS' },
        { op: 'resize', size: [3, null, 2] },
      ],
      [3, 5, 2],
    ],
    ['without orient', [{ op: 'window', in: [0, 1], out: [0, 1] }], [4, 5, 6]],
  ])('%s', (_, preprocess, expected) => {
    expect(modelShape(GEOMETRY, { preprocess })).toEqual(expected);
    expect(prepare(image, { preprocess }).shape).toEqual(expected); // the real thing agrees
  });

  it('is an upper bound where voxels decide', () => {
    const preprocess: PreprocessOp[] = [{ op: 'cropForeground', threshold: 6 }];
    const { shape } = prepare({ geometry: GEOMETRY, data: new Float32Array(120).fill(7, 45, 48) }, { preprocess });
    expect(modelShape(GEOMETRY, { preprocess }).every((size, axis) => size >= shape[axis])).toBe(true);
    expect(shape).not.toEqual([4, 5, 6]);
  });
});
