import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prepareImage, runPrepared } from '#pipeline';
import { rounded } from './figures.mjs';
import { LABELS, logits, manifest, PATCH, syntheticImage, TARGET } from './pipeline-job.mjs';

const MIB = 2 ** 20;
const FLOAT = 4;
/** Two that run, and one that is cut meanwhile: as with two threads. */
const TILES_AT_ONCE = 3;

/**
 * Memory of one case: the highest resident memory of a process that makes the image and one tile of output and takes the
 * image through the pipeline, minus what it had before. The network itself does not count. Linux only.
 *
 * Aim: less than the image, two probability maps (all channels on the model's grid, float32) and one tile.
 */
export function measureMemory() {
  const name = 'pipeline.memory';
  if (process.platform !== 'linux') return { name, unit: 'MiB', median: null, input: 'measured on Linux only' };
  const ran = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (ran.status !== 0) throw new Error(`the measuring process ended with ${ran.signal ?? ran.status}`);
  const { bytes, imageBytes } = JSON.parse(ran.stdout.toString());
  const map = FLOAT * LABELS * product(TARGET);
  const tile = FLOAT * (1 + LABELS) * product(PATCH);
  const mib = rounded(bytes / MIB);
  return {
    name,
    input: `the case of pipeline.withoutNetwork; image ${rounded(imageBytes / MIB)}, a probability map ${rounded(map / MIB)}, a tile going in and coming out ${rounded(tile / MIB)} MiB; ${TILES_AT_ONCE} tiles under way`,
    unit: 'MiB',
    repetitions: 1,
    median: mib,
    min: mib,
    max: mib,
    aim: { figure: 'median', below: rounded((imageBytes + 2 * map + tile) / MIB) },
  };
}

const product = (sizes) => sizes.reduce((all, n) => all * n, 1);

const status = (name) =>
  1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);

async function child() {
  const before = status('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // the peak starts anew
  const image = syntheticImage();
  const [output] = logits(product(PATCH), [1]);
  await runPrepared(prepareImage(image, manifest), manifest, async () => output, { tilesAtOnce: TILES_AT_ONCE });
  process.stdout.write(JSON.stringify({ bytes: status('VmHWM') - before, imageBytes: image.data.byteLength }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await child();
