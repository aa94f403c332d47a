import { ImageFormatError } from '../image-format-error.js';
import type { Codestream } from './pixel-codecs.js';

const END = 0xd9; // second byte of the marker that ends JPEG, JPEG-LS and JPEG 2000 alike

/**
 * Reads size and depth of a frame of the JPEG family without decoding it.
 *
 * Done before any decoder sees the frame: decoders allocate what the codestream says, and some of them make a picture of
 * half a codestream without a word.
 *
 * @throws ImageFormatError `dicom-codestream`
 */
export function readCodestream(frame: Uint8Array): Codestream {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    const start = view.getUint16(0);
    const stated = start === 0xffd8 ? jpegFrame(view) : start === 0xff4f ? jpeg2000Size(view) : null;
    if (!stated)
      throw damaged(`begins with ${start.toString(16).padStart(4, '0')}, where JPEG has ffd8 and JPEG 2000 ff4f`);
    const end = endOf(frame);
    if (end === null) throw damaged('has no end marker');
    if (start === 0xff4f) checkTileParts(view, end);
    return stated;
  } catch (error) {
    if (error instanceof ImageFormatError) throw error;
    throw damaged('ends within its header', { cause: error });
  }
}

/** JPEG 2000 frames that their writer wrapped in a JP2 file are unwrapped; DICOM wants the bare codestream. */
export function unwrapJp2(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 12 || view.getUint32(4) !== 0x6a502020) return frame; // "jP  "
  for (let at = 0; at + 8 <= frame.length;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return frame.subarray(at + 8); // "jp2c"
    if (length < 8) break;
    at += length;
  }
  throw damaged('is a JP2 file without a codestream');
}

/** Segments up to the start of frame (SOFn, or SOF55 of JPEG-LS). */
function jpegFrame(view: DataView): Codestream {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw damaged(`holds no marker at byte ${at}`);
    const marker = view.getUint8(at + 1);
    if (marker === 0xff)
      at += 1; // fill bytes
    else if ((marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7) {
      return {
        bitsPerSample: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
      };
    } else if (marker === 0xda || marker === END) throw damaged('has no frame header before its data');
    else at += 2 + view.getUint16(at + 2);
  }
}

/** The SIZ segment comes right after the start of the codestream. */
function jpeg2000Size(view: DataView): Codestream {
  if (view.getUint16(2) !== 0xff51) throw damaged('has no size right after its start');
  const [right, bottom, left, top] = [8, 12, 16, 20].map((at) => view.getUint32(at));
  return {
    columns: right - left,
    rows: bottom - top,
    components: view.getUint16(40),
    bitsPerSample: (view.getUint8(42) & 0x7f) + 1,
  };
}

/**
 * Tile-parts of JPEG 2000 say how long they are: together they must reach from the main header to the end marker. The decoder
 * of HTJ2K makes a picture of whatever part of them is there.
 */
function checkTileParts(view: DataView, end: number): void {
  let at = 2;
  while (view.getUint16(at) !== 0xff90) {
    if (at >= end || [0xff93, 0xffd9].includes(view.getUint16(at))) throw damaged('has no tile');
    at += 2 + view.getUint16(at + 2);
  }
  while (view.getUint16(at) === 0xff90) {
    const length = view.getUint32(at + 6);
    if (length === 0) return; // the last one may leave it open
    if (length < 14 || at + length > end)
      throw damaged(`has a tile-part of ${length} bytes where ${end - at} are left`);
    at += length;
  }
  if (at !== end) throw damaged(`has ${end - at} bytes between its last tile-part and its end`);
}

/** Where the end marker begins, before padding to even length; some writers pad with more. Null when there is none. */
function endOf(frame: Uint8Array): number | null {
  let last = frame.length - 1;
  while (last > 0 && frame[last] === 0) last--;
  return last > 0 && frame[last] === END && frame[last - 1] === 0xff ? last - 1 : null;
}

function damaged(what: string, options?: ErrorOptions): ImageFormatError {
  return new ImageFormatError('dicom-codestream', `compressed frame ${what}; expected a complete codestream`, options);
}
