import type { Geometry } from '#imaging';
import type { ShownImage, ShownLabelMap } from './case-volumes.js';
import type { CaseState, LayerSource } from './use-case.js';
import { damageNotice, layerRows, readingRows, receiptRows, statusOf, structureRows } from './viewer-rows.js';

const sources: LayerSource[] = [
  { id: 'ref', kind: 'reference', title: 'Consensus', url: '/r' },
  { id: 'pred', kind: 'prediction', title: 'unet 1.0', url: '/p' },
];
const labels = [
  { value: 1, name: 'liver', color: '#e69f00' },
  { value: 4, name: 'lesion', color: '#d55e00' },
];
const map: ShownLabelMap = {
  segments: new Uint8Array(8),
  voxels: [4, 3, 0, 1],
  undeclared: [9],
  grid: { hash: '0badcafe', storedAxes: 'RAS' },
};
const pen = { manner: 'both', opacity: 0.5, widthPx: 3 } as const;
const state: CaseState = {
  arriving: null,
  image: null,
  layers: { ref: { status: 'shown', map }, pred: { status: 'loading' } },
  loaded: false,
  refused: null,
  received: { image: { bytes: 500, total: 2000 } },
  loader: null,
};

describe('rows of the panel', () => {
  it('says of each layer whether it is there, and what is odd about it', () => {
    const [ref, pred] = layerRows(
      sources,
      state,
      (id) => id !== 'ref',
      () => pen,
    );
    expect(ref).toMatchObject({
      status: 'shown',
      visible: false,
      pen,
      notice: 'Holds a label that the benchmark does not declare: 9. Drawn in grey.',
    });
    expect(pred).toMatchObject({ status: 'loading', visible: false, notice: null });
  });
  it('gives the sentence of a refused layer, and none for layers that fail with their image', () => {
    const refusedLayer = {
      ...state,
      layers: { ...state.layers, pred: { status: 'refused', sentence: 'It lies elsewhere.' } as const },
    };
    expect(
      layerRows(
        sources,
        refusedLayer,
        () => true,
        () => pen,
      )[1],
    ).toMatchObject({ status: 'refused', visible: false, notice: 'It lies elsewhere.' });
    expect(
      layerRows(
        sources,
        { ...state, refused: 'broken' },
        () => true,
        () => pen,
      )[1],
    ).toMatchObject({ status: 'refused', notice: null });
  });
  it('has volumes only of what has arrived, and finds only what occurs', () => {
    expect(structureRows(labels, state, 'ref', 'pred', [4], [], null)).toEqual([
      {
        value: 1,
        name: 'liver',
        color: '#e69f00',
        visible: true,
        referenceVoxels: 3,
        predictionVoxels: null,
        dice: null,
        findable: true,
      },
      {
        value: 4,
        name: 'lesion',
        color: '#d55e00',
        visible: false,
        referenceVoxels: 0,
        predictionVoxels: null,
        dice: null,
        findable: false,
      },
    ]);
  });
  it('says which slices of an image are damaged, and what that means', () => {
    const geometry: Geometry = {
      sizeXyz: [4, 4, 9],
      spacingMm: [1, 1, 2],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    };
    const of = (...runs: [number, number][]): string | null =>
      damageNotice({ geometry, unreadable: runs.map(([first, last]) => ({ axis: 2, first, last })) });
    expect([damageNotice(null), of()]).toEqual([null, null]);
    expect(of([0, 1], [5, 5])).toBe(
      'Axial slices 8 to 9 of the image cannot be read: the stored file is damaged there. ' +
        'Axial slice 4 of the image cannot be read: the stored file is damaged there. ' +
        'All others are shown as they are. The scores of the case do not depend on it.',
    );
  });
  it('has a Dice of labels that the benchmark does not score by themselves', () => {
    const other = { ...map, voxels: [4, 5, 0, 1] };
    const both: CaseState = {
      ...state,
      layers: { ref: { status: 'shown', map }, pred: { status: 'shown', map: other } },
    };
    const rows = (regions: { name: string; labels: number[] }[], shared: number[] | null): (number | null)[] =>
      structureRows(labels, both, 'ref', 'pred', [], regions, shared).map(({ dice }) => dice);
    expect(rows([{ name: 'whole liver', labels: [1, 4] }], [0, 2, 0])).toEqual([0.5, null]); // the lesion is in neither
    expect(rows([{ name: 'liver', labels: [1] }], [0, 2, 0])).toEqual([null, null]);
    expect(rows([], null)).toEqual([null, null]);
  });
  it('gives the voxel as it is numbered in the file', () => {
    const stored: Geometry = {
      sizeXyz: [4, 4, 4],
      spacingMm: [1, 1, 2],
      originLps: [3, 3, 0],
      direction: [0, -1, 0, -1, 0, 0, 0, 0, 1],
    };
    const reading = { indexIjk: [1, 2, 3] as const, value: 62, unreadable: false, segments: { ref: 1 }, errorClass: 0 };
    expect(readingRows([1, -0.02, 6], reading, 'HU', sources, labels, stored)).toEqual([
      { name: 'Position', text: 'L 1.0, P 0.0, S 6.0 mm' },
      { name: 'Voxel in the file', text: '3, 2, 3' },
      { name: 'Value', text: '62 HU' },
      { name: 'Consensus', text: 'liver' },
      { name: 'Error map', text: 'both background' },
    ]);
  });
});

describe('the geometry receipt', () => {
  it('has nothing to compare before there is an image', () => expect(receiptRows(sources, state)).toEqual([]));
  it('says of each layer whether it lies on the grid of the image', () => {
    const image = { grid: { hash: '0badcafe', storedAxes: 'LPS' } } as ShownImage;
    const refused = { status: 'refused', sentence: 'It lies elsewhere.' } as const;
    const rows = receiptRows(sources, { ...state, image, layers: { ...state.layers, pred: refused } });
    expect(rows.map(({ name, grid, verdict }) => [name, grid?.storedAxes ?? null, verdict])).toEqual([
      ['Image', 'LPS', 'image'],
      ['Consensus', 'RAS', 'same'],
      ['unet 1.0', null, 'refused'],
    ]);
  });
});

describe('what covers the planes', () => {
  it('counts what has arrived', () => {
    expect(statusOf(state, { status: 'waiting' })).toEqual({
      kind: 'loading',
      what: 'Loading the image …',
      bytes: 500,
      total: 2000,
    });
  });
  it.each([
    ['webgl-missing', 'This browser cannot draw the image'],
    ['context-lost', 'The picture was lost'],
    ['defect', 'The viewer failed'],
  ] as const)('explains %s', (why, title) => {
    expect(statusOf(state, { status: 'failed', why, sentence: 'Because.' })).toMatchObject({
      kind: 'problem',
      title,
      sentence: 'Because.',
    });
  });
  it('a refused image comes first', () => {
    expect(statusOf({ ...state, refused: 'Cut short.' }, { status: 'waiting' })).toMatchObject({
      kind: 'problem',
      sentence: 'Cut short.',
    });
  });
});
