import fc from 'fast-check';
import { decodeView, encodeView } from './view-link.js';
import { MEASURES, pointsOf } from './measurements.js';
import { LAYER_COLORS, MANNERS, WIDTHS_PX } from './overlay-style.js';
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
      framed: [{ plane: 'coronal', shownMm: 82.25, centreMm: [40, -20.5] }],
      pens: {
        reference: { manner: 'both', opacity: 0.6, widthPx: 3 },
        'reader-B & C, again': { manner: 'outline', opacity: 1, widthPx: 2, color: '#d55e00' },
      },
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
    expect(link).toContain('&z=coronal,82.25,40,-20.5&pen=both,60,3,,reference&pen=outline,100,2,d55e00,reader-B');
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
      framed: [{ plane: 'coronal', shownMm: 82.25, centreMm: [40, -20.5] }],
      pens: {
        reference: { manner: 'both', opacity: 0.6, widthPx: 3 },
        'reader-B & C, again': { manner: 'outline', opacity: 1, widthPx: 2, color: '#d55e00' },
      },
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
      framed: fc.subarray([...PLANE_NAMES]).chain((planes) =>
        fc.tuple(
          ...planes.map((plane) =>
            fc.record({
              plane: fc.constant(plane),
              shownMm: fc.integer({ min: 1, max: 9999 }).map((n) => n / 10),
              centreMm: fc.tuple(mm, mm),
            }),
          ),
        ),
      ),
      pens: fc.dictionary(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.record(
          {
            manner: fc.constantFrom(...MANNERS),
            opacity: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
            widthPx: fc.constantFrom(...WIDTHS_PX),
            color: fc.constantFrom(...LAYER_COLORS.map(([, hex]) => hex)),
          },
          { requiredKeys: ['manner', 'opacity', 'widthPx'] },
        ),
      ),
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
    ['z=axial,100,1', 'a middle with one coordinate'],
    ['z=axial,0,1,2', 'nothing shown'],
    ['z=oblique,100,1,2', 'an unknown plane'],
    ['pen=outline,60,3,d55e00,', 'a pen of no layer'],
    ['pen=dotted,60,3,,reference', 'an unknown manner'],
    ['pen=outline,160,3,,reference', 'more than opaque'],
    ['pen=outline,60,9,,reference', 'a width that is not offered'],
    ['pen=outline,60,3,ff0000,reference', 'a colour that is not offered'],
    ['m=length,axial,1,2,3', 'a length with one end'],
    ['m=length,oblique,1,2,3,4,5,6', 'an unknown plane'],
    ['m=probe,axial,1,,3', 'a missing coordinate'],
  ])('leaves out what it cannot read: %s (%s)', (link) => expect(decodeView(link)).toEqual({}));
  it('ignores parameters of the page', () =>
    expect(decodeView('tab=scores&at=1,2,3')).toEqual({ positionLps: [1, 2, 3] }));
});
