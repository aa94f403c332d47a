import { prepareImage, runPrepared } from '#pipeline';
import { median, rounded, summary } from './figures.mjs';
import { IMAGE, LABELS, manifest, logits, PATCH, syntheticImage, TARGET } from './pipeline-job.mjs';
import { measureMemory } from './pipeline-memory.mjs';
import { measureWithNetwork } from './pipeline-network.mjs';
import { say } from './platform.mjs';

const WARM_UP = 2;
const REPETITIONS = 7;
/** Everything but the network itself, ms. */
const AIM_MS = 500;

/** CPU time of this process, ms: the stages run on one thread, and other work of the machine does not count. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Stages of the JavaScript between an image and its label map without the network, its memory, and whole cases with one. */
export async function measure() {
  const image = syntheticImage();
  return [
    await measureStages(image),
    measureMemory(),
    ...(await measureWithNetwork({ image, target: TARGET.toReversed(), patch: PATCH })),
  ];
}

async function measureStages(image) {
  const outputs = logits(64 ** 3);
  const times = { prepare: [], tiles: [], restore: [], all: [] };
  let tiles = 0;
  const runTile = async () => outputs[tiles++ % outputs.length];
  for (let n = 0; n < WARM_UP + REPETITIONS; n++) {
    tiles = 0;
    const start = cpuMs();
    const prepared = prepareImage(image, manifest);
    const ready = cpuMs();
    const { stagesMs } = await runPrepared(prepared, manifest, runTile, { now: cpuMs });
    const end = cpuMs();
    if (n < WARM_UP) continue;
    times.prepare.push(ready - start);
    times.tiles.push(stagesMs.inference);
    times.restore.push(stagesMs.restore);
    times.all.push(end - start);
  }
  say(
    `pipeline: ${tiles} tiles; prepare ${rounded(median(times.prepare), 0)}, tiles ${rounded(median(times.tiles), 0)}, restore ${rounded(median(times.restore), 0)} ms`,
  );
  return {
    name: 'pipeline.withoutNetwork',
    input: `${IMAGE.join('x')} int16 to ${TARGET.join('x')}, ${LABELS} labels, ${tiles} tiles of 64x64x64, clip, z-score, linear there and back, argmax, largest piece`,
    unit: 'ms CPU',
    ...summary(times.all),
    aim: { figure: 'median', below: AIM_MS },
    parts: {
      prepareMs: rounded(median(times.prepare), 1),
      tilesMs: rounded(median(times.tiles), 1),
      restoreMs: rounded(median(times.restore), 1),
    },
  };
}
