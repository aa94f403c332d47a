import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { PartCompressor } from '../nifti/gzip-parts.js';

export const partCompressor: PartCompressor = {
  deflate: (bytes, isLast) =>
    deflateRawSync(bytes, { finishFlush: isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH }),
  crc32: (bytes) => crc32(bytes),
};
