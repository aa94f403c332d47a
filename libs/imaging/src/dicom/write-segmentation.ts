import { DicomInexpressible } from './dicom-inexpressible.js';
import type { LabelMap } from '../volume.js';
import { dicomCieLab } from './cie-lab.js';
import {
  checkPlane,
  fit,
  orientationElement,
  patientAndStudy,
  slicePosition,
  spacingElements,
  type StudyNames,
} from './image-series.js';
import { conceptOfName, type SegmentConcept } from './segment-concepts.js';
import type { CodedConcept } from './segmentation.js';
import { TAG } from './tags.js';
import {
  writtenDecimals,
  writtenSequence,
  writtenTags,
  writtenText,
  writtenUint16,
  writtenUint32,
  type DicomInstance,
  type WrittenElement,
} from './write.js';

/** A label of a label map as a segment. */
export interface SegmentName {
  readonly label: number;
  readonly name: string;
  /** `#rrggbb`; other texts are left out. */
  readonly color?: string;
  /** Absent: `conceptOfName` of the name. */
  readonly concept?: SegmentConcept;
}

/** What a segmentation says of itself beside its voxels. */
export interface SegmentationNames extends StudyNames {
  readonly seriesInstanceUid: string;
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  readonly sopInstanceUid: string;
  /** When it was made: UTC, ISO 8601. */
  readonly createdAt: string;
  /** Version of the program that wrote it. */
  readonly softwareVersion: string;
  /** Name and version of the algorithm; null for a segmentation by people. */
  readonly algorithm: string | null;
  /** Image that it was drawn on: slice k of the label map lies on instance k. */
  readonly source: {
    readonly seriesInstanceUid: string;
    readonly sopClassUid: string;
    readonly sopInstanceUid: (k: number) => string;
  };
}

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';
const SEGMENTATION = { scheme: 'DCM', code: '113076', meaning: 'Segmentation' };
const SOURCE_IMAGE = { scheme: 'DCM', code: '121322', meaning: 'Source image for image processing operation' };

/** A binary segmentation has a frame for each label of each slice: what has many labels everywhere grows beyond any measure. */
export const MOST_SEGMENTATION = { frames: 20_000, bytes: 256 * 2 ** 20 };

/** One slice of one segment that has voxels. */
interface Frame {
  readonly segment: number;
  readonly k: number;
}

/**
 * Writes a label map as a DICOM segmentation: binary, one segment a label, one frame for each slice in which a segment has
 * voxels, on the grid of the label map and referring to the image's slices.
 *
 * Segments are numbered 1, 2, 3 … in the order of their labels, as DICOM demands; the description of a segment says which
 * label it was. Labels of the map that have no name are segments too. A map without any voxel has one empty frame, since a
 * file must have one.
 *
 * @param labels the names of the labels, each label once
 * @throws DicomInexpressible for two names of one label, the label 0, a map without voxels and names, a
 *   grid that DICOM cannot say, and more frames or bytes of pixels than `most`, which is found before they are packed
 */
export function writeSegmentation(
  map: LabelMap,
  labels: readonly SegmentName[],
  names: SegmentationNames,
  most: { readonly frames: number; readonly bytes: number } = MOST_SEGMENTATION,
): DicomInstance {
  checkPlane(map.geometry);
  const segments = segmentsOf(map, labels);
  const frames = framesOf(map, segments);
  const [columns, rows] = map.geometry.sizeXyz;
  const pixelBytes = Math.ceil((frames.length * columns * rows) / 8);
  if (frames.length > most.frames || pixelBytes > most.bytes) {
    throw new DicomInexpressible(
      `${segments.length} labels make ${frames.length} frames of ${columns} x ${rows} pixels, ${pixelBytes} bytes; expected at most ${most.frames} frames and ${most.bytes} bytes`,
    );
  }
  return {
    sopClassUid: SEGMENTATION_STORAGE,
    sopInstanceUid: names.sopInstanceUid,
    elements: [
      ...patientAndStudy(names),
      ...seriesElements(names),
      ...imageElements(columns, rows, frames.length),
      writtenSequence(TAG.segments, segments.map((segment, at) => segmentItem(segment, at + 1, names))),
      ...dimensionElements(names.sopInstanceUid),
      writtenSequence(TAG.sharedGroups, [
        [
          writtenSequence(TAG.planeOrientations, [[orientationElement(map.geometry)]]),
          writtenSequence(TAG.pixelMeasures, [spacingElements(map.geometry)]),
        ],
      ]),
      writtenSequence(TAG.perFrameGroups, frames.map((frame) => frameGroups(frame, map, names))),
      referencedSeries(map.geometry.sizeXyz[2], names),
      { tag: TAG.pixelData, vr: 'OB', pieces: [packBits(map, segments, frames)] },
    ],
  };
}

