import { ModelFailure } from '#domain';
import type { ModelFacts } from '#evaluation';
import { inputElements, outputValues, type Manifest, type TileRequest } from '#pipeline';
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
    async run(tile, request) {
      const { model, inputDims, outputDims, inputType, outputType } = request;
      const session = sessions[model];
      const elements = inputElements(tile, inputType);
      const fed =
        elements instanceof Uint16Array
          ? new ort.Tensor('float16', elements, inputDims)
          : new ort.Tensor('float32', elements, inputDims);
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
      return { values: outputValues(result.data, request), began, ended };
    },
  };
}

/** The same for all threads of the process, to a fraction of a millisecond. */
function now(): number {
  return performance.timeOrigin + performance.now();
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

function failure(code: 'model-load-failed' | 'inference-failed', error: unknown): ModelFailure {
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
  return new ModelFailure(ranOutOfMemory(detail) ? 'inference-out-of-memory' : code, detail, { cause: error });
}
