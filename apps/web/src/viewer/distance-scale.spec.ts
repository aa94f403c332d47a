import { distanceColor, distanceWords, fittingScale } from './distance-scale.js';
import type { SurfaceValues } from './surface-error.js';

const values = (...mm: number[]): SurfaceValues => ({ voxels: Int32Array.from(mm.keys()), mm: Float32Array.from(mm) });

describe('the scale of surface distances', () => {
  it('is pale in the middle, orange where too much was predicted, blue where too little', () => {
    const [r, g, b] = distanceColor(0, 5);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(12);
    const much = distanceColor(2.5, 5);
    const little = distanceColor(-2.5, 5);
    expect(much[0] - much[2]).toBeGreaterThan(150);
    expect(little[2] - little[0]).toBeGreaterThan(150);
    expect(distanceColor(99, 5)).toEqual(distanceColor(5, 5));
    expect(distanceColor(-Infinity, 5)).toEqual(distanceColor(-5, 5));
  });
  it('grows darker on both sides, so that it can be read without hues', () => {
    const light = ([r, g, b]: readonly number[]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
    for (const side of [1, -1]) {
      const steps = [0, 1, 2, 3, 4, 5].map((mm) => light(distanceColor(side * mm, 5)));
      expect(steps).toEqual([...steps].sort((a, b) => b - a));
    }
  });
  it('ends where 95 % of the surfaces lie within, leaving out what cannot be measured', () => {
    const nineteen = Array.from({ length: 19 }, () => 1.5);
    const of = (...mm: number[]) =>
      fittingScale([{ segment: 1, reference: values(), prediction: values(...mm), farthest: null }]);
    expect(of(...nineteen, 40)).toBe(2);
    expect(of(...nineteen, 40, 40)).toBe(50);
    expect(of(...nineteen, Infinity, -Infinity, -Infinity)).toBe(2);
    expect(of(90)).toBe(50);
    expect(of()).toBe(2);
  });
  it('says a distance in words', () => {
    expect([3.24, -1, 0.01, Infinity].map(distanceWords)).toEqual([
      '3.2 mm too much',
      '1.0 mm too little',
      'on the other surface',
      'the other map has none of this structure',
    ]);
  });
});
