import { ModelFailure, type ModelFacts } from '#evaluation';
import type { Manifest } from '#pipeline';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkModel } from '../inspect/check-model.js';
import { outlineModelFile, type TensorOutline } from '../inspect/outline.js';
import { ranOutOfMemory } from '../out-of-memory.js';
import { MAX_DETAIL } from '../protocol.js';

/** A loaded network as the pipeline sees it: one tile in, its channels out. */
export interface Network {
  readonly facts: ModelFacts;
  /** Wall time spent in ONNX Runtime so far, ms. */
  readonly sessionMs: number;
  /**
   * @param tile  values of a [1, 1, a, b, c] tensor, c fastest
   * @param shape [a, b, c]
   * @returns values of [1, labels, a, b, c], all finite
   * @throws ModelFailure
   */
  run(tile: Float32Array, shape: readonly number[]): Promise<Float32Array>;
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
export async function loadNetwork(path: string, manifest: Manifest, threads: number): Promise<Network> {
  const outline = outlineModelFile(path);
  checkModel(outline, manifest);
  const ort = await import('onnxruntime-node');
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(path, {
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
  const channels = manifest.labels.length;
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
    async run(tile, shape) {
      const feeds = { [input]: new ort.Tensor('float32', tile, [1, 1, ...shape]) };
      const start = performance.now();
      let result: Tensor;
      try {
        result = (await session.run(feeds, [output]))[output];
      } catch (error) {
        throw failure('inference-failed', error);
      } finally {
        sessionMs += performance.now() - start;
      }
      const expected = [1, channels, ...shape];
      const fits = result.dims.length === 5 && expected.every((size, axis) => result.dims[axis] === size);
      if (!fits || !(result.data instanceof Float32Array)) {
        const got = `${result.type} [${result.dims.join(', ')}]`;
        throw new ModelFailure(
          'output-shape',
          `output "${output}" is ${got}; expected float32 [${expected.join(', ')}]`,
        );
      }
      checkFinite(result.data, output);
      return result.data;
    },
  };
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
