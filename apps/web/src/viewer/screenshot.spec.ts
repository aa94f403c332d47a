import { captionLines, pictureName } from './screenshot.js';

const caption = {
  caseName: 'phantom-003',
  layers: ['Reference: consensus', 'unet-small 1.0.0'],
  positionLps: [12.34, -30, 48] as const,
  window: { center: 40, width: 400 },
  inverted: false,
  unit: 'HU',
  errorsOf: null,
  damage: null,
  gridHash: '0badcafe',
  voxelHash: 'deadbeef',
};

describe('the caption of a picture', () => {
  it('says case, layers, place, window and hashes', () => {
    expect(captionLines(caption)).toEqual([
      'Case phantom-003 · Reference: consensus · unet-small 1.0.0',
      'at L 12.3, A 30.0, S 48.0 mm · window 400 / 40 HU · grid 0badcafe, voxels deadbeef',
      'Voxelmark · Research only, not for care',
    ]);
  });
  it('says when grey values are inverted, when errors are shown, and when there is no layer', () => {
    const [first, second] = captionLines({ ...caption, layers: [], inverted: true, errorsOf: 'lesion', unit: '' });
    expect(first).toBe('Case phantom-003 · image only');
    expect(second).toMatch(/^errors of lesion · at .* · window 400 \/ 40, inverted · grid/);
  });
  it('says which slices cannot be read', () => {
    expect(captionLines({ ...caption, damage: 'Axial slice 4 of the image cannot be read.' }).slice(2)).toEqual([
      'Axial slice 4 of the image cannot be read.',
      'Voxelmark · Research only, not for care',
    ]);
  });
  it.each([
    ['phantom-003', 'phantom-003_12_-30_48.png'],
    ['../a b/ü', 'a-b-_12_-30_48.png'],
    ['///', 'case_12_-30_48.png'],
  ])('the file of case %j is %s', (name, file) => expect(pictureName(name, caption.positionLps)).toBe(file));
});
