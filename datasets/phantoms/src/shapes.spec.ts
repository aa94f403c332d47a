import {
  FAR_MM,
  bump,
  coverage,
  ellipsoid,
  inColumn,
  inEllipsoid,
  inTube,
  join,
  meet,
  rationalRotation,
  tube,
} from './shapes.js';

describe('ellipsoid', () => {
  it('measures a sphere to first order: 0 on the surface, the right sign and size beside it', () => {
    const sphere = ellipsoid([1, 2, 3], [10, 10, 10]);
    expect(inEllipsoid(sphere, 11, 2, 3)).toBeCloseTo(0, 12);
    expect(inEllipsoid(sphere, 10, 2, 3)).toBeCloseTo(1, 12);
    expect(inEllipsoid(sphere, 1, 2, 14)).toBeCloseTo(-1, 12);
    expect(inEllipsoid(sphere, 1, 2, 3)).toBe(10);
  });

  it('vanishes at the ends of its half axes and is far when far', () => {
    const e = ellipsoid([0, 0, 0], [5, 10, 20]);
    for (const [x, y, z] of [
      [5, 0, 0],
      [0, -10, 0],
      [0, 0, 20],
    ])
      expect(inEllipsoid(e, x, y, z)).toBeCloseTo(0, 12);
    expect(inEllipsoid(e, 0, 0, 41)).toBe(-FAR_MM);
  });

  it('turns about z by the angle whose half has the given tangent: 1 is a quarter turn', () => {
    expect(rationalRotation(1)).toEqual([0, 1]);
    const [cos, sin] = rationalRotation(0.3);
    expect(cos * cos + sin * sin).toBeCloseTo(1, 14);
    const turned = ellipsoid([0, 0, 0], [5, 10, 20], [0, 0, 1]);
    expect(inEllipsoid(turned, 10, 0, 0)).toBeCloseTo(0, 12); // the axis of 10 mm now lies along x
    expect(inEllipsoid(turned, 0, 5, 0)).toBeCloseTo(0, 12);
    const aboutX = ellipsoid([0, 0, 0], [5, 10, 20], [1, 0, 0]);
    expect(inEllipsoid(aboutX, 0, 20, 0)).toBeCloseTo(0, 12);
  });
});

describe('tube and column', () => {
  it('is a distance to a segment with changing radius and round ends', () => {
    const t = tube([0, 0, 0], [10, 0, 0], 4, 2);
    expect(inTube(t, 5, 3, 0)).toBeCloseTo(0, 12);
    expect(inTube(t, 0, 0, 1)).toBeCloseTo(3, 12);
    expect(inTube(t, 13, 4, 0)).toBeCloseTo(2 - 5, 12);
  });

  it('measures a column across its axis', () => {
    expect(inColumn(3, 0, 3, 7)).toBeCloseTo(0, 12);
    expect(inColumn(0, 7, 3, 7)).toBeCloseTo(0, 12);
    expect(inColumn(0, 0, 3, 7)).toBe(3);
  });
});

describe('combinations', () => {
  it('join and meet are maximum and minimum away from the fillet, and mirror images of each other', () => {
    expect(join(5, -5, 2)).toBe(5);
    expect(meet(5, -5, 2)).toBe(-5);
    expect(join(1, 1, 4)).toBe(2); // k / 4 more than either
    expect(meet(1, 1, 4)).toBe(0);
    expect(meet(0.3, 1.1, 3)).toBeCloseTo(-join(-0.3, -1.1, 3), 14);
  });

  it('coverage is the share of a voxel that a flat edge leaves inside', () => {
    expect([-2, -1, 0, 0.5, 1, 3].map((d) => coverage(d, 2))).toEqual([0, 0, 0.5, 0.75, 1, 1]);
  });

  it('bump is 1 in the middle and 0 outside', () => {
    expect([bump(0), bump(1), bump(-3)]).toEqual([1, 0, 0]);
    expect(bump(0.5)).toBeCloseTo(0.5625, 14);
  });
});
