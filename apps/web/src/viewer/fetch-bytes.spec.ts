import { jest } from '@jest/globals';
import { fetchPart, fetchPieces } from './fetch-bytes.js';

async function fetchBytes(url: string, onProgress: Parameters<typeof fetchPieces>[1]): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of (await fetchPieces(url, onProgress)).pieces) bytes.push(...piece);
  return bytes;
}

function answerWith(response: Response | Error): void {
  jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
}
afterEach(() => {
  jest.restoreAllMocks();
});

describe('fetching a file', () => {
  it('gives its bytes and tells how far it is', async () => {
    answerWith(new Response(Uint8Array.of(1, 2, 3), { headers: { 'content-length': '3' } }));
    const seen: [number, number | null][] = [];
    expect([...(await fetchBytes('/x', (...progress) => seen.push(progress)))]).toEqual([1, 2, 3]);
    expect(seen.at(-1)).toEqual([3, 3]);
  });
  it('does not name a total that counts other bytes than ours', async () => {
    answerWith(new Response(Uint8Array.of(1), { headers: { 'content-length': '99', 'content-encoding': 'gzip' } }));
    const totals: (number | null)[] = [];
    await fetchBytes('/x', (_received, total) => totals.push(total));
    expect(new Set(totals)).toEqual(new Set([null]));
  });
  it('passes on the explanation of the server', async () => {
    answerWith(
      Response.json(
        { detail: 'The case is sealed.' },
        { status: 403, headers: { 'content-type': 'application/problem+json' } },
      ),
    );
    await expect(fetchBytes('/x', () => undefined)).rejects.toThrow('The case is sealed.');
  });
  it.each([
    [401, 'Sign in to see this file.'],
    [404, 'This file does not exist, or you may not see it.'],
    [503, 'The server answered with status 503. Try again later.'],
  ])('explains status %d by itself when the server does not', async (status, sentence) => {
    answerWith(new Response('<html>', { status }));
    await expect(fetchBytes('/x', () => undefined)).rejects.toThrow(sentence);
  });
  it('explains a broken problem document by the status', async () => {
    answerWith(new Response('{"detail":', { status: 404, headers: { 'content-type': 'application/problem+json' } }));
    await expect(fetchBytes('/x', () => undefined)).rejects.toThrow('This file does not exist');
  });
  it('says when there is no connection, and keeps the cause', async () => {
    answerWith(new TypeError('fetch failed'));
    await expect(fetchBytes('/x', () => undefined)).rejects.toMatchObject({
      name: 'FetchRefused',
      cause: expect.any(TypeError) as unknown,
    });
  });
  it('says when the connection breaks half-way', async () => {
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => (pulls++ === 0 ? stream.enqueue(Uint8Array.of(1)) : stream.error(new Error('reset'))),
    });
    answerWith(new Response(body));
    await expect(fetchBytes('/x', () => undefined)).rejects.toThrow('The connection was lost while loading.');
  });
});

describe('fetching a part of a file', () => {
  const part = (): Promise<Uint8Array | null> => fetchPart('/x', 10, 13);
  it('gives its bytes, without waiting for whoever fills the cache', async () => {
    answerWith(new Response(Uint8Array.of(1, 2, 3), { status: 206 }));
    expect(await part()).toEqual(Uint8Array.of(1, 2, 3));
    expect(jest.mocked(fetch).mock.lastCall).toEqual([
      '/x',
      expect.objectContaining({ cache: 'no-store', headers: { range: 'bytes=10-12' } }),
    ]);
  });
  it.each([
    ['no parts are handed out', new Response(Uint8Array.of(1, 2, 3), { status: 200 })],
    ['it is refused', new Response('no', { status: 404 })],
    ['it is another part', new Response(Uint8Array.of(1), { status: 206 })],
    ['there is no connection', new TypeError('fetch failed')],
  ])('is null where %s', async (_, response) => {
    answerWith(response);
    expect(await part()).toBeNull();
  });
});
