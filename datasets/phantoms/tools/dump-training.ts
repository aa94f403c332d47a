/**
 * Writes training volumes as the platform would feed them to a network: `dump-training.js FOLDER COUNT`.
 *
 * For each case of the training stream (sites a, b, c in turn) `NAME.GRID.x` holds the prepared image as float16 and
 * `NAME.GRID.y` four soft label maps (1 liver, 2 spleen, 3 kidneys, 4 lesion) as 0..255, all in tensor order. GRID is
 * `iso` (3 mm) and, for site a, also `native` (slice axis as stored). `index-training.json` lists sizes, x fastest.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelMap, Volume } from '#imaging';
import { prepare, type Manifest, type PreprocessOp } from '#pipeline';
import { trainingCase } from '../src/cases.js';
import { generateCase } from '../src/generate.js';
import type { SiteId } from '../src/sites.js';
import { phantomsFolder } from './places.js';

const SITES: readonly SiteId[] = ['a', 'b', 'c'];
/** The grid is that of the algorithm which is trained on it. */
const GRIDS = { iso: 'unet-small', native: 'thick-slice-weak' } as const;

const [folder, count] = process.argv.slice(2);
if (!folder || !/^[1-9]\d*$/.test(count ?? '')) throw new Error('usage: dump-training.js FOLDER COUNT');
mkdirSync(folder, { recursive: true });

const index: { name: string; tag: string; site: SiteId; size: readonly number[] }[] = [];
for (let n = 0; n < Number(count); n++) {
  const phantom = trainingCase(n, SITES[n % SITES.length]);
  const { image, consensus } = generateCase(phantom);
  for (const [tag, slug] of Object.entries(GRIDS)) {
    if (tag === 'native' && phantom.siteId !== 'a') continue;
    const { preprocess } = readManifest(slug);
    const { data, shape } = prepare(image, { preprocess });
    writeFileSync(join(folder, `${phantom.name}.${tag}.x`), toFloat16(data));
    writeFileSync(join(folder, `${phantom.name}.${tag}.y`), softLabels(consensus, preprocess));
    index.push({ name: phantom.name, tag, site: phantom.siteId, size: [...shape].reverse() });
  }
}
writeFileSync(join(folder, 'index-training.json'), JSON.stringify(index));

function readManifest(slug: string): Manifest {
  return JSON.parse(readFileSync(join(phantomsFolder(), 'models', slug, 'voxelmark.json'), 'utf8')) as Manifest;
}

/** Share of each model voxel that carries labels 1 to 4, as bytes, one map after another. */
function softLabels(labels: LabelMap, preprocess: readonly PreprocessOp[]): Uint8Array {
  const geometric = preprocess.filter(({ op }) => op !== 'window');
  const maps = [1, 2, 3, 4].map((label) => {
    const member: Volume = {
      geometry: labels.geometry,
      data: Float32Array.from(labels.data, (l) => (l === label ? 255 : 0)),
    };
    return Uint8Array.from(prepare(member, { preprocess: geometric }).data, (share) => Math.floor(share + 0.5));
  });
  return Buffer.concat(maps);
}

/** IEEE half precision of numbers in [0, 1], rounded to nearest; below 2^-14 becomes 0. */
function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (b) => (b >>> 23 <= 112 ? 0 : ((b + 0x1000) >>> 13) - (112 << 10)));
}
