import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readDicomSeries } from '#imaging';
import { ctSlice, writeDicom } from '../../imaging/src/test-support/dicom-writer.js';
import { createPixelCodecs } from './pixel-codecs.js';

const GOLDEN = resolve(import.meta.dirname, '../../../test/golden/imaging');
const HTJ2K = '1.2.840.10008.1.2.4.201';
const JPEG_LS = '1.2.840.10008.1.2.4.80';
const [COLUMNS, ROWS] = [40, 24];

const EIGHT_BITS = [
  [0x00280100, 'US', 8],
  [0x00280101, 'US', 8],
  [0x00280102, 'US', 7],
  [0x00280103, 'US', 0],
  [0x00281052, 'DS', '0'],
] as const;

/** Values over the whole signed range, in no order. */
const values = Int16Array.from({ length: COLUMNS * ROWS }, (_, n) => ((n * 7919) % 65536) - 32768);

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  setQuality?(reversible: boolean, step: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

function encode(encoder: Encoder, samples: Int16Array, isSigned: boolean): Uint8Array {
  const info = {
    width: COLUMNS,
    height: ROWS,
    bitsPerSample: 16,
    componentCount: 1,
    isSigned,
    isUsingColorTransform: false,
  };
  encoder.getDecodedBuffer(info).set(new Uint8Array(samples.buffer));
  encoder.setQuality?.(true, 0);
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}

async function htj2k(): Promise<Uint8Array> {
  const { default: load } = await import('@cornerstonejs/codec-openjph/wasmjs');
  const module = (await load()) as unknown as { HTJ2KEncoder: new () => Encoder };
  return encode(new module.HTJ2KEncoder(), values, true);
}

const slice = (transferSyntaxUid: string, frame: Uint8Array, more: Parameters<typeof ctSlice>[0] = {}): Uint8Array =>
  writeDicom(ctSlice({ columns: COLUMNS, rows: ROWS, ...more }), {
    transferSyntaxUid,
    fragments: [new Uint8Array(0), frame.length % 2 ? Uint8Array.from([...frame, 0]) : frame],
  });

describe('pixel codecs', () => {
  it('decode HTJ2K with signed values', async () => {
    const file = slice(HTJ2K, await htj2k(), { with: [[0x00281052, 'DS', '0']] });
    expect(Array.from((await readDicomSeries([file], createPixelCodecs())).data)).toEqual(Array.from(values));
  });

  it('decode 8-bit JPEG as libjpeg-turbo does elsewhere', async () => {
    const { columns, rows, pixels } = JSON.parse(readFileSync(`${GOLDEN}/gray8.json`, 'utf8')) as Record<
      string,
      number
    > & { pixels: number[] };
    for (const syntax of ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51']) {
      const file = slice(syntax, readFileSync(`${GOLDEN}/gray8.jpg`), { columns, rows, with: EIGHT_BITS });
      expect(Array.from((await readDicomSeries([file], createPixelCodecs())).data)).toEqual(pixels);
    }
  });

  it('go on after a damaged frame', async () => {
    const codecs = createPixelCodecs();
    const good = slice(HTJ2K, await htj2k(), { with: [[0x00281052, 'DS', '0']] });
    const stated = { columns: COLUMNS, rows: ROWS, components: 1, bitsPerSample: 16 };
    for (const syntax of codecs.transferSyntaxes) {
      await expect(codecs.decode(syntax, new Uint8Array(200).fill(0x55), stated)).rejects.toThrow(Error);
    }
    expect(Array.from((await readDicomSeries([good], codecs)).data)).toEqual(Array.from(values));
  });

  it('make no picture of a part: JPEG and HTJ2K cut anywhere and ended in order are refused', async () => {
    const codecs = createPixelCodecs();
    const eight = { columns: 18, rows: 13, with: EIGHT_BITS };
    for (const [syntax, frame, more] of [
      [HTJ2K, await htj2k(), {}],
      ['1.2.840.10008.1.2.4.50', new Uint8Array(readFileSync(`${GOLDEN}/gray8.jpg`)), eight],
    ] as const) {
      for (const share of [0.6, 0.8, 0.9, 0.97]) {
        const cut = Uint8Array.from([...frame.subarray(0, Math.floor(frame.length * share)), 0xff, 0xd9]);
        await expect(readDicomSeries([slice(syntax, cut, more)], codecs)).rejects.toMatchObject({
          code: 'dicom-codestream',
        });
      }
    }
  });

  it('say which transfer syntaxes they know', () => {
    expect([...createPixelCodecs().transferSyntaxes].sort()).toEqual(
      ['50', '51', '57', '70', '80', '81', '90', '91', '201', '202', '203']
        .map((n) => `1.2.840.10008.1.2.4.${n}`)
        .sort(),
    );
  });

  it('refuse what they do not know', async () => {
    const stated = { columns: 1, rows: 1, components: 1, bitsPerSample: 8 };
    await expect(createPixelCodecs().decode('1.2.3', new Uint8Array(1), stated)).rejects.toThrow(RangeError);
    await expect(createPixelCodecs().decode(JPEG_LS, new Uint8Array(20), stated)).rejects.toThrow(Error);
  });
});
