// A network on a thread of its own, outside of jest's context: ONNX Runtime knows the typed arrays of its own realm only.
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

const sessions = await Promise.all(
  workerData.models.map((path) => ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 })),
);
parentPort.on('message', async ({ id, data, type, dims, model }) => {
  try {
    const { y } = await sessions[model].run({ x: new ort.Tensor(type, data, dims) });
    const values = ArrayBuffer.isView(y.data) ? y.data : Uint16Array.from(y.data);
    parentPort.postMessage({ id, bytes: values.slice().buffer, dims: y.dims, type: y.type });
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
});
parentPort.postMessage({ ready: true });