/** The named labels, and those that only the voxels know, in ascending order. */
function segmentsOf({ data }: LabelMap, named: readonly SegmentName[]): SegmentName[] {
  const byLabel = new Map<number, SegmentName>();
  for (const one of named) {
    if (byLabel.has(one.label) || !(one.label > 0)) {
      throw new DicomInexpressible(`label ${one.label} ("${one.name}") is named twice or is the background; expected each label once`);
    }
    byLabel.set(one.label, one);
  }
  const seen = new Uint8Array(1 << 16);
  for (let v = 0; v < data.length; v++) seen[data[v]] = 1;
  for (let label = 1; label < seen.length; label++) {
    if (seen[label] && !byLabel.has(label)) byLabel.set(label, { label, name: `Label ${label}` });
  }
  if (byLabel.size === 0) throw new DicomInexpressible('label map has no label and no name of one; expected at least one segment');
  return [...byLabel.values()].sort((a, b) => a.label - b.label);
}

function framesOf({ geometry, data }: LabelMap, segments: readonly SegmentName[]): Frame[] {
  const [nx, ny, nz] = geometry.sizeXyz;
  const indexOf = segmentIndex(segments);
  const present = new Uint8Array(segments.length * nz);
  for (let k = 0, v = 0; k < nz; k++) {
    for (let p = 0; p < nx * ny; p++, v++) {
      if (data[v] !== 0) present[(indexOf[data[v]] - 1) * nz + k] = 1;
    }
  }
  const frames: Frame[] = [];
  present.forEach((there, at) => {
    if (there) frames.push({ segment: Math.floor(at / nz) + 1, k: at % nz });
  });
  return frames.length > 0 ? frames : [{ segment: 1, k: 0 }];
}

/** Number of the segment of a label; 0 where there is none. */
function segmentIndex(segments: readonly SegmentName[]): Uint16Array {
  const numbers = new Uint16Array(1 << 16);
  segments.forEach(({ label }, at) => (numbers[label] = at + 1));
  return numbers;
}

/** One bit a pixel, the first in the lowest bit, frame after frame without gaps (PS3.5 8.1.1). */
function packBits({ geometry, data }: LabelMap, segments: readonly SegmentName[], frames: readonly Frame[]): Uint8Array {
  const [nx, ny, nz] = geometry.sizeXyz;
  const pixels = nx * ny;
  const bytes = Math.ceil((frames.length * pixels) / 8);
  const bits = new Uint8Array(bytes + (bytes % 2));
  const indexOf = segmentIndex(segments);
  const frameOf = new Int32Array(segments.length * nz).fill(-1);
  frames.forEach(({ segment, k }, f) => (frameOf[(segment - 1) * nz + k] = f));
  for (let k = 0, v = 0; k < nz; k++) {
    for (let p = 0; p < pixels; p++, v++) {
      if (data[v] === 0) continue;
      const bit = frameOf[(indexOf[data[v]] - 1) * nz + k] * pixels + p;
      bits[Math.floor(bit / 8)] |= 1 << (bit % 8);
    }
  }
  return bits;
}

function seriesElements(names: SegmentationNames): WrittenElement[] {
  const [date, time] = names.createdAt.split('T');
  return [
    writtenText(TAG.sopClassUid, 'UI', SEGMENTATION_STORAGE),
    writtenText(TAG.sopInstanceUid, 'UI', names.sopInstanceUid),
    writtenText(TAG.modality, 'CS', 'SEG'),
    writtenText(TAG.seriesInstanceUid, 'UI', names.seriesInstanceUid),
    writtenText(TAG.seriesNumber, 'IS', String(names.seriesNumber)),
    writtenText(TAG.seriesDescription, 'LO', fit(names.seriesDescription)),
    writtenText(TAG.manufacturer, 'LO', 'Voxelmark'),
    writtenText(TAG.manufacturerModelName, 'LO', 'Voxelmark'),
    writtenText(TAG.deviceSerialNumber, 'LO', '1'), // must have a value; there is one program and no device
    writtenText(TAG.softwareVersions, 'LO', fit(names.softwareVersion)),
    writtenText(TAG.contentDate, 'DA', date.replaceAll('-', '')),
    writtenText(TAG.contentTime, 'TM', time.slice(0, 8).replaceAll(':', '')),
    writtenText(TAG.instanceNumber, 'IS', '1'),
    writtenText(TAG.contentLabel, 'CS', 'SEGMENTATION'),
    writtenText(TAG.contentDescription, 'LO', fit(names.seriesDescription)),
    writtenText(TAG.contentCreator, 'PN', ''),
  ];
}

