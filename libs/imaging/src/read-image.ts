import type { HeaderFileOptions } from './detached.js';
import { ImageFormatError } from './image-format-error.js';
import { readMetaImage } from './metaimage/read.js';
import { isGzip } from './nifti/gzip.js';
import { readNifti } from './nifti/read.js';
import { readNrrd } from './nrrd/read.js';
import type { Volume } from './volume.js';

export type ImageFormat = 'nifti' | 'nrrd' | 'metaimage' | 'dicom';

/** Format of a file by its first bytes; names are not looked at. Null when it is none that is read. */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (isGzip(bytes)) return 'nifti';
  if (head.startsWith('NRRD')) return 'nrrd';
  if (/^\s*(ObjectType|Comment|NDims)\s*=/.test(head)) return 'metaimage';
  if (head.slice(128, 132) === 'DICM') return 'dicom';
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  const first = [view.getInt32(0, true), view.getInt32(0, false)];
  if (first.includes(348) || first.includes(540)) return 'nifti';
  // DICOM without preamble begins with an element of group 8
  return /^\x08\0/.test(head) || /^\0\x08\0.[A-Z]{2}/s.test(head) ? 'dicom' : null;
}

/**
 * Reads a volume from one file of any format but DICOM, which comes as a series of files.
 *
 * @throws ImageFormatError with a code of the format, or `image-format` when it is none
 */
export async function readImage(bytes: Uint8Array, options: HeaderFileOptions = {}): Promise<Volume> {
  const format = imageFormat(bytes);
  if (format === 'nifti') return readNifti(bytes, options);
  if (format === 'nrrd') return readNrrd(bytes, options);
  if (format === 'metaimage') return readMetaImage(bytes, options);
  throw new ImageFormatError(
    'image-format',
    `file is ${format === 'dicom' ? 'a DICOM file; DICOM is read as a whole series' : 'of no format that is read'}; expected NIfTI, NRRD or MetaImage`,
  );
}
