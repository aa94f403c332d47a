import { randomUUID } from 'node:crypto';

/** One part of an answer, or of what is sent to us. */
export interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A boundary that no content holds: nobody can guess it. */
export const newBoundary = (): string => `voxelmark-${randomUUID()}`;

/** Content-Type of an answer in parts, RFC 2387. */
export function contentTypeOf(boundary: string, type: string, transferSyntax: string | null): string {
  const syntax = transferSyntax === null ? '' : `; transfer-syntax=${transferSyntax}`;
  return `multipart/related; type="${type}"${syntax}; boundary=${boundary}`;
}

/** Parts as bytes, one after the other; nothing of the next is asked for before the one before it has left. */
export async function* writeParts(boundary: string, parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array, void, void> {
  for await (const { headers, pieces } of parts) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    yield Buffer.from(`--${boundary}\r\n${lines.join('')}\r\n`);
    yield* pieces;
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}
