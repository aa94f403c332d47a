import type { CodecSettings } from './pixel-codecs.js';

/** High-throughput JPEG 2000, reversible. */
export const HTJ2K_LOSSLESS = '1.2.840.10008.1.2.4.201';

/** Samples of one component, row by row, little endian. */
export interface FrameFormat {
  readonly columns: number;
  readonly rows: number;
  readonly bitsPerSample: 8 | 16;
  readonly signed: boolean;
}

export interface FrameEncoders {
  /**
   * @param samples one or two bytes each, as `bitsPerSample` says
   * @returns a codestream that decodes to the same samples
   * @throws RangeError when the samples are not as many as the format says
   */
  htj2k(samples: Uint8Array, format: FrameFormat): Promise<Uint8Array>;
}

interface FrameEncoder {
  /** A view of the encoder's memory, to be filled. */
  getDecodedBuffer(info: object): Uint8Array;
  setQuality(reversible: boolean, quantizationStep: number): void;
  encode(): void;
  /** A view of the encoder's memory, gone with the next call. */
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

/** The compiled encoder, loaded when it is first needed and loaded anew after an accident. */
export function createFrameEncoders({ locateFile }: CodecSettings = {}): FrameEncoders {
  let loaded: Promise<new () => unknown> | undefined;
  const load = async (): Promise<new () => unknown> => {
    const { default: open } = await import('@cornerstonejs/codec-openjph/wasmjs');
    return (await open({ ...(locateFile && { locateFile }), print: ignore, printErr: ignore })).HTJ2KEncoder;
  };

  return {
    async htj2k(samples, { columns, rows, bitsPerSample, signed }) {
      const expected = (columns * rows * bitsPerSample) / 8;
      if (samples.length !== expected) {
        throw new RangeError(
          `frame has ${samples.length} bytes; ${columns} x ${rows} samples of ${bitsPerSample} bits are ${expected}`,
        );
      }
      try {
        const encoder = new (await (loaded ??= load()))() as FrameEncoder;
        try {
          const size = { width: columns, height: rows, componentCount: 1, isUsingColorTransform: false };
          encoder.getDecodedBuffer({ ...size, bitsPerSample, isSigned: signed }).set(samples);
          encoder.setQuality(true, 0);
          encoder.encode();
          return encoder.getEncodedBuffer().slice();
        } finally {
          encoder.delete();
        }
      } catch (error) {
        loaded = undefined;
        throw error instanceof Error ? error : new Error(`encoder stopped: ${String(error)}`);
      }
    },
  };
}

/** Encoders write to the console; callers learn of faults by an error. */
function ignore(): void {
  // nothing to say
}
