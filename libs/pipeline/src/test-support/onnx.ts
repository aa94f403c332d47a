import { once } from 'node:events';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decodeFloat16, encodeFloat16 } from '../float16.js';
import type { RunTile } from '../infer.js';

const NETWORKS = resolve(import.meta.dirname, '../../../../test/golden/pipeline/networks');

interface Answer {
  readonly id: number;
  readonly error?: string;
  readonly bytes: ArrayBuffer;
  readonly dims: readonly number[];
  readonly type: string;
}

/** Networks of the golden chains, run by ONNX Runtime. Input "x", output "y". */
export async function openNetworks(
  names: readonly string[],
): Promise<{ readonly run: RunTile; readonly close: () => Promise<unknown> }> {
  const models = names.map((name) => resolve(NETWORKS, `${name}.onnx`));
  const worker = new Worker(resolve(import.meta.dirname, 'onnx-worker.mjs'), { workerData: { models } });
  const waiting = new Map<number, (answer: Answer) => void>();
  await once(worker, 'message');
  worker.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  let next = 0;
  const run: RunTile = async (tile, _shape, { model, inputDims, outputDims, inputType, outputType }) => {
    const id = next++;
    const data = inputType === 'float16' ? encodeFloat16(tile) : tile;
    const answered = new Promise<Answer>((done) => waiting.set(id, done));
    worker.postMessage({ id, data, type: inputType, dims: inputDims, model });
    const { error, bytes, dims, type } = await answered;
    waiting.delete(id);
    if (error !== undefined) throw new Error(error);
    if (type !== outputType || dims.join() !== outputDims.join())
      throw new Error(`output is ${type} [${dims.join()}]; expected ${outputType} [${outputDims.join()}]`);
    return type === 'float16' ? decodeFloat16(new Uint16Array(bytes)) : new Float32Array(bytes);
  };
  return { run, close: () => worker.terminate() };
}
