import { createFrameEncoders } from '#codecs';
import { chooseStorage, packSlice, readNifti } from '#imaging';
import { writeFrameFile } from './frame-file.js';

/** A stored image whose slices are to be compressed one by one. Plain data: it goes to a thread. */
export interface FramesTask {
  /** NIfTI, compressed or not. */
  readonly file: Uint8Array;
}

const encoders = createFrameEncoders();

/**
 * The file of frames of an image (`frame-file.ts`), HTJ2K without loss.
 *
 * @throws ImageFormatError, DicomInexpressible when DICOM cannot hold the values
 */
export async function makeFrames({ file }: FramesTask): Promise<Uint8Array> {
  const volume = await readNifti(file);
  const [columns, rows, slices] = volume.geometry.sizeXyz;
  const stored = chooseStorage(volume.data);
  const format = { columns, rows, bitsPerSample: 16, signed: stored.signed } as const;
  async function* frames(): AsyncGenerator<Uint8Array, void, void> {
    for (let k = 0; k < slices; k++) yield await encoders.htj2k(packSlice(volume, stored, k), format);
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of writeFrameFile({ columns, rows, stored }, frames())) pieces.push(piece);
  return Buffer.concat(pieces);
}
