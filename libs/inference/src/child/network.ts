import { ModelFailure } from '#domain';
import type { ModelFacts } from '#evaluation';
import { decodeFloat16, encodeFloat16, labelsAsChannels, type Manifest, type TileRequest } from '#pipeline';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkModel } from '../inspect/check-model.js';
import type { TensorOutline } from '../inspect/description.js';
import { outlineModelFile } from '../inspect/outline.js';
import { ranOutOfMemory } from '../out-of-memory.js';
import { MAX_DETAIL, type LoadRequest } from '../protocol.js';
import type { Seating } from './seating.js';

/** The loaded networks of a version. */
export interface LoadedNetwork {
  readonly facts: ModelFacts;
  /**
   * @param tile values of a tensor of `request.inputDims`, last axis fastest
   * @returns values of a tensor of `request.outputDims` in an array of its own, and when ONNX Runtime began and ended, ms since 1970
   * @throws ModelFailure
   */
  run(
    tile: Float32Array,
    request: TileRequest,
  ): Promise<{ readonly values: Float32Array<ArrayBuffer>; readonly began: number; readonly ended: number }>;
}

/**
 * Looks at the model files, then loads them. ONNX Runtime enters the process only after all of them passed the look.
 *
 * A model is loaded by path: from a buffer, ONNX Runtime would read files of the working directory as external weights.
 * Everything that could change a number is fixed: provider, execution order, optimisation level. `extended` leaves out the
 * layout rewrites that depend on the processor.
 *
 * @throws ModelFailure; its detail names the file when there are several
 */
export async function loadNetwork(
  { models, manifest, inspect }: LoadRequest,
  { threadsEach, keepsMemory }: Seating,
): Promise<LoadedNetwork> {
  const outlines = models.map((path, n) =>
    naming(manifest, n, () => {
      if (!inspect) return { inputs: [], outputs: [] };
      const outline = outlineModelFile(path);
      checkModel(outline, manifest);
      return outline;
    }),
  );
  const ort = await import('onnxruntime-node');
  const sessions: InferenceSession[] = [];
  for (const [n, path] of models.entries()) {
    try {
      const session = await ort.InferenceSession.create(path, {
        executionProviders: ['cpu'],
        executionMode: 'sequential',
        graphOptimizationLevel: 'extended',
        intraOpNumThreads: threadsEach,
        interOpNumThreads: 1,
        enableCpuMemArena: keepsMemory,
        logSeverityLevel: 4,
      });
      sessions.push(session);
    } catch (error) {
      naming(manifest, n, () => {
        throw failure('model-load-failed', error);
      });
    }
  }
  const input = manifest.inputs[0].tensor;
  const output = manifest.output.tensor;

  return {
    facts: {
      inputs: outlines[0].inputs.map(face),
      outputs: outlines[0].outputs.map(face),
      runtime: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}`,
    },
    async run(tile, { model: which, inputDims, outputDims, inputType, outputType, labels }) {
      const session = sessions[which];
      const fed =
        inputType === 'float16'
          ? new ort.Tensor('float16', encodeFloat16(tile), inputDims)
          : new ort.Tensor('float32', tile, inputDims);
      const began = now();
      let result: Tensor;
      try {
        result = (await session.run({ [input]: fed }, [output]))[output];
      } catch (error) {
        throw failure('inference-failed', error);
      }
      const ended = now();
      const { dims, type } = result;
      if (
        type !== outputType ||
        dims.length !== outputDims.length ||
        outputDims.some((size, axis) => dims[axis] !== size)
      ) {
        const got = `${type} [${dims.join(', ')}]`;
        throw new ModelFailure(
          'output-shape',
          `output "${output}" is ${got}; expected ${outputType} [${outputDims.join(', ')}]`,
        );
      }
      if (labels !== null) {
        return { values: labelsAsChannels(whole(result.data, outputType), outputDims[0], labels), began, ended };
      }
      return { values: floats(result.data, outputType), began, ended };
    },
  };
}

/** The same for all threads of the process, to a fraction of a millisecond. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Half precision comes as bit patterns, or as a Float16Array where the language has one. */
function floats(data: unknown, type: TileRequest['outputType']): Float32Array<ArrayBuffer> {
  if (data instanceof Float32Array) return data.slice(); // its memory belongs to ONNX Runtime
  if (type === 'float16' && data instanceof Uint16Array) return decodeFloat16(data);
  if (type === 'float16' && ArrayBuffer.isView(data))
    return decodeFloat16(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
  throw new ModelFailure('output-shape', `the output is not made of ${type} values`);
}

/** Failures of one of several files say which. */
function naming<T>({ models = [] }: Manifest, n: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ModelFailure) || models.length < 2) throw error;
    const detail = `model ${n} (${models[n].file}): ${error.detail}`.slice(0, MAX_DETAIL);
    throw new ModelFailure(error.code, detail, { cause: error });
  }
}

function face({ name, dtype, shape }: TensorOutline): ModelFacts['inputs'][number] {
  return { name, dtype, shape: shape ?? [] };
}

function whole(data: unknown, type: TileRequest['outputType']): BigInt64Array | Int32Array | Uint8Array {
  if (data instanceof BigInt64Array || data instanceof Int32Array || data instanceof Uint8Array) return data;
  throw new ModelFailure('output-shape', `the output is not made of ${type} values`);
}

function failure(code: 'model-load-failed' | 'inference-failed', error: unknown): ModelFailure {
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
  return new ModelFailure(ranOutOfMemory(detail) ? 'inference-out-of-memory' : code, detail, { cause: error });
}
