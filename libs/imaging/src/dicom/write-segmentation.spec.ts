import fc from 'fast-check';
import type { Geometry } from '../geometry.js';
import type { LabelMap } from '../volume.js';
import { DicomInexpressible } from './dicom-inexpressible.js';
import { dicomCieLab } from './cie-lab.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { conceptOfName } from './segment-concepts.js';
import { readDicomSegmentation } from './segmentation.js';
import { joinedBytes, writeDicom } from './write.js';
import { writeSegmentation, type SegmentationNames, type SegmentName } from './write-segmentation.js';

const NO_CODECS: PixelCodecs = {
  transferSyntaxes: new Set(),
  decode: () => Promise.reject(new Error('not called')),
};

const NAMES: SegmentationNames = {
  studyInstanceUid: '2.25.1',
  frameOfReferenceUid: '2.25.2',
  patient: 'case-0001',
  studyDescription: 'Spleen',
  seriesInstanceUid: '2.25.4',
  seriesNumber: 100,
  seriesDescription: 'Reference',
  sopInstanceUid: '2.25.41',
  createdAt: '2026-11-22T20:00:00Z',
  softwareVersion: '0.1.0',
  algorithm: null,
  source: { seriesInstanceUid: '2.25.3', sopClassUid: '1.2.840.10008.5.1.4.1.1.2', sopInstanceUid: (k) => `2.25.3${k}` },
};

const grid = (sizeXyz: readonly [number, number, number], mirrored = false): Geometry => ({
  sizeXyz,
  spacingMm: [0.75, 0.5, 2.5],
  originLps: [-10, 20, 1 / 3],
  // prettier-ignore
  direction: [Math.cos(0.2), -Math.sin(0.2), 0, Math.sin(0.2), Math.cos(0.2), 0, 0, 0, mirrored ? -1 : 1],
});

const write = (map: LabelMap, labels: readonly SegmentName[], names = NAMES): Uint8Array =>
  joinedBytes(writeDicom(writeSegmentation(map, labels, names)));
const read = (bytes: Uint8Array, geometry: Geometry) => readDicomSegmentation(bytes, geometry, NO_CODECS);

const LIVER = { label: 1, name: 'Liver', color: '#D55E00' };
const LESION = { label: 4, name: 'liver lesion' };

describe('a label map as a DICOM segmentation', () => {
  it('comes back voxel for voxel, whatever the grid', async () => {
    const size = fc.integer({ min: 1, max: 5 });
    const anyMap = fc.tuple(size, size, size, fc.boolean()).chain(([nx, ny, nz, mirrored]) => {
      const count = nx * ny * nz;
      const voxels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count });
      return voxels.map((data): LabelMap => ({ geometry: grid([nx, ny, nz], mirrored), data: Uint8Array.from(data) }));
    });
    const labels = [1, 2, 3].map((label) => ({ label, name: `Part ${label}` }));
    await fc.assert(
      fc.asyncProperty(anyMap, async (map) => {
        const { kind, layers } = await read(write(map, labels), map.geometry);
        expect(kind).toBe('binary');
        expect(layers).toHaveLength(1);
        expect(Array.from(layers[0].labelMap.data)).toEqual(Array.from(map.data));
      }),
      { numRuns: 40 },
    );
  });

  it('numbers segments from 1 on and says which label each was, also of labels that nobody named', async () => {
    const map: LabelMap = { geometry: grid([3, 1, 1]), data: Uint16Array.of(4, 300, 0) };
    const { segments, layers } = await read(write(map, [LESION, LIVER]), map.geometry);
    expect(segments.map(({ number, label, written }) => [number, label, written])).toEqual([
      [1, 'Liver', 1],
      [2, 'liver lesion', 4],
      [3, 'Label 300', 300],
    ]);
    expect(Array.from(layers[0].labelMap.data)).toEqual([2, 3, 0]);
    expect(segments[1]).toMatchObject({
      algorithmType: 'MANUAL',
      category: { scheme: 'SCT', code: '49755003' },
      type: { scheme: 'SCT', code: '52988006', meaning: 'Lesion' },
    });
  });

  it('keeps one frame where nothing is marked, for a file must have one', async () => {
    const map: LabelMap = { geometry: grid([2, 2, 2]), data: new Uint8Array(8) };
    const { segments, layers } = await read(write(map, [LIVER]), map.geometry);
    expect(segments).toHaveLength(1);
    expect(Array.from(layers[0].labelMap.data)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('refuses what would be beyond measure, before it is packed, and takes what just fits', () => {
    const geometry = grid([8, 8, 2]);
    const map = { geometry, data: Uint16Array.from({ length: 128 }, (_, v) => 1 + (v % 3)) }; // 3 labels on 2 slices of 8 bytes
    const within = (frames: number, bytes: number) => () => writeSegmentation(map, [LIVER], NAMES, { frames, bytes });
    expect(within(6, 48)).not.toThrow();
    expect(within(5, 48)).toThrow(DicomInexpressible);
    expect(within(6, 47)).toThrow('3 labels make 6 frames of 8 x 8 pixels, 48 bytes; expected at most 6 frames and 47 bytes');
  });

  it('refuses a label named twice, a named background, and a map of nothing', () => {
    const map: LabelMap = { geometry: grid([1, 1, 1]), data: new Uint8Array(1) };
    expect(() => write(map, [LIVER, LIVER])).toThrow('label 1 ("Liver") is named twice');
    expect(() => write(map, [{ label: 0, name: 'air' }])).toThrow('label 0 ("air")');
    expect(() => write(map, [])).toThrow('no label');
  });
});

describe('codes of structures', () => {
  it.each([
    ['Liver', '10200004', undefined, undefined],
    ['kidneys', '64033007', undefined, undefined],
    ['kidney_left', '64033007', '7771000', undefined],
    ['Right Kidney', '64033007', '24028007', undefined],
    ['rightKidney', '64033007', '24028007', undefined],
    ['liver lesion', '52988006', undefined, '10200004'],
    ['kidney_cyst_left', '367643001', '7771000', '64033007'],
    ['Tumour', '108369006', undefined, undefined],
  ])('%s', (name, type, side, region) => {
    const concept = conceptOfName(name);
    expect([concept.type.code, concept.modifier?.code, concept.region?.code, concept.uncoded]).toEqual([
      type,
      side,
      region,
      undefined,
    ]);
  });

  // a "liver vessel" is no liver, and a "delivery lesion" no lesion of one
  it.each(['Structure 7', 'liver vessel', 'delivery lesion', ''])('does not guess what "%s" is', (name) => {
    expect(conceptOfName(name)).toMatchObject({ type: { code: '85756007' }, uncoded: true });
  });
});

describe('colours as DICOM recommends them', () => {
  // by the definition of CIELab (D50): white is L 100, a 0, b 0; black L 0; red L 54.29, a 80.81, b 69.89
  it.each([
    ['#ffffff', 100, 0, 0],
    ['#000000', 0, 0, 0],
    ['#ff0000', 54.29, 80.81, 69.89],
    ['#0000ff', 29.57, 68.3, -112.03],
  ])('%s', (color, lightness, a, b) => {
    const found = dicomCieLab(color)!;
    expect((found[0] * 100) / 65535).toBeCloseTo(lightness, 1);
    expect((found[1] * 255) / 65535 - 128).toBeCloseTo(a, 1);
    expect((found[2] * 255) / 65535 - 128).toBeCloseTo(b, 1);
  });

  it('knows no other words for colours', () => expect(dicomCieLab('tomato')).toBeNull());
});
