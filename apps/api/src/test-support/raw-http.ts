import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/**
 * Sends bytes as they are, which no HTTP client would, and reads what comes back until the server closes or the answer is
 * complete.
 *
 * @param end what to do after the bytes: leave the connection open, end our side, or reset it
 */
export function rawHttp(
  port: number,
  bytes: string | Buffer,
  end: 'open' | 'end' | 'reset' = 'open',
): Promise<RawAnswer | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let got = Buffer.alloc(0);
    const finish = (): void => {
      socket.destroy();
      resolve(parse(got.toString('latin1')));
    };
    const timer = setTimeout(finish, 10_000);
    socket.on('connect', () => {
      socket.write(bytes, () => {
        if (end === 'end') socket.end();
        // long enough for the bytes to arrive, and the server to be in the middle of them
        if (end === 'reset') setTimeout(() => socket.resetAndDestroy(), 100);
      });
    });
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      const answer = parse(got.toString('latin1'));
      const length = /content-length: (\d+)/i.exec(answer?.headers ?? '')?.[1];
      if (answer !== null && length !== undefined && answer.body.length >= Number(length)) {
        clearTimeout(timer);
        finish();
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      finish();
    });
  });
}

function parse(text: string): RawAnswer | null {
  const split = text.indexOf('\r\n\r\n');
  if (split < 0) return null;
  return { status: Number(text.split(' ', 2)[1]), headers: text.slice(0, split), body: text.slice(split + 4) };
}

export interface FormPart {
  readonly name: string;
  readonly value: string | Buffer;
  readonly filename?: string;
  readonly type?: string;
}

/** A multipart form by hand, in the order given. */
export function form(
  parts: readonly FormPart[],
  boundary = 'voxelmarkboundary',
): { payload: Buffer; headers: Record<string, string> } {
  const chunks = parts.flatMap(({ name, value, filename, type }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    ),
    Buffer.isBuffer(value) ? value : Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return {
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}
