import type { Findings } from './findings.js';
import {
  bytesOf,
  dtypeName,
  type AttributeDescription,
  type GraphDescription,
  type ModelDescription,
  type NodeDescription,
  type TensorDescription,
  type TensorOutline,
} from './description.js';
import { readTensor } from './read-tensor.js';
import {
  knownFields,
  text,
  varint,
  WireError,
  type ByteSource,
  type Field,
  type Layout,
  type WalkBudget,
} from './wire.js';

/** Nodes of all graphs together. An nnU-Net has about 150, a Swin transformer with all its bookkeeping 5,000. */
export const MOST_NODES = 10_000;
/** Graphs within graphs. */
export const DEEPEST = 8;
/** Fields looked at in one file. A network of 10,000 nodes with all its attributes has about a third of it. */
const FIELD_BUDGET = 600_000;
/** Numbers of small constants that are kept, of all together. */
const VALUE_BUDGET = 500_000;
/** Names of inputs and outputs of all nodes together, bounds what we hold in memory. */
const MOST_EDGES = 50_000;
const MOST_ATTRIBUTES = 32;
/** Numbers of one attribute that are kept: kernels, paddings, axes, small constants. */
const MOST_NUMBERS = 1024;
/** Numbers of all attributes together. 10,000 convolutions have 150,000. */
const ALL_NUMBERS = 500_000;
const MANIFEST_BYTES = 64 * 1024;
/** Beyond this a protocol buffer cannot be read by anybody. */
const MOST_BYTES = 2 ** 31 - 1;

/** Fields of onnx.proto3 that are read. */
const LAYOUTS = {
  model: { 1: 'number', 7: 'bytes', 8: 'many bytes', 14: 'many bytes', 20: 'many bytes', 25: 'many bytes' },
  opset: { 1: 'bytes', 2: 'number' },
  property: { 1: 'bytes', 2: 'bytes' },
  graph: { 1: 'many bytes', 5: 'many bytes', 11: 'many bytes', 12: 'many bytes', 15: 'many bytes' },
  node: { 1: 'many bytes', 2: 'many bytes', 3: 'bytes', 4: 'bytes', 5: 'many bytes', 7: 'bytes' },
  attribute: {
    1: 'bytes', 2: 'float', 3: 'number', 4: 'bytes', 5: 'bytes', 6: 'bytes', 7: 'many floats', 8: 'many numbers',
    9: 'many bytes', 10: 'many bytes', 11: 'many bytes', 14: 'bytes', 15: 'many bytes', 20: 'number', 21: 'bytes',
    22: 'bytes', 23: 'many bytes',
  },
  sparse: { 1: 'bytes', 2: 'bytes', 3: 'many numbers' },
  function: { 1: 'bytes', 7: 'many bytes', 11: 'many bytes' },
  training: { 1: 'bytes', 2: 'bytes' },
  face: { 1: 'bytes', 2: 'bytes' },
  type: { 1: 'bytes', 4: 'bytes', 5: 'bytes', 7: 'bytes', 8: 'bytes', 9: 'bytes' },
  tensorType: { 1: 'number', 2: 'bytes' },
  shape: { 1: 'many bytes' },
  dimension: { 1: 'number', 2: 'bytes' },
} as const satisfies Readonly<Record<string, Layout>>; // prettier-ignore

/** What a walk carries along. */
interface Walk {
  readonly source: ByteSource;
  readonly budget: WalkBudget;
  readonly found: Findings;
  nodes: number;
  edges: number;
  /** In attributes. */
  numbers: number;
  parameters: number;
  constantBytes: number;
}

/**
 * Walks the protocol buffer of a model once, with bounded depth, work and memory, and without ONNX Runtime: this much can
 * be asked of a stranger's file in the process that received it. Weights are passed over; only constants small enough to
 * be sizes are read. Field numbers are those of onnx.proto3.
 *
 * What is already wrong with the file as such goes to `found`: external data in whatever tensor, sparse tensors, local
 * functions, impossible tensors, caps. With external data a model names a file of this machine as its weights.
 *
 * @throws WireError when the bytes are no model, or more of one than is looked at
 */
