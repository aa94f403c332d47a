import { ModelFailure } from '#domain';
import { throwFirstRefusal } from './check-model.js';
import { fedInputs, standardOpset, type ModelDescription, type TensorOutline } from './description.js';
import { failureCodeOf, Findings } from './findings.js';
import { readModel } from './read-model.js';
import { bytesSource, WireError, withFileSource, type ByteSource } from './wire.js';

/** What a model file says about itself, read without running or loading it. */
export interface ModelOutline {
  readonly irVersion: number;
  /** Version of the default operator set. */
  readonly opset: number;
  /** Inputs that have to be fed: those of the graph that are not initialisers. */
  readonly inputs: readonly TensorOutline[];
  readonly outputs: readonly TensorOutline[];
  readonly nodes: number;
}

/** Reads the outline of a model file. @see outlineModel */
export function outlineModelFile(path: string): ModelOutline {
  return withFileSource(path, outlineSource);
}

/**
 * Walks the file once and gives its face. Refuses what is no ONNX model, any trace of external data, and everything else
 * that `readModel` finds wrong with the file as such.
 *
 * @throws ModelFailure
 */
export function outlineModel(bytes: Uint8Array): ModelOutline {
  return outlineSource(bytesSource(bytes));
}

function outlineSource(source: ByteSource): ModelOutline {
  const found = new Findings();
  let model: ModelDescription;
  try {
    model = readModel(source, found);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throwFirstRefusal(found, error); // what was found before the bytes stopped to make sense is the better reason
    throw new ModelFailure(failureCodeOf(error.code), error.message, { cause: error });
  }
  throwFirstRefusal(found);
  const opset = standardOpset(model);
  if (model.irVersion < 1 || opset < 1) {
    throw new ModelFailure('model-not-onnx', 'the file does not say its IR version and the version of its operators');
  }
  const { irVersion, nodes, graph } = model;
  return { irVersion, opset, nodes, inputs: fedInputs(graph), outputs: graph.outputs };
}
