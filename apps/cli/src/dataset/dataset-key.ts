import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { KeyedDigest } from '#datasets';
import { credentialsPath } from '../credentials.js';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../files.js';

const kept = z.strictObject({ key: z.string().regex(/^[0-9a-f]{64}$/), names: z.record(z.string(), z.string()) });

/**
 * What an organiser keeps of a dataset and never sends: the key under which patients get their pseudonyms, so that they are the
 * same in every import, and the names that cases had before they were renamed.
 */
export interface DatasetKey {
  /** Null until it is saved for the first time. */
  readonly key: string | null;
  readonly names: Readonly<Record<string, string>>;
}

/** `$XDG_CONFIG_HOME/voxelmark/datasets/SLUG.json`, beside the credentials. */
export function datasetKeyPath(slug: string): string {
  return join(dirname(credentialsPath()), 'datasets', `${slug}.json`);
}

/** @throws CliError `dataset-key-invalid` */
export async function readDatasetKey(path: string): Promise<DatasetKey> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { key: null, names: {} };
    throw unreadable(path, 'key of the dataset', code ?? String(error), error);
  }
  try {
    return kept.parse(JSON.parse(content));
  } catch (cause) {
    // the cause stays out of the sentence: it may quote the key
    throw new CliError('dataset-key-invalid', `${path} is no key of a dataset; expected {"key": 64 hexadecimal digits, "names": {…}}, as an import writes it`, EXIT.invalidInput, { cause });
  }
}

/** Writes the key, a new one where there is none, and the names; readable by its owner only. Says whether it was made now. */
export async function saveDatasetKey(path: string, { key, names }: DatasetKey): Promise<{ readonly keyed: KeyedDigest; readonly made: boolean }> {
  const secret = key ?? randomBytes(32).toString('hex');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, `${JSON.stringify({ key: secret, names }, null, 1)}\n`, { mode: 0o600, ...(key === null ? { flag: 'wx' } : {}) });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CliError('not-writable', `the key ${path} cannot be written (${why})`, EXIT.unexpected, { cause });
  }
  return { keyed: (message) => createHmac('sha256', Buffer.from(secret, 'hex')).update(message).digest(), made: key === null };
}
