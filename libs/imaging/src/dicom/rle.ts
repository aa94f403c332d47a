import { ImageFormatError } from '../image-format-error.js';

/**
 * Decodes a frame of RLE Lossless (PS3.5 annex G): one PackBits segment for each byte of a sample, highest byte first.
 *
 * @param bytesPerSample 1, 2 or 4
 * @returns samples in little-endian order
 * @throws ImageFormatError `dicom-codestream` when segments do not decode to exactly one frame
 */
export function decodeRle(frame: Uint8Array, samples: number, bytesPerSample: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = frame.length >= 64 ? view.getUint32(0, true) : 0;
  if (segments !== bytesPerSample) {
    throw damaged(`has ${segments} segments and samples have ${bytesPerSample} bytes`);
  }
  if (frame.length * 64 < samples * bytesPerSample) {
    throw damaged(
      `has ${frame.length} bytes for ${samples * bytesPerSample}, and two bytes cannot stand for more than 128`,
    );
  }
  const out = new Uint8Array(samples * bytesPerSample);
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : frame.length;
    if (from < 64 || to < from || to > frame.length)
      throw damaged(`places segment ${segment} at bytes ${from} to ${to} of ${frame.length}`);
    unpack(frame, from, to, out, bytesPerSample - 1 - segment, bytesPerSample);
  }
  return out;
}

/** PackBits from frame[from..to) into every `step`-th byte of `out`, from `at` on. */
function unpack(frame: Uint8Array, from: number, to: number, out: Uint8Array, at: number, step: number): void {
  let read = from;
  while (at < out.length) {
    if (read >= to) throw damaged('ends before its last sample');
    const control = frame[read++];
    if (control < 128) {
      const count = control + 1;
      if (read + count > to || at + (count - 1) * step >= out.length)
        throw damaged('holds a literal run that is too long');
      for (let n = 0; n < count; n++, at += step) out[at] = frame[read++];
    } else if (control > 128) {
      const count = 257 - control;
      if (read >= to || at + (count - 1) * step >= out.length) throw damaged('holds a replicated run that is too long');
      const value = frame[read++];
      for (let n = 0; n < count; n++, at += step) out[at] = value;
    }
  }
}

function damaged(what: string): ImageFormatError {
  return new ImageFormatError('dicom-codestream', `run-length encoded frame ${what}; expected one complete frame`);
}
