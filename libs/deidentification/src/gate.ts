import { dicomHolds, HOLD_CODES, type DicomDataSet, type Hold, type HoldCode } from '#imaging';
import type { DeidentificationPolicy } from './policy.js';
import { DeidentificationRefused } from './refusal.js';

export { HOLD_CODES, type Hold, type HoldCode };

export const SOP_CLASS = 0x00080016;

/**
 * What a steward has to look at before the file goes on.
 *
 * @throws DeidentificationRefused `deid-sop-class`
 */
export function holdsOf(dataSet: DicomDataSet, sopClassUid: string, policy: DeidentificationPolicy): readonly Hold[] {
  const holds = dicomHolds(dataSet, sopClassUid, policy);
  if (holds !== null) return holds;
  throw new DeidentificationRefused(
    'deid-sop-class',
    'the SOP class is not one that is taken; expected an image, a segmentation, a structure set or a dose. Reports, documents, waveforms and presentations are left out',
  );
}
