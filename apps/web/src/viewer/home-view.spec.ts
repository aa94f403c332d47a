import type { Geometry } from '#imaging';
import type { ShownImage } from './case-volumes.js';
import { homeView, spokenView } from './home-view.js';

const geometry: Geometry = {
  sizeXyz: [5, 5, 3],
  spacingMm: [2, 2, 5],
  originLps: [-4, -4, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const image: ShownImage = {
  geometry,
  storedGeometry: geometry,
  voxels: new Int16Array(75),
  range: { lower: -1000, upper: 2000 },
  grid: { hash: '0badcafe', storedAxes: 'LPS' },
  percentiles: { lower: -1000, upper: 2000 },
  unreadable: [],
};
const presets = [{ center: 80, width: 150 }];

describe('where a view begins', () => {
  it('is the middle of the image, in the first preset, with everything shown', () => {
    expect(homeView(image, presets, undefined)).toEqual({
      positionLps: [0, 0, 105],
      window: { center: 80, width: 150 },
      inverted: false,
      mode: 'overlays',
      layout: 'planes',
      hiddenLayers: [],
      hiddenLabels: [],
      region: null,
      addedLayers: [],
      distances: false,
      measurements: [],
      framed: [],
      pens: {},
    });
  });
  it('shows the full range where there are no presets', () => {
    expect(homeView(image, [], undefined).window).toEqual({ center: 500, width: 3000 });
  });
  it('follows a link, brought onto the grid', () => {
    const asked = { positionLps: [1.2, -99, 109], mode: 'errors', hiddenLabels: [4] } as const;
    expect(homeView(image, presets, asked)).toMatchObject({ ...asked, positionLps: [2, -4, 110] });
  });
  it('has no position before there is an image', () => {
    expect(homeView(null, presets, { positionLps: [1, 2, 3] }).positionLps).toEqual([NaN, NaN, NaN]);
  });
});

it('a view in words names the three slices and what lies there', () => {
  expect(spokenView(geometry, [2, -4, 110], '62 HU · liver')).toBe(
    'Axial slice 1 of 3, 110.0 mm superior; Coronal slice 1 of 5, 4.0 mm anterior; Sagittal slice 4 of 5, 2.0 mm left. 62 HU · liver',
  );
});
