import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { labelExtents } from '#imaging';
import { scoreCase } from '#metrics';
import { median, rounded, sum, summary } from './figures.mjs';
import { manyLabels, segmentationPair } from './label-volumes.mjs';
import { say, temporaryFolder } from './platform.mjs';

const BUNDLE = ['dice', 'hd95', 'assd', 'nsd@2'];
const REGION = [{ name: 'structure', labels: [1] }];
const WARM_UP = 5;
const REPETITIONS = { A: 31, B: 15 };
const SCIPY_REPETITIONS = { A: 9, B: 5 };
/** In multiples of one scipy transform; see docs/benchmarks.md. */
const AIMS = { organA: 0.8, lesionA: 1.25, organB: 0.49, lesionB: 0.44 };

/** CPU time of Dice, HD95, ASSD and NSD of one structure, from whole label volumes. */
export async function measure() {
  const python = pythonWithScipy();
  if (!python) say('metrics: no python3 with scipy here, so no ratios to its distance transform');
  const folder = await temporaryFolder('metrics');
  const measurements = [];
  for (const volume of ['A', 'B']) {
    for (const structure of ['organ', 'lesion']) {
      measurements.push(await bundle(volume, structure, 1, { python, folder }));
    }
  }
  measurements.push(await bundle('B', 'organ', 10, { python, folder }));
  measurements.push(labelsTogether());
  return measurements;
}

async function bundle(volume, structure, displaced, { python, folder }) {
  const pair = segmentationPair(volume, structure, displaced);
  const { sizeXyz, spacingMm } = pair.reference.geometry;
  const key = `${structure}${volume}`;
  say(`metrics: ${key}, displaced by ${displaced} …`);
  const score = (one) => scoreCase({ ...one, regions: REGION, metrics: BUNDLE });
  const times = cpuMs(() => score(pair), REPETITIONS[volume]);
  const cropped = cropOf(pair, 1);
  const ofCrop = cpuMs(() => score(cropped), REPETITIONS[volume]);
  const reading = cpuMs(() => [labelExtents(pair.reference), labelExtents(pair.prediction)], REPETITIONS[volume]);
  const cropSize = cropped.reference.geometry.sizeXyz;
  const cropVoxels = cropped.reference.data.length;
  const [{ values }] = score(pair);
  const scipy = python && (await scipyTimes(python, folder, pair, SCIPY_REPETITIONS[volume]));
  const usual = displaced === 1;
  return {
    name: usual ? `metrics.${key}` : `metrics.${key}Displaced`,
    input: `Dice, HD95, ASSD and NSD at 2 mm of one structure of ${voxelsOf(pair.reference)} voxels in two label volumes of ${sizeXyz.join('x')}, ${spacingMm.join('x')} mm; crop of both ${cropSize.join('x')}; Dice ${rounded(values.dice.value, 3)}, HD95 ${rounded(values.hd95.value, 2)} mm`,
    unit: 'ms CPU',
    ...fine(times),
    ...(scipy && { ratio: rounded(median(times) / median(scipy.boxAndEdtMs), 3) }),
    ...(scipy && usual && { aim: { figure: 'ratio', below: AIMS[key] } }),
    parts: {
      readingMs: fine(reading),
      ofCropMs: fine(ofCrop),
      allocatedBytesPerCropVoxel: rounded(allocatedBytes(() => score(pair)) / cropVoxels, 1),
      ...(scipy && {
        scipy: scipy.scipy,
        scipyEdtMs: fine(scipy.edtMs),
        scipyBoxAndEdtMs: fine(scipy.boxAndEdtMs),
        ratioOfCrops: rounded(median(ofCrop) / median(scipy.edtMs), 3),
        ratioToEdtOfCrop: rounded(median(times) / median(scipy.edtMs), 3),
      }),
    },
  };
}

