import { DicomInexpressible } from './dicom-inexpressible.js';
import { pointLps } from '../affine.js';
import type { Geometry, Vec3 } from '../geometry.js';
import { axisCodes } from '../orientation.js';
import type { Volume } from '../volume.js';
import { dot } from './slices.js';
import { chooseStorage } from './stored-values.js';
import type { StoredValues } from './stored-values.js';
import { TAG } from './tags.js';
import {
  writtenDecimals,
  writtenText,
  writtenUint16,
  type DicomInstance,
  type WrittenElement,
} from './write.js';

/** What an instance says of its study; the same in every series of a case. */
export interface StudyNames {
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string;
  /** A pseudonym or the name of the case; goes into Patient ID and Patient's Name. */
  readonly patient: string;
  /** What people see of the study in a list. */
  readonly studyDescription: string;
}

/** What the instances of an image say beside their pixels. */
export interface SeriesNames extends StudyNames {
  readonly seriesInstanceUid: string;
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  /** UID of slice k, from 0. */
  readonly sopInstanceUid: (k: number) => string;
  /** As in DICOM: CT, MR, PT, … */
  readonly modality: string;
  /** HU, … as the benchmark names it; CT without a unit is taken to be in HU. */
  readonly unit?: string;
  readonly windows?: readonly { readonly name: string; readonly center: number; readonly width: number }[];
}

/** The headers of a series without its voxels, for which it is enough to know how they are stored. */
export interface ImageHeaders {
  readonly sopClassUid: string;
  readonly sliceCount: number;
  /** All elements of slice k but its pixels (7fe0,0010). */
  header(k: number): WrittenElement[];
}

/** One volume as the slices of a DICOM series. Slice k of the series is slice k of the volume. */
export interface ImageSeries {
  readonly sopClassUid: string;
  readonly sliceCount: number;
  readonly rows: number;
  readonly columns: number;
  /** value = stored x slope + intercept */
  readonly stored: Pick<StoredValues, 'slope' | 'intercept' | 'signed'>;
  /** Largest difference between a voxel and what a reader makes of the stored number; 0 where every value is kept. */
  readonly roundingError: number;
  /** All elements of slice k but its pixels (7fe0,0010). */
  header(k: number): WrittenElement[];
  /** Pixels of slice k, 16 bits, little endian. */
  pixels(k: number): Uint8Array;
  /** Slice k whole. */
  instance(k: number): DicomInstance;
}

const CT_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const MR_STORAGE = '1.2.840.10008.5.1.4.1.1.4';
const SECONDARY_CAPTURE_STORAGE = '1.2.840.10008.5.1.4.1.1.7';
/** Largest cosine between rows and columns that a reader of DICOM takes for a right angle. */
const RIGHT_ANGLE = 1e-3;

/**
 * Makes a DICOM series of a volume: one file a slice, however the volume came to us.
 *
 * Whole numbers that fit into 16 bits stay what they are, so HU are exact; other values are rounded to 65536 even steps
 * over their range, and `roundingError` says how far off that is at most. CT and MR are written as such. PET and the rest
 * ask for facts that a volume does not carry (decay correction, times, calibration); rather than inventing them we write
 * Secondary Capture with the modules for place and scale added, a standard extended SOP class (PS3.2), which states the true
 * modality and keeps the geometry.
 *
 * @throws DicomInexpressible for values that are not finite, more than 65535 rows or columns, and rows and columns that do
 *   not stand at a right angle, none of which DICOM can say
 */
export function imageSeries(volume: Volume, names: SeriesNames): ImageSeries {
  const [columns, rows] = volume.geometry.sizeXyz;
  checkPlane(volume.geometry); // before the voxels are gone through
  const values = chooseStorage(volume.data);
  const { sopClassUid, sliceCount, header } = imageHeaders(volume.geometry, values, names);
  const pixels = (k: number): Uint8Array => packSlice(volume, values, k);
  return {
    sopClassUid,
    sliceCount,
    rows,
    columns,
    stored: values,
    roundingError: values.error,
    header,
    pixels,
    instance: (k) => ({
      sopClassUid,
      sopInstanceUid: names.sopInstanceUid(k),
      elements: [...header(k), { tag: TAG.pixelData, vr: 'OW', pieces: [pixels(k)] }],
    }),
  };
}

/**
 * The same headers for who has the slices elsewhere, compressed for instance.
 *
 * @param values what `chooseStorage` says of the voxels
 * @throws DicomInexpressible as `imageSeries` for the grid
 */
