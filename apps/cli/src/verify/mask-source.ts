import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENDPOINTS } from '#contracts';
import type { ApiClient } from '../api-client.js';
import { CliError, EXIT } from '../exit.js';

/** Where stored masks come from. */
export interface MaskSource {
  /**
   * Bytes of a mask; null when there is none for us: it does not exist, or the caller may not see it.
   *
   * @throws CliError `network` and the like, when asking again later could help
   */
  get(object: { readonly objectId: string; readonly sha256: string }): Promise<Uint8Array | null>;
  /** Why a mask is missing, for people. */
  readonly missing: string;
}

export function masksOfServer(client: ApiClient): MaskSource {
  return {
    missing: 'the server does not show this mask to you',
    get: async ({ objectId }) => {
      try {
        return await client.download(ENDPOINTS.getObject, { params: { id: objectId } });
      } catch (error) {
        const withheld: readonly number[] = [EXIT.notSignedIn, EXIT.forbidden, EXIT.notFound];
        if (error instanceof CliError && withheld.includes(error.exit)) return null;
        throw error;
      }
    },
  };
}

/** A folder that holds masks by their digest, SHA256.nii.gz, as an archive keeps them. */
export function masksOfFolder(folder: string): MaskSource {
  return {
    missing: `there is no file of this digest in ${folder}`,
    get: async ({ sha256 }) => {
      try {
        const file = await readFile(join(folder, `${sha256}.nii.gz`));
        return new Uint8Array(file.buffer, file.byteOffset, file.length);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return null;
        throw new CliError('no-such-file', `a mask in ${folder} cannot be read (${code})`, EXIT.notFound, {
          cause: error,
        });
      }
    },
  };
}
