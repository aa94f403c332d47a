import type { Geometry, Vec3 } from '#imaging';
import {
  angleDegrees,
  ellipseOf,
  lengthMm,
  measurementReducer,
  measurementText,
  NOTHING_MEASURED,
  readEllipse,
} from './measurements.js';
import type { MeasurementAction, Measurements } from './measurements.js';
import { PLANES } from './planes.js';

const grid: Geometry = {
  sizeXyz: [10, 10, 2],
  spacingMm: [2, 2, 5],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const after = (...actions: MeasurementAction[]): Measurements =>
  actions.reduce<Measurements>(measurementReducer, NOTHING_MEASURED);
const press = (measure: 'length' | 'angle' | 'probe', ...at: Vec3): MeasurementAction => ({
  kind: 'press',
  measure,
  plane: 'axial',
  at,
});
const move = (...at: Vec3): MeasurementAction => ({ kind: 'move', plane: 'axial', at });
const release = (dragged: boolean): MeasurementAction => ({ kind: 'release', dragged });

describe('drawing a measurement', () => {
  it('a drag makes a length', () => {
    const { done, draft } = after(press('length', 0, 0, 0), move(3, 4, 0), release(true));
    expect(draft).toBeNull();
    expect(done).toMatchObject([
      {
        kind: 'length',
        points: [
          [0, 0, 0],
          [3, 4, 0],
        ],
      },
    ]);
    expect(lengthMm(done[0].points)).toBe(5);
  });
  it('two clicks make the same, and the line follows the pointer between them', () => {
    const between = after(press('length', 0, 0, 0), release(false), move(1, 1, 0));
    expect(between.draft?.points).toEqual([
      [0, 0, 0],
      [1, 1, 0],
    ]);
    const { done, draft } = [press('length', 3, 4, 0), release(false)].reduce(measurementReducer, between);
    expect([done.length, draft]).toEqual([1, null]);
  });
  it('an angle takes a drag and a click, or three clicks', () => {
    const dragged = after(
      press('angle', 5, 0, 0),
      move(0, 0, 0),
      release(true),
      move(9, 9, 0),
      press('angle', 0, 5, 0),
    );
    const clicked = after(
      press('angle', 5, 0, 0),
      release(false),
      press('angle', 0, 0, 0),
      release(false),
      press('angle', 0, 5, 0),
    );
    for (const { done, draft } of [dragged, clicked]) {
      expect(draft).toBeNull();
      expect(angleDegrees(done[0].points)).toBeCloseTo(90, 9);
    }
  });
  it('a probe is one press', () => expect(after(press('probe', 1, 2, 3)).done[0].points).toEqual([[1, 2, 3]]));
  it('another tool or plane starts afresh; a draft can be given up', () => {
    const begun = after(press('length', 0, 0, 0), release(false));
    expect(measurementReducer(begun, press('angle', 1, 1, 1)).draft).toMatchObject({ kind: 'angle', id: 2 });
    expect(measurementReducer(begun, { kind: 'move', plane: 'coronal', at: [1, 1, 1] })).toBe(begun);
    expect(measurementReducer(begun, { kind: 'cancel' })).toMatchObject({ done: [], draft: null });
  });
  it('removes one or all', () => {
    const two = after(press('probe', 0, 0, 0), press('probe', 1, 1, 1));
    expect(measurementReducer(two, { kind: 'remove', id: 1 }).done.map(({ id }) => id)).toEqual([2]);
    expect(measurementReducer(two, { kind: 'remove', id: 7 })).toBe(two);
    expect(measurementReducer(two, { kind: 'clear' }).done).toEqual([]);
  });
});

describe('reading a measurement', () => {
  it('angles are 0 where an arm has no length, and at most 180', () => {
    expect(
      angleDegrees([
        [0, 0, 0],
        [0, 0, 0],
        [1, 0, 0],
      ]),
    ).toBe(0);
    expect(
      angleDegrees([
        [-1, 0, 0],
        [0, 0, 0],
        [2, 0, 0],
      ]),
    ).toBe(180);
  });
  it('an ellipse takes the voxels whose centres are inside, on its slice', () => {
    // radii 2 and 2 mm about (4, 4): the voxel in the middle and its four neighbours, which lie exactly on the border
    const ellipse = ellipseOf(PLANES.axial, [
      [2, 2, 5],
      [6, 6, 5],
    ]);
    expect(ellipse).toEqual({ centreLps: [4, 4, 5], radiiMm: [2, 2] });
    const value = ([x, y, z]: Vec3): number => x + 10 * y + 100 * z;
    const reading = readEllipse(grid, PLANES.axial, ellipse, value);
    expect(reading).toMatchObject({ count: 5, mean: 544, min: 524, max: 564 });
    expect(reading?.areaMm2).toBeCloseTo(4 * Math.PI, 9);
    expect(reading?.sd).toBeCloseTo(Math.sqrt((2 * 20 ** 2 + 2 * 2 ** 2) / 5), 9);
  });
  it('works on the other planes, whose axes differ in spacing', () => {
    const ellipse = ellipseOf(PLANES.coronal, [
      [0, 4, -0.1],
      [4, 4, 5.1],
    ]);
    expect(readEllipse(grid, PLANES.coronal, ellipse, () => 7)).toMatchObject({ count: 2, mean: 7, sd: 0 }); // (2, 0) and (2, 5)
  });
  it('has nothing to say where no voxel lies inside', () => {
    const tiny = ellipseOf(PLANES.axial, [
      [0.5, 0.5, 0],
      [1, 1, 0],
    ]);
    expect(readEllipse(grid, PLANES.axial, tiny, () => 1)).toBeNull();
    expect(
      readEllipse(
        grid,
        PLANES.axial,
        ellipseOf(PLANES.axial, [
          [2, 2, 0],
          [2, 2, 0],
        ]),
        () => 1,
      ),
    ).toBeNull();
  });
  it('says it in words', () => {
    const say = (kind: 'length' | 'angle' | 'roi' | 'probe', ...points: Vec3[]): string =>
      measurementText(
        { id: 1, kind, plane: 'axial', points },
        grid,
        PLANES.axial,
        'HU',
        () => -40,
        () => '62 HU · liver',
      );
    expect(say('length', [0, 0, 0], [3, 4, 0])).toBe('5.0 mm');
    expect(say('angle', [1, 0, 0], [0, 0, 0], [0, 1, 0])).toBe('90.0°');
    expect(say('probe', [0, 0, 0])).toBe('62 HU · liver');
    expect(say('roi', [2, 2, 0], [6, 6, 0])).toBe('mean −40 HU, SD 0, −40 to −40; 0.13 cm², 5 voxels');
  });
});