function imageElements(columns: number, rows: number, frames: number): WrittenElement[] {
  return [
    writtenText(TAG.imageType, 'CS', 'DERIVED\\PRIMARY'),
    writtenUint16(TAG.samplesPerPixel, 1),
    writtenText(TAG.photometric, 'CS', 'MONOCHROME2'),
    writtenText(TAG.numberOfFrames, 'IS', String(frames)),
    writtenUint16(TAG.rows, rows),
    writtenUint16(TAG.columns, columns),
    writtenUint16(TAG.bitsAllocated, 1),
    writtenUint16(TAG.bitsStored, 1),
    writtenUint16(TAG.highBit, 0),
    writtenUint16(TAG.pixelRepresentation, 0),
    writtenText(TAG.lossyCompression, 'CS', '00'),
    writtenText(TAG.segmentationType, 'CS', 'BINARY'),
    writtenText(TAG.segmentsOverlap, 'CS', 'NO'),
  ];
}

function segmentItem({ label, name, color, concept }: SegmentName, number: number, names: SegmentationNames): WrittenElement[] {
  const { category, type, modifier, region } = concept ?? conceptOfName(name);
  const lab = color === undefined ? null : dicomCieLab(color);
  const side = (tag: number): WrittenElement[] => (modifier ? [writtenSequence(tag, [conceptElements(modifier)])] : []);
  return [
    writtenUint16(TAG.segmentNumber, number),
    writtenText(TAG.segmentLabel, 'LO', fit(name)),
    writtenText(TAG.segmentDescription, 'ST', `Label ${label}`),
    ...(names.algorithm === null
      ? [writtenText(TAG.segmentAlgorithmType, 'CS', 'MANUAL')]
      : [
          writtenText(TAG.segmentAlgorithmType, 'CS', 'AUTOMATIC'),
          writtenText(TAG.segmentAlgorithmName, 'LO', fit(names.algorithm)),
        ]),
    writtenSequence(TAG.segmentCategories, [conceptElements(category)]),
    writtenSequence(TAG.segmentTypes, [[...conceptElements(type), ...(region ? [] : side(TAG.segmentModifiers))]]),
    ...(region
      ? [writtenSequence(TAG.anatomicRegions, [[...conceptElements(region), ...side(TAG.anatomicRegionModifiers)]])]
      : []),
    ...(lab ? [writtenUint16(TAG.recommendedCieLab, ...lab)] : []),
  ];
}

function conceptElements({ scheme, code, meaning }: CodedConcept): WrittenElement[] {
  return [
    writtenText(TAG.codeValue, 'SH', code),
    writtenText(TAG.codingScheme, 'SH', scheme),
    writtenText(TAG.codeMeaning, 'LO', meaning),
  ];
}

/** Frames are counted by segment, then by place. */
function dimensionElements(sopInstanceUid: string): WrittenElement[] {
  const uid = writtenText(TAG.dimensionOrganizationUid, 'UI', `${sopInstanceUid}.1`);
  const dimension = (pointer: number, group: number, description: string): WrittenElement[] => [
    uid,
    writtenTags(TAG.dimensionIndexPointer, pointer),
    writtenTags(TAG.functionalGroupPointer, group),
    writtenText(TAG.dimensionDescription, 'LO', description),
  ];
  return [
    writtenSequence(TAG.dimensionOrganizations, [[uid]]),
    writtenSequence(TAG.dimensionIndices, [
      dimension(TAG.referencedSegment, TAG.segmentIdentifications, 'Segment number'),
      dimension(TAG.imagePosition, TAG.planePositions, 'Position of the slice'),
    ]),
  ];
}

function frameGroups({ segment, k }: Frame, { geometry }: LabelMap, { source }: SegmentationNames): WrittenElement[] {
  return [
    writtenSequence(TAG.derivationImages, [
      [
        writtenSequence(TAG.derivationCodes, [conceptElements(SEGMENTATION)]),
        writtenSequence(TAG.sourceImages, [
          [...instanceElements(source, k), writtenSequence(TAG.purposeOfReference, [conceptElements(SOURCE_IMAGE)])],
        ]),
      ],
    ]),
    writtenSequence(TAG.frameContents, [[writtenUint32(TAG.dimensionIndexValues, segment, k + 1)]]),
    writtenSequence(TAG.planePositions, [[writtenDecimals(TAG.imagePosition, ...slicePosition(geometry, k))]]),
    writtenSequence(TAG.segmentIdentifications, [[writtenUint16(TAG.referencedSegment, segment)]]),
  ];
}

function instanceElements({ sopClassUid, sopInstanceUid }: SegmentationNames['source'], k: number): WrittenElement[] {
  return [
    writtenText(TAG.referencedSopClass, 'UI', sopClassUid),
    writtenText(TAG.referencedSopInstance, 'UI', sopInstanceUid(k)),
  ];
}

function referencedSeries(sliceCount: number, { source }: SegmentationNames): WrittenElement {
  const instances = Array.from({ length: sliceCount }, (_, k) => instanceElements(source, k));
  return writtenSequence(TAG.referencedSeries, [
    [
      writtenText(TAG.seriesInstanceUid, 'UI', source.seriesInstanceUid),
      writtenSequence(TAG.referencedInstances, instances),
    ],
  ]);
}
