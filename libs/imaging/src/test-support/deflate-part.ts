import { constants, deflateRawSync } from 'node:zlib';
import type { DeflatePart } from '../nifti/gzip-parts.js';

export const deflatePart: DeflatePart = (bytes, isLast) =>
  deflateRawSync(bytes, { finishFlush: isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH });
