import { createFrameEncoders, HTJ2K_LOSSLESS } from './frame-encoders.js';
import { createPixelCodecs } from './pixel-codecs.js';

const [columns, rows] = [40, 24];
const encoders = createFrameEncoders();
const codecs = createPixelCodecs();

describe('frame encoders', () => {
  it.each([
    ['signed 16 bits', { bitsPerSample: 16, signed: true }, Int16Array.from({ length: columns * rows }, (_, n) => ((n * 7919) % 65536) - 32768)],
    ['unsigned 16 bits', { bitsPerSample: 16, signed: false }, Uint16Array.from({ length: columns * rows }, (_, n) => (n * 7919) % 65536)],
    ['8 bits', { bitsPerSample: 8, signed: false }, Uint8Array.from({ length: columns * rows }, (_, n) => (n * 91) % 256)],
  ] as const)('HTJ2K gives back every sample: %s', async (_, depth, samples) => {
    const bytes = new Uint8Array(samples.buffer);
    const frame = await encoders.htj2k(bytes, { columns, rows, ...depth });
    const stated = { columns, rows, components: 1, bitsPerSample: depth.bitsPerSample };
    expect(await codecs.decode(HTJ2K_LOSSLESS, frame, stated)).toEqual(bytes);
  });

  it('HTJ2K makes a smooth image smaller', async () => {
    const smooth = Int16Array.from({ length: columns * rows }, (_, n) => (n % columns) - 1000);
    const frame = await encoders.htj2k(new Uint8Array(smooth.buffer), { columns, rows, bitsPerSample: 16, signed: true });
    expect(frame.length).toBeLessThan(smooth.byteLength / 3);
  });

  it('says what does not fit, and goes on', async () => {
    const format = { columns, rows, bitsPerSample: 16, signed: true } as const;
    await expect(encoders.htj2k(new Uint8Array(7), format)).rejects.toThrow('frame has 7 bytes; 40 x 24 samples of 16 bits are 1920');
    expect((await encoders.htj2k(new Uint8Array(1920), format)).length).toBeGreaterThan(0);
  });
});
