import { bytes, float, int, join, text, type Bytes } from './protobuf.js';

/** ONNX messages by hand: the tests need models that no exporter would write. Field numbers are those of onnx.proto3. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
export const FLOAT16 = 10;

export type Size = number | string;

export function tensor(
  name: string,
  dims: readonly number[],
  values: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array,
): Bytes {
  const type =
    values instanceof Float32Array
      ? FLOAT
      : values instanceof Uint16Array
        ? FLOAT16 // bits, as `encodeFloat16` gives them
        : values instanceof BigInt64Array
          ? INT64
          : values instanceof Int32Array
            ? INT32
            : BOOL;
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return join(...dims.map((size) => int(1, size)), int(2, type), text(8, name), bytes(9, raw));
}

export const int64s = (...values: readonly number[]) => BigInt64Array.from(values.map(BigInt));

/** A tensor whose values are said to lie in another file. */
export function externalTensor(name: string, dims: readonly number[], location: string, type = FLOAT): Bytes {
  const entry = (key: string, value: string) => bytes(13, join(text(1, key), text(2, value)));
  return join(
    ...dims.map((size) => int(1, size)),
    int(2, type),
    text(8, name),
    entry('location', location),
    int(14, 1),
  );
}

export function value(name: string, type: number, shape: readonly Size[] | null): Bytes {
  const dims = (shape ?? []).map((size) => bytes(1, typeof size === 'number' ? int(1, size) : text(2, size)));
  const tensorType = join(int(1, type), ...(shape ? [bytes(2, join(...dims))] : []));
  return join(text(1, name), bytes(2, bytes(1, tensorType)));
}

export const attribute = {
  int: (name: string, x: number): Bytes => join(text(1, name), int(3, x), int(20, 2)),
  ints: (name: string, xs: readonly number[]): Bytes => join(text(1, name), ...xs.map((x) => int(8, x)), int(20, 7)),
  float: (name: string, x: number): Bytes => join(text(1, name), float(2, x), int(20, 1)),
  tensor: (name: string, t: Bytes): Bytes => join(text(1, name), bytes(5, t), int(20, 4)),
  graph: (name: string, g: Bytes): Bytes => join(text(1, name), bytes(6, g), int(20, 5)),
};

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Bytes[] = [],
): Bytes {
  return join(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...attributes.map((a) => bytes(5, a)),
  );
}

export interface GraphParts {
  readonly nodes: readonly Bytes[];
  readonly inputs: readonly Bytes[];
  readonly outputs: readonly Bytes[];
  readonly initialisers?: readonly Bytes[];
}

export function graph({ nodes, inputs, outputs, initialisers = [] }: GraphParts): Bytes {
  return join(
    ...nodes.map((n) => bytes(1, n)),
    text(2, 'g'),
    ...initialisers.map((t) => bytes(5, t)),
    ...inputs.map((v) => bytes(11, v)),
    ...outputs.map((v) => bytes(12, v)),
  );
}

export function model(g: Bytes, opset = 17): Bytes {
  return join(int(1, 8), text(2, 'voxelmark-tests'), bytes(7, g), bytes(8, join(text(1, ''), int(2, opset))));
}

/** Input `image` [1, 1, x, y, z], output `logits` [1, 2, x, y, z]. */
export const IMAGE = value('image', FLOAT, [1, 1, 'x', 'y', 'z']);
export const LOGITS = value('logits', FLOAT, [1, 2, 'x', 'y', 'z']);

/** A model with the usual face whose body is given. */
export function body(nodes: readonly Bytes[], initialisers: readonly Bytes[] = []): Bytes {
  return model(graph({ nodes, inputs: [IMAGE], outputs: [LOGITS], initialisers }));
}

/** 1x1x1 convolution to two channels: background is 0.5, foreground is the value itself, so label 1 where value > 0.5. */
export function thresholdModel(): Bytes {
  return body(
    [node('Conv', ['image', 'w', 'b'], ['logits'], [attribute.ints('kernel_shape', [1, 1, 1])])],
    [tensor('w', [2, 1, 1, 1, 1], Float32Array.of(0, 1)), tensor('b', [2], Float32Array.of(0.5, 0))],
  );
}

