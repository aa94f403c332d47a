import {
  addedPen,
  DEFAULT_PEN,
  ERROR_LEGEND,
  errorMapStyle,
  inSafeColors,
  labelColor,
  layerStyle,
  MANNERS,
  nextManner,
  opacityPerMm,
  parseHexColor,
} from './overlay-style.js';

const labels = [
  { value: 1, name: 'liver', color: '#e69f00' },
  { value: 2, name: 'spleen', color: 'rebeccapurple' },
];

describe('colours', () => {
  it.each([
    ['#fff', [255, 255, 255]],
    ['#0a1B2c', [10, 27, 44]],
  ])('reads %s', (text, rgb) => expect(parseHexColor(text)).toEqual(rgb));
  it.each(['red', '#12', '#12345', 'rgb(1,2,3)', ''])('does not guess %j', (text) =>
    expect(parseHexColor(text)).toBeNull(),
  );
  it('a label without a readable colour gets a safe one by its place', () => {
    expect(labelColor(labels, 0)).toBe('#e69f00');
    expect(labelColor(labels, 1)).toBe('#56b4e9');
  });
});

describe('overlay styles', () => {
  const pen = { manner: 'filled', opacity: 0.5, widthPx: 3 } as const;
  const shown = { visible: true, pen };
  it.each([
    ['filled', 0.5, 0],
    ['outline', 0, 0.5],
    ['both', 0.5, 1],
  ] as const)('%s', (manner, fillOpacity, outlineOpacity) => {
    const look = { kind: 'reference', visible: true, pen: { ...pen, manner } } as const;
    expect(layerStyle(look, 'overlays', labels, [])).toMatchObject({ fillOpacity, outlineOpacity, outlineWidthPx: 3 });
  });
  it('begins with a filled reference and the line of a prediction, and one key goes through all', () => {
    expect([DEFAULT_PEN.reference.manner, DEFAULT_PEN.prediction.manner]).toEqual(['filled', 'outline']);
    expect(MANNERS.map(nextManner)).toEqual(['outline', 'both', 'filled']);
  });
  it('has safe colours by place, which repeat', () => {
    const many = Array.from({ length: 8 }, (_, n) => ({ value: n + 1, name: `${n}`, color: '#ff0000' }));
    const colors = inSafeColors(many).map(({ color }) => color);
    expect(new Set(colors).size).toBe(7);
    expect(colors[7]).toBe(colors[0]);
  });
  it('has a colour for each label and one for those that are not declared', () => {
    expect(layerStyle({ kind: 'reference', ...shown }, 'overlays', labels, [2]).colors).toEqual([
      [230, 159, 0, 255],
      [86, 180, 233, 255],
      [176, 183, 191, 255],
    ]);
  });
  it('draws a whole layer in one colour where its pen has one', () => {
    const look = { kind: 'reference', visible: true, pen: addedPen(1) } as const;
    const { colors } = layerStyle(look, 'overlays', labels, []);
    expect(new Set(colors.map(String))).toEqual(new Set(['213,94,0,255']));
    expect(addedPen(0).color).not.toBe(addedPen(1).color);
    expect(addedPen(7)).toEqual(addedPen(0));
  });
  it('keeps only the line of the reference over an error map', () => {
    expect(layerStyle({ kind: 'reference', ...shown }, 'errors', labels, [])).toMatchObject({
      visible: true,
      fillOpacity: 0,
    });
    expect(layerStyle({ kind: 'prediction', ...shown }, 'errors', labels, [])).toMatchObject({ visible: false });
    expect(layerStyle({ kind: 'reference', visible: false, pen }, 'errors', labels, [])).toMatchObject({
      visible: false,
    });
  });
  it('draws errors stronger than agreement', () => {
    const [agreement, ...errors] = errorMapStyle(true).colors.map(([, , , alpha]) => alpha);
    expect(Math.min(...errors)).toBeGreaterThan(2 * agreement - 1);
  });
  it('has colours that differ in lightness too, for readers who see no hues', () => {
    const luminance = ERROR_LEGEND.slice(1).map(({ color }) => {
      const [r, g, b] = parseHexColor(color) ?? [0, 0, 0];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(new Set(luminance.map((l) => Math.round(l / 10))).size).toBe(luminance.length);
  });
});

describe('opacity of a fill', () => {
  it.each([
    [0.48, 0.36, 0.8],
    [2.75, 2.75, 4],
    [2, 2, 2],
  ])('is seen as asked for, with voxels of %d x %d x %d mm', (x, y, z) => {
    // the renderer lets light through each millimetre of a step of half the mean spacing
    const seen = (perMm: number): number => 1 - (1 - perMm) ** ((x + y + z) / 6);
    for (const opacity of [0, 0.1, 0.4, 0.7, 1])
      expect(seen(opacityPerMm(opacity, [x, y, z]))).toBeCloseTo(opacity, 12);
  });
  it('needs no correction where the step is a millimetre', () =>
    expect(opacityPerMm(0.4, [2, 2, 2])).toBeCloseTo(0.4, 12));
});
