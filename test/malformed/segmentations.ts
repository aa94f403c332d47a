import { ctSlice, writeDicom } from '../../libs/imaging/src/test-support/dicom-writer.js';
import { declared, group, segmentation } from '../../libs/imaging/src/test-support/segmentation-writer.js';
import type { Malformed } from './malformed.js';

export const SEGMENTATIONS: readonly Malformed[] = [
  ...one('a CT', 'dicom-not-image', () => writeDicom(ctSlice())),
  ...one('no type', 'dicom-not-image', () => segmentation({ with: [[0x00620001, null]] })),
  ...one('a type that is none', 'dicom-not-image', () => segmentation({ type: 'SURFACE' })),
  ...one('no segments', 'dicom-segments', () => segmentation({ segments: [] })),
  ...one('a segment without number', 'dicom-segments', () =>
    segmentation({ segments: [[[0x00620005, 'LO', 'liver']]] }),
  ),
  ...one('segment 0', 'dicom-segments', () => segmentation({ segments: [declared(0)] })),
  ...one('a segment twice', 'dicom-segments', () => segmentation({ segments: [declared(1), declared(1)] })),
  ...one('a frame of a segment that is not declared', 'dicom-segments', () =>
    segmentation({ segments: [declared(1)] }),
  ),
  ...one('a frame of no segment', 'dicom-segments', () =>
    segmentation({ groups: [[[0x00209113, 'SQ', [[[0x00200032, 'DS', '-10\\20\\0']]]]], group('-10\\20\\2.5', 2)] }),
  ),
  ...one('fewer groups than frames', 'dicom-position', () => segmentation({ with: [[0x00280008, 'IS', '3']] })),
  ...one('sixteen bits in a binary one', 'dicom-pixel-format', () =>
    segmentation({
      with: [
        [0x00280100, 'US', 16],
        [0x00280101, 'US', 16],
        [0x00280102, 'US', 15],
      ],
    }),
  ),
  ...one('colour', 'dicom-pixel-format', () =>
    segmentation({
      with: [
        [0x00280002, 'US', 3],
        [0x00280004, 'CS', 'RGB'],
      ],
    }),
  ),
  ...one('too few bits', 'dicom-pixel-length', () => segmentation({ pixels: Uint8Array.of(1) })),
  ...one('a fractional one without maximum', 'dicom-segments', () => segmentation({ type: 'FRACTIONAL' })),
  ...one('a fractional one with maximum 0', 'dicom-segments', () =>
    segmentation({ type: 'FRACTIONAL', fractionalMaximum: 0 }),
  ),
  ...one('a label map with a label that is not declared', 'dicom-segments', () =>
    segmentation({ type: 'LABELMAP', segments: [declared(0), declared(1)] }),
  ),
  ...one('a label map with two frames in one place', 'dicom-segments', () =>
    segmentation({
      type: 'LABELMAP',
      groups: [group('-10\\20\\0', 1), group('-10\\20\\0', 1)],
      pixels: Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0),
    }),
  ),
  ...one('frames between the slices of the image', 'grid-differs', () =>
    segmentation({ groups: [group('-10\\20\\0', 1), group('-10\\20\\1.2', 2)] }),
  ),
  ...one('frames beyond the image', 'grid-differs', () =>
    segmentation({ groups: [group('-10\\20\\0', 1), group('-10\\20\\25', 2)] }),
  ),
  ...one('frames across the image', 'grid-differs', () => segmentation({ orientation: '0.6\\0.8\\0\\-0.8\\0.6\\0' })),
  ...one('pixels of another spacing', 'grid-differs', () => segmentation({ spacing: '0.5\\0.8' })),
];

function one(name: string, code: Malformed['code'], make: () => Uint8Array): Malformed[] {
  return [{ kind: 'segmentation', name, code, files: () => [make()] }];
}
