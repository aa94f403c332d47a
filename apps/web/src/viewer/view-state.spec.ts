import { nextLayout, PLAIN_VIEW, sidePlane, singlePlane, viewReducer } from './view-state.js';
import type { Layout, ViewState } from './view-state.js';

const view: ViewState = {
  positionLps: [1, 2, 3],
  window: { center: 40, width: 400 },
  ...PLAIN_VIEW,
};

describe('view state', () => {
  it('stays the same object when nothing changes, so that nothing is drawn again', () => {
    expect(viewReducer(view, { kind: 'move', to: [1, 2, 3] })).toBe(view);
    expect(viewReducer(view, { kind: 'window', window: { center: 40, width: 400 } })).toBe(view);
    expect(viewReducer(view, { kind: 'mode', mode: 'overlays' })).toBe(view);
    expect(viewReducer(view, { kind: 'layout', layout: 'planes' })).toBe(view);
    expect(viewReducer(view, { kind: 'show-all-labels' })).toBe(view);
  });
  it('moves, inverts, changes window, mode and layout', () => {
    expect(viewReducer(view, { kind: 'move', to: [0, 2, 3] }).positionLps).toEqual([0, 2, 3]);
    expect(viewReducer(view, { kind: 'invert' }).inverted).toBe(true);
    expect(viewReducer(view, { kind: 'window', window: { center: 1, width: 2 } }).window).toEqual({
      center: 1,
      width: 2,
    });
    expect(viewReducer(view, { kind: 'mode', mode: 'errors' }).mode).toBe('errors');
    expect(viewReducer(view, { kind: 'layout', layout: 'axial' }).layout).toBe('axial');
  });
  it('goes through the layouts and comes back', () => {
    const through = (canCompare: boolean): string[] => {
      const seen: Layout[] = ['planes'];
      while (seen.length < 2 || seen[seen.length - 1] !== 'planes')
        seen.push(nextLayout(seen[seen.length - 1], 'coronal', canCompare));
      return seen;
    };
    expect(through(true)).toEqual(['planes', 'coronal', 'surfaces', 'sides-coronal', 'planes']);
    expect(through(false)).toEqual(['planes', 'coronal', 'surfaces', 'planes']);
  });
  it('knows which plane a layout shows', () => {
    expect([singlePlane('axial'), singlePlane('planes'), singlePlane('sides-axial')]).toEqual(['axial', null, null]);
    expect([sidePlane('sides-axial'), sidePlane('axial')]).toEqual(['axial', null]);
  });
  it('toggles a structure on and off', () => {
    const off = viewReducer(view, { kind: 'toggle-label', value: 4 });
    expect(off.hiddenLabels).toEqual([4]);
    expect(viewReducer(off, { kind: 'toggle-label', value: 4 }).hiddenLabels).toEqual([]);
  });
  it('shows one structure alone, and all again', () => {
    const only = viewReducer(view, { kind: 'only-label', value: 2, all: [1, 2, 3] });
    expect(only.hiddenLabels).toEqual([1, 3]);
    expect(viewReducer(only, { kind: 'show-all-labels' }).hiddenLabels).toEqual([]);
  });
  it('a layer is added once, and forgets that it was hidden when it is taken away', () => {
    const added = viewReducer(view, { kind: 'add-layer', id: 'reader-b' });
    expect(added.addedLayers).toEqual(['reader-b']);
    expect(viewReducer(added, { kind: 'add-layer', id: 'reader-b' })).toBe(added);
    const hidden = viewReducer(added, { kind: 'toggle-layers', ids: ['reader-b'] });
    expect(viewReducer(hidden, { kind: 'remove-layer', id: 'reader-b' })).toEqual(view);
  });
  it('keeps only what is drawn or framed in another way than usual', () => {
    const pen = { manner: 'both', opacity: 0.5, widthPx: 3 } as const;
    const drawn = viewReducer(view, { kind: 'pens', pens: { a: pen, b: pen } });
    expect(viewReducer(drawn, { kind: 'pens', pens: { a: null } }).pens).toEqual({ b: pen });
    expect(viewReducer(drawn, { kind: 'remove-layer', id: 'b' }).pens).toEqual({ a: pen });
    const axial = { plane: 'axial', shownMm: 100, centreMm: [1, 2] } as const;
    const framed = viewReducer(view, { kind: 'framed', framed: [axial] });
    expect(framed.framed).toEqual([axial]);
    expect(viewReducer(framed, { kind: 'framed', framed: [{ ...axial, centreMm: [1, 2] }] })).toBe(framed);
    expect(viewReducer(framed, { kind: 'framed', framed: [{ ...axial, shownMm: 99 }] })).not.toBe(framed);
    expect(viewReducer(view, { kind: 'framed', framed: [] })).toBe(view);
  });
  it('several predictions go together: any shown hides all, none shown shows all', () => {
    const ids = ['a', 'b'];
    const someShown = { ...view, hiddenLayers: ['a', 'reference'] };
    const hidden = viewReducer(someShown, { kind: 'toggle-layers', ids });
    expect(hidden.hiddenLayers).toEqual(['reference', 'a', 'b']);
    expect(viewReducer(hidden, { kind: 'toggle-layers', ids }).hiddenLayers).toEqual(['reference']);
  });
});
