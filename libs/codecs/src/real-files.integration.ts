import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bringToGrid, ImageFormatError, labelExtents, pointLps, readDicomSeries, readLabelMap } from '#imaging';
import type { DicomSeries, Geometry, Vec3 } from '#imaging';
import { createPixelCodecs } from './pixel-codecs.js';

interface Golden extends Geometry {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sha256OfInt16: string;
}

const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real');
const GOLDEN = resolve(import.meta.dirname, '../../../test/golden/imaging/dicom.json');
const golden = (JSON.parse(readFileSync(GOLDEN, 'utf8')) as { series: Record<string, Golden> }).series;
const present = existsSync(FOLDER);
const codecs = createPixelCodecs();

function read(name: string): Promise<DicomSeries> {
  const path = join(FOLDER, name);
  const files = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path];
  return readDicomSeries(
    files.map((file) => readFileSync(file)),
    codecs,
  );
}

async function codeOf(name: string): Promise<string> {
  try {
    await read(name);
  } catch (error) {
    if (error instanceof ImageFormatError) return error.code;
    throw error;
  }
  return 'read';
}

(present ? describe : describe.skip)(`real DICOM files${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  // Two decoders of the 12-bit process may round differently, and ITK turns one of its files round.
  const exact = Object.keys(golden).filter((name) => !/51\.dcm$/.test(name));

  it.each(exact)('%s is what ITK reads, voxel for voxel', async (name) => {
    const { geometry, data } = await read(name);
    const expected = golden[name];
    expect(geometry.sizeXyz).toEqual(expected.sizeXyz);
    const checked = geometry.sizeXyz[2] > 1 ? 3 : 2; // ITK gives a single slice a thickness of 1 mm where no distance is stated
    for (let axis = 0; axis < checked; axis++)
      expect(geometry.spacingMm[axis]).toBeCloseTo(expected.spacingMm[axis], 9);
    geometry.originLps.forEach((x, n) => expect(x).toBeCloseTo(expected.originLps[n], 9));
    geometry.direction.forEach((x, n) => expect(x).toBeCloseTo(expected.direction[n], 9));
    const int16 = Int16Array.from(data);
    expect(createHash('sha256').update(new Uint8Array(int16.buffer)).digest('hex')).toBe(expected.sha256OfInt16);
  });

  it.each(Object.keys(golden).filter((name) => /51\.dcm$/.test(name)))(
    '%s agrees with ITK but for rounding',
    async (name) => {
      const { geometry, data } = await read(name);
      const expected = golden[name];
      expect(geometry.sizeXyz).toEqual(expected.sizeXyz);
      const values = Array.from(data);
      const sum = values.reduce((all, x) => all + x, 0);
      expect(Math.abs(sum - expected.sum) / data.length).toBeLessThan(1e-3);
      expect(Math.abs(values.reduce((a, b) => Math.max(a, b)) - expected.max)).toBeLessThan(2.1); // one stored unit
    },
  );

  it('a CT series and its label map in NIfTI lie on one grid, left on the left', async () => {
    const ct = await read('totalseg/example_ct_dicom');
    const stored = await readLabelMap(readFileSync(join(FOLDER, 'totalseg/example_seg_dicom.nii.gz')));
    const labels = bringToGrid(stored, ct.geometry); // throws unless the grids are one
    const mean = (label: number): number => {
      let [sum, count] = [0, 0];
      labels.data.forEach((l: number, v: number) => {
        if (l !== label) return;
        sum += ct.data[v];
        count++;
      });
      return sum / count;
    };
    const centre = (label: number): Vec3 => {
      const { box } = labelExtents(labels).find((extent) => extent.label === label)!;
      return pointLps(ct.geometry, box.min.map((x, n) => (x + box.max[n]) / 2) as unknown as Vec3);
    };
    const [spleen, liver, aorta, ribLeft, ribRight] = [1, 5, 52, 99, 110];
    expect(centre(spleen)[0]).toBeGreaterThan(50); // x grows to the left of the patient
    expect(centre(liver)[0]).toBeLessThan(-50);
    expect(centre(ribLeft)[0]).toBeGreaterThan(100);
    expect(centre(ribRight)[0]).toBeLessThan(-100);
    // HU of the organs in a portal venous scan; mirrored labels would hit air, fat and bone
    expect(mean(spleen)).toBeCloseTo(79.6, 0);
    expect(mean(liver)).toBeCloseTo(89.3, 0);
    expect(mean(aorta)).toBeGreaterThan(120);
    expect(mean(ribLeft)).toBeGreaterThan(150);
  });

  it('says how the CT was made and nothing of the patient', async () => {
    const { acquisition } = await read('totalseg/example_ct_dicom');
    expect(acquisition).toMatchObject({
      modality: 'CT',
      manufacturer: 'SIEMENS',
      kernel: 'Br38f',
      kvp: 120,
      sliceThicknessMm: 3,
    });
  });

  it.each([
    ['transfer-syntax/pydicom/MR_truncated.dcm', 'dicom-truncated'],
    ['transfer-syntax/pydicom/rtplan_truncated.dcm', 'dicom-truncated'],
    ['transfer-syntax/pydicom/emri_small_jpeg_2k_lossless_too_short.dcm', 'dicom-truncated'],
    ['transfer-syntax/pydicom/no_meta.dcm', 'dicom-header'],
    ['transfer-syntax/pydicom/rtdose.dcm', 'dicom-not-image'],
    ['transfer-syntax/pydicom/ExplVR_BigEndNoMeta.dcm', 'dicom-not-image'],
    ['transfer-syntax/pydicom/JPEG2000-embedded-sequence-delimiter.dcm', 'dicom-position'],
    ['transfer-syntax/pydicom/emri_small_RLE.dcm', 'dicom-position'],
    ['transfer-syntax/cornerstone/no-pixel-spacing.dcm', 'dicom-not-image'],
    ['dcmqi/liver.dcm', 'dicom-not-image'],
  ])('refuses %s as %s', async (name, code) => {
    expect(await codeOf(name)).toBe(code);
  });
});
