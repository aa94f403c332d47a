import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { PartCompressor } from '#imaging';

/** By zlib, which a thread calls. */
export const partCompressor: PartCompressor = {
  deflate: (bytes, isLast) =>
    deflateRawSync(bytes, { finishFlush: isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH }),
  crc32: (bytes) => crc32(bytes),
};
