/** A file of an archive: a part of the archive's own bytes where it is stored, else inflated. */
export interface ZippedFile {
  readonly path: string;
  readonly file: Blob;
}

const [END, DIRECTORY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];

/**
 * Files of a ZIP archive of our own server: no ZIP64, no comment, no encryption. Stored ones are not copied.
 *
 * @throws Error with a sentence when it is not whole
 */
export async function filesOfZip(archive: Blob): Promise<ZippedFile[]> {
  const broken = (what: string): Error => new Error(`The archive is not whole: ${what}.`);
  const view = async (from: number, length: number): Promise<DataView> => {
    if (from < 0 || from + length > archive.size) throw broken('it ends too early');
    return new DataView(await archive.slice(from, from + length).arrayBuffer());
  };
  const end = await view(archive.size - 22, 22);
  if (end.getUint32(0, true) !== END) throw broken('its directory is missing');
  const entries = end.getUint16(10, true);
  const directory = await view(end.getUint32(16, true), end.getUint32(12, true));
  const files: ZippedFile[] = [];
  for (let n = 0, at = 0; n < entries; n++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== DIRECTORY)
      throw broken('its directory is damaged');
    const method = directory.getUint16(at + 10, true);
    const [packed, bytes] = [directory.getUint32(at + 20, true), directory.getUint32(at + 24, true)];
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    const offset = directory.getUint32(at + 42, true);
    const path = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, name));
    at += 46 + name + extra + comment;
    const local = await view(offset, 30);
    if (local.getUint32(0, true) !== LOCAL) throw broken(`${path} is not where it should be`);
    const from = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (from + packed > archive.size) throw broken('it ends too early');
    const file = await unpacked(archive.slice(from, from + packed), method);
    if (file.size !== bytes) throw broken(`${path} has ${file.size} bytes; expected ${bytes}`);
    files.push({ path, file });
  }
  return files;
}

async function unpacked(content: Blob, method: number): Promise<Blob> {
  if (method === STORED) return content;
  if (method !== DEFLATED)
    throw new Error(`The archive is packed by method ${method}; expected ${STORED} or ${DEFLATED}.`);
  return new Response(content.stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob();
}
