import type { Geometry } from '../geometry.js';
import { declared, group, segmentation } from '../test-support/segmentation-writer.js';
import type { SegmentationOptions } from '../test-support/segmentation-writer.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { readDicomSegmentation } from './segmentation.js';
import type { DicomSegmentation } from './segmentation.js';

const none: PixelCodecs = { transferSyntaxes: new Set(), decode: () => Promise.reject(new Error('not called')) };

const GRID: Geometry = {
  sizeXyz: [3, 2, 2],
  spacingMm: [0.75, 0.5, 2.5],
  originLps: [-10, 20, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const read = (
  options: SegmentationOptions = {},
  grid = GRID,
  fractionalThreshold?: number,
): Promise<DicomSegmentation> => readDicomSegmentation(segmentation(options), grid, none, { fractionalThreshold });

const labels = ({ layers }: DicomSegmentation): number[][] => layers.map(({ labelMap }) => Array.from(labelMap.data));

describe('DICOM segmentations', () => {
  it('binary: bits run on from frame to frame', async () => {
    // bytes 10000001 00001000, lowest bit first: bits 0, 7 and 11, and 6 pixels a frame
    const found = await read();
    expect(found.kind).toBe('binary');
    expect(found.segments.map(({ number, label }) => [number, label])).toEqual([
      [1, 'Segment 1'],
      [2, 'Segment 2'],
    ]);
    expect(labels(found)).toEqual([[1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2]]);
  });

  it('fractional: from half of the maximum on, or as told', async () => {
    const options: SegmentationOptions = {
      type: 'FRACTIONAL',
      fractionalMaximum: 200,
      pixels: Uint8Array.of(99, 100, 200, 0, 0, 0, 20, 0, 0, 0, 0, 0),
    };
    expect(labels(await read(options))).toEqual([[0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    expect(labels(await read(options, GRID, 0.1))).toEqual([[1, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0]]);
    await expect(read(options, GRID, 0)).rejects.toMatchObject({ code: 'dicom-segments' });
  });

  it('label map: values are the numbers of segments', async () => {
    const found = await read({ type: 'LABELMAP', segments: [declared(0), declared(1), declared(2)] });
    expect(labels(found)).toEqual([[1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2]]);
    expect(found.layers[0].segments).toEqual([1, 2]);
  });

  it('overlapping segments come in layers, each whole', async () => {
    const place = '-10\\20\\0';
    const found = await read({
      segments: [declared(1), declared(2), declared(3)],
      groups: [group(place, 1), group(place, 2), group('-10\\20\\2.5', 3)],
      pixels: Uint8Array.of(0b11000011, 0b10000000, 0b1), // 1: pixels 0 and 1; 2: 0 and 1; 3: 3 and 4
    });
    expect(found.layers.map(({ segments }) => segments)).toEqual([[1, 3], [2]]);
    expect(labels(found)).toEqual([
      [1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 3, 0],
      [2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('refuses so many overlapping segments that their layers are larger than a volume may be', async () => {
    const place = '-10\\20\\0';
    const file = segmentation({
      segments: [declared(1), declared(2), declared(3)],
      groups: [1, 2, 3].map((n) => group(place, n)),
      pixels: Uint8Array.of(0b01000001, 0b00010000, 0),
    });
    await expect(readDicomSegmentation(file, GRID, none, { maxBytes: 24 })).rejects.toMatchObject({
      code: 'dicom-too-large',
    });
    expect((await readDicomSegmentation(file, GRID, none, { maxBytes: 36 })).layers).toHaveLength(3);
  });

  it('frames that count the other way round land on the same voxels', async () => {
    const found = await read({
      orientation: '-1\\0\\0\\0\\-1\\0',
      groups: [group('-8.5\\20.5\\0', 1), group('-8.5\\20.5\\2.5', 2)],
    });
    expect(labels(found)).toEqual([[0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, 0]]);
  });

  it('frames may leave slices out and come in any order', async () => {
    const tall: Geometry = { ...GRID, sizeXyz: [3, 2, 4] };
    const found = await read({ groups: [group('-10\\20\\7.5', 1), group('-10\\20\\0', 2)] }, tall);
    expect(labels(found)[0].flatMap((label, v) => (label ? [[v, label]] : []))).toEqual([
      [1, 2],
      [5, 2],
      [18, 1],
    ]);
  });

  it('needs sixteen bits for segments above 255', async () => {
    const found = await read({
      segments: [declared(300), declared(2)],
      groups: [group('-10\\20\\0', 300), group('-10\\20\\2.5', 2)],
    });
    expect(found.layers[0].labelMap.data).toBeInstanceOf(Uint16Array);
    expect(found.layers[0].labelMap.data[0]).toBe(300);
  });

  it('without any foreground is an empty layer', async () => {
    expect(labels(await read({ pixels: new Uint8Array(2) }))).toEqual([Array(12).fill(0)]);
  });
});
