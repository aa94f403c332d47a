import { ModelFailure, type ModelFacts } from '#evaluation';
import { decodeFloat16, encodeFloat16, type TileRequest } from '#pipeline';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkModel } from '../inspect/check-model.js';
import type { TensorOutline } from '../inspect/description.js';
import { outlineModelFile } from '../inspect/outline.js';
import { ranOutOfMemory } from '../out-of-memory.js';
import { MAX_DETAIL, type LoadRequest } from '../protocol.js';

/** A loaded network as the pipeline sees it: one tile in, its channels out. */
export interface Network {
  readonly facts: ModelFacts;
  /** Wall time spent in ONNX Runtime so far, ms. */
  readonly sessionMs: number;
  /**
   * @param tile  values of a tensor of `request.inputDims`, last axis fastest
   * @param shape [a, b, c] of the tile
   * @returns values of a tensor of `request.outputDims`, all finite
   * @throws ModelFailure
   */
  run(tile: Float32Array, shape: readonly number[], request: TileRequest): Promise<Float32Array>;
}

/**
 * Looks at the model file, then loads it. ONNX Runtime enters the process only after the file passed the look.
 *
 * The model is loaded by path: from a buffer, ONNX Runtime would read files of the working directory as external weights.
 * Everything that could change a number is fixed: provider, threads, execution order, optimisation level. `extended` leaves
 * out the layout rewrites that depend on the processor. Without the arena a run gives its memory back and is no slower.
 *
 * @throws ModelFailure
 */
export async function loadNetwork({ model, manifest, threads, inspect }: LoadRequest): Promise<Network> {
  const outline = inspect ? outlineModelFile(model) : { inputs: [], outputs: [] };
  if (inspect) checkModel(outline, manifest);
  const ort = await import('onnxruntime-node');
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      graphOptimizationLevel: 'extended',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: false,
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw failure('model-load-failed', error);
  }
  const input = manifest.inputs[0].tensor;
  const output = manifest.output.tensor;
  let sessionMs = 0;

  return {
    facts: {
      inputs: outline.inputs.map(face),
      outputs: outline.outputs.map(face),
      runtime: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}`,
    },
    get sessionMs() {
      return sessionMs;
    },
    async run(tile, _shape, { model: which, inputDims, outputDims, inputType, outputType }) {
      if (which !== 0)
        throw new ModelFailure('manifest-invalid', `the manifest speaks of model ${which}; one was submitted`);
      const fed =
        inputType === 'float16'
          ? new ort.Tensor('float16', encodeFloat16(tile), inputDims)
          : new ort.Tensor('float32', tile, inputDims);
      const start = performance.now();
      let result: Tensor;
      try {
        result = (await session.run({ [input]: fed }, [output]))[output];
      } catch (error) {
        throw failure('inference-failed', error);
      } finally {
        sessionMs += performance.now() - start;
      }
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
      const values = floats(result.data, outputType);
      checkFinite(values, output);
      return values;
    },
  };
}

/** Half precision comes as bit patterns, or as a Float16Array where the language has one. */
function floats(data: unknown, type: TileRequest['outputType']): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === 'float16' && data instanceof Uint16Array) return decodeFloat16(data);
  if (type === 'float16' && ArrayBuffer.isView(data))
    return decodeFloat16(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
  throw new ModelFailure('output-shape', `the output is not made of ${type} values`);
}

function face({ name, dtype, shape }: TensorOutline): ModelFacts['inputs'][number] {
  return { name, dtype, shape: shape ?? [] };
}

function checkFinite(values: Float32Array, name: string): void {
  for (let i = 0; i < values.length; i++) {
    // x - x is 0 for every finite number, NaN otherwise
    if (values[i] - values[i] !== 0) {
      throw new ModelFailure('output-not-finite', `output "${name}" holds ${values[i]} at flat index ${i}`);
    }
  }
}

function failure(code: 'model-load-failed' | 'inference-failed', error: unknown): ModelFailure {
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
  return new ModelFailure(ranOutOfMemory(detail) ? 'inference-out-of-memory' : code, detail, { cause: error });
}
