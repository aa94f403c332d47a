import { createHash } from 'node:crypto';
import type { NewCase } from '#evaluation';

/**
 * SHA-256 over what defines the cases of one phase: names, patients, facts, geometry, and the digests of images and
 * references, in order. With several images their channels count, too; one image is one image, whatever it is called. The order of keys in `facts` does not matter.
 */
export function phaseDigest(cases: readonly NewCase[]): string {
  return sha256(
    cases.map(({ name, patient, facts, geometry, images, references }) => [
      name,
      patient,
      Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)),
      [geometry.sizeXyz, geometry.spacingMm, geometry.originLps, geometry.direction],
      images.length === 1 ? images[0].sha256 : images.map(({ channel, sha256: digest }) => [channel, digest]),
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