export function readModel(source: ByteSource, found: Findings): ModelDescription {
  if (source.size === 0) throw new WireError('the file is empty');
  if (source.size > MOST_BYTES) {
    throw new WireError(
      `the file has ${source.size} bytes; a self-contained ONNX file has less than 2 GiB`,
      'model-too-large',
    );
  }
  const walk: Walk = {
    source,
    budget: { fields: FIELD_BUDGET, values: VALUE_BUDGET },
    found,
    nodes: 0,
    edges: 0,
    numbers: 0,
    parameters: 0,
    constantBytes: 0,
  };
  const opsets: { domain: string; version: number }[] = [];
  let irVersion = 0;
  let graph: GraphDescription | null = null;
  let manifestText: string | null = null;
  // ModelProto: 1 ir_version, 7 graph, 8 opset_import, 14 metadata_props, 20 training_info, 25 functions
  for (const field of knownFields(source, { start: 0, end: source.size }, walk.budget, LAYOUTS.model)) {
    if (field.number === 1) irVersion = field.value;
    else if (field.number === 7) graph = readGraph(walk, field, 0);
    else if (field.number === 8) opsets.push(readOpset(walk, field));
    else if (field.number === 14) {
      const another = manifestOf(walk, field);
      if (another !== null && manifestText !== null) found.refuse('manifest-invalid', 'the model embeds two manifests');
      manifestText = another ?? manifestText;
    } else if (field.number === 20) readTraining(walk, field);
    else readFunction(walk, field);
  }
  if (!graph) throw new WireError('the file holds no graph');
  if (graph.outputs.length === 0) throw new WireError('the graph has no output');
  const { nodes, parameters, constantBytes } = walk;
  return { irVersion, opsets, graph, nodes, parameters, constantBytes, manifestText };
}

function* messageFields({ source, budget }: Walk, message: Field, layout: Layout): Generator<Field> {
  yield* knownFields(source, message, budget, layout);
}

/** OperatorSetIdProto: 1 domain, 2 version. */
function readOpset(walk: Walk, message: Field): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  for (const field of messageFields(walk, message, LAYOUTS.opset)) {
    if (field.number === 1) domain = text(walk.source, field);
    else version = field.value;
  }
  return { domain, version };
}

/** StringStringEntryProto: 1 key, 2 value. Only our own key is read. */
function manifestOf(walk: Walk, message: Field): string | null {
  let key: Field | null = null;
  let value: Field | null = null;
  for (const field of messageFields(walk, message, LAYOUTS.property)) {
    if (field.number === 1) key = field;
    else value = field;
  }
  if (!key || !value || key.end - key.start > 64 || text(walk.source, key) !== 'voxelmark.manifest') return null;
  const length = value.end - value.start;
  if (length > MANIFEST_BYTES) {
    walk.found.refuse(
      'manifest-invalid',
      `the embedded manifest has ${length} bytes, at most ${MANIFEST_BYTES} are accepted`,
    );
    return null;
  }
  return new TextDecoder().decode(walk.source.slice(value.start, length));
}

/** GraphProto: 1 node, 5 initializer, 11 input, 12 output, 15 sparse_initializer. */
function readGraph(walk: Walk, message: Field, depth: number): GraphDescription {
  if (depth > DEEPEST) {
    throw new WireError(`graphs are nested more than ${DEEPEST} deep`, 'model-nested-too-deep');
  }
  const nodes: NodeDescription[] = [];
  const constants = new Map<string, TensorDescription>();
  const inputs: TensorOutline[] = [];
  const outputs: TensorOutline[] = [];
  for (const field of messageFields(walk, message, LAYOUTS.graph)) {
    if (field.number === 1) nodes.push(readNode(walk, field, depth));
    else if (field.number === 5) {
      const tensor = constant(walk, field);
      // whole numbers are shapes and indices, written by the exporter, not learnt
      if (!['int64', 'int32', 'bool'].includes(tensor.dtype)) walk.parameters += Math.max(0, elementsOf(tensor.dims));
      if (constants.has(tensor.name)) {
        walk.found.refuse('model-name-duplicate', `two initialisers are called "${tensor.name}"`);
      }
      constants.set(tensor.name, tensor);
      countEdges(walk, 1);
    } else if (field.number === 15) readSparse(walk, field);
    else if (field.number === 11) inputs.push(readFace(walk, field));
    else outputs.push(readFace(walk, field));
  }
  return { nodes, constants, inputs, outputs, takes: namesFromOutside(nodes, constants, inputs, outputs) };
}

/** Names that a graph reads and does not define: it takes them from the graphs around it. */
function namesFromOutside(
  nodes: readonly NodeDescription[],
  constants: ReadonlyMap<string, TensorDescription>,
  inputs: readonly TensorOutline[],
  outputs: readonly TensorOutline[],
): ReadonlySet<string> {
  const own = new Set([
    ...constants.keys(),
    ...inputs.map(({ name }) => name),
    ...nodes.flatMap((node) => node.outputs),
  ]);
  const taken = new Set<string>();
  for (const { reads } of nodes) for (const name of reads) if (!own.has(name)) taken.add(name);
  for (const { name } of outputs) if (!own.has(name)) taken.add(name);
  return taken;
}

