import { readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { ModelFailure } from '#evaluation';
import { ImageFormatError, readNifti } from '#imaging';
import { PipelineError, runPipeline, type Manifest } from '#pipeline';
import { ranOutOfMemory } from '../out-of-memory.js';
import {
  FrameReader,
  frame,
  MAX_DETAIL,
  MAX_REQUEST_BYTES,
  type PredictRequest,
  type Reply,
  type Request,
} from '../protocol.js';
import { kilobytes } from '../resident-memory.js';
import { loadNetwork, type Network } from './network.js';

// The process that runs one model: requests on stdin, replies on stdout, volumes in files. It has no credentials, no
// business outside its scratch folder, and ends with the worker that started it.

new Worker(new URL('./lifeline.js', import.meta.url), { workerData: { memoryBytes: Number(process.argv[2]) } });

let loaded: { readonly network: Network; readonly manifest: Manifest } | null = null;

async function answer(request: Request): Promise<Reply> {
  try {
    if (request.kind === 'predict') return await predict(request);
    const network = await loadNetwork(request);
    loaded = { network, manifest: request.manifest };
    return { kind: 'loaded', facts: network.facts };
  } catch (error) {
    return { kind: 'failed', ...classify(error) };
  }
}

async function predict({ image, labels: target }: PredictRequest): Promise<Reply> {
  if (!loaded) throw new Error('asked to predict before a model was loaded');
  const { network, manifest } = loaded;
  forgetPeak();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const sessionMs = network.sessionMs;
  const volume = await readNifti(await readFile(image));
  const { labels } = await runPipeline(volume, manifest, network.run);
  const { data, geometry } = labels;
  await writeFile(target, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const { user, system } = process.cpuUsage(cpu);
  return {
    kind: 'predicted',
    geometry,
    dtype: data instanceof Uint8Array ? 'uint8' : 'uint16',
    usage: {
      elapsedMs: performance.now() - start,
      cpuMs: (user + system) / 1000,
      peakRssBytes: peakRssBytes(),
      sessionMs: network.sessionMs - sessionMs,
    },
  };
}

function classify(error: unknown): Pick<Extract<Reply, { kind: 'failed' }>, 'code' | 'detail'> {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ModelFailure) return { code: error.code, detail: error.detail.slice(0, MAX_DETAIL) };
  if (error instanceof PipelineError) return { code: error.code, detail: text.slice(0, MAX_DETAIL) };
  if (error instanceof ImageFormatError)
    return { code: 'case-unreadable', detail: `${error.code}: ${text}`.slice(0, MAX_DETAIL) };
  if (ranOutOfMemory(text)) return { code: 'inference-out-of-memory', detail: text.slice(0, MAX_DETAIL) };
  const stack = error instanceof Error ? (error.stack ?? text) : text;
  return { code: 'defect', detail: stack.slice(0, MAX_DETAIL) };
}

/** Linux keeps the highest resident memory per process; writing 5 starts it anew, so that each case has its own. */
function forgetPeak(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch (error) {
    // not permitted in some containers: the peak then is that of the session so far, which is still an upper bound
    if (!['EACCES', 'EPERM', 'ENOENT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function peakRssBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return kilobytes(readFileSync('/proc/self/status', 'utf8'), 'VmHWM') ?? process.resourceUsage().maxRSS * 1024;
}

const requests = new FrameReader(MAX_REQUEST_BYTES);
let queue: Promise<void> = Promise.resolve();
process.stdin.on('data', (chunk: Buffer) => {
  for (const request of requests.push(chunk)) {
    // requests come from our own worker, frames are checked, and a wrong one can only harm this process
    queue = queue.then(async () => void process.stdout.write(frame(await answer(request as Request))));
  }
});
process.stdout.write(frame({ kind: 'ready' }));
process.stdin.on('end', () => process.exit(0));