/** Both channels are the image divided by itself: NaN wherever it is 0. */
export function notFiniteModel(): Bytes {
  return body([
    node('Div', ['image', 'image'], ['one']),
    node('Concat', ['one', 'one'], ['logits'], [attribute.int('axis', 1)]),
  ]);
}

/** Three channels where two were promised; the file itself leaves the shape open. */
export function wrongChannelsModel(): Bytes {
  return model(
    graph({
      nodes: [node('Concat', ['image', 'image', 'image'], ['logits'], [attribute.int('axis', 1)])],
      inputs: [IMAGE],
      outputs: [value('logits', FLOAT, null)],
    }),
  );
}

/** Reshapes to a fixed size: an ordinary error of ONNX Runtime on every image of another size. */
export function failingModel(): Bytes {
  return body([node('Reshape', ['image', 'shape'], ['logits'])], [tensor('shape', [5], int64s(1, 2, 3, 3, 3))]);
}

/** Integer division of the smallest int64 by -1, made at run time from the image: the processor raises SIGFPE. */
export function divisionCrashModel(): Bytes {
  return body(
    [
      node('Cast', ['image'], ['i'], [attribute.int('to', INT64)]),
      node('Mul', ['i', 'zero'], ['z']),
      node('Add', ['z', 'least'], ['numerator']),
      node('Add', ['z', 'minusOne'], ['denominator']),
      node('Div', ['numerator', 'denominator'], ['q']),
      node('Cast', ['q'], ['f'], [attribute.int('to', FLOAT)]),
      node('Concat', ['f', 'f'], ['logits'], [attribute.int('axis', 1)]),
    ],
    [
      tensor('zero', [1], int64s(0)),
      tensor('least', [1], BigInt64Array.of(-(2n ** 63n))),
      tensor('minusOne', [1], int64s(-1)),
    ],
  );
}

/** The same division of two constants: folded, and fatal, while the model is loaded. */
export function divisionCrashAtLoadModel(): Bytes {
  return body(
    [
      node('Div', ['least', 'minusOne'], ['q']),
      node('Cast', ['q'], ['f'], [attribute.int('to', FLOAT)]),
      node('Mul', ['image', 'f'], ['m']),
      node('Concat', ['m', 'm'], ['logits'], [attribute.int('axis', 1)]),
    ],
    [tensor('least', [1], BigInt64Array.of(-(2n ** 63n))), tensor('minusOne', [1], int64s(-1))],
  );
}

/** Expands one value to `bytes` of float32, at run time (the target size passes through the image). */
export function expandModel(elements: number): Bytes {
  return body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      node('Expand', ['peak', 'size'], ['huge']),
      node('ReduceMax', ['huge'], ['back'], [attribute.int('keepdims', 0)]),
      node('Mul', ['image', 'back'], ['m']),
      node('Concat', ['m', 'm'], ['logits'], [attribute.int('axis', 1)]),
    ],
    [tensor('size', [1], int64s(elements))],
  );
}

/** Doubles a tensor again and again, each step an honest small allocation: grows until somebody stops it. */
export function doublingModel(steps: number): Bytes {
  const doubled = Array.from({ length: steps }, (_, i) =>
    node('Concat', [`d${i}`, `d${i}`], [`d${i + 1}`], [attribute.int('axis', 0)]),
  );
  return body(
    [
      node('Reshape', ['image', 'flat'], ['d0']),
      ...doubled,
      node('ReduceMax', [`d${steps}`], ['back'], [attribute.int('keepdims', 0)]),
      node('Mul', ['image', 'back'], ['m']),
      node('Concat', ['m', 'm'], ['logits'], [attribute.int('axis', 1)]),
    ],
    [tensor('flat', [1], int64s(-1))],
  );
}

