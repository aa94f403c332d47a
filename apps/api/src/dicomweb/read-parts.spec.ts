import { boundaryOf, readParts } from './read-parts.js';

const BODY = 'preamble\r\n--b\r\nContent-Type: application/dicom\r\nX-One: a:b\r\n\r\n\x00first\r\n--\r\n-b is none\r\n--b\r\n\r\nsecond\r\n--b--\r\nepilogue';
async function read(text: string, size: number, limits = { parts: 10, bytes: 100 }): Promise<{ headers: object; text: string }[]> {
  async function* source(): AsyncGenerator<Uint8Array, void, void> {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const parts = [];
  for await (const { headers, content } of readParts(source(), 'b', limits)) parts.push({ headers, text: Buffer.from(content).toString('latin1') });
  return parts;
}

describe('parts of a body', () => {
  it.each([1, 2, 3, 7, 1000])('in chunks of %i bytes', async (size) => {
    expect(await read(BODY, size)).toEqual([
      { headers: { 'content-type': 'application/dicom', 'x-one': 'a:b' }, text: '\x00first\r\n--\r\n-b is none' },
      { headers: {}, text: 'second' },
    ]);
  });

  it('a body may begin with its boundary and hold nothing', async () => {
    expect(await read('--b\r\n\r\n\r\n--b--', 4)).toEqual([{ headers: {}, text: '' }]);
    expect(await read('--b--\r\n', 4)).toEqual([]);
  });

  it.each([
    ['', 'multipart-malformed'],
    ['no boundary', 'multipart-malformed'],
    ['--b\r\nContent-Type: x', 'multipart-malformed'],
    ['--b\r\n\r\ncut off', 'multipart-malformed'],
    [`--b\r\n\r\n${'x'.repeat(200)}\r\n--b--`, 'upload-too-large'],
    [`--b\r\n${'x'.repeat(9000)}\r\n\r\n\r\n--b--`, 'upload-too-large'],
    [`--b${'\r\n\r\n\r\n--b'.repeat(11)}--`, 'upload-too-large'],
  ])('%.20p: %s', async (text, code) => {
    await expect(read(text, 5)).rejects.toMatchObject({ code });
  });

  it('reads the boundary', () => {
    expect(boundaryOf('multipart/related; type="application/dicom"; boundary=abc')).toBe('abc');
    expect(boundaryOf('Multipart/Related;boundary="a b";type=application/dicom')).toBe('a b');
    for (const type of [undefined, 'multipart/form-data; boundary=x', 'multipart/related; type="application/dicom+json"; boundary=x'])
      expect(() => boundaryOf(type)).toThrow(expect.objectContaining({ status: 415 }));
    expect(() => boundaryOf('multipart/related; type=application/dicom')).toThrow(expect.objectContaining({ code: 'multipart-malformed' }));
  });
});
