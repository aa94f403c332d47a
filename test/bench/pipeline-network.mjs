import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeNifti } from '#imaging';
import { createModelRunner } from '#inference';
import { expandManifest } from '#pipeline';
import { median, rounded, summary } from './figures.mjs';
import { root, say, temporaryFolder } from './platform.mjs';
import { later } from './undo.mjs';

/** The small U-Net of the demo: 93,045 parameters, 5 labels. */
const MODEL = join(root, 'datasets/phantoms/models/unet-small/model.onnx');
const LABELS = 5;
const CASES = 10;
const REPETITIONS = 3;
/** How many times as fast as the same steps in Python. */
const AIMS = { oneCase: 1.05, tenCases: 1.15 };
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A case and ten cases through the product's own path (a model session: file in, child process, label map out), and through
 * Python where it has onnxruntime, numpy and scipy: in turns, on the same files, with the same number of threads.
 */
export async function measureWithNetwork({ image, target, patch }) {
  const threads = Math.min(2, availableParallelism());
  const folder = await temporaryFolder('pipeline');
  const path = join(folder, 'case.nii.gz');
  const file = await writeNifti(image, { gzip: true });
  await writeFile(path, file);
  const manifest = manifestOf(target, patch);
  const session = await openSession(folder, manifest, threads);
  const python = await openPython(threads, target, patch);
  if (!python) say('pipeline: no python3 with onnxruntime, numpy and scipy here, so no ratios to it');
  const predict = () => session.predict([file], AbortSignal.timeout(600_000));
  const inPython = () => python.ask({ image: path, out: join(folder, 'python.labels') });

  say(`pipeline: one case, ${threads} thread(s) …`);
  const first = await predict(); // both warm up
  const agreement =
    python && (await inPython()) && agreementOf(first.labels.data, await readFile(join(folder, 'python.labels')));
  const one = { ours: [], python: [], usages: [], pythonAnswers: [] };
  for (let n = 0; n < REPETITIONS; n++) {
    one.ours.push(await wallMs(async () => one.usages.push((await predict()).usage)));
    if (python) one.python.push(await wallMs(async () => one.pythonAnswers.push(await inPython())));
  }
  say(`pipeline: ${CASES} cases …`);
  const ten = await wallMs(() => Promise.all(Array.from({ length: CASES }, predict)));
  let tenInPython = null;
  if (python) {
    tenInPython = await wallMs(async () => {
      for (let n = 0; n < CASES; n++) await inPython();
    });
  }
  const usage = one.usages.toSorted((a, b) => a.elapsedMs - b.elapsedMs)[REPETITIONS >> 1];
  const answer = one.pythonAnswers.toSorted((a, b) => a.elapsedMs - b.elapsedMs)[REPETITIONS >> 1];
  const input = `${image.geometry.sizeXyz.join('x')} int16 .nii.gz to ${[...target].reverse().join('x')}, 93,045-parameter U-Net, ${LABELS} labels, tiles of ${patch.join('x')}, ${threads} thread(s), process at ${session.isolation}`;
  const ratio = (theirs, ours) => theirs && { ratio: rounded(theirs / ours, 3) };
  return [
    {
      name: 'pipeline.oneCase',
      input,
      unit: 'ms wall',
      ...summary(one.ours),
      ...ratio(python && median(one.python), median(one.ours)),
      ...(python && { aim: { figure: 'ratio', above: AIMS.oneCase } }),
      parts: {
        stagesMs: fine(usage.stagesMs),
        sessionRunMs: rounded(usage.sessionMs, 1),
        shareOfSessionRun: rounded(usage.sessionMs / usage.elapsedMs, 3),
        cpuMs: rounded(usage.cpuMs, 1),
        peakRssMiB: rounded(usage.peakRssBytes / 2 ** 20, 0),
        ...(python && {
          python: {
            ...python.versions,
            elapsedMs: summary(one.python),
            stagesMs: fine(answer.stagesMs),
            sessionRunMs: rounded(answer.sessionMs, 1),
            cpuMs: rounded(answer.cpuMs, 1),
          },
          labelsEqual: agreement,
        }),
      },
    },
    {
      name: 'pipeline.tenCases',
      input: `${CASES} such cases, one after the other; the next is read and prepared while one runs`,
      unit: 'ms wall',
      ...summary([ten]),
      ...ratio(tenInPython, ten),
      ...(python && { aim: { figure: 'ratio', above: AIMS.tenCases }, parts: { pythonMs: rounded(tenInPython, 0) } }),
    },
  ];
}

function manifestOf(target, patch) {
  return expandManifest({
    manifestVersion: 1,
    name: 'bench',
    version: '1',
    inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
    output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
    preprocess: [
      { op: 'orient', axes: 'SPL' },
      { op: 'clip', lo: -160, hi: 240 },
      { op: 'zscore', mean: 40, std: 100 },
      { op: 'resize', size: target, order: 1 },
    ],
    inference: { mode: 'sliding', patch, overlap: 0.5, blend: 'gaussianNnunet' },
    postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }, { op: 'keepLargest', labels: [1] }],
    labels: Array.from({ length: LABELS }, (_, value) => ({ value, name: `label ${value}` })),
  });
}

async function openSession(folder, manifest, threads) {
  const scratchDir = join(folder, 'sessions');
  const runner = await createModelRunner({ scratchDir, log: SILENT });
  later(() => runner.close());
  const sha256 = createHash('sha256')
    .update(await readFile(MODEL))
    .digest('hex');
  const model = { sha256, copyTo: (path) => copyFile(MODEL, path) };
  return runner.open([model], manifest, { loadSeconds: 60, caseSeconds: 600, memoryMib: 4096, threads });
}

/** A Python that answers JSON lines, or null where it lacks what is needed. */
async function openPython(threads, target, patch) {
  const found = spawnSync('python3', ['-c', 'import numpy, scipy, onnxruntime'], { stdio: 'ignore' });
  if (found.status !== 0) return null;
  const child = spawn('python3', ['-B', join(root, 'test/bench/onnx-pipeline.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  later(async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('python3 ended');
    return JSON.parse(value);
  };
  const { tiles, ...versions } = await ask({ model: MODEL, threads, target, patch, labels: LABELS });
  if (tiles !== 50) throw new Error(`Python plans ${tiles} tiles; expected 50`);
  return { versions, ask };
}

async function wallMs(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Share of voxels with the same label. */
function agreementOf(ours, theirs) {
  if (ours.length !== theirs.length) throw new Error(`Python wrote ${theirs.length} labels; expected ${ours.length}`);
  let equal = 0;
  for (let v = 0; v < ours.length; v++) if (ours[v] === theirs[v]) equal++;
  return rounded(equal / ours.length, 7);
}

const fine = (stages) => Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, rounded(ms, 1)]));
