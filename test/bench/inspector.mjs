import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rounded, summary } from './figures.mjs';
import { bin, root, say, temporaryFolder } from './platform.mjs';

const MIB = 2 ** 20;
/** What docs/sandbox.md promises of the inspector, whatever the file. */
const AIM_MS = 2_000;
const AIM_BASE_MIB = 192;
const PER_BYTE = 3;
const CONTROLS = join(root, 'test/corpus/controls');
const SMALLEST = join(root, 'datasets/phantoms/models/threshold-smooth/model.onnx');

/**
 * `voxelmark inspect FILE --json`, a process for each file: the hostile corpus, the controls, and large honest models.
 * Times are from the start of the process to its end, so Node and the loading of the product are in them.
 */
export async function measure() {
  const folder = await temporaryFolder('inspector');
  say('inspector: writing models …');
  const controls = readdirSync(CONTROLS).filter((name) => name.endsWith('.onnx'));
  const models = [
    ...writeModels(folder),
    ...controls.map((name) => ({ name: `control: ${name}`, path: join(CONTROLS, name) })),
  ];
  const start = await inspected(SMALLEST);
  const seen = [];
  for (const [n, { name, path }] of models.entries()) {
    if (n % 40 === 0) say(`inspector: ${n} of ${models.length} …`);
    const { size } = statSync(path);
    seen.push({ name, size, ...(await inspected(path)) });
  }
  const slowest = seen.toSorted((a, b) => b.ms - a.ms).slice(0, 5);
  const beyond = ({ peakBytes, size }) => (peakBytes - PER_BYTE * size) / MIB;
  const hungriest = seen.toSorted((a, b) => beyond(b) - beyond(a)).slice(0, 5);
  const large = seen.filter(({ size }) => size > 100 * MIB);
  const input = `${models.length} files: the hostile corpus, ${controls.length} controls, honest models of up to 1 GiB`;
  return [
    {
      name: 'inspector.time',
      input,
      unit: 'ms',
      ...summary(seen.map(({ ms }) => ms)),
      aim: { figure: 'max', below: AIM_MS },
      parts: {
        smallestModelMs: rounded(start.ms),
        slowest: slowest.map(({ name, ms, cpuMs }) => ({ name, ms: rounded(ms), cpuMs: rounded(cpuMs) })),
      },
    },
    {
      name: 'inspector.memory',
      input: `${input}; resident memory at its highest, less ${PER_BYTE} times the size of the file`,
      unit: 'MiB',
      ...summary(seen.map(beyond)),
      aim: { figure: 'max', below: AIM_BASE_MIB },
      parts: {
        smallestModelMib: rounded(start.peakBytes / MIB),
        highestMib: rounded(Math.max(...seen.map(({ peakBytes }) => peakBytes)) / MIB),
        // the k of base + k x size: what a byte of a large file costs beyond the smallest model
        perByteOfLarge: rounded(
          Math.max(...large.map(({ peakBytes, size }) => (peakBytes - start.peakBytes) / size)),
          2,
        ),
        hungriest: hungriest.map((one) => ({ name: one.name, mib: rounded(beyond(one)) })),
      },
    },
  ];
}

/** The models are made by the sources of the tests, which are TypeScript. */
function writeModels(folder) {
  const program = ['--conditions=source', '--no-warnings', '--import', './test/typescript.mjs'];
  const ran = spawnSync(process.execPath, [...program, 'test/corpus/write-models.ts', folder], {
    cwd: root,
    maxBuffer: 16 * MIB,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ran.status !== 0) throw new Error(`writing the models ended with ${ran.signal ?? ran.status}`);
  return JSON.parse(ran.stdout.toString());
}

/** @returns wall time, processor time of all threads, and the highest resident memory */
async function inspected(path) {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', './test/support/tell-peak.mjs', bin, 'inspect', path, '--json'],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code, signal] = await once(child, 'close');
  const ms = performance.now() - began;
  const told = /^peak (\d+) cpu (\d+)$/m.exec(stderr);
  if (![0, 6].includes(code) || !told) throw new Error(`inspect ${path} ended with ${signal ?? code}: ${stderr}`);
  return { ms, peakBytes: Number(told[1]), cpuMs: Number(told[2]) / 1000 };
}
