import { ImageFormatError } from './image-format-error.js';
import type { ImageFormatCode } from './image-format-error.js';

/** What a reader of files with text headers is given beside the bytes. */
export interface HeaderFileOptions {
  /** Largest uncompressed voxels in bytes that are read; 2 GiB unless told. */
  readonly maxBytes?: number;
  /**
   * Fetches the file that a header names for its voxels: a plain file name, which the caller looks for beside the header and
   * nowhere else. Without this, such headers are refused.
   */
  readonly detached?: (name: string) => Promise<Uint8Array>;
}

export const DEFAULT_MAX_BYTES = 2 ** 31;

/** Fetches detached voxels. Names are plain: no folders, no lists, no patterns of numbers. */
export async function fetchDetached(
  name: string,
  options: HeaderFileOptions,
  code: ImageFormatCode,
): Promise<Uint8Array> {
  // a leading dot, a separator of any system, a drive, a placeholder, several words with numbers
  if (!/^[^./\\:%\s][^/\\:%\s]*$/.test(name) || /^LIST\b/i.test(name)) {
    throw new ImageFormatError(
      code,
      `voxels are said to be in "${name.slice(0, 80)}"; expected a plain name of one file beside the header`,
    );
  }
  if (!options.detached) {
    throw new ImageFormatError(
      code,
      `voxels are in another file, "${name}"; expected a single file that holds header and voxels`,
    );
  }
  return options.detached(name);
}