function constant(walk: Walk, field: Field): TensorDescription {
  const tensor = readTensor(walk, field);
  walk.constantBytes += Math.max(0, elementsOf(tensor.dims)) * (bytesOf(tensor.dtype) ?? 0);
  return tensor;
}

function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** NodeProto: 1 input, 2 output, 3 name, 4 op_type, 5 attribute, 7 domain. */
function readNode(walk: Walk, message: Field, depth: number): NodeDescription {
  const place = ++walk.nodes;
  if (place > MOST_NODES) {
    throw new WireError(`the model has more than ${MOST_NODES} nodes`, 'model-too-many-nodes');
  }
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, AttributeDescription>();
  let name = '';
  let op = '';
  let domain = '';
  for (const field of messageFields(walk, message, LAYOUTS.node)) {
    if (field.number === 1) inputs.push(edge(walk, field));
    else if (field.number === 2) outputs.push(edge(walk, field));
    else if (field.number === 3) name = text(walk.source, field);
    else if (field.number === 4) op = text(walk.source, field);
    else if (field.number === 7) domain = text(walk.source, field);
    else {
      const attribute = readAttribute(walk, field, depth);
      if (attributes.size >= MOST_ATTRIBUTES) {
        throw new WireError(`node ${place} has more than ${MOST_ATTRIBUTES} attributes`, 'model-too-complex');
      }
      if (attributes.has(attribute.name)) {
        walk.found.refuse('model-attribute', `node ${place} has two attributes called "${attribute.name}"`);
      }
      attributes.set(attribute.name, attribute);
    }
  }
  const reads = new Set(inputs);
  for (const { graphs } of attributes.values())
    for (const { takes } of graphs) for (const taken of takes) reads.add(taken);
  reads.delete('');
  return { op, domain, label: name || `${op || 'node'} #${place}`, inputs, outputs, attributes, reads };
}

function edge(walk: Walk, field: Field): string {
  countEdges(walk, 1);
  return text(walk.source, field);
}

function countEdges(walk: Walk, more: number): void {
  walk.edges += more;
  if (walk.edges > MOST_EDGES) {
    throw new WireError(`nodes have more than ${MOST_EDGES} inputs and outputs together`, 'model-too-complex');
  }
}

/** Types of an attribute by the field that holds its value (AttributeProto.AttributeType). */
const TYPE_OF_FIELD: Readonly<Record<number, number>> = {
  2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9, 11: 10, 22: 11, 23: 12, 14: 13, 15: 14,
}; // prettier-ignore
const [TYPE_FLOAT, TYPE_INT, TYPE_STRING, TYPE_FLOATS, TYPE_INTS] = [1, 2, 3, 6, 7];

/**
 * AttributeProto: 1 name, 2 f, 3 i, 4 s, 5 t, 6 g, 7 floats, 8 ints, 9 strings, 10 tensors, 11 graphs, 14 and 15 types,
 * 20 type, 21 ref_attr_name, 22 and 23 sparse. A number that is left out is 0, and a list that is left out is empty, when
 * the type says that there is one.
 */
function readAttribute(walk: Walk, message: Field, depth: number): AttributeDescription {
  const { source, found } = walk;
  const graphs: GraphDescription[] = [];
  const ints: number[] = [];
  const floats: number[] = [];
  const types = new Set<number>();
  let name = '';
  let type = 0;
  let int = 0;
  let float = 0;
  let word: string | null = '';
  let tensor: TensorDescription | null = null;
  for (const field of messageFields(walk, message, LAYOUTS.attribute)) {
    const { number, start, end } = field;
    if (number in TYPE_OF_FIELD) types.add(TYPE_OF_FIELD[number]);
    if (number === 1) name = text(source, field);
    else if (number === 2) float = floatAt(source, start);
    else if (number === 3) int = field.value;
    else if (number === 4)
      word = end - start <= 1024 ? new TextDecoder().decode(source.slice(start, end - start)) : null;
    else if (number === 5) tensor = constant(walk, field);
    else if (number === 10) constant(walk, field);
    else if (number === 6 || number === 11) graphs.push(readGraph(walk, field, depth + 1));
    else if (number === 7) pushFloats(source, field, floats);
    else if (number === 8) pushInts(source, field, ints);
    else if (number === 20) type = field.value;
    else if (number === 21)
      found.refuse('model-attribute', `attribute "${name}" refers to an attribute of a function; there are none`);
    else if (number === 22 || number === 23) readSparse(walk, field);
  }
  if (types.size > 1 || (type !== 0 && types.size === 1 && !types.has(type))) {
    const got = `values of type ${[...types].sort((a, b) => a - b).join(' and ')}`;
    found.refuse('model-attribute', `attribute "${name}" has ${got}; it says that it is of type ${type}`);
  }
  walk.numbers += ints.length + floats.length;
  if (walk.numbers > ALL_NUMBERS) {
    throw new WireError(`attributes have more than ${ALL_NUMBERS} numbers together`, 'model-too-complex');
  }
  const is = types.size === 0 ? type : [...types][0];
  return {
    name,
    int: is === TYPE_INT ? int : null,
    float: is === TYPE_FLOAT ? float : null,
    text: is === TYPE_STRING ? word : null,
    ints: is === TYPE_INTS ? ints : null,
    floats: is === TYPE_FLOATS ? floats : null,
    tensor,
    graphs,
  };
}

