import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** One file of an archive. */
export interface ArchiveEntry {
  /** Path with slashes, relative. */
  readonly path: string;
  /** True for what is compressed already. */
  readonly stored: boolean;
  readonly content: () => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;
}

/**
 * Archives files one after the other while they are read: no more of them is in memory than a few chunks. Sizes follow the
 * files (data descriptors), as whoever streams cannot know them before. Up to 4 GiB: there is no ZIP64.
 *
 * @param at time stamp of all files
 */
export async function* zipStream(entries: Iterable<ArchiveEntry>, at: Date): AsyncIterable<Uint8Array> {
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  const taken = (): Uint8Array[] => {
    const chunks = ready;
    ready = [];
    return chunks;
  };
  for (const { path, stored, content } of entries) {
    const file = stored ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 });
    file.mtime = at;
    zip.add(file);
    for await (const chunk of await content()) {
      file.push(chunk);
      yield* taken();
    }
    file.push(new Uint8Array(0), true);
    yield* taken();
  }
  zip.end();
  yield* taken();
}
