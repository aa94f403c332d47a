import type { Codestream, PixelCodecs } from '#imaging';
import { decodeJpeg } from './jpeg.js';

export interface CodecSettings {
  /**
   * Address of a compiled decoder by its file name, for a browser whose pages hold them elsewhere than beside the script.
   * Node finds them beside the packages.
   */
  readonly locateFile?: (name: string) => string;
}

/** What the compiled decoders have in common. */
interface FrameDecoder {
  getEncodedBuffer(bytes: number): Uint8Array;
  decode(): void;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
  /** A view of the decoder's memory, gone with the next call. */
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

type OpenDecoder = (settings: object) => Promise<() => FrameDecoder>;

const openTurbo: OpenDecoder = async (settings) => {
  const { default: load } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
  const { JPEGDecoder } = await load(settings);
  return () => new JPEGDecoder() as FrameDecoder;
};
const openCharls: OpenDecoder = async (settings) => {
  const { default: load } = await import('@cornerstonejs/codec-charls/decodewasmjs');
  const { JpegLSDecoder } = await load(settings);
  return () => new JpegLSDecoder() as FrameDecoder;
};
const openOpenJpeg: OpenDecoder = async (settings) => {
  const { default: load } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
  const { J2KDecoder } = await load(settings);
  return () => new J2KDecoder() as FrameDecoder;
};
const openOpenJph: OpenDecoder = async (settings) => {
  const { default: load } = await import('@cornerstonejs/codec-openjph/wasmjs');
  const { HTJ2KDecoder } = await load(settings);
  return () => new HTJ2KDecoder() as FrameDecoder;
};

const JPEG_8_BIT = '1.2.840.10008.1.2.4.50';
const JPEG_12_BIT = '1.2.840.10008.1.2.4.51';
const JPEG_LOSSLESS = ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'];

const COMPILED: ReadonlyMap<string, OpenDecoder> = new Map([
  [JPEG_8_BIT, openTurbo],
  [JPEG_12_BIT, openTurbo], // those of its frames that have 8 bits
  ['1.2.840.10008.1.2.4.80', openCharls],
  ['1.2.840.10008.1.2.4.81', openCharls],
  ['1.2.840.10008.1.2.4.90', openOpenJpeg],
  ['1.2.840.10008.1.2.4.91', openOpenJpeg],
  ['1.2.840.10008.1.2.4.201', openOpenJph],
  ['1.2.840.10008.1.2.4.202', openOpenJph],
  ['1.2.840.10008.1.2.4.203', openOpenJph],
]);

/**
 * Decoders for JPEG (8 and 12 bits, lossless), JPEG-LS, JPEG 2000 and HTJ2K, in Node and in browsers.
 *
 * Each is loaded when its first frame comes. After a damaged frame its module is dropped and loaded anew: compiled code that
 * stopped half-way may have left its memory in any state.
 */
export function createPixelCodecs({ locateFile }: CodecSettings = {}): PixelCodecs {
  // A new object for each: the modules write themselves into it.
  const settings = (): object => ({ ...(locateFile && { locateFile }), print: ignore, printErr: ignore });
  const loaded = new Map<OpenDecoder, Promise<() => FrameDecoder>>();

  async function decodeCompiled(open: OpenDecoder, frame: Uint8Array, stated: Codestream): Promise<Uint8Array> {
    const loading = loaded.get(open) ?? open(settings());
    loaded.set(open, loading);
    try {
      return decodeFrame((await loading)(), frame, stated);
    } catch (error) {
      loaded.delete(open);
      throw error instanceof Error ? error : new Error(`decoder stopped: ${String(error)}`);
    }
  }

  return {
    transferSyntaxes: new Set([...COMPILED.keys(), ...JPEG_LOSSLESS]),
    async decode(transferSyntaxUid, frame, stated) {
      if (
        JPEG_LOSSLESS.includes(transferSyntaxUid) ||
        (transferSyntaxUid === JPEG_12_BIT && stated.bitsPerSample > 8)
      ) {
        return decodeJpeg(frame);
      }
      // The compiled decoder fills what is missing with grey; ours is only asked whether anything is.
      if (stated.bitsPerSample === 8 && [JPEG_8_BIT, JPEG_12_BIT].includes(transferSyntaxUid)) decodeJpeg(frame);
      const open = COMPILED.get(transferSyntaxUid);
      if (!open) throw new RangeError(`transfer syntax ${transferSyntaxUid} has no decoder here`);
      return decodeCompiled(open, frame, stated);
    },
  };
}

function decodeFrame(decoder: FrameDecoder, frame: Uint8Array, stated: Codestream): Uint8Array {
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const { width, height, componentCount, bitsPerSample } = decoder.getFrameInfo();
    if (
      width !== stated.columns ||
      height !== stated.rows ||
      componentCount !== stated.components ||
      bitsPerSample !== stated.bitsPerSample
    ) {
      throw new Error(
        `decoded to ${width} x ${height} x ${componentCount} of ${bitsPerSample} bits; expected ${stated.columns} x ${stated.rows} x ${stated.components} of ${stated.bitsPerSample}`,
      );
    }
    return decoder.getDecodedBuffer().slice();
  } finally {
    decoder.delete();
  }
}

/** Decoders write of damage to the console; callers learn of it by an error. */
function ignore(): void {
  // nothing to say
}