function floatAt(source: ByteSource, offset: number): number {
  const raw = source.slice(offset, 4);
  return new DataView(raw.buffer).getFloat32(0, true);
}

/** Packed or one by one; protobuf allows both. */
function pushInts(source: ByteSource, field: Field, into: number[]): void {
  if (field.wire === 'varint') into.push(field.value);
  else if (field.wire === 'delimited') {
    for (let at = field.start; at < field.end && into.length <= MOST_NUMBERS;) {
      const read = varint(source, at, field.end);
      into.push(read.value);
      at = read.next;
    }
  }
  if (into.length > MOST_NUMBERS) throw tooLong();
}

function pushFloats(source: ByteSource, field: Field, into: number[]): void {
  if (field.wire === 'fixed32') into.push(floatAt(source, field.start));
  else if (field.wire === 'delimited') {
    for (let at = field.start; at + 4 <= field.end && into.length <= MOST_NUMBERS; at += 4)
      into.push(floatAt(source, at));
  }
  if (into.length > MOST_NUMBERS) throw tooLong();
}

function tooLong(): WireError {
  return new WireError(
    `an attribute has more than ${MOST_NUMBERS} numbers; large constants are tensors`,
    'model-too-complex',
  );
}

/** SparseTensorProto: 1 values, 2 indices, both tensors. Few bytes can stand for any size, and no exporter writes them. */
function readSparse(walk: Walk, message: Field): void {
  for (const field of messageFields(walk, message, LAYOUTS.sparse)) {
    if (field.number !== 3) readTensor(walk, field);
  }
  walk.found.refuse('model-sparse-tensor', 'the model has a sparse tensor; write it as an ordinary one');
}

/** FunctionProto: 1 name, 7 node, 11 attribute_proto. Few bytes of functions that call functions stand for any number of nodes. */
function readFunction(walk: Walk, message: Field): void {
  let name = '';
  for (const field of messageFields(walk, message, LAYOUTS.function)) {
    if (field.number === 1) name = text(walk.source, field);
    else if (field.number === 7) readNode(walk, field, 1);
    else readAttribute(walk, field, 1);
  }
  walk.found.refuse('model-local-function', `the model defines a function "${name}"; export it with functions inlined`);
}

/** TrainingInfoProto: 1 initialization, 2 algorithm, both graphs. */
function readTraining(walk: Walk, message: Field): void {
  for (const field of messageFields(walk, message, LAYOUTS.training)) readGraph(walk, field, 1);
  walk.found.refuse('model-training-info', 'the model carries training graphs; export it for inference only');
}

/** ValueInfoProto: 1 name, 2 type (TypeProto: 1 tensor_type (1 elem_type, 2 shape (1 dim (1 dim_value, 2 dim_param)))). */
function readFace(walk: Walk, message: Field): TensorOutline {
  countEdges(walk, 1);
  let name = '';
  let dtype = 'not-a-tensor';
  let shape: (number | string)[] | null = null;
  let other = false; // a sequence, a map
  for (const field of messageFields(walk, message, LAYOUTS.face)) {
    if (field.number === 1) name = text(walk.source, field);
    else {
      for (const type of messageFields(walk, field, LAYOUTS.type)) {
        if (type.number !== 1) {
          other = true;
          continue;
        }
        for (const tensor of messageFields(walk, type, LAYOUTS.tensorType)) {
          if (tensor.number === 1) dtype = dtypeName(tensor.value);
          else shape = [...messageFields(walk, tensor, LAYOUTS.shape)].map((dim) => dimension(walk, dim));
        }
      }
    }
  }
  if (shape !== null && shape.length > 64)
    throw new WireError(`tensor "${name}" has ${shape.length} dimensions`, 'model-too-complex');
  return { name, dtype: other ? 'not-a-tensor' : dtype, shape };
}

/** Negative sizes are how some exporters write "open"; zero is kept, as a size of 0 is one. */
function dimension(walk: Walk, message: Field): number | string {
  let size: number | string = '?';
  for (const field of messageFields(walk, message, LAYOUTS.dimension)) {
    if (field.number === 1) size = field.value < 0 ? '?' : field.value;
    else size = text(walk.source, field) || '?';
  }
  return size;
}
