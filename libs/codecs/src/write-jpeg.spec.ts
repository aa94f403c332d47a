import { createPixelCodecs } from './pixel-codecs.js';
import { writeJpeg } from './write-jpeg.js';

const codecs = createPixelCodecs();
/** By libjpeg-turbo, which is not ours. */
const read = (file: Uint8Array, columns: number, rows: number): Promise<Uint8Array> =>
  codecs.decode('1.2.840.10008.1.2.4.50', file, { columns, rows, components: 1, bitsPerSample: 8 });
const furthest = (a: Uint8Array, b: Uint8Array): number => Math.max(...a.map((value, n) => Math.abs(value - b[n])));

describe('JPEG writer', () => {
  it.each([
    [40, 24],
    [1, 1],
    [8, 8],
    [9, 17],
  ])('a slope of %i x %i is near at quality 90', async (columns, rows) => {
    const grey = Uint8Array.from({ length: columns * rows }, (_, n) => 3 * (n % columns) + Math.floor(n / columns));
    const back = await read(writeJpeg(grey, columns, rows, 90), columns, rows);
    expect(back.length).toBe(grey.length);
    expect(furthest(grey, back)).toBeLessThan(8);
  });

  it('noise at quality 100 is off by rounding only, and larger than the image', async () => {
    let state = 1;
    const grey = Uint8Array.from({ length: 64 * 64 }, () => (state = (state * 48271) % 2147483647) & 255);
    const file = writeJpeg(grey, 64, 64, 100);
    expect(file.length).toBeGreaterThan(grey.length);
    expect(furthest(grey, await read(file, 64, 64))).toBeLessThanOrEqual(3);
  });

  it('lower quality is smaller', () => {
    const grey = Uint8Array.from({ length: 64 * 64 }, (_, n) => 128 + 100 * Math.sin(n / 3));
    const sizes = [10, 50, 95].map((quality) => writeJpeg(grey, 64, 64, quality).length);
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  });

  it('refuses values that are not as many as the size says', () => {
    expect(() => writeJpeg(new Uint8Array(3), 2, 2, 90)).toThrow('picture has 3 values for 2 x 2');
  });
});
