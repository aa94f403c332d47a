import { RequestRefused } from '#domain';

export interface PartLimits {
  readonly parts: number;
  /** Of one part. */
  readonly bytes: number;
}

export interface ReceivedPart {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
}

const MOST_HEADER_BYTES = 8192;

/**
 * Boundary of a multipart body of DICOM instances.
 * @throws RequestRefused 415 `content-type-unsupported`, 400 `multipart-malformed`
 */
export function boundaryOf(contentType: string | undefined): string {
  if (!/^multipart\/related\s*(;|$)/i.test(contentType ?? '')) {
    throw new RequestRefused(415, 'content-type-unsupported', 'Send instances as multipart/related; type="application/dicom".');
  }
  const type = /;\s*type=("?)([^";]+)\1/i.exec(contentType ?? '')?.[2].trim().toLowerCase();
  if (type !== undefined && type !== 'application/dicom') {
    throw new RequestRefused(415, 'content-type-unsupported', 'Send parts of the type application/dicom; others are not taken.');
  }
  // RFC 2046 allows 70 characters; Orthanc's are longer
  const found = /;\s*boundary=(?:"([^"]{1,200})"|([^\s";]{1,200}))(?=[\s;]|$)/i.exec(contentType ?? '');
  if (found === null) throw malformed('the Content-Type names no boundary of 1 to 200 characters');
  return found[1] ?? found[2];
}

/**
 * Parts of a multipart body (RFC 2046), one after the other, each in memory until the next is asked for.
 *
 * @throws RequestRefused 400 `multipart-malformed`, 413 `upload-too-large`
 */
export async function* readParts(source: AsyncIterable<Uint8Array>, boundary: string, limits: PartLimits): AsyncGenerator<ReceivedPart, void, void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const input = new Input(source);
  await input.until(delimiter, MOST_HEADER_BYTES, 'the first boundary'); // what stands before it is nobody's
  for (let count = 0; !(await input.startsWith('--')); count++) {
    if (count === limits.parts) throw new RequestRefused(413, 'upload-too-large', `The body has more than ${limits.parts} parts; send the rest in another request.`);
    const head = await input.until(Buffer.from('\r\n\r\n'), MOST_HEADER_BYTES, 'the end of the headers of a part');
    const headers = Object.fromEntries(
      head
        .toString('latin1')
        .split('\r\n')
        .filter((line) => line.includes(':'))
        .map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    yield { headers, content: await input.until(delimiter, limits.bytes, 'the boundary after a part') };
  }
}

class Input {
  private readonly source: AsyncIterator<Uint8Array>;
  /** The first boundary may stand at the very beginning. */
  private buffer: Buffer = Buffer.from('\r\n');

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Bytes before a mark; the mark is passed over. */
  async until(mark: Buffer, most: number, what: string): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const at = this.buffer.indexOf(mark);
      const safe = at < 0 ? Math.max(0, this.buffer.length - mark.length + 1) : at;
      pieces.push(this.buffer.subarray(0, safe));
      length += safe;
      if (length > most) throw new RequestRefused(413, 'upload-too-large', `${what[0].toUpperCase()}${what.slice(1)} does not come within ${most} bytes.`);
      this.buffer = this.buffer.subarray(at < 0 ? safe : at + mark.length);
      if (at >= 0) return Buffer.concat(pieces, length);
      if (!(await this.more())) throw malformed(`it ends before ${what}`);
    }
  }

  async startsWith(text: string): Promise<boolean> {
    while (this.buffer.length < text.length && (await this.more()));
    return this.buffer.subarray(0, text.length).toString('latin1') === text;
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done === true) return false;
    this.buffer = this.buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.buffer, next.value]);
    return true;
  }
}

function malformed(found: string): RequestRefused {
  return new RequestRefused(400, 'multipart-malformed', `The body is no multipart body: ${found}.`);
}
