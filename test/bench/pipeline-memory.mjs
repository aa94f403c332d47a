import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareImage, runPrepared } from '#pipeline';
import { rounded } from './figures.mjs';
import { LABELS, logits, manifest, PATCH, syntheticImage, TARGET } from './pipeline-job.mjs';

const MIB = 2 ** 20;
const FLOAT = 4;
/** The most that the product has: eight that run, and one that is cut meanwhile. */
const MOST_TILES = 9;
/** With the two threads of a benchmark: two, and one. */
const FEW_TILES = 3;

/**
 * Memory of one case: the highest resident memory of a process that makes the image and one tile of output and takes the
 * image through the pipeline, minus what it had before. The network itself does not count: it answers with the same tile
 * each time. `parts` tells what it is when each answer is an array of its own, as those of ONNX Runtime are. Linux only.
 *
 * Aim: less than the image, two probability maps (all channels on the model's grid, float32) and one tile.
 */
export function measureMemory() {
  const name = 'pipeline.memory';
  if (process.platform !== 'linux') return { name, unit: 'MiB', median: null, input: 'measured on Linux only' };
  const { bytes, imageBytes } = measured(MOST_TILES);
  const map = FLOAT * LABELS * product(TARGET);
  const tile = FLOAT * (1 + LABELS) * product(PATCH);
  const mib = rounded(bytes / MIB);
  return {
    name,
    input: `the case of pipeline.withoutNetwork; image ${rounded(imageBytes / MIB)}, a probability map ${rounded(map / MIB)}, a tile going in and coming out ${rounded(tile / MIB)} MiB; ${MOST_TILES} tiles under way`,
    unit: 'MiB',
    repetitions: 1,
    median: mib,
    min: mib,
    max: mib,
    aim: { figure: 'median', below: rounded((imageBytes + 2 * map + tile) / MIB) },
    parts: {
      fewTiles: FEW_TILES,
      fewTilesMib: rounded(measured(FEW_TILES).bytes / MIB),
      ownOutputsMib: rounded(measured(MOST_TILES, 'own').bytes / MIB),
      fewTilesOwnOutputsMib: rounded(measured(FEW_TILES, 'own').bytes / MIB),
    },
  };
}

/** In a process of its own. */
function measured(tilesAtOnce, outputs = 'one') {
  const args = [fileURLToPath(import.meta.url), String(tilesAtOnce), outputs];
  const ran = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (ran.status !== 0) throw new Error(`the measuring process ended with ${ran.signal ?? ran.status}`);
  return JSON.parse(ran.stdout.toString());
}

const product = (sizes) => sizes.reduce((all, n) => all * n, 1);

const status = (name) =>
  1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);

async function child([tilesAtOnce, outputs]) {
  const before = status('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // the peak starts anew
  const image = syntheticImage();
  const [output] = logits(product(PATCH), [1]);
  const network = async () => {
    await setImmediate(); // somewhere else, while tiles are cut
    return outputs === 'own' ? output.slice() : output;
  };
  await runPrepared(prepareImage(image, manifest), manifest, network, { tilesAtOnce: Number(tilesAtOnce) });
  process.stdout.write(JSON.stringify({ bytes: status('VmHWM') - before, imageBytes: image.data.byteLength }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await child(process.argv.slice(2));
