import { jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { axisCodes, orientTo, readNifti } from '#imaging';
import type { Volume } from '#imaging';
import type { Manifest } from './manifest.js';
import { expandNnunetProfile } from './nnunet-profile.js';
import { runPipeline } from './run-pipeline.js';
import { agreement, convolution, goldenArrays } from './test-support/golden.js';

/** Public images that a clone does not carry; the README beside them names sources and licences. */
const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real');
const GOLDEN = resolve(import.meta.dirname, '../../../test/golden/pipeline');
const present = existsSync(FOLDER);

jest.setTimeout(300_000);

const scipy = goldenArrays('scipy');
const about: Omit<Manifest, 'preprocess' | 'inference' | 'postprocess'> = {
  manifestVersion: 1,
  name: 'real',
  version: '1',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
  labels: [0, 1, 2].map((value) => ({ value, name: `l${value}` })),
};
const NNUNET = expandNnunetProfile({
  ...about,
  profile: 'nnunet-v2',
  spacing: [3, 1.2, 1.2],
  patch: [16, 64, 64],
  intensity: { scheme: 'CTNormalization', mean: 70, std: 90, lo: -60, hi: 260 },
});
const MONAI: Manifest = {
  ...about,
  preprocess: [
    { op: 'orient', axes: 'RAS' },
    { op: 'resample', spacing: [4, 4, 2], grid: 'firstVoxel' },
    { op: 'window', in: [-57, 164], out: [0, 1] },
  ],
  inference: { mode: 'sliding', patch: [32, 32, 32], overlap: 0.5 },
  postprocess: [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }],
};

/** Whole grey values, as the Python side has them. */
async function imageOf(...path: string[]): Promise<Volume> {
  const { geometry, data } = await readNifti(new Uint8Array(readFileSync(join(FOLDER, ...path))));
  return { geometry, data: Float32Array.from(data, (x) => Math.round(x)) };
}

const network = (name: string) => convolution(scipy(`${name}/kernels`), scipy(`${name}/bias`));

/** Voxels of each label, and the sums of their indices z, y, x. */
function facts(data: ArrayLike<number>, [nx, ny]: readonly number[]): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (let v = 0; v < data.length; v++) {
    const of = (found[data[v]] ??= [0, 0, 0, 0]);
    of[0]++;
    of[1] += Math.floor(v / (nx * ny));
    of[2] += Math.floor(v / nx) % ny;
    of[3] += v % nx;
  }
  return found;
}

(present ? describe : describe.skip)(
  `whole chains on real scans${present ? '' : ' [data absent: ../shared/data/real]'}`,
  () => {
    const results = new Map<string, Uint8Array>();

    it.each([
      ['nnunet', NNUNET, 'nnunet-ct', ['msd-spleen2-crop', 'ct.nii.gz']],
      ['monai', MONAI, 'monai', ['totalseg', 'example_ct_sm.nii.gz']],
    ] as const)('%s: labels lie where Python put them', async (name, manifest, kernels, path) => {
      const image = await imageOf(...path);
      const { labels } = await runPipeline(image, manifest, network(kernels));
      results.set(name, labels.data as Uint8Array);
      const wanted = (
        JSON.parse(readFileSync(join(GOLDEN, 'real.json'), 'utf8')) as Record<string, Record<string, number[]>>
      )[name];
      const found = facts(labels.data, image.geometry.sizeXyz);
      expect(Object.keys(found)).toEqual(Object.keys(wanted));
      for (const [label, numbers] of Object.entries(wanted)) {
        numbers.forEach((x, n) => expect(Math.abs(found[label][n] - x)).toBeLessThanOrEqual(2e-4 * x));
      }
    });

    it('agree with Python voxel by voxel, where it is installed', () => {
      const folder = mkdtempSync(join(tmpdir(), 'voxelmark-chains-'));
      try {
        const ran = spawnSync(
          'python3',
          [
            '-B',
            '-c',
            `import sys; sys.argv[1:] = ${JSON.stringify([FOLDER, folder])}; src = open('make_real.py').read().replace('open("real.json", "w")', 'open("${folder}/real.json", "w")'); exec(src)`,
          ],
          { cwd: GOLDEN, encoding: 'utf8' },
        );
        if (ran.status !== 0) {
          process.stderr.write(`python3 with numpy and scipy absent: only counts and places were compared\n`);
          return;
        }
        for (const [name, labels] of results) {
          const found = agreement(labels, new Uint8Array(readFileSync(join(folder, `${name}.bin`))));
          expect(found.equal).toBeGreaterThanOrEqual(0.9999);
          expect(found.dice).toBeGreaterThanOrEqual(0.999);
        }
        expect(results.size).toBe(2);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('do not depend on how a scan is stored', async () => {
      const image = await imageOf('totalseg', 'example_ct_sm.nii.gz');
      const stored = orientTo(image, 'IPR');
      const { labels } = await runPipeline(stored, MONAI, network('monai'));
      const back = orientTo<Uint8Array>(
        { geometry: labels.geometry, data: labels.data as Uint8Array },
        axisCodes(image.geometry),
      );
      expect(agreement(back.data, results.get('monai') as Uint8Array)).toEqual({ equal: 1, dice: 1 });
    });
  },
);