export function imageHeaders(geometry: Geometry, values: StoredValues, names: SeriesNames): ImageHeaders {
  const [columns, rows, sliceCount] = geometry.sizeXyz;
  const plane = planeOf(geometry);
  const sopClassUid = imageClassOf(names.modality);
  const common = [
    ...patientAndStudy(names),
    ...seriesElements(names),
    ...kindElements(sopClassUid, names, geometry),
    ...plane,
    ...pixelElements(columns, rows, values, names),
  ];

  const header = (k: number): WrittenElement[] => [
    ...common,
    writtenText(TAG.sopClassUid, 'UI', sopClassUid),
    writtenText(TAG.sopInstanceUid, 'UI', names.sopInstanceUid(k)),
    writtenText(TAG.instanceNumber, 'IS', String(k + 1)),
    writtenDecimals(TAG.imagePosition, ...slicePosition(geometry, k)),
  ];
  return { sopClassUid, sliceCount, header };
}

/** Centre of the first voxel of slice k, LPS mm. */
export const slicePosition = (geometry: Geometry, k: number): Vec3 => pointLps(geometry, [0, 0, k]);

/** Directions in which columns and rows are counted, as DICOM writes them. */
export function orientationElement(geometry: Geometry): WrittenElement {
  const d = geometry.direction;
  return writtenDecimals(TAG.imageOrientation, d[0], d[3], d[6], d[1], d[4], d[7]);
}

/** Distances within and between slices. */
export function spacingElements({ spacingMm: [si, sj, sk] }: Geometry): WrittenElement[] {
  return [
    writtenDecimals(TAG.sliceThickness, sk),
    writtenDecimals(TAG.spacingBetweenSlices, sk),
    writtenDecimals(TAG.pixelSpacing, sj, si), // DICOM names the distance between rows first
  ];
}

/** SOP class that slices of a modality are written as. */
export function imageClassOf(modality: string): string {
  return { CT: CT_STORAGE, MR: MR_STORAGE }[modality] ?? SECONDARY_CAPTURE_STORAGE;
}

/** @throws DicomInexpressible when DICOM has no words for the grid */
export function checkPlane({ sizeXyz: [columns, rows], direction: d }: Geometry): void {
  const cosine = dot([d[0], d[3], d[6]], [d[1], d[4], d[7]]);
  if (Math.abs(cosine) > RIGHT_ANGLE) {
    throw new DicomInexpressible(`rows and columns stand at a cosine of ${cosine.toFixed(5)}; DICOM needs at most ${RIGHT_ANGLE}`);
  }
  if (columns > 0xffff || rows > 0xffff) {
    throw new DicomInexpressible(`slices have ${columns} x ${rows} pixels; DICOM has room for 65535 each`);
  }
}

function planeOf(geometry: Geometry): WrittenElement[] {
  checkPlane(geometry);
  return [orientationElement(geometry), ...spacingElements(geometry)];
}

/** Patient and study: what the platform knows, which is a pseudonym; what must be there and is not known stays empty. */
export function patientAndStudy({ studyInstanceUid, frameOfReferenceUid, patient, studyDescription }: StudyNames): WrittenElement[] {
  return [
    writtenText(TAG.characterSet, 'CS', 'ISO_IR 192'),
    writtenText(TAG.studyDate, 'DA', ''),
    writtenText(TAG.studyTime, 'TM', ''),
    writtenText(TAG.accessionNumber, 'SH', ''),
    writtenText(TAG.referringPhysician, 'PN', ''),
    writtenText(TAG.studyDescription, 'LO', fit(studyDescription)),
    writtenText(TAG.patientName, 'PN', fit(patient).replaceAll(/[\^=]/g, ' ')),
    writtenText(TAG.patientId, 'LO', fit(patient)),
    writtenText(TAG.birthDate, 'DA', ''),
    writtenText(TAG.sex, 'CS', ''),
    writtenText(TAG.identityRemoved, 'CS', 'YES'),
    writtenText(TAG.deidentificationMethod, 'LO', 'Written anew from voxels and geometry'),
    writtenText(TAG.studyInstanceUid, 'UI', studyInstanceUid),
    writtenText(TAG.studyId, 'SH', ''),
    writtenText(TAG.frameOfReferenceUid, 'UI', frameOfReferenceUid),
    writtenText(TAG.positionReference, 'LO', ''),
  ];
}

/** Text of one value as LO takes it: at most 64 characters, no backslash, no control characters. */
export function fit(text: string): string {
  return [...text.replaceAll(/[\\\p{Cc}]+/gu, ' ').trim()].slice(0, 64).join('');
}

function seriesElements(names: SeriesNames): WrittenElement[] {
  return [
    writtenText(TAG.modality, 'CS', names.modality),
    writtenText(TAG.manufacturer, 'LO', ''),
    writtenText(TAG.seriesDescription, 'LO', fit(names.seriesDescription)),
    writtenText(TAG.seriesInstanceUid, 'UI', names.seriesInstanceUid),
    writtenText(TAG.seriesNumber, 'IS', String(names.seriesNumber)),
    writtenText(TAG.laterality, 'CS', ''), // asked for where a body part has sides, and that is not known
  ];
}

