import { cp, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { summary } from './figures.mjs';
import { newDataDir, root, say, startPlatform, temporaryFolder } from './platform.mjs';

const REPETITIONS = 3;
const ENTRY = ['apps/cli/bin/start.mjs'];
/** What `npm ci` and a clone do not bring, and the tests, which no start reads. */
const LEFT_OUT = /^(node_modules|dist|coverage|test|\.git|\.voxelmark.*)$/;

/**
 * What `npm start` runs, from the start of the process to the banner, with the product's own settings: in a copy of this
 * checkout that has never been built, then built on an empty data folder, then on the folder of that start.
 */
export async function measure() {
  const checkout = await freshCheckout();
  say('startUp: first start with the build …');
  const withBuild = await startAndStop(await newDataDir('start-build'), checkout);
  const first = [];
  let dataDir = null;
  for (let n = 1; n <= REPETITIONS; n++) {
    say(`startUp: first start ${n} of ${REPETITIONS} …`);
    dataDir = await newDataDir('start');
    first.push(await startAndStop(dataDir, checkout));
  }
  const again = [];
  for (let n = 1; n <= REPETITIONS; n++) {
    say(`startUp: later start ${n} of ${REPETITIONS} …`);
    again.push(await startAndStop(dataDir, checkout));
  }
  return [
    measurement(
      'startUp.firstWithBuild',
      'installed but never built checkout, empty data folder, demo on',
      [withBuild],
      60_000,
    ),
    measurement('startUp.first', 'built checkout, empty data folder, demo on', first),
    measurement(
      'startUp.later',
      'built checkout, data folder of an earlier start, stopped in order while its demo was being made',
      again,
      5_000,
    ),
  ];
}

function measurement(name, input, starts, below) {
  return {
    name,
    input,
    unit: 'ms',
    ...summary(starts.map(({ bannerMs }) => bannerMs)),
    ...(below === undefined ? {} : { aim: { figure: 'median', below } }),
    parts: {
      readyAfterMs: summary(starts.map(({ readyAfterMs }) => readyAfterMs)),
      healthMs: summary(starts.map(({ healthMs }) => healthMs)),
    },
  };
}

async function startAndStop(dataDir, cwd) {
  const { stop, ...times } = await startPlatform(dataDir, { entry: ENTRY, cwd });
  await stop();
  return times;
}

/** A copy without build results; installed packages are those of this checkout, by a link. */
async function freshCheckout() {
  const folder = await temporaryFolder('checkout');
  await cp(root, folder, { recursive: true, filter: (source) => !LEFT_OUT.test(relative(root, source)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}
