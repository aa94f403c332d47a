import type { KeyedDigest } from '#datasets';

/**
 * What an organiser keeps of a dataset and never sends: the key under which patients get their pseudonyms, so that they are
 * the same in every import, and the names that cases had before they were renamed. The command line keeps the same file.
 */
export interface DatasetKey {
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly names: Readonly<Record<string, string>>;
}

export function newKey(): DatasetKey {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return { key: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''), names: {} };
}

export const keyFileName = (slug: string): string => `${slug}.json`;
export const keyFileText = ({ key, names }: DatasetKey): string => `${JSON.stringify({ key, names }, null, 1)}\n`;

/** @throws Error with a sentence that does not quote the key */
export function parseKey(text: string): DatasetKey {
  const fault = new Error(
    'this is no key of a dataset; expected {"key": 64 hexadecimal digits, "names": {…}}, as an import writes it',
  );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw fault;
  }
  if (typeof json !== 'object' || json === null || !('key' in json) || !('names' in json)) throw fault;
  const { key, names } = json;
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key)) throw fault;
  if (typeof names !== 'object' || names === null || Object.values(names).some((name) => typeof name !== 'string'))
    throw fault;
  return { key, names: names as Record<string, string> };
}

const storageName = (slug: string): string => `voxelmark.dataset-key.${slug}`;

/** The key that this browser keeps; null when it keeps none. */
export function storedKey(slug: string): DatasetKey | null {
  try {
    const text = localStorage.getItem(storageName(slug));
    return text === null ? null : parseKey(text);
  } catch {
    return null; // storage is switched off, or holds something else
  }
}

/** Says whether the browser keeps it: with storage switched off, only the file does. */
export function keepKey(slug: string, key: DatasetKey): boolean {
  try {
    localStorage.setItem(storageName(slug), keyFileText(key));
    return true;
  } catch {
    return false;
  }
}

/** On a browser that others use as well: whoever has the file brings it to the next import. */
export function forgetKey(slug: string): void {
  localStorage.removeItem(storageName(slug));
}

/** HMAC-SHA256 under a key. */
export async function keyedDigest({ key }: Pick<DatasetKey, 'key'>): Promise<KeyedDigest> {
  const raw = Uint8Array.from({ length: 32 }, (_, n) => parseInt(key.slice(2 * n, 2 * n + 2), 16));
  const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (message) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', imported, message as Uint8Array<ArrayBuffer>));
}