/** A threshold model that first goes round a Loop `turns` times, changing nothing: takes as long as one likes. */
export function loopModel(turns: bigint): Bytes {
  const turn = graph({
    nodes: [node('Identity', ['go'], ['goOn']), node('Identity', ['carried'], ['carriedOn'])],
    inputs: [value('turn', INT64, []), value('go', BOOL, []), value('carried', FLOAT, null)],
    outputs: [value('goOn', BOOL, []), value('carriedOn', FLOAT, null)],
  });
  return body(
    [
      node('Loop', ['turns', 'yes', 'image'], ['last'], [attribute.graph('body', turn)]),
      node('Conv', ['last', 'w', 'b'], ['logits'], [attribute.ints('kernel_shape', [1, 1, 1])]),
    ],
    [
      tensor('turns', [], BigInt64Array.of(turns)),
      tensor('yes', [], Uint8Array.of(1)),
      tensor('w', [2, 1, 1, 1, 1], Float32Array.of(0, 1)),
      tensor('b', [2], Float32Array.of(0.5, 0)),
    ],
  );
}

/** 2^62 turns: legal, and without end. */
export const endlessModel = (): Bytes => loopModel(2n ** 62n);

/** Adds the content of a file to the image; `place` says where the tensor that names it hides. */
export function externalDataModel(location: string, place: 'initialiser' | 'constant' | 'subgraph' | 'sparse'): Bytes {
  const stolen = externalTensor('stolen', [4], location);
  const add = [
    node('ReduceMax', ['stolen'], ['s'], [attribute.int('keepdims', 0)]),
    node('Add', ['image', 's'], ['m']),
  ];
  const out = node('Concat', ['m', 'm'], ['logits'], [attribute.int('axis', 1)]);
  switch (place) {
    case 'initialiser':
      return body([...add, out], [stolen]);
    case 'constant':
      return body([node('Constant', [], ['stolen'], [attribute.tensor('value', stolen)]), ...add, out]);
    case 'subgraph': {
      const branch = graph({
        nodes: [node('Constant', [], ['inner'], [attribute.tensor('value', stolen)])],
        inputs: [],
        outputs: [value('inner', FLOAT, [4])],
      });
      const choice = [attribute.graph('then_branch', branch), attribute.graph('else_branch', branch)];
      return body([node('If', ['yes'], ['stolen'], choice), ...add, out], [tensor('yes', [], Uint8Array.of(1))]);
    }
    case 'sparse': {
      const parts = { nodes: [...add, out], inputs: [IMAGE], outputs: [LOGITS] };
      return model(join(graph(parts), bytes(15, bytes(1, stolen))));
    }
  }
}

/** A 1x1x1 convolution of as many channels as the rows of `weights` are long, to as many as there are rows. */
export function mixingModel(weights: readonly (readonly number[])[], biases: readonly number[]): Bytes {
  const [to, from] = [weights.length, weights[0].length];
  return model(
    graph({
      nodes: [node('Conv', ['image', 'w', 'b'], ['logits'], [attribute.ints('kernel_shape', [1, 1, 1])])],
      inputs: [value('image', FLOAT, [1, from, 'x', 'y', 'z'])],
      outputs: [value('logits', FLOAT, [1, to, 'x', 'y', 'z'])],
      initialisers: [
        tensor('w', [to, from, 1, 1, 1], Float32Array.from(weights.flat())),
        tensor('b', [to], Float32Array.from(biases)),
      ],
    }),
  );
}

/** The threshold model in half precision, input and output; `half` turns values into the bits of half precision. */
export function halfPrecisionModel(half: (values: Float32Array) => Uint16Array): Bytes {
  return model(
    graph({
      nodes: [node('Conv', ['image', 'w', 'b'], ['logits'], [attribute.ints('kernel_shape', [1, 1, 1])])],
      inputs: [value('image', FLOAT16, [1, 1, 'x', 'y', 'z'])],
      outputs: [value('logits', FLOAT16, [1, 2, 'x', 'y', 'z'])],
      initialisers: [
        tensor('w', [2, 1, 1, 1, 1], half(Float32Array.of(0, 1))),
        tensor('b', [2], half(Float32Array.of(0.5, 0))),
      ],
    }),
  );
}

/** How the labels of a network with argmax inside lie; without Z the image is [N, 1, x, y], slice after slice. */
export type LabelsLayout = 'NXYZ' | 'NCXYZ' | 'NXYZC' | 'NXY' | 'NCXY' | 'NXYC';

