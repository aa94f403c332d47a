import { ENDPOINTS, type InboxView } from '#contracts';
import { callBlob } from '../api/api-client.js';
import type { ChosenFiles } from './browser-files.js';
import { filesOfZip } from './zip-blobs.js';

/** How far the fetching of an inbox is. */
export interface InboxProgress {
  readonly done: number;
  readonly of: number;
}

/**
 * The files of an inbox as if somebody had chosen their folder: `inbox/PATIENT/SERIES/INSTANCE.dcm`, series after series.
 *
 * @throws ApiError, Error for an archive that is not whole
 */
export async function fetchInbox(
  slug: string,
  { series }: Pick<InboxView, 'series'>,
  say: (progress: InboxProgress) => void,
  signal: AbortSignal,
): Promise<ChosenFiles> {
  const files: ChosenFiles['files'][number][] = [];
  for (const [n, { seriesInstanceUid, instanceCount }] of series.entries()) {
    say({ done: n, of: series.length });
    const query = { series: seriesInstanceUid, stored: 'true' };
    const archive = await callBlob(ENDPOINTS.getInboxArchive, { params: { slug }, query, signal });
    const found = await filesOfZip(archive);
    if (found.length < instanceCount)
      throw new Error(
        `A series came with ${found.length} of ${instanceCount} instances; the inbox has changed meanwhile.`,
      );
    files.push(...found.map(({ path, file }) => ({ path: `inbox/${path}`, file })));
  }
  return { files, passedOver: [] };
}
