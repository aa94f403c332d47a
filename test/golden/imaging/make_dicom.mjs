/**
 * Reads every DICOM image of the folder of real files with ITK (GDCM) and writes what it found to dicom.json.
 *
 *   node make_dicom.mjs FOLDER_OF_REAL_DATA > dicom.json
 *
 * Voxels are compared by the SHA-256 of their values as little-endian int16, in stored order. Left out are files that are no
 * image with a place in space, and those that ITK reads although they are cut short.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readImageDicomFileSeriesNode } from '@itk-wasm/dicom';

const root = process.argv[2];
const LEFT_OUT = /no-pixel-spacing|MR_truncated|emri_small|rtdose/;

const series = {
  'totalseg/example_ct_dicom': readdirSync(join(root, 'totalseg/example_ct_dicom')),
  'dcmqi/ct-3slice': ['01.dcm', '02.dcm', '03.dcm'],
};
for (const folder of ['transfer-syntax/cornerstone', 'transfer-syntax/pydicom']) {
  for (const file of readdirSync(join(root, folder))) if (!LEFT_OUT.test(file)) series[`${folder}/${file}`] = null;
}

const found = {};
for (const [name, files] of Object.entries(series)) {
  const inputImages = files ? files.map((file) => join(root, name, file)) : [join(root, name)];
  try {
    const { outputImage: image } = await readImageDicomFileSeriesNode({ inputImages, singleSortedSeries: !files });
    const { data } = image;
    let [min, max, sum] = [Infinity, -Infinity, 0];
    for (const x of data) {
      min = Math.min(min, x);
      max = Math.max(max, x);
      sum += x;
    }
    found[name] = {
      sizeXyz: image.size,
      spacingMm: image.spacing,
      originLps: image.origin,
      direction: Array.from(image.direction),
      min,
      max,
      sum,
      sha256OfInt16: createHash('sha256')
        .update(new Uint8Array(Int16Array.from(data).buffer))
        .digest('hex'),
    };
  } catch {
    // no image: plans, and files that ITK does not recognise
  }
}
process.stdout.write(JSON.stringify({ madeWith: '@itk-wasm/dicom 7.6.4', series: found }, null, 1) + '\n');
process.exit(0);
