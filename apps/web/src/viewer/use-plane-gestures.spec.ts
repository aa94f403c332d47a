import { wheelSlices, zoomFactor } from './use-plane-gestures.js';

describe('wheel', () => {
  it('makes one slice of a notch, however far the system says it goes', () => {
    expect(wheelSlices(0, 100, 0)).toEqual({ slices: 1, carried: 0 });
    expect(wheelSlices(0, -240, 0)).toEqual({ slices: -1, carried: 0 });
    expect(wheelSlices(0, 3, 1)).toEqual({ slices: 1, carried: 0 }); // three lines
    expect(wheelSlices(0, 1, 2)).toEqual({ slices: 1, carried: 0 }); // a page
  });
  it('adds up the small steps of a touch pad', () => {
    let carried = 0;
    let slices = 0;
    for (let n = 0; n < 20; n++) {
      const turned = wheelSlices(carried, 6, 0);
      carried = turned.carried;
      slices += turned.slices;
    }
    expect(slices).toBe(4); // 120 px
  });
  it('forgets what was left over when the direction turns', () => {
    expect(wheelSlices(25, -6, 0)).toEqual({ slices: 0, carried: -6 });
  });
});

describe('zoom by dragging', () => {
  it('undoes itself on the way back', () => expect(zoomFactor(37) * zoomFactor(-37)).toBeCloseTo(1, 12));
  it('up enlarges', () => expect(zoomFactor(10)).toBeGreaterThan(1));
});