/** All labels of a volume at once against one after the other, each already cut out. */
function labelsTogether() {
  say('metrics: 41 labels …');
  const pair = manyLabels();
  const labels = Array.from({ length: 41 }, (_, n) => n + 1);
  const regions = labels.map((label) => ({ name: `${label}`, labels: [label] }));
  const together = cpuMs(() => scoreCase({ ...pair, regions, metrics: BUNDLE }), 9);
  const crops = labels.map((label) => cropOf(pair, label));
  const single = crops.map((crop, n) =>
    median(cpuMs(() => scoreCase({ ...crop, regions: [regions[n]], metrics: BUNDLE }), 9)),
  );
  return {
    name: 'metrics.manyLabels',
    input: `the same four metrics of 41 structures of one pair of label volumes of ${pair.reference.geometry.sizeXyz.join('x')}`,
    unit: 'ms CPU',
    ...fine(together),
    ratio: rounded(median(together) / sum(single), 3),
    aim: { figure: 'ratio', below: 1.3 },
    parts: { sumOfSingleCropsMs: rounded(sum(single), 2) },
  };
}

/** CPU time of this process, all its threads, for each repetition after some to warm up. */
function cpuMs(work, repetitions) {
  for (let n = 0; n < WARM_UP; n++) work();
  return Array.from({ length: repetitions }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

/** Bytes of typed arrays that are made in one go; all that is held at any time is no more. */
function allocatedBytes(work) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const each = [1, 2, 3, 4, 5].map(() => {
    collect();
    collect(); // the first may leave memory to be freed in the background
    const before = process.memoryUsage().arrayBuffers;
    work();
    return process.memoryUsage().arrayBuffers - before;
  });
  return Math.max(...each);
}

function voxelsOf({ data }) {
  let voxels = 0;
  for (const label of data) voxels += label === 0 ? 0 : 1;
  return voxels;
}

/** Both maps cut to the smallest box around a label in either. */
function cropOf(pair, wanted) {
  const boxes = [pair.reference, pair.prediction].map(
    (map) => labelExtents(map).find(({ label }) => label === wanted).box,
  );
  const from = [0, 1, 2].map((axis) => Math.min(...boxes.map(({ min }) => min[axis])));
  const sizeXyz = [0, 1, 2].map((axis) => Math.max(...boxes.map(({ max }) => max[axis])) - from[axis] + 1);
  const cut = ({ geometry, data }) => {
    const [nx, ny] = geometry.sizeXyz;
    const cropped = new Uint8Array(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]);
    for (let k = 0, at = 0; k < sizeXyz[2]; k++) {
      for (let j = 0; j < sizeXyz[1]; j++, at += sizeXyz[0]) {
        const start = ((from[2] + k) * ny + from[1] + j) * nx + from[0];
        cropped.set(data.subarray(start, start + sizeXyz[0]), at);
      }
    }
    return { geometry: { ...geometry, sizeXyz }, data: cropped };
  };
  return { reference: cut(pair.reference), prediction: cut(pair.prediction) };
}

/** The system's own python3 (Debian's python3-scipy) before another one; null when none has scipy. */
function pythonWithScipy() {
  const has = (python) => spawnSync(python, ['-c', 'import scipy.ndimage'], { stdio: 'ignore' }).status === 0;
  return ['/usr/bin/python3', 'python3'].find(has) ?? null;
}

async function scipyTimes(python, folder, { reference, prediction }, repetitions) {
  const files = { reference: join(folder, 'reference.raw'), prediction: join(folder, 'prediction.raw') };
  await writeFile(files.reference, reference.data);
  await writeFile(files.prediction, prediction.data);
  const { sizeXyz, spacingMm } = reference.geometry;
  const ask = { ...files, shape: sizeXyz.toReversed(), spacing: spacingMm.toReversed(), repetitions };
  const answer = spawnSync(python, [join(import.meta.dirname, 'scipy-edt.py')], {
    input: JSON.stringify(ask),
    encoding: 'utf8',
  });
  for (const file of Object.values(files)) await rm(file);
  if (answer.status !== 0) throw new Error(`scipy-edt.py ended with ${answer.status}: ${answer.stderr.slice(-2000)}`);
  return JSON.parse(answer.stdout);
}

/** Milliseconds to a hundredth: some of these figures are small. */
function fine(times) {
  return {
    repetitions: times.length,
    median: rounded(median(times), 2),
    min: rounded(Math.min(...times), 2),
    max: rounded(Math.max(...times), 2),
  };
}
