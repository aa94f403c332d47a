import { writeDicom, type Written } from '../test-support/dicom-writer.js';
import { openDicom } from './file.js';
import { dicomJson } from './json.js';

async function jsonOf(elements: readonly Written[], options: { implicit?: boolean; bigEndian?: boolean; inlineBytes?: number } = {}) {
  const transferSyntaxUid = options.implicit ? '1.2.840.10008.1.2' : options.bigEndian ? '1.2.840.10008.1.2.2' : undefined;
  const { dataSet } = await openDicom(writeDicom(elements, { transferSyntaxUid }), 1e6);
  return dicomJson(dataSet, { bulkUri: (path) => `bulk/${path}`, inlineBytes: options.inlineBytes });
}

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(new Uint16Array(values).buffer);

describe('DICOM JSON model', () => {
  it('texts, numbers and names, as annex F writes them', async () => {
    expect(
      await jsonOf([
        [0x00080005, 'CS', 'ISO_IR 192'],
        [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\\\AXIAL '],
        [0x00080020, 'DA', ''],
        [0x00081030, 'LO', new TextEncoder().encode('Bauch, spät')],
        [0x00100010, 'PN', 'Phantom^One=ideographic'],
        [0x00104000, 'LT', 'a\\b'],
        [0x00180050, 'DS', '2.50'],
        [0x00200013, 'IS', '7 '],
        [0x00280010, 'US', 512],
        [0x00280106, 'SS', bytesOf(0xfff6)],
        [0x00280009, 'AT', bytesOf(0x0018, 0x1063)],
        [0x00189074, 'FD', new Uint8Array(new Float64Array([0.5, NaN]).buffer)],
      ]),
    ).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080008': { vr: 'CS', Value: ['ORIGINAL', 'PRIMARY', null, 'AXIAL'] },
      '00080020': { vr: 'DA' },
      '00081030': { vr: 'LO', Value: ['Bauch, spät'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Phantom^One' }] },
      '00104000': { vr: 'LT', Value: ['a\\b'] },
      '00180050': { vr: 'DS', Value: [2.5] },
      '00189074': { vr: 'FD', Value: [0.5, null] },
      '00200013': { vr: 'IS', Value: [7] },
      '00280009': { vr: 'AT', Value: ['00181063'] },
      '00280010': { vr: 'US', Value: [512] },
      '00280106': { vr: 'SS', Value: [-10] },
    });
  });

  it('numbers of a big-endian file are the same numbers', async () => {
    expect(await jsonOf([[0x00080005, 'CS', 'X'], [0x00280010, 'US', 513]], { bigEndian: true })).toMatchObject({
      '00280010': { vr: 'US', Value: [513] },
    });
  });

  it('sequences nest, empty ones have no value', async () => {
    expect(
      await jsonOf([
        [0x00080005, 'CS', 'ISO_IR 100'],
        [0x00081115, 'SQ', [[[0x0020000e, 'UI', '1.2.3']], []]],
        [0x00082112, 'SQ', []],
      ]),
    ).toMatchObject({
      '00081115': { vr: 'SQ', Value: [{ '0020000E': { vr: 'UI', Value: ['1.2.3'] } }, {}] },
      '00082112': { vr: 'SQ' },
    });
  });

  it('short bytes travel along, long ones and all pixels have an address', async () => {
    const json = await jsonOf(
      [
        [0x00080005, 'CS', 'ISO_IR 100'],
        [0x00091001, 'OB', new Uint8Array([1, 2])],
        [0x00091002, 'OB', new Uint8Array(10)],
        [0x00091003, 'SQ', [[[0x00091002, 'OB', new Uint8Array(10)]]]],
        [0x7fe00010, 'OW', new Uint8Array(2)],
      ],
      { inlineBytes: 8 },
    );
    expect(json['00091001']).toEqual({ vr: 'OB', InlineBinary: 'AQI=' });
    expect(json['00091002']).toEqual({ vr: 'OB', BulkDataURI: 'bulk/00091002' });
    expect(json['00091003']).toMatchObject({ Value: [{ '00091002': { BulkDataURI: 'bulk/00091003/1/00091002' } }] });
    expect(json['7FE00010']).toEqual({ vr: 'OW', BulkDataURI: 'bulk/7FE00010' });
  });

  it('a data set without representations is misuse', async () => {
    await expect(jsonOf([[0x00080005, 'CS', 'ISO_IR 100']], { implicit: true })).rejects.toThrow('has the representation ""');
  });
});
