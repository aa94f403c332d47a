import type { ArchiveCode } from '#datasets';
import type { ImageFormatCode } from '#imaging';
import { ARCHIVES } from './archives.js';
import { DICOM } from './dicom.js';
import { METAIMAGE } from './metaimage.js';
import { NIFTI } from './nifti.js';
import { NRRD } from './nrrd.js';
import type { Kind } from './read.js';
import { SEGMENTATIONS } from './segmentations.js';
import { STRUCTURES } from './structures.js';

/** A file, or a series of them, that must be refused, and the code with which. Made when asked for: some are large. */
export interface Malformed {
  readonly kind: Kind;
  readonly name: string;
  readonly code: ImageFormatCode | ArchiveCode;
  readonly files: () => readonly Uint8Array[];
}

export const MALFORMED: readonly Malformed[] = [
  ...DICOM,
  ...SEGMENTATIONS,
  ...STRUCTURES,
  ...NIFTI,
  ...NRRD,
  ...METAIMAGE,
  ...ARCHIVES,
];
