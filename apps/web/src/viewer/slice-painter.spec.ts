import type { Geometry } from '#imaging';
import { planeCamera, WHOLE_VOLUME } from './plane-camera.js';
import { PLANES } from './planes.js';
import { cutSlice, errorClassOf, paintClasses, paintGrey, votesAt, voteColors } from './slice-painter.js';

/** 4 x 2 x 2 voxels of 2 mm; value = 10 i + 100 j + 1000 k. */
const grid: Geometry = {
  sizeXyz: [4, 2, 2],
  spacingMm: [2, 2, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const voxels = Int16Array.from(
  { length: 16 },
  (_, v) => 10 * (v % 4) + 100 * (Math.floor(v / 4) % 2) + 1000 * Math.floor(v / 8),
);
// one pixel for each voxel: FILL leaves a margin of 10 %, so the zoom takes it back
const camera = planeCamera(grid, PLANES.axial, [0, 0, 2], { ...WHOLE_VOLUME, zoom: 1 / 0.9 }, [4, 2]);
const coronal = planeCamera(grid, PLANES.coronal, [0, 2, 0], { ...WHOLE_VOLUME, zoom: 1 / 0.9 }, [4, 2]);

describe('a slice as a picture', () => {
  it('takes the nearest voxel of each pixel, left of the patient to the right, front on top', () => {
    expect([...cutSlice(grid, camera)]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });
  it('has the head on top in a coronal plane', () => {
    expect([...cutSlice(grid, coronal)]).toEqual([12, 13, 14, 15, 4, 5, 6, 7]);
  });
  it('is empty outside the image', () => {
    const wide = planeCamera(grid, PLANES.axial, [0, 0, 0], { ...WHOLE_VOLUME, zoom: 0.5 / 0.9 }, [4, 2]);
    expect([...cutSlice(grid, wide)].filter((v) => v >= 0)).toHaveLength(2);
    expect([...paintGrey(grid, voxels, wide, { center: -500, width: 10 }, false).slice(0, 4)]).toEqual([0, 0, 0, 255]);
  });
  it.each(['axial', 'coronal', 'sagittal'] as const)('%s is painted along the grid as it is across it', (plane) => {
    const size = [7, 6, 5] as const;
    const values = Int16Array.from({ length: 210 }, (_, v) => (v * 7919) % 1000);
    const straight: Geometry = { ...grid, sizeXyz: size, spacingMm: [1, 1.5, 3] };
    const tilt = 1e-5; // a hair: another way of painting, the same picture
    const tilted: Geometry = { ...straight, direction: [1, -tilt, tilt, tilt, 1, -tilt, -tilt, tilt, 1] };
    for (const zoom of [0.7, 3.1]) {
      const seen = planeCamera(straight, PLANES[plane], [2.3, 3.1, 5.2], { zoom, panMm: [0.4, -0.3] }, [61, 53]);
      const window = { center: 500, width: 1000 };
      const [one, other] = [straight, tilted].map((g) => paintGrey(g, values, seen, window, true));
      // but for the very edge of the image, where a hair decides between in and out
      const apart = one.reduce((count, grey, n) => count + (Math.abs(grey - other[n]) > 1 ? 1 : 0), 0);
      expect(apart / one.length).toBeLessThan(0.02);
      expect(one.filter((_, n) => n % 4 === 0 && other[n] > 0).length).toBeGreaterThan(100);
    }
  });
  it('shows the window from black to white, or the reverse', () => {
    const red = (inverted: boolean): number[] =>
      [...paintGrey(grid, voxels, camera, { center: 1015, width: 30 }, inverted)].filter((_, n) => n % 4 === 0);
    expect(red(false)).toEqual([0, 85, 170, 255, 255, 255, 255, 255]);
    expect(red(true)).toEqual([255, 170, 85, 0, 0, 0, 0, 0]);
  });
  it('interpolates between voxels', () => {
    const twice = planeCamera(grid, PLANES.axial, [0, 0, 2], { ...WHOLE_VOLUME, zoom: 1 / 0.9 }, [8, 4]);
    const row = [...paintGrey(grid, voxels, twice, { center: 1015, width: 30 }, false).slice(0, 32)].filter(
      (_, n) => n % 4 === 0,
    );
    // at 0 (border), 1/4, 3/4, 5/4 ... voxels
    expect(row).toEqual([0, 21, 64, 106, 149, 191, 234, 255].map((grey) => expect.closeTo(grey, -0.5) as number));
  });
});

describe('classes over a picture', () => {
  const cut = Int32Array.from({ length: 9 }, (_, n) => n); // 3 x 3 pixels
  const drawn = (manner: 'filled' | 'outline', classes: number[], opacity = 1): number[] => {
    const picture = new Uint8ClampedArray(36);
    paintClasses(picture, 3, cut, (v) => classes[v], [[200, 0, 0, 255]], { manner, opacity, widthPx: 1 });
    return [...picture].filter((_, n) => n % 4 === 0);
  };
  it('fills', () => expect(drawn('filled', [0, 1, 0, 0, 1, 0, 0, 0, 0], 0.5)).toEqual([0, 100, 0, 0, 100, 0, 0, 0, 0]));
  it('draws a line inside the border, none along the edge of the picture', () => {
    expect(drawn('outline', [1, 1, 1, 1, 1, 1, 1, 1, 0])).toEqual([0, 0, 0, 0, 0, 200, 0, 200, 0]);
  });
  it('draws nothing outside the image', () => {
    const picture = new Uint8ClampedArray(4);
    paintClasses(picture, 1, Int32Array.of(-1), () => 1, [[200, 0, 0, 255]], {
      manner: 'filled',
      opacity: 1,
      widthPx: 1,
    });
    expect([...picture]).toEqual([0, 0, 0, 0]);
  });
  it('has the classes of the error map', () => {
    expect([
      errorClassOf(0, 0),
      errorClassOf(2, 2),
      errorClassOf(0, 1),
      errorClassOf(1, 0),
      errorClassOf(1, 2),
    ]).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('agreement of several predictions', () => {
  const maps = [Uint8Array.of(0, 1, 1, 1), Uint8Array.of(0, 1, 2, 0), Uint8Array.of(0, 1, 2, 0)];
  const all = Uint8Array.from({ length: 256 }, (_, segment) => segment);
  it('counts those that give the same structure', () => {
    expect([0, 1, 2, 3].map((v) => votesAt(maps, all, v))).toEqual([0, 3, 2, 1]);
  });
  it('leaves hidden structures out', () => {
    expect([0, 1, 2, 3].map((v) => votesAt(maps, Uint8Array.of(0, 0, 2), v))).toEqual([0, 0, 2, 0]);
  });
  it.each([2, 3, 5, 8])('has colours for %d votes that grow lighter, and full agreement steps back', (n) => {
    const colors = voteColors(n);
    expect(colors).toHaveLength(n);
    const light = colors.slice(0, -1).map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
    expect([...light].sort((a, b) => a - b)).toEqual(light);
    expect(colors[n - 1][3]).toBeLessThan(colors[0][3]);
  });
});
