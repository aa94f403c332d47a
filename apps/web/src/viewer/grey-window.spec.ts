import { draggedWindow, matchingPreset, tidyWindow, windowOfRange, windowRange } from './grey-window.js';

describe('grey window', () => {
  it('soft tissue is -160 to 240 HU', () =>
    expect(windowRange({ center: 40, width: 400 })).toEqual({ lower: -160, upper: 240 }));
  it('a range and its window are the same thing', () =>
    expect(windowRange(windowOfRange(-1024, 3071))).toEqual({ lower: -1024, upper: 3071 }));
  it('a constant image still has a window', () => expect(windowOfRange(7, 7)).toEqual({ center: 7, width: 1 }));

  it('drags right to widen and down to darken, in proportion to the width', () => {
    expect(draggedWindow({ center: 40, width: 400 }, 64, 0)).toEqual({ center: 40, width: 500 });
    expect(draggedWindow({ center: 40, width: 400 }, 0, 64)).toEqual({ center: 140, width: 400 });
    expect(draggedWindow({ center: 0.5, width: 1 }, 128, 0)).toEqual({ center: 0.5, width: 1.5 });
  });
  it('never gets a width of zero or less, however far one drags', () => {
    expect(draggedWindow({ center: 40, width: 400 }, -10_000, 0).width).toBeGreaterThan(0);
    expect(tidyWindow({ center: NaN, width: -3 })).toEqual({ center: 0, width: 0.001 });
  });
  it('is rounded as a person would write it', () => {
    expect(tidyWindow({ center: 40.4, width: 398.7 })).toEqual({ center: 40, width: 399 });
    expect(tidyWindow({ center: 0.123456, width: 0.98765 })).toEqual({ center: 0.123, width: 0.988 });
  });
  it('finds the preset it equals', () => {
    const presets = [{ name: 'liver', center: 80, width: 150 }];
    expect(matchingPreset(presets, { center: 80, width: 150 })?.name).toBe('liver');
    expect(matchingPreset(presets, { center: 80, width: 151 })).toBeUndefined();
  });
});
