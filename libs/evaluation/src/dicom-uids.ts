import { createHash } from 'node:crypto';

/**
 * Names of a case in DICOM. They are computed, never stored, and the same on every day: a study is a case, a series one of
 * its images or segmentations, an instance one slice of an image or one segmentation. `2.25.` and the decimal form of a
 * UUID is PS3.5 annex B.2; arcs below it are ours to give. At most 50 characters.
 */
export const studyUidOf = (caseId: string): string => `2.25.${BigInt(`0x${caseId.replaceAll('-', '')}`)}`;

/** An object may be of several cases, where two benchmarks were made of one dataset; its series is another in each. */
export function seriesUidOf(caseId: string, objectId: string): string {
  const digest = createHash('sha256').update(`voxelmark series\0${caseId}\0${objectId}`).digest('hex');
  return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
}

/** @param number from 1: the slice along the third axis of the stored grid */
export const instanceUidOf = (seriesUid: string, number: number): string => `${seriesUid}.${number}`;

/** All that belongs to a case lies in one space. */
export const frameOfReferenceUidOf = (caseId: string): string => `${studyUidOf(caseId)}.1`;

/** The case of which this is the study; null for a UID that is none of ours. */
export function caseIdOfStudy(uid: string): string | null {
  const digits = /^2\.25\.([1-9]\d{0,38})$/.exec(uid)?.[1];
  if (digits === undefined) return null;
  const hex = BigInt(digits).toString(16).padStart(32, '0');
  return hex.length > 32
    ? null
    : [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Number of the instance of this series; null when it is none of it. */
export function instanceNumberOf(seriesUid: string, instanceUid: string): number | null {
  if (!instanceUid.startsWith(`${seriesUid}.`)) return null;
  const number = instanceUid.slice(seriesUid.length + 1);
  return /^[1-9]\d{0,4}$/.test(number) ? Number(number) : null;
}
