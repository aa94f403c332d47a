import { expandManifest, infer, prepare, restore } from '#pipeline';
import { median, rounded, summary } from './figures.mjs';
import { say } from './platform.mjs';

const IMAGE = [160, 160, 120];
const TARGET = [192, 192, 96];
const LABELS = 4;
const WARM_UP = 2;
const REPETITIONS = 7;
/** Everything but the network itself, ms. */
const AIM_MS = 500;

/** The job of a whole case with a network that costs nothing: what the pipeline itself takes. */
const manifest = expandManifest({
  manifestVersion: 1,
  name: 'bench',
  version: '1',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [
    { op: 'orient', axes: 'SPL' },
    { op: 'clip', lo: -160, hi: 240 },
    { op: 'zscore', mean: 40, std: 100 },
    { op: 'resize', size: [TARGET[2], TARGET[1], TARGET[0]], order: 1 },
  ],
  inference: { mode: 'sliding', patch: [64, 64, 64], overlap: 0.5, blend: 'gaussianNnunet' },
  postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }, { op: 'keepLargest', labels: [1] }],
  labels: Array.from({ length: LABELS }, (_, value) => ({ value, name: `label ${value}` })),
});

/** CPU time of this process, ms: the stages run on one thread, and other work of the machine does not count. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Stages of the JavaScript between an image and its label map, without the network. */
export async function measure() {
  const image = syntheticImage();
  const outputs = logits(64 ** 3);
  const times = { prepare: [], tiles: [], restore: [], all: [] };
  let tiles = 0;
  const runTile = async () => outputs[tiles++ % outputs.length];
  for (let n = 0; n < WARM_UP + REPETITIONS; n++) {
    tiles = 0;
    const start = cpuMs();
    const prepared = prepare(image, manifest);
    const ready = cpuMs();
    const { maps } = await infer(prepared, manifest, runTile);
    const inferred = cpuMs();
    restore(maps, prepared, manifest);
    const end = cpuMs();
    if (n < WARM_UP) continue;
    times.prepare.push(ready - start);
    times.tiles.push(inferred - ready);
    times.restore.push(end - inferred);
    times.all.push(end - start);
  }
  say(
    `pipeline: ${tiles} tiles; prepare ${rounded(median(times.prepare), 0)}, tiles ${rounded(median(times.tiles), 0)}, restore ${rounded(median(times.restore), 0)} ms`,
  );
  return [
    {
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
    },
  ];
}

function syntheticImage() {
  const [nx, ny, nz] = IMAGE;
  const data = Int16Array.from({ length: nx * ny * nz }, (_, v) => ((v * 2654435761) >>> 20) - 1024);
  return {
    geometry: { sizeXyz: IMAGE, spacingMm: [1, 1, 2], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    data,
  };
}

/** Three different tiles, smooth enough for pieces of many sizes. */
function logits(voxels) {
  return [1, 2, 3].map((seed) =>
    Float32Array.from({ length: LABELS * voxels }, (_, v) => {
      const x = v % 64;
      const y = Math.floor(v / 64) % 64;
      const z = Math.floor(v / 4096) % 64;
      return (
        Math.sin((x * seed + v / voxels) / 5) +
        Math.cos((y + seed) / 4) * Math.sin((z * seed) / 7) +
        (((v * 2654435761) >>> 22) / 1024 - 0.5)
      );
    }),
  );
}
