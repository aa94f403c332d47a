/**
 * Makes structures-*.dcm and structures.json: three structures are drawn voxel by voxel, plastimatch outlines them as a
 * DICOM structure set, and plastimatch turns that set into masks again. Needs plastimatch (Debian's 1.9.4):
 * node test/golden/imaging/make_structures.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const [nx, ny, nz] = [40, 36, 5];
const spacing = [1.5, 1.25, 3];
const origin = [-30.5, -20.25, 100];

/** Structures as functions of the voxel. */
const STRUCTURES = {
  ring: (i, j, k) => k >= 1 && k <= 3 && inside(i - 14, j - 15, 11.3, 9.7) && !inside(i - 15, j - 15, 5.2, 4.4),
  // reaches into the hole of the ring on one slice, and has an island of its own
  blob: (i, j, k) => k >= 2 && k <= 4 && (inside(i - 16, j - 15, 3.1, 2.6) || inside(i - 31, j - 26, 5.6, 7.1)),
  body: (i, j) => inside(i - 19.5, j - 17.5, 19, 17),
};
const inside = (x, y, a, b) => (x / a) ** 2 + (y / b) ** 2 <= 1;

const folder = mkdtempSync(join(tmpdir(), 'structures-'));
const plastimatch = (...args) => execFileSync('plastimatch', ['convert', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
mkdirSync(join(folder, 'masks'));
const expected = {};
for (const [name, is] of Object.entries(STRUCTURES)) {
  const voxels = new Uint8Array(nx * ny * nz);
  for (let k = 0, v = 0; k < nz; k++) for (let j = 0; j < ny; j++) for (let i = 0; i < nx; i++, v++) voxels[v] = is(i, j, k) ? 1 : 0;
  expected[name] = voxels;
  writeFileSync(join(folder, 'masks', `${name}.mha`), metaImage(voxels));
}
const image = new Uint8Array(nx * ny * nz);
writeFileSync(join(folder, 'image.mha'), metaImage(image));
plastimatch('--input', join(folder, 'image.mha'), '--input-prefix', join(folder, 'masks'), '--output-dicom', join(folder, 'dicom'));
const set = readdirSync(join(folder, 'dicom')).find((name) => name.startsWith('rtss'));
writeFileSync(join(here, 'structures.dcm'), readFileSync(join(folder, 'dicom', set)));
plastimatch('--input', join(folder, 'dicom', set), '--fixed', join(folder, 'image.mha'), '--output-prefix', join(folder, 'again'), '--prefix-format', 'mha', '--xor-contours');
const masks = Object.fromEntries(
  Object.keys(STRUCTURES).map((name) => {
    const text = readFileSync(join(folder, 'again', `${name}.mha`));
    const again = text.subarray(text.length - nx * ny * nz);
    return [name, { drawn: runs(expected[name]), plastimatch: runs(again) }];
  }),
);
writeFileSync(join(here, 'structures.json'), `${JSON.stringify({ sizeXyz: [nx, ny, nz], spacingMm: spacing, originLps: origin, masks })}\n`);
rmSync(folder, { recursive: true });

function metaImage(voxels) {
  const head = `ObjectType = Image\nNDims = 3\nDimSize = ${nx} ${ny} ${nz}\nElementSpacing = ${spacing.join(' ')}\nOffset = ${origin.join(' ')}\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n`;
  return Buffer.concat([Buffer.from(head), voxels]);
}

/** First voxel and length of each run of ones. */
function runs(voxels) {
  const found = [];
  for (let v = 0; v < voxels.length; v++) {
    if (!voxels[v]) continue;
    const from = v;
    while (v < voxels.length && voxels[v]) v++;
    found.push(from, v - from);
  }
  return found;
}
