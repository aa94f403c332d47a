import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain';

/**
 * What a bundle of model files is called on boards and in run manifests: one file goes by its own SHA-256, several by the
 * SHA-256 of the canonical JSON of the list of theirs, in the order of `manifest.models`.
 *
 * @throws RangeError without a file
 */
export function bundleDigest(models: readonly { readonly sha256: string }[]): string {
  const digests = models.map(({ sha256 }) => sha256);
  if (digests.length === 0) throw new RangeError('a bundle has 0 models; expected at least one');
  if (digests.length === 1) return digests[0];
  return createHash('sha256').update(canonicalJson(digests)).digest('hex');
}
