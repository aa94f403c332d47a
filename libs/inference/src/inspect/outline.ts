import { ModelFailure } from '#evaluation';
import {
  bytesSource,
  fields,
  text,
  WireError,
  withFileSource,
  type ByteSource,
  type Field,
  type WalkBudget,
} from './wire.js';

/** A graph input or output as the file declares it. `shape` is null when the file leaves even the rank open. */
export interface TensorOutline {
  readonly name: string;
  /** ONNX element type in lower case (`float`, `int64`, …), or `type-N` for numbers we do not know. */
  readonly dtype: string;
  /** Fixed sizes as numbers, open ones as their name, or `?` when they have none. */
  readonly shape: readonly (number | string)[] | null;
}

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

/** Fields looked at in one file. A network of 10,000 nodes with all its attributes has about a tenth of it. */
const FIELD_BUDGET = 1_000_000;
/** Messages within messages. ONNX Runtime's own parser stops at 100. */
const DEPTH = 96;

/** ONNX element types by number (onnx.proto3, TensorProto.DataType). */
const DTYPES = [
  'undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'double',
  'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16',
]; // prettier-ignore

/** Reads the outline of a model file. @see outlineModel */
export function outlineModelFile(path: string): ModelOutline {
  return withFileSource(path, outlineSource);
}

/**
 * Walks the protocol buffer of a model once, with bounded depth and work, and without ONNX Runtime: this much can be
 * asked of a stranger's file in the process that received it.
 *
 * Refuses what is no ONNX model and any trace of external data, wherever a tensor can stand (initialisers, sparse
 * initialisers, attributes, subgraphs, functions, training information): with external data a model names a file of
 * this machine as its weights.
 *
 * @throws ModelFailure `model-not-onnx` or `model-external-data`
 */
export function outlineModel(bytes: Uint8Array): ModelOutline {
  return outlineSource(bytesSource(bytes));
}

function outlineSource(source: ByteSource): ModelOutline {
  try {
    return walkModel(source);
  } catch (error) {
    if (error instanceof WireError) throw new ModelFailure('model-not-onnx', error.message, { cause: error });
    throw error;
  }
}

/** What a walk carries along. */
interface Walk {
  readonly source: ByteSource;
  readonly budget: WalkBudget;
  nodes: number;
}

function walkModel(source: ByteSource): ModelOutline {
  if (source.size === 0) throw new WireError('the file is empty');
  const walk: Walk = { source, budget: { fields: FIELD_BUDGET }, nodes: 0 };
  let irVersion = 0;
  let opset = 0;
  let graphs = 0;
  const main: Graph = { inputs: [], outputs: [], initialisers: new Set() };
  // ModelProto: 1 ir_version, 7 graph, 8 opset_import, 20 training_info, 25 functions
  for (const field of fields(source, 0, source.size, walk.budget)) {
    if (field.number === 1 && field.wire === 'varint') irVersion = field.value;
    else if (isMessage(field, 7)) {
      graphs++;
      walkGraph(walk, field, 1, main);
    } else if (isMessage(field, 8)) opset = Math.max(opset, defaultOpset(walk, field));
    else if (isMessage(field, 20)) walkTraining(walk, field);
    else if (isMessage(field, 25)) walkFunction(walk, field);
  }
  if (graphs === 0) throw new WireError('the file holds no graph');
  if (irVersion === 0) throw new WireError('the file does not say its IR version');
  if (opset === 0) throw new WireError('the file imports no version of the standard operators');
  if (main.outputs.length === 0) throw new WireError('the graph has no output');
  const inputs = main.inputs.filter(({ name }) => !main.initialisers.has(name));
  return { irVersion, opset, inputs, outputs: main.outputs, nodes: walk.nodes };
}

function isMessage(field: Field, number: number): boolean {
  return field.number === number && field.wire === 'delimited';
}

/** OperatorSetIdProto: 1 domain, 2 version. 0 when it is of another domain. */
function defaultOpset({ source, budget }: Walk, message: Field): number {
  let domain = '';
  let version = 0;
  for (const field of fields(source, message.start, message.end, budget)) {
    if (isMessage(field, 1)) domain = text(source, field);
    else if (field.number === 2 && field.wire === 'varint') version = field.value;
  }
  return domain === '' || domain === 'ai.onnx' ? version : 0;
}

interface Graph {
  readonly inputs: TensorOutline[];
  readonly outputs: TensorOutline[];
  readonly initialisers: Set<string>;
}