/** What each kind of image must say of how it was made. What is unknown is empty where the standard allows it. */
function kindElements(sopClassUid: string, { modality }: SeriesNames, geometry: Geometry): WrittenElement[] {
  const empty = (tag: number, vr: string): WrittenElement => writtenText(tag, vr, '');
  switch (sopClassUid) {
    case CT_STORAGE:
      return [
        writtenText(TAG.imageType, 'CS', 'DERIVED\\PRIMARY\\AXIAL'),
        empty(TAG.patientPosition, 'CS'),
        empty(TAG.kvp, 'DS'),
        empty(TAG.acquisitionNumber, 'IS'),
      ];
    case MR_STORAGE:
      return [
        writtenText(TAG.imageType, 'CS', 'DERIVED\\PRIMARY\\OTHER'),
        empty(TAG.patientPosition, 'CS'),
        writtenText(TAG.scanningSequence, 'CS', 'RM'), // research mode: the defined term that claims least
        writtenText(TAG.sequenceVariant, 'CS', 'NONE'),
        empty(TAG.scanOptions, 'CS'),
        empty(TAG.acquisitionDimensions, 'CS'),
        empty(TAG.repetitionTime, 'DS'),
        empty(TAG.echoTime, 'DS'),
        empty(TAG.echoTrainLength, 'IS'),
      ];
    default:
      return [
        writtenText(TAG.imageType, 'CS', 'DERIVED\\SECONDARY'),
        writtenText(TAG.conversionType, 'CS', 'WSD'),
        writtenText(TAG.patientOrientation, 'CS', patientOrientation(geometry)),
        writtenText(TAG.derivationDescription, 'ST', `${modality} volume written anew, geometry kept`),
      ];
  }
}

/** Sides of the patient towards which columns and rows are counted, in DICOM's letters: H and F where others say S and I. */
function patientOrientation(geometry: Geometry): string {
  const [row, column] = axisCodes(geometry).replace('S', 'H').replace('I', 'F');
  return `${row}\\${column}`;
}

function pixelElements(columns: number, rows: number, values: StoredValues, names: SeriesNames): WrittenElement[] {
  const { signed, slope, intercept, error } = values;
  const inHu = names.unit === undefined ? names.modality === 'CT' : names.unit.toUpperCase() === 'HU';
  const windows = names.windows ?? [];
  return [
    writtenUint16(TAG.samplesPerPixel, 1),
    writtenText(TAG.photometric, 'CS', 'MONOCHROME2'),
    writtenUint16(TAG.rows, rows),
    writtenUint16(TAG.columns, columns),
    writtenUint16(TAG.bitsAllocated, 16),
    writtenUint16(TAG.bitsStored, 16),
    writtenUint16(TAG.highBit, 15),
    writtenUint16(TAG.pixelRepresentation, signed ? 1 : 0),
    writtenText(TAG.burnedIn, 'CS', 'NO'),
    writtenDecimals(TAG.rescaleIntercept, intercept),
    writtenDecimals(TAG.rescaleSlope, slope),
    writtenText(TAG.rescaleType, 'LO', inHu ? 'HU' : 'US'),
    ...(error === 0 ? [] : [roundedBy(error)]),
    ...(windows.length === 0
      ? []
      : [
          writtenDecimals(TAG.windowCenter, ...windows.map(({ center }) => center)),
          writtenDecimals(TAG.windowWidth, ...windows.map(({ width }) => width)),
          writtenText(TAG.windowExplanation, 'LO', windows.map(({ name }) => fit(name)).join('\\')),
        ]),
  ];
}

/** Values that were rounded say so in a note of the series. */
const roundedBy = (error: number): WrittenElement =>
  writtenText(TAG.imageComments, 'LT', `Values rounded to 16 bits, off by at most ${error.toPrecision(3)}`);

/** Stored numbers of one slice. Signed and unsigned numbers of 16 bits have the same bytes. */
export function packSlice({ geometry, data }: Volume, { slope, intercept }: StoredValues, k: number): Uint8Array {
  const count = geometry.sizeXyz[0] * geometry.sizeXyz[1];
  const from = k * count;
  const bytes = new Uint8Array(2 * count);
  const view = new DataView(bytes.buffer);
  const exact = slope === 1;
  for (let p = 0; p < count; p++) {
    const value = data[from + p] - intercept;
    view.setUint16(2 * p, exact ? value : Math.round(value / slope), true);
  }
  return bytes;
}

