import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import { bytes, int, join, text, varint, type Bytes } from '../../libs/inference/src/test-support/protobuf.js';

/** Pieces that hostile models are put together from. */
export const {
  attribute,
  body,
  externalTensor,
  graph,
  int64s,
  model,
  node,
  tensor,
  value,
  FLOAT,
  INT32,
  INT64,
  BOOL,
  FLOAT16,
  IMAGE,
  LOGITS,
} = onnx;
export { bytes, int, join, text, varint, type Bytes };

export const UINT8 = 2;
export const STRING = 8;
export const DOUBLE = 11;
export const COMPLEX64 = 14;

export const ascii = (words: string) => new TextEncoder().encode(words);
export const float = (name: string, ...values: readonly number[]) =>
  tensor(name, [values.length], Float32Array.from(values));
export const long = (name: string, ...values: readonly number[]) => tensor(name, [values.length], int64s(...values));
export const scalar = (name: string, number: bigint) => tensor(name, [], BigInt64Array.of(number));

/** Elements of 16 GiB of float32. */
export const HUGE = 2 ** 32;

/** The least int64, which no processor can divide by -1. */
export const LEAST = -(2n ** 63n);

/** Ends a model whose last tensor is `from`, one value or anything that broadcasts: added to the image, twice as channels. */
export function finish(from: string): Bytes[] {
  return [
    node('ReduceMax', [from], ['finish_peak'], [attribute.int('keepdims', 0)]),
    node('Mul', ['image', 'finish_peak'], ['finish_product']),
    node('Concat', ['finish_product', 'finish_product'], ['logits'], [attribute.int('axis', 1)]),
  ];
}

/** The same for tensors of whole numbers. */
export function finishInteger(from: string): Bytes[] {
  return [node('Cast', [from], ['finish_float'], [attribute.int('to', FLOAT)]), ...finish('finish_float')];
}

/** The image itself, twice as channels. */
export const PLAIN = [node('Concat', ['image', 'image'], ['logits'], [attribute.int('axis', 1)])];

export function plainModel(extra: Bytes = new Uint8Array(0)): Bytes {
  return join(body(PLAIN), extra);
}

/** A node of another domain. */
export function foreign(domain: string, op: string, inputs: readonly string[], outputs: readonly string[]): Bytes {
  return join(node(op, inputs, outputs), text(7, domain));
}

/** An opset import. */
export function imports(domain: string, version: number | bigint): Bytes {
  return bytes(8, join(text(1, domain), int(2, version)));
}

/** A function of the model: calls itself, other functions, or nothing. */
export function localFunction(name: string, nodes: readonly Bytes[]): Bytes {
  return bytes(
    25,
    join(
      text(1, name),
      text(4, 'x'),
      text(5, 'y'),
      ...nodes.map((n) => bytes(7, n)),
      bytes(9, join(text(1, ''), int(2, 17))),
      text(10, 'local'),
    ),
  );
}

/** A tensor message with given fields only. */
export function tensorOf(...fields: readonly Bytes[]): Bytes {
  return join(...fields);
}

/** An image reduced to one value, then cast: a number that only the voxels know. */
export const FROM_VOXELS = [
  node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
  node('Cast', ['peak'], ['peak_int'], [attribute.int('to', INT64)]),
  node('Reshape', ['peak_int', 'one_long'], ['size']),
];
export const ONE_LONG = tensor('one_long', [1], int64s(1));

/** Nested graphs, `depth` of them, each the branch of an If. */
export function nested(depth: number): Bytes {
  let inner = graph({
    nodes: [node('Identity', ['image'], ['deep'])],
    inputs: [],
    outputs: [value('deep', FLOAT, null)],
  });
  for (let i = 0; i < depth; i++) {
    const choice = [attribute.graph('then_branch', inner), attribute.graph('else_branch', inner)];
    // both branches at every level would double the file each time
    const shallow = i === 0 ? choice : [attribute.graph('then_branch', inner)];
    inner = graph({
      nodes: [node('If', ['yes'], ['deep'], shallow)],
      inputs: [],
      outputs: [value('deep', FLOAT, null)],
    });
  }
  const top = [
    node('If', ['yes'], ['deep'], [attribute.graph('then_branch', inner), attribute.graph('else_branch', inner)]),
    ...finish('deep'),
  ];
  return body(top, [tensor('yes', [], Uint8Array.of(1))]);
}

/** A Loop over a body of given nodes that carries `carried`. `turns` is the name of a tensor, or '' for none. */
export function loop(
  turns: string,
  bodyNodes: readonly Bytes[],
  initialisers: readonly Bytes[],
  before: readonly Bytes[] = [],
): Bytes {
  const turn = graph({
    nodes: [node('Identity', ['go'], ['go_on']), ...bodyNodes],
    inputs: [value('turn', INT64, []), value('go', BOOL, []), value('carried', FLOAT, null)],
    outputs: [value('go_on', BOOL, []), value('carried_on', FLOAT, null)],
  });
  return body(
    [...before, node('Loop', [turns, 'yes', 'image'], ['last'], [attribute.graph('body', turn)]), ...finish('last')],
    [tensor('yes', [], Uint8Array.of(1)), ...initialisers],
  );
}

export const STILL = [node('Identity', ['carried'], ['carried_on'])];
export const GROW = [node('Concat', ['carried', 'carried'], ['carried_on'], [attribute.int('axis', 2)])];
