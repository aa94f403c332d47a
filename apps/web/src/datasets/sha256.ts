import type { Sha256 } from '#datasets';

/** Browsers digest on pages that came over HTTPS, or from this machine, and nowhere else. */
export const canDigest = (): boolean => globalThis.crypto?.subtle !== undefined;

export const sha256: Sha256 = async (bytes) => {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};
