import fc from 'fast-check';
import { decodeView, encodeView } from './view-link.js';
import { MEASURES, pointsOf } from './measurements.js';
import { PLANE_NAMES } from './planes.js';
import { LAYOUTS, PLAIN_VIEW } from './view-state.js';
import type { ViewState } from './view-state.js';

const view: ViewState = {
  positionLps: [12.5, -30, 48.04],
  window: { center: 40, width: 400 },
  ...PLAIN_VIEW,
};

describe('deep links', () => {
  it('is short and readable where everything is at its default', () => {
    expect(encodeView(view)).toBe('at=12.5,-30,48&w=40,400');
  });
  it('carries everything', () => {
    const link = encodeView({
      ...view,
      mode: 'errors',
      layout: 'axial',
      inverted: true,
      hiddenLayers: ['a,b', 'ü&c'],
      hiddenLabels: [4, 2],
      region: 'whole liver',
      addedLayers: ['reader-B & C'],
      distances: true,
      measurements: [
        {
          kind: 'length',
          plane: 'axial',
          points: [
            [1, 2.25, -3],
            [0, 0, -3],
          ],
        },
      ],
    });
    expect(link).toContain('m=length,axial,1,2.25,-3,0,0,-3');
    expect(decodeView(`?${link}`)).toEqual({
      positionLps: [12.5, -30, 48],
      window: view.window,
      mode: 'errors',
      layout: 'axial',
      inverted: true,
      hiddenLayers: ['a,b', 'ü&c'],
      hiddenLabels: [4, 2],
      region: 'whole liver',
      addedLayers: ['reader-B & C'],
      distances: true,
      measurements: [
        {
          kind: 'length',
          plane: 'axial',
          points: [
            [1, 2.25, -3],
            [0, 0, -3],
          ],
        },
      ],
    });
  });
  it('any view comes back, positions to a tenth of a millimetre', () => {
    const mm = fc.integer({ min: -5000, max: 5000 }).map((n) => n / 10);
    const views = fc.record({
      positionLps: fc.tuple(mm, mm, mm),
      window: fc.record({ center: fc.integer({ min: -2000, max: 2000 }), width: fc.integer({ min: 1, max: 5000 }) }),
      inverted: fc.boolean(),
      mode: fc.constantFrom('overlays' as const, 'errors' as const),
      layout: fc.constantFrom(...LAYOUTS),
      hiddenLayers: fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' })),
      region: fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
      hiddenLabels: fc.uniqueArray(fc.integer({ min: 1, max: 65535 })),
      addedLayers: fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' })),
      distances: fc.boolean(),
      measurements: fc.array(
        fc.constantFrom(...MEASURES).chain((kind) =>
          fc.record({
            kind: fc.constant(kind),
            plane: fc.constantFrom(...PLANE_NAMES),
            points: fc.array(fc.tuple(mm, mm, mm), { minLength: pointsOf(kind), maxLength: pointsOf(kind) }),
          }),
        ),
      ),
    });
    fc.assert(fc.property(views, (v) => expect({ ...view, ...decodeView(encodeView(v)) }).toEqual(v)));
  });
  it.each([
    ['at=1,2', 'two coordinates'],
    ['at=1,2,x', 'a letter'],
    ['at=,,', 'nothing'],
    ['at=1,2,Infinity', 'no finite number'],
    ['w=40,0', 'a window of no width'],
    ['w=40,-5', 'a negative width'],
    ['mode=everything', 'an unknown mode'],
    ['layout=oblique', 'an unknown layout'],
    ['off=0', 'background'],
    ['off=1.5', 'a fraction'],
    ['with=', 'a layer without a name'],
    ['m=length,axial,1,2,3', 'a length with one end'],
    ['m=length,oblique,1,2,3,4,5,6', 'an unknown plane'],
    ['m=probe,axial,1,,3', 'a missing coordinate'],
  ])('leaves out what it cannot read: %s (%s)', (link) => expect(decodeView(link)).toEqual({}));
  it('ignores parameters of the page', () =>
    expect(decodeView('tab=scores&at=1,2,3')).toEqual({ positionLps: [1, 2, 3] }));
});