/** The threshold model with argmax inside: whole numbers out, with or without an axis for the one channel. */
export function argmaxModel(layout: LabelsLayout = 'NXYZ', type: 'int64' | 'int32' | 'uint8' = 'int64'): Bytes {
  const axes = layout.includes('Z') ? ['x', 'y', 'z'] : ['x', 'y'];
  const ones = axes.map(() => 1);
  const batch = layout.includes('Z') ? 1 : 'n';
  const keepsChannel = layout.startsWith('NC');
  const element = { int64: INT64, int32: INT32, uint8: UINT8 }[type];
  const last = [batch, ...axes, 1];
  const first = keepsChannel ? [batch, 1, ...axes] : [batch, ...axes];
  const nodes = [
    node('Conv', ['image', 'w', 'b'], ['scores'], [attribute.ints('kernel_shape', ones)]),
    node('ArgMax', ['scores'], ['most'], [attribute.int('axis', 1), attribute.int('keepdims', keepsChannel ? 1 : 0)]),
    node('Cast', ['most'], ['whole'], [attribute.int('to', element)]),
    layout.endsWith('C') ? node('Unsqueeze', ['whole', 'end'], ['labels']) : node('Identity', ['whole'], ['labels']),
  ];
  return model(
    graph({
      nodes,
      inputs: [value('image', FLOAT, [batch, 1, ...axes])],
      outputs: [value('labels', element, layout.endsWith('C') ? last : first)],
      initialisers: [
        tensor('w', [2, 1, ...ones], Float32Array.of(0, 1)),
        tensor('b', [2], Float32Array.of(0.5, 0)),
        ...(layout.endsWith('C') ? [tensor('end', [1], int64s(-1))] : []),
      ],
    }),
  );
}

/**
 * Label 1 where value > 0.25. An image brighter than 0.5 (up to 1.5) first sends it `turns` times round a loop; then it
 * `crashes` (divides the least whole number by -1, which ends the process), `fails` (an ordinary error of ONNX Runtime:
 * an index out of range) or `runs` on.
 */
export function dislikesBrightImages(turns: bigint, then: 'crashes' | 'fails' | 'runs'): Bytes {
  const turn = graph({
    nodes: [node('Identity', ['go'], ['goOn']), node('Identity', ['carried'], ['carriedOn'])],
    inputs: [value('turn', INT64, []), value('go', BOOL, []), value('carried', FLOAT, null)],
    outputs: [value('goOn', BOOL, []), value('carriedOn', FLOAT, null)],
  });
  return body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      node('Round', ['peak'], ['whole']),
      node('Cast', ['whole'], ['bright'], [attribute.int('to', INT64)]), // 0 or 1
      node('Mul', ['bright', 'turns'], ['count']),
      node('Loop', ['count', 'yes', 'image'], ['last'], [attribute.graph('body', turn)]),
      // all after the loop, since it needs what the loop carried
      node('ReduceMax', ['last'], ['after'], [attribute.int('keepdims', 0)]),
      node('Round', ['after'], ['afterWhole']),
      node('Cast', ['afterWhole'], ['afterBright'], [attribute.int('to', INT64)]),
      node('Gather', ['table', 'afterBright'], ['minusTwoOrNought'], [attribute.int('axis', 0)]),
      node('Mul', ['afterBright', 'minusTwoOrNought'], ['twice']),
      node('Add', ['twice', 'one'], ['divisor']), // 1, or -1 for a bright image
      node('Div', ['dividend', 'divisor'], ['quotient']),
      node('Mul', ['quotient', 'nought'], ['nothing']),
      node('Cast', ['nothing'], ['zero'], [attribute.int('to', FLOAT)]),
      node('Add', ['last', 'zero'], ['same']),
      node('Conv', ['same', 'w', 'b'], ['logits'], [attribute.ints('kernel_shape', [1, 1, 1])]),
    ],
    [
      tensor('turns', [], BigInt64Array.of(turns)),
      tensor('yes', [], Uint8Array.of(1)),
      then === 'fails' ? tensor('table', [1], int64s(0)) : tensor('table', [2], int64s(0, -2)),
      tensor('one', [], int64s(1)),
      tensor('nought', [], int64s(0)),
      tensor('dividend', [], then === 'crashes' ? BigInt64Array.of(-(2n ** 63n)) : int64s(1)),
      tensor('w', [2, 1, 1, 1, 1], Float32Array.of(0, 1)),
      tensor('b', [2], Float32Array.of(0.25, 0)),
    ],
  );
}
