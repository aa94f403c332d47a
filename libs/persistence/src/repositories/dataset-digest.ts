import { createHash } from 'node:crypto';
import type { NewCase } from '#evaluation';

/**
 * SHA-256 over what defines the cases of one phase: names, patients, facts, geometry, and the digests of images and
 * references, in order. The order of keys in `facts` does not matter.
 */
export function phaseDigest(cases: readonly NewCase[]): string {
  return sha256(
    cases.map(({ name, patient, facts, geometry, image, references }) => [
      name,
      patient,
      Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)),
      [geometry.sizeXyz, geometry.spacingMm, geometry.originLps, geometry.direction],
      image.sha256,
      references.map(({ reader, consensus, blob }) => [reader, consensus, blob.sha256]),
    ]),
  );
}

/** SHA-256 over the digests of all phases, in order. */
export function datasetDigest(phaseDigests: readonly string[]): string {
  return sha256(phaseDigests);
}

function sha256(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
