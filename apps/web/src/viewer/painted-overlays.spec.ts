import { DEFAULT_PEN } from './overlay-style.js';
import { paintedOverlays } from './painted-overlays.js';
import type { DrawnLayer } from './use-overlays.js';

const LABELS = [
  { value: 1, name: 'liver', color: '#ff0000' },
  { value: 2, name: 'spleen', color: '#00ff00' },
];
const layer = (kind: 'reference' | 'prediction', visible = true): DrawnLayer => ({
  id: kind,
  kind,
  segments: Uint8Array.of(0, 1, 2, 3),
  visible,
  pen: DEFAULT_PEN[kind],
});
const COMPARISON = {
  errors: Uint8Array.of(0, 1, 2, 3),
  counts: { truePositive: 1, falsePositive: 1, falseNegative: 1, wrongLabel: 0 },
  shared: [],
};

describe('overlays as they are painted', () => {
  it('come in the order and manner in which the renderer draws them', () => {
    const painted = paintedOverlays([layer('prediction'), layer('reference')], LABELS, [], 'overlays', null);
    expect(painted.map(({ pen }) => [pen.manner, pen.opacity])).toEqual([
      ['filled', DEFAULT_PEN.reference.opacity],
      ['outline', DEFAULT_PEN.prediction.opacity],
    ]);
    expect(painted[0].colors[1]).toEqual([0, 255, 0, 255]);
    expect([...painted[0].kept.slice(0, 5)]).toEqual([0, 1, 2, 3, 0]); // 3: undeclared; 4 does not exist
  });
  it('leave out what is hidden', () => {
    const painted = paintedOverlays([layer('reference'), layer('prediction', false)], LABELS, [2], 'overlays', null);
    expect(painted).toHaveLength(1);
    expect([...painted[0].kept.slice(0, 4)]).toEqual([0, 1, 0, 3]);
  });
  it('are the error map over a line around the reference, once there is one', () => {
    const layers = [layer('reference'), layer('prediction')];
    expect(paintedOverlays(layers, LABELS, [], 'errors', null)).toHaveLength(2); // not an empty map that looks like perfection
    const [line, errors] = paintedOverlays(layers, LABELS, [], 'errors', COMPARISON);
    expect(line.pen).toMatchObject({ manner: 'outline', widthPx: 1 });
    expect(errors.segments).toBe(COMPARISON.errors);
    expect(errors.colors).toHaveLength(4);
  });
});
