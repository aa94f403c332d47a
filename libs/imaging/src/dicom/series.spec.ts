import { affineLps, pointLps } from '../affine.js';
import { ImageFormatError } from '../image-format-error.js';
import { ctSlice, enhancedCt, join, writeDicom } from '../test-support/dicom-writer.js';
import type { SliceOptions, Written, WriteOptions } from '../test-support/dicom-writer.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { listDicomSeries, readDicomSeries } from './series.js';

/** No compressed file of this suite needs a decoder from outside. */
const none: PixelCodecs = {
  transferSyntaxes: new Set(),
  decode: () => Promise.reject(new Error('not called')),
};

const IMPLICIT = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const RLE = '1.2.840.10008.1.2.5';

const slice = (options: SliceOptions = {}, write?: WriteOptions): Uint8Array => writeDicom(ctSlice(options), write);
const changed = (...elements: NonNullable<SliceOptions['with']>): Uint8Array => slice({ with: elements });
const values = async (...files: Uint8Array[]): Promise<number[]> =>
  Array.from((await readDicomSeries(files, none)).data);

const CT = [-1000, -999, -998, -997, -996, -995];

describe('one slice', () => {
  it.each([
    ['explicit little endian', {}],
    ['implicit', { transferSyntaxUid: IMPLICIT }],
    ['big endian', { transferSyntaxUid: BIG_ENDIAN }],
    ['deflated', { transferSyntaxUid: DEFLATED }],
    ['implicit without preamble', { transferSyntaxUid: IMPLICIT, preamble: false }],
    ['explicit without preamble', { preamble: false }],
    ['big endian without preamble', { transferSyntaxUid: BIG_ENDIAN, preamble: false }],
  ] as [string, WriteOptions][])('%s', async (_, write) => {
    const { geometry, data } = await readDicomSeries([slice({}, write)], none);
    expect(data).toBeInstanceOf(Int16Array);
    expect(Array.from(data)).toEqual(CT);
    // PixelSpacing names the distance between rows first: 0.5 mm along j, 0.75 mm along i
    expect(geometry).toEqual({
      sizeXyz: [3, 2, 1],
      spacingMm: [0.75, 0.5, 2.5],
      originLps: [-10, 20, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    });
  });

  it('decodes run lengths, highest byte first', async () => {
    const head = new DataView(new ArrayBuffer(64));
    [2, 64, 66].forEach((x, n) => head.setUint32(4 * n, x, true));
    // six times 01 for the high bytes; for the low ones a literal 0 1 2, a do-nothing, and three times 7
    const frame = join([new Uint8Array(head.buffer), Uint8Array.of(251, 1), Uint8Array.of(2, 0, 1, 2, 128, 254, 7)]);
    const file = slice({}, { transferSyntaxUid: RLE, fragments: [new Uint8Array(0), frame] });
    expect(await values(file)).toEqual([256, 257, 258, 263, 263, 263].map((x) => x - 1000));
  });

  it('reads one frame from several fragments', async () => {
    const head = new DataView(new ArrayBuffer(64));
    [2, 64, 66].forEach((x, n) => head.setUint32(4 * n, x, true));
    const [a, b] = [new Uint8Array(head.buffer), Uint8Array.of(251, 0, 251, 9)];
    expect(await values(slice({}, { transferSyntaxUid: RLE, fragments: [new Uint8Array(0), a, b] }))).toEqual(
      Array(6).fill(-991),
    );
  });

  it('takes the stored bits: sign, unused high bits, shifted values', async () => {
    const twelve: readonly Written[] = [
      [0x00280101, 'US', 12],
      [0x00280102, 'US', 11],
      [0x00281052, 'DS', '0'],
    ];
    const pixels: Written = [0x7fe00010, 'OW', [0xf000, 0x0fff, 0x0800, 0x07ff, 0xf801, 1]]; // overlays lived in the upper bits
    expect(await values(changed(...twelve, pixels))).toEqual([0, -1, -2048, 2047, -2047, 1]);
    expect(await values(changed(...twelve, pixels, [0x00280103, 'US', 0]))).toEqual([0, 4095, 2048, 2047, 2049, 1]);
    expect(
      await values(
        changed(...twelve, [0x00280102, 'US', 15], [0x7fe00010, 'OW', [0xfff0, 0x8000, 0x7ff0, 0x0010, 0, 0x000f]]),
      ),
    ).toEqual([-1, -2048, 2047, 1, 0, 0]);
  });

  it('reads 8 and 32 bits', async () => {
    const bits = (n: number): readonly Written[] => [
      [0x00280100, 'US', n],
      [0x00280101, 'US', n],
      [0x00280102, 'US', n - 1],
      [0x00281052, 'DS', '0'],
    ];
    expect(await values(changed(...bits(8), [0x7fe00010, 'OB', Uint8Array.of(0, 127, 128, 255, 1, 2)]))).toEqual([
      0, 127, -128, -1, 1, 2,
    ]);
    const wide = new Int32Array([0, 1, -1, 100_000, -100_000, 7]);
    expect(await values(changed(...bits(32), [0x7fe00010, 'OW', new Uint8Array(wide.buffer)]))).toEqual(
      Array.from(wide),
    );
    // words of 16 bits are swapped in big-endian files, also where each holds two pixels
    const swapped = ctSlice({
      with: [...bits(8), [0x00280103, 'US', 0], [0x7fe00010, 'OW', Uint8Array.of(2, 1, 4, 3, 6, 5)]],
    });
    expect(await values(writeDicom(swapped, { transferSyntaxUid: BIG_ENDIAN }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives float32 where a scale is fractional or values leave int16', async () => {
    const scaled = await readDicomSeries([changed([0x00281053, 'DS', '0.5'], [0x00281052, 'DS', '0.25'])], none);
    expect(scaled.data).toBeInstanceOf(Float32Array);
    expect(Array.from(scaled.data)).toEqual([0.25, 0.75, 1.25, 1.75, 2.25, 2.75]);
    const high = await readDicomSeries(
      [changed([0x00280103, 'US', 0], [0x7fe00010, 'OW', [60000, 0, 0, 0, 0, 0]], [0x00281052, 'DS', '-1024'])],
      none,
    );
    expect(high.data).toBeInstanceOf(Float32Array);
    expect(high.data[0]).toBe(58976);
  });

  it('tolerates zeros behind the pixels up to a disk block, and a trailing padding element', async () => {
    const padded = (bytes: number, value = 0): Uint8Array => {
      const pixels = new Uint8Array(12 + bytes);
      pixels.fill(value, 12);
      return slice({ pixels });
    };
    expect(await values(padded(512))).toEqual(Array(6).fill(-1000));
    await expect(values(padded(514))).rejects.toMatchObject({ code: 'dicom-pixel-length' });
    await expect(values(padded(2, 1))).rejects.toMatchObject({ code: 'dicom-pixel-length' });
    expect(await values(changed([0xfffcfffc, 'OB', new Uint8Array(100)]))).toEqual(CT);
  });

  it('keeps the values of MONOCHROME1 and padding, and says so', async () => {
    const { data, acquisition } = await readDicomSeries(
      [changed([0x00280004, 'CS', 'MONOCHROME1'], [0x00280120, 'SS', [-2000]], [0x00280121, 'SS', [-1500]])],
      none,
    );
    expect(Array.from(data)).toEqual(CT);
    expect(acquisition).toEqual({
      modality: 'CT',
      manufacturer: 'Acme',
      sliceThicknessMm: 2.5,
      kvp: 120,
      shownInverted: true,
      paddingRange: [-3000, -2500],
    });
  });
});

describe('a stack of slices', () => {
  const at = (instance: number, height: number, first: number, more: SliceOptions = {}): Uint8Array =>
    slice({ instance, position: `-10\\20\\${height}`, pixels: [first, 0, 0, 0, 0, 0], ...more });

  it('is ordered by position, not by number or name', async () => {
    const { geometry, data } = await readDicomSeries([at(1, 7.5, 3), at(2, 2.5, 1), at(3, 5, 2), at(4, 0, 0)], none);
    expect(geometry.sizeXyz).toEqual([3, 2, 4]);
    expect(geometry.spacingMm).toEqual([0.75, 0.5, 2.5]);
    expect(geometry.originLps).toEqual([-10, 20, 0]);
    expect([0, 6, 12, 18].map((v) => data[v])).toEqual([-1000, -999, -998, -997]);
  });

  it.each([
    ['sagittal', '0\\1\\0\\0\\0\\-1', (n: number) => `${3 * n}\\5\\9`],
    ['coronal', '1\\0\\0\\0\\0\\-1', (n: number) => `7\\${3 * n}\\9`],
    ['axial, feet first', '-1\\0\\0\\0\\1\\0', (n: number) => `7\\5\\${3 * n}`],
    ['oblique', '0.8\\0.6\\0\\-0.6\\0.8\\0', (n: number) => `7\\5\\${3 * n}`],
  ] as const)('%s: every voxel lies where its slice says', async (_, orientation, position) => {
    const files = [2, 0, 1].map((n) =>
      slice({ instance: n, orientation, position: position(n), pixels: [n, 0, 0, 0, 0, 9] }),
    );
    const { geometry, data } = await readDicomSeries(files, none);
    const [r, c] = [orientation.split('\\').slice(0, 3).map(Number), orientation.split('\\').slice(3).map(Number)];
    for (let k = 0; k < 3; k++) {
      const n = data[6 * k] + 1000; // the slice that lies here
      const corner = position(n).split('\\').map(Number);
      pointLps(geometry, [0, 0, k]).forEach((x, w) => expect(x).toBeCloseTo(corner[w], 9));
      // the last pixel: two columns of 0.75 mm and one row of 0.5 mm on
      pointLps(geometry, [2, 1, k]).forEach((x, w) => expect(x).toBeCloseTo(corner[w] + 1.5 * r[w] + 0.5 * c[w], 9));
      expect(data[6 * k + 5]).toBe(-991);
    }
    const [a, b, c2, , d, e, f, , g, h, i] = affineLps(geometry);
    expect(a * (e * i - f * h) - b * (d * i - f * g) + c2 * (d * h - e * g)).toBeGreaterThan(0);
  });

  it('takes distances from positions, not from the thickness', async () => {
    const { geometry } = await readDicomSeries([at(0, 0, 0), at(1, 1.25, 0)], none);
    expect(geometry.spacingMm[2]).toBe(1.25);
  });

  it('bears positions that are rounded', async () => {
    const heights = [0, 0.6, 1.3, 1.9, 2.5]; // 0.625 mm written with one digit
    const { geometry } = await readDicomSeries(
      heights.map((z, n) => at(n, z, 0)),
      none,
    );
    expect(geometry.spacingMm[2]).toBeCloseTo(0.625, 9);
  });

  it('scales each slice of a PET with its own slope', async () => {
    const pet = (n: number, slope: string): Uint8Array =>
      at(n, 2.5 * n, 10, {
        with: [
          [0x00080060, 'CS', 'PT'],
          [0x00281053, 'DS', slope],
          [0x00281052, 'DS', '0'],
          [0x00541001, 'CS', 'BQML'],
        ],
      });
    const { data, acquisition } = await readDicomSeries([pet(1, '3'), pet(0, '0.5')], none);
    expect(data).toBeInstanceOf(Float32Array);
    expect([data[0], data[6]]).toEqual([5, 30]);
    expect(acquisition.petUnits).toBe('BQML');
  });

  it('names the file at fault', async () => {
    const files = [at(0, 0, 0), at(1, 2.5, 0), changed([0x00280030, null])];
    await expect(readDicomSeries(files, none)).rejects.toThrow(/^image 2 of 3: .*pixel spacing/);
  });

  it('honours the limit of its caller', async () => {
    await expect(readDicomSeries([at(0, 0, 0), at(1, 2.5, 0)], none, { maxBytes: 20 })).rejects.toMatchObject({
      code: 'dicom-too-large',
    });
  });
});

describe('an enhanced image', () => {
  it.each([
    ['with lengths', {}],
    ['without lengths', { open: true }],
    ['implicit without lengths', { open: true, transferSyntaxUid: IMPLICIT }],
    ['big endian', { transferSyntaxUid: BIG_ENDIAN, open: true }],
  ] as [string, WriteOptions][])('%s: frames are placed by their functional groups', async (_, write) => {
    const { geometry, data } = await readDicomSeries([writeDicom(enhancedCt(), write)], none);
    expect(geometry.sizeXyz).toEqual([3, 2, 2]);
    expect(geometry.spacingMm).toEqual([0.75, 0.5, 4]);
    expect(geometry.originLps).toEqual([-10, 20, 0]);
    expect(Array.from(data)).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15].map((x) => x - 1000));
  });

  it('finds compressed frames by their offset table', async () => {
    const rle = (value: number): Uint8Array => {
      const head = new DataView(new ArrayBuffer(64));
      [2, 64, 66].forEach((x, n) => head.setUint32(4 * n, x, true));
      return join([new Uint8Array(head.buffer), Uint8Array.of(251, 0, 251, value)]);
    };
    const [a, b] = [rle(7), rle(3)];
    const table = new DataView(new ArrayBuffer(8));
    table.setUint32(4, 8 + 10 + 8 + (a.length - 10), true); // behind both fragments of the first frame
    const fragments = [new Uint8Array(table.buffer), a.subarray(0, 10), a.subarray(10), b];
    const file = writeDicom(enhancedCt(), { transferSyntaxUid: RLE, fragments });
    expect(await values(file)).toEqual([...Array(6).fill(-997), ...Array(6).fill(-993)]);
  });

  it('reads a sequence that its writer did not know, as implicit elements within explicit ones', async () => {
    const groups = [4, 0].map((z) => implicitItem(implicitItem(z)));
    const file = writeDicom(enhancedCt({ with: [[0x52009230, 'UN', join(groups)]] }));
    expect((await readDicomSeries([file], none)).geometry.spacingMm[2]).toBe(4);
  });
});

/** An item as implicit elements: PlanePositionSequence around an ImagePositionPatient. */
function implicitItem(content: number | Uint8Array): Uint8Array {
  const element = (tag: readonly number[], value: Uint8Array): Uint8Array => {
    const head = new DataView(new ArrayBuffer(8));
    tag.forEach((byte, n) => head.setUint8(n, byte));
    head.setUint32(4, value.length, true);
    return join([new Uint8Array(head.buffer), value]);
  };
  const inner =
    typeof content === 'number'
      ? element([0x20, 0, 0x32, 0], new TextEncoder().encode(`-10\\20\\${content}`.padEnd(10)))
      : element([0x20, 0, 0x13, 0x91], content);
  return element([0xfe, 0xff, 0x00, 0xe0], inner);
}

describe('a folder', () => {
  it('is sorted into series, and what is not DICOM belongs to none', async () => {
    const seg: readonly Written[] = [
      [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.66.4'],
      [0x00080060, 'CS', 'SEG'],
      [0x0020000e, 'UI', '1.2.77'],
    ];
    const files = [
      slice({ instance: 0 }),
      new TextEncoder().encode('read me'),
      changed(...seg),
      slice({ instance: 1 }, { transferSyntaxUid: DEFLATED }),
      changed([0x0020000e, 'UI', '1.2.78'], [0x00080060, 'CS', 'RTSTRUCT'], [0x00280010, null]),
    ];
    expect(await listDicomSeries(files)).toEqual([
      { seriesInstanceUid: '1.2.3', modality: 'CT', kind: 'image', files: [0, 3] },
      { seriesInstanceUid: '1.2.77', modality: 'SEG', kind: 'segmentation', files: [2] },
      { seriesInstanceUid: '1.2.78', modality: 'RTSTRUCT', kind: 'other', files: [4] },
    ]);
  });
});

describe('damage anywhere', () => {
  const samples: [string, Uint8Array][] = [
    ['a slice', slice()],
    ['an implicit slice', slice({}, { transferSyntaxUid: IMPLICIT })],
    ['an enhanced image', writeDicom(enhancedCt(), { open: true })],
    ['a deflated slice', slice({}, { transferSyntaxUid: DEFLATED })],
  ];

  it.each(samples)('%s cut at any length is refused with a code', async (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      await expect(readDicomSeries([bytes.subarray(0, length)], none)).rejects.toBeInstanceOf(ImageFormatError);
    }
  });

  it.each(samples)('%s with any byte changed is read or refused with a code', async (_, bytes) => {
    for (let at = 128; at < bytes.length; at++) {
      for (const value of [0, 255, bytes[at] ^ 1]) {
        const spoiled = bytes.slice();
        spoiled[at] = value;
        const answer: unknown = await readDicomSeries([spoiled], none).catch((error: unknown) => error);
        if (answer instanceof Error && !(answer instanceof ImageFormatError)) throw answer;
      }
    }
  });
});