/** GraphProto: 1 node, 5 initializer, 11 input, 12 output, 15 sparse_initializer. `into` collects the main graph's face. */
function walkGraph(walk: Walk, message: Field, depth: number, into: Graph | null): void {
  if (depth > DEPTH) throw new WireError(`graphs are nested more than ${DEPTH} deep`);
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 1)) walkNode(walk, field, depth + 1);
    else if (isMessage(field, 5)) {
      const name = walkTensor(walk, field);
      into?.initialisers.add(name);
    } else if (isMessage(field, 15)) walkSparse(walk, field);
    else if (into && isMessage(field, 11)) into.inputs.push(valueInfo(walk, field));
    else if (into && isMessage(field, 12)) into.outputs.push(valueInfo(walk, field));
  }
}

/** NodeProto: 5 attribute. */
function walkNode(walk: Walk, message: Field, depth: number): void {
  walk.nodes++;
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 5)) walkAttribute(walk, field, depth);
  }
}

/** AttributeProto: 5 t, 6 g, 10 tensors, 11 graphs, 22 sparse_tensor, 23 sparse_tensors. */
function walkAttribute(walk: Walk, message: Field, depth: number): void {
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 5) || isMessage(field, 10)) walkTensor(walk, field);
    else if (isMessage(field, 6) || isMessage(field, 11)) walkGraph(walk, field, depth + 1, null);
    else if (isMessage(field, 22) || isMessage(field, 23)) walkSparse(walk, field);
  }
}

/** TensorProto: 8 name, 13 external_data, 14 data_location (1 is external). Returns the name. */
function walkTensor({ source, budget }: Walk, message: Field): string {
  let name = '';
  for (const field of fields(source, message.start, message.end, budget)) {
    if (isMessage(field, 8)) name = text(source, field);
    else if (field.number === 13 || (field.number === 14 && field.value !== 0)) {
      throw new ModelFailure(
        'model-external-data',
        `tensor "${name}" keeps its values in another file; a model must be one self-contained file`,
      );
    }
  }
  return name;
}

/** SparseTensorProto: 1 values, 2 indices. */
function walkSparse(walk: Walk, message: Field): void {
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 1) || isMessage(field, 2)) walkTensor(walk, field);
  }
}

/** FunctionProto: 7 node, 11 attribute_proto. */
function walkFunction(walk: Walk, message: Field): void {
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 7)) walkNode(walk, field, 1);
    else if (isMessage(field, 11)) walkAttribute(walk, field, 1);
  }
}

/** TrainingInfoProto: 1 initialization, 2 algorithm, both graphs. */
function walkTraining(walk: Walk, message: Field): void {
  for (const field of fields(walk.source, message.start, message.end, walk.budget)) {
    if (isMessage(field, 1) || isMessage(field, 2)) walkGraph(walk, field, 1, null);
  }
}

/** ValueInfoProto: 1 name, 2 type (TypeProto: 1 tensor_type (1 elem_type, 2 shape (1 dim (1 dim_value, 2 dim_param)))). */
function valueInfo({ source, budget }: Walk, message: Field): TensorOutline {
  let name = '';
  let dtype = 'not-a-tensor';
  let shape: (number | string)[] | null = null;
  for (const field of fields(source, message.start, message.end, budget)) {
    if (isMessage(field, 1)) name = text(source, field);
    if (!isMessage(field, 2)) continue;
    for (const type of fields(source, field.start, field.end, budget)) {
      if (!isMessage(type, 1)) continue;
      for (const tensor of fields(source, type.start, type.end, budget)) {
        if (tensor.number === 1 && tensor.wire === 'varint') dtype = DTYPES[tensor.value] ?? `type-${tensor.value}`;
        if (!isMessage(tensor, 2)) continue;
        shape = [];
        for (const dim of fields(source, tensor.start, tensor.end, budget)) {
          if (isMessage(dim, 1)) shape.push(dimension(source, dim, budget));
        }
      }
    }
  }
  return { name, dtype, shape };
}

function dimension(source: ByteSource, message: Field, budget: WalkBudget): number | string {
  let size: number | string = '?';
  for (const field of fields(source, message.start, message.end, budget)) {
    if (field.number === 1 && field.wire === 'varint') size = field.value;
    else if (isMessage(field, 2)) size = text(source, field) || '?';
  }
  return size;
}
