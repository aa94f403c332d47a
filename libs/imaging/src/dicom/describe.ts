import { ImageFormatError } from '../image-format-error.js';
import type { DicomDataSet } from './data-set.js';
import { openDicomHeader } from './file.js';
import { kindOf } from './series.js';
import { TAG } from './tags.js';

/** What a file of a folder is, and to what it belongs: enough to sort studies without reading a pixel. */
export interface DicomDescription {
  /** other: reports, plans, doses, images without a place in space. */
  readonly kind: 'image' | 'segmentation' | 'structures' | 'other';
  readonly modality: string;
  readonly studyInstanceUid: string;
  /** '' where it was stripped off; then files of one folder are taken to belong together. */
  readonly seriesInstanceUid: string;
  readonly frameOfReferenceUid: string;
  /** Tells patients apart within one archive. It may be the number of a person: compare it, never show it. */
  readonly patientId: string;
  /** As it stands, with its carets. Compare it, never show it. */
  readonly patientName: string;
  /** Whether the file says that whose it is was taken out of it; name and number are pseudonyms then. */
  readonly deidentified: boolean;
  /** Series that a segmentation or a structure set was drawn on; empty where it does not say. */
  readonly referencedSeries: readonly string[];
}

export const STRUCTURES_STORAGE = '1.2.840.10008.5.1.4.1.1.481.3';

/**
 * Describes a DICOM file by its header.
 *
 * @param bytes the file, or its beginning
 * @returns null when it is no DICOM file
 * @throws ImageFormatError `dicom-truncated` when more than the given bytes is needed, and others for a damaged header
 */
export async function describeDicom(bytes: Uint8Array): Promise<DicomDescription | null> {
  const header = await readDicomHeader(bytes);
  return header && describeDicomHeader(header);
}

/**
 * The header of a DICOM file.
 *
 * @param bytes the file, or its beginning
 * @returns null when it is no DICOM file
 * @throws ImageFormatError as `describeDicom`
 */
export async function readDicomHeader(bytes: Uint8Array): Promise<DicomDataSet | null> {
  try {
    return await openDicomHeader(bytes);
  } catch (error) {
    if (error instanceof ImageFormatError && error.code === 'dicom-header') return null;
    throw error;
  }
}

export function describeDicomHeader(header: DicomDataSet): DicomDescription {
  const isStructures = header.text(TAG.sopClassUid) === STRUCTURES_STORAGE;
  return {
    kind: isStructures ? 'structures' : kindOf(header),
    modality: header.text(TAG.modality) ?? '',
    studyInstanceUid: header.text(TAG.studyInstanceUid) ?? '',
    seriesInstanceUid: header.text(TAG.seriesInstanceUid) ?? '',
    frameOfReferenceUid: frameOfReference(header),
    patientId: header.text(TAG.patientId) ?? '',
    patientName: header.text(TAG.patientName) ?? '',
    deidentified: header.text(TAG.patientIdentityRemoved) === 'YES',
    referencedSeries: isStructures ? seriesOfStructures(header) : seriesIn(header, TAG.referencedSeries),
  };
}

/** A structure set names its frame of reference within a sequence. */
function frameOfReference(header: DicomDataSet): string {
  const own = header.text(TAG.frameOfReferenceUid);
  if (own !== undefined) return own;
  return header.item(TAG.referencedFramesOfReference)?.text(TAG.frameOfReferenceUid) ?? '';
}

function seriesOfStructures(header: DicomDataSet): string[] {
  const found: string[] = [];
  for (const frame of header.items(TAG.referencedFramesOfReference)) {
    for (const study of frame.items(TAG.rtReferencedStudies)) found.push(...seriesIn(study, TAG.rtReferencedSeries));
  }
  return found;
}

function seriesIn(dataSet: DicomDataSet, sequence: number): string[] {
  return [...dataSet.items(sequence)].flatMap((item) => item.text(TAG.seriesInstanceUid) ?? []);
}
