import {
  archiveKind,
  damaged,
  DatasetFileFault,
  filesOfArchive,
  refused,
  UNPACKED,
  type DatasetFiles,
} from '#datasets';
import { ImageFormatError, inflate } from '#imaging';

/** A tar.gz is unpacked before it is read; the browser keeps it, on the disk where it is large. */
const MOST_UNPACKED_BYTES = 2 ** 33;
/** Of what was unpacked, handed to the browser together: it writes away whole pieces. */
const PIECE = 2 ** 25;

/**
 * The files of an archive that was chosen, by the code of the command line: a zip or tar is read where it lies, a tar.gz is
 * unpacked into a file that the browser holds, and no further than an honest archive reaches.
 *
 * @param limits for tests
 * @throws DatasetFileFault `archive-…`, `file-unreadable`
 */
export async function filesOfArchiveBlob(
  name: string,
  archive: Blob,
  limits: { readonly least: number; readonly most: number } = { least: UNPACKED.least, most: MOST_UNPACKED_BYTES },
): Promise<DatasetFiles> {
  const content = archiveKind(name) === 'tar.gz' ? await gunzipped(archive, limits) : archive;
  return filesOfArchive(name, {
    size: content.size,
    async read(offset, length) {
      const bytes = await bytesOf(content.slice(offset, offset + length));
      if (bytes.length < length) throw damaged(`${content.size} bytes, which end at byte ${offset + bytes.length}`);
      return bytes;
    },
  });
}

async function gunzipped(
  archive: Blob,
  { least, most }: { readonly least: number; readonly most: number },
): Promise<Blob> {
  const parts: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let [read, pending, written] = [0, 0, 0];
  const packed = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for (; read < archive.size;) {
      const bytes = await bytesOf(archive.slice(read, read + 2 ** 16));
      read += bytes.length;
      yield bytes;
    }
  };
  const put = (): void => {
    parts.push(new Blob(pieces));
    pieces = [];
    pending = 0;
  };
  try {
    for await (const piece of inflate(packed(), 'gzip', 'image-format')) {
      written += piece.length;
      if (written > least && written > UNPACKED.ratio * read) {
        throw refused(
          'archive-too-large',
          `more than ${written} bytes, packed into ${read}`,
          `above ${least} bytes not more than ${UNPACKED.ratio} times what is packed; unpack it and choose the folder`,
        );
      }
      if (written > most) {
        throw refused(
          'archive-too-large',
          `more than ${most} bytes`,
          'an archive that a browser can hold unpacked; the command line reads larger ones',
        );
      }
      pieces.push(piece.slice());
      pending += piece.length;
      if (pending >= PIECE) put();
    }
  } catch (error) {
    if (error instanceof ImageFormatError) throw damaged('no complete gzip stream', error);
    throw error;
  }
  put();
  return new Blob(parts);
}

async function bytesOf(part: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await part.arrayBuffer());
  } catch (error) {
    // the browser's way of saying so: it has changed or gone since it was chosen, or there is no room for it
    if (!(error instanceof DOMException)) throw error;
    const found = `an archive that cannot be read (${error.name})`;
    throw new DatasetFileFault('file-unreadable', found, 'a file that is still as it was when you chose it', {
      cause: error,
    });
  }
}
