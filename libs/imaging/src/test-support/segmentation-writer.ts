import { ctSlice, writeDicom } from './dicom-writer.js';
import type { SliceOptions, Written } from './dicom-writer.js';

type Group = readonly Written[];
/** Functional groups of a frame: where it lies and to which segment it belongs. */
export const group = (z: string, segment: number): Group => [
  [0x00209113, 'SQ', [[[0x00200032, 'DS', z]]]],
  [0x0062000a, 'SQ', [[[0x0062000b, 'US', segment]]]],
];
/** A segment as the header declares it. */
export const declared = (number: number): Group => [
  [0x00620004, 'US', number],
  [0x00620005, 'LO', `Segment ${number}`],
];

export interface SegmentationOptions extends SliceOptions {
  readonly type?: string;
  readonly segments?: readonly Group[];
  readonly groups?: readonly Group[];
  readonly orientation?: string;
  readonly fractionalMaximum?: number;
}

/** A segmentation of two frames, 3 x 2 pixels, 0.75 x 0.5 mm and 2.5 mm apart, from (-10, 20, 0) on. */
export function segmentation({
  type = 'BINARY',
  segments = [declared(1), declared(2)],
  groups = [group('-10\\20\\0', 1), group('-10\\20\\2.5', 2)],
  orientation = '1\\0\\0\\0\\1\\0',
  fractionalMaximum,
  ...options
}: SegmentationOptions = {}): Uint8Array {
  const bits = type === 'BINARY' ? 1 : 8;
  const shared: Group = [
    [0x00209116, 'SQ', [[[0x00200037, 'DS', orientation]]]],
    [
      0x00289110,
      'SQ',
      [
        [
          [0x00180050, 'DS', '2.5'],
          [0x00280030, 'DS', options.spacing ?? '0.5\\0.75'],
        ],
      ],
    ],
  ];
  return writeDicom(
    ctSlice({
      ...options,
      pixels:
        options.pixels ??
        (bits === 1 ? Uint8Array.of(0b10000001, 0b1000) : Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2)),
      with: [
        [0x00080016, 'UI', type === 'LABELMAP' ? '1.2.840.10008.5.1.4.1.1.66.7' : '1.2.840.10008.5.1.4.1.1.66.4'],
        [0x00080060, 'CS', 'SEG'],
        [0x00280008, 'IS', String(groups.length)],
        [0x00280100, 'US', bits],
        [0x00280101, 'US', bits],
        [0x00280102, 'US', bits - 1],
        [0x00280103, 'US', 0],
        ...[0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053].map((tag) => [tag, null] as const),
        [0x00620001, 'CS', type],
        [0x00620002, 'SQ', segments],
        [0x52009229, 'SQ', [shared]],
        [0x52009230, 'SQ', groups],
        ...(fractionalMaximum === undefined ? [] : [[0x0062000e, 'US', fractionalMaximum] as const]),
        ...(options.with ?? []),
      ],
    }),
  );
}
