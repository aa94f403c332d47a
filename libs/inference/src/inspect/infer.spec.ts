import * as onnx from '../test-support/onnx.js';
import { bytes, int, join, text, type Bytes } from '../test-support/protobuf.js';
import { Findings } from './findings.js';
import { infer } from './infer.js';
import { readModel } from './read-model.js';
import type { TensorFact } from './tensor-fact.js';
import { bytesSource } from './wire.js';

const { attribute, node, tensor, int64s, graph, value, FLOAT, INT64, BOOL } = onnx;
const long = (name: string, ...values: readonly number[]) => tensor(name, [values.length], int64s(...values));
const yes = tensor('yes', [], Uint8Array.of(1));

/** Facts of the tensors that are named, for an image of 1 x 1 x 2 x 3 x 4, and the codes of what was found. */
function follow(nodes: readonly Bytes[], constants: readonly Bytes[], ...names: readonly string[]) {
  return followWith('tile', [1, 1, 2, 3, 4], nodes, constants, ...names);
}

function followWith(
  given: 'tile' | 'least',
  sizes: readonly number[],
  nodes: readonly Bytes[],
  constants: readonly Bytes[],
  ...names: readonly string[]
) {
  const outputs = names.map((name) => text(1, name));
  const file = onnx.model(graph({ nodes, inputs: [onnx.IMAGE], outputs, initialisers: constants }));
  const codes: string[] = [];
  const { outputs: facts } = infer(
    readModel(bytesSource(file), new Findings()),
    17,
    () => sizes,
    (code) => codes.push(code),
    given,
  );
  return { codes, facts };
}
const values = ({ facts }: { readonly facts: readonly TensorFact[] }) => facts.map((known) => known.values);
const binary = (op: string, a: Bytes, b: Bytes, attributes: readonly Bytes[] = []) =>
  values(follow([node(op, ['a', 'b'], ['y'], attributes)], [a, b], 'y'))[0];
const big = (name: string, ...numbers: readonly bigint[]) =>
  tensor(name, [numbers.length], BigInt64Array.from(numbers));

describe('values that are followed', () => {
  it('whole numbers, as long as they are exact', () => {
    expect(binary('Sub', big('a', 2n ** 53n - 1n), long('b', 1))).toEqual([2 ** 53 - 2]);
    expect(binary('Sub', big('a', 2n ** 53n + 1n), big('b', 2n ** 53n + 2n))).toEqual([null]);
    expect(binary('Add', big('a', 2n ** 63n - 1n), long('b', 1))).toEqual([null]);
    expect(binary('Mul', long('a', 2 ** 30, 2), long('b', 2 ** 30, 3))).toEqual([null, 6]);
    const [a, b] = [tensor('a', [1], Int32Array.of(2 ** 30)), tensor('b', [1], Int32Array.of(2))];
    expect(binary('Mul', a, b)).toEqual([null]); // 2^31 does not fit into int32
  });

  it('quotients and remainders as the runtime has them', () => {
    expect(binary('Div', long('a', -7, 7, 7), long('b', 2, -2, 0))).toEqual([-3, -3, null]);
    expect(binary('Mod', long('a', -7, 7, 7), long('b', 2, -2, 0))).toEqual([1, -1, null]);
    expect(binary('Mod', long('a', -7, 7, 7), long('b', 2, -2, 3), [attribute.int('fmod', 1)])).toEqual([-1, 1, 1]);
  });

  it('numbers beyond 2^53 are moved, compared with smaller ones, and never computed with', () => {
    const most = big('a', 2n ** 63n - 1n);
    expect(values(follow([node('Identity', ['a'], ['y'])], [big('a', 2n ** 62n)], 'y'))).toEqual([[2 ** 62]]);
    expect(binary('Greater', most, long('b', 5))).toEqual([1]);
    expect(binary('Greater', most, big('b', 2n ** 63n - 2n))).toEqual([null]);
    expect(binary('Equal', most, big('b', 2n ** 63n - 2n))).toEqual([null]);
  });

  it('the lesser and the greater of int64 only where the runtime finds it', () => {
    expect(binary('Min', long('a', 7, 3e9), long('b', 5, 0))).toEqual([5, null]);
    expect(binary('Max', long('a', -7, 3e9), long('b', 5, 0))).toEqual([5, null]);
    const ints = [tensor('a', [1], Int32Array.of(2 ** 31 - 1)), tensor('b', [1], Int32Array.of(-1))] as const;
    expect(binary('Min', ...ints)).toEqual([-1]);
  });

  it('floating point is rounded to its type', () => {
    const [a, b] = [tensor('a', [1], Float32Array.of(0.1)), tensor('b', [1], Float32Array.of(0.2))];
    expect(binary('Add', a, b)).toEqual([Math.fround(Math.fround(0.1) + Math.fround(0.2))]);
    const casts = follow(
      [node('Cast', ['a'], ['y'], [attribute.int('to', INT64)])],
      [tensor('a', [4], Float32Array.of(-1.5, NaN, Infinity, 1e30))],
      'y',
    );
    expect(values(casts)).toEqual([[-1, null, null, null]]);
  });

  it('a reciprocal of a power of two alone', () => {
    const a = tensor('a', [2], Float32Array.of(4, 3));
    expect(values(follow([node('Reciprocal', ['a'], ['y'])], [a], 'y'))).toEqual([[0.25, null]]);
  });

  it('an operator without a rule makes unknown values', () => {
    const nodes = [node('CumSum', ['a', 'z'], ['y']), node('Concat', ['a', 'y'], ['c'], [attribute.int('axis', 0)])];
    const { facts } = follow(nodes, [long('a', 3), tensor('z', [], int64s(0))], 'y', 'c');
    expect(facts.map((known) => known.values)).toEqual([null, null]);
    expect(facts[1].shape).toEqual([2]);
  });
});

describe('one number in many places', () => {
  const wide = long('wide', 40, 40);
  const filled = (number: number) => tensor('number', [1], int64s(number));
  const made = (number: number): readonly Bytes[] => [
    node('ConstantOfShape', ['wide'], ['full'], [attribute.tensor('value', filled(number))]),
  ];

  it('is followed where it is spread, moved and computed with', () => {
    const nodes = [
      ...made(3),
      node('Expand', ['two', 'wide'], ['twos']),
      node('Transpose', ['twos'], ['moved']),
      node('Sub', ['moved', 'full'], ['less']),
      node('Cast', ['less'], ['float'], [attribute.int('to', FLOAT)]),
      node('CumSum', ['less', 'axis'], ['sums']),
      node('Concat', ['twos', 'full'], ['both'], [attribute.int('axis', 0)]),
    ];
    const constants = [wide, long('two', 2), tensor('axis', [], int64s(0))];
    const { facts } = follow(nodes, constants, 'full', 'moved', 'less', 'float', 'sums', 'both');
    expect(facts.map(({ uniform }) => uniform)).toEqual([3, 2, -1, -1, null, null]);
    expect(facts.every((known) => known.values === null && known.shape !== null)).toBe(true);
  });

  it.each([
    [8, []],
    [-1, ['model-integer-division']],
    [0, ['model-integer-division']],
  ])('a division by a large tensor that is %i throughout', (number, told) => {
    for (const op of ['Div', 'Mod'])
      expect(
        follow([...made(number), node(op, ['wide40', 'full'], ['y'])], [wide, long('wide40', 7)], 'y').codes,
      ).toEqual(told);
  });

  it('is none in a tensor of two numbers', () => {
    const nodes = [node('Expand', ['pair', 'wide'], ['pairs']), node('Div', ['one', 'pairs'], ['y'])];
    const { codes } = follow(nodes, [wide, tensor('pair', [2, 1], int64s(2, 3)), long('one', 1)], 'y');
    expect(codes).toEqual(['model-integer-division']);
  });
});

it('a divisor made of sizes counts with those of the tile, not with the least that there can be', () => {
  const nodes = [
    node('Shape', ['image'], ['s']),
    node('Gather', ['s', 'last'], ['w']),
    node('Sub', ['w', 'two'], ['divisor']),
    node('Div', ['nine', 'divisor'], ['y']),
  ];
  const constants = [long('last', 4), long('two', 2), long('nine', 9)];
  expect(followWith('least', [1, 1, 1, 1, 1], nodes, constants, 'y').codes).toEqual([]);
  expect(followWith('tile', [1, 1, 64, 64, 64], nodes, constants, 'y').codes).toEqual([]);
  expect(followWith('tile', [1, 1, 1, 1, 1], nodes, constants, 'y').codes).toEqual(['model-integer-division']);
});

describe('sizes that depend on what nobody knows', () => {
  it('are the most there can be, and nothing is computed from them', () => {
    const { facts, codes } = follow(
      [
        node('NonZero', ['image'], ['places']),
        node('Shape', ['places'], ['s']),
        node('ReduceMax', ['image'], ['peak']),
      ],
      [],
      'places',
      's',
    );
    expect(facts[0]).toMatchObject({ shape: [5, 24], loose: true });
    expect(facts[1]).toMatchObject({ shape: [2], loose: false, values: null, origin: 'voxels' });
    expect(codes).toEqual([]);
  });

  it('are told of where they begin, once', () => {
    const { codes } = follow(
      [node('CumSum', ['k', 'z'], ['n']), node('Expand', ['image', 'n'], ['a']), node('Relu', ['a'], ['b'])],
      [long('k', 1, 1, 2, 3, 4), tensor('z', [], int64s(0))],
      'b',
    );
    expect(codes).toEqual(['model-shape-unknown']);
  });

  it('a slice with ends from voxels keeps its bound and is accepted', () => {
    const { facts, codes } = follow(
      [
        node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
        node('Cast', ['peak'], ['whole'], [attribute.int('to', INT64)]),
        node('Reshape', ['whole', 'one'], ['end']),
        node('Slice', ['image', 'zero', 'end', 'axis'], ['part']),
      ],
      [long('one', 1), long('zero', 0), long('axis', 4)],
      'part',
    );
    expect(facts[0]).toMatchObject({ shape: [1, 1, 2, 3, 4], loose: true });
    expect(codes).toEqual([]);
  });
});

describe('loops', () => {
  /** Carries a vector that doubles; `go` says what its condition is made of. */
  const doubling = (turns: number, condition: Bytes, constants: readonly Bytes[] = [yes]) => {
    const turn = graph({
      nodes: [condition, node('Concat', ['c', 'c'], ['d'], [attribute.int('axis', 0)])],
      inputs: [value('turn', INT64, []), value('go', BOOL, []), value('c', FLOAT, null)],
      outputs: [value('on', BOOL, []), value('d', FLOAT, null)],
    });
    return follow(
      [
        node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
        node('Cast', ['peak'], ['bright'], [attribute.int('to', BOOL)]),
        node('Loop', ['turns', 'yes', 'start'], ['y'], [attribute.graph('body', turn)]),
      ],
      [tensor('turns', [], int64s(turns)), tensor('start', [1], Float32Array.of(1)), ...constants],
      'y',
    ).facts[0];
  };

  it('are gone through as often as they will be', () => {
    expect(doubling(3, node('Identity', ['go'], ['on']))).toMatchObject({ shape: [8], loose: false });
    expect(doubling(0, node('Identity', ['go'], ['on']))).toMatchObject({ shape: [1], loose: false });
    expect(doubling(3, node('Not', ['go'], ['on']))).toMatchObject({ shape: [2], loose: false });
  });

  it('that the image may end have the most that they may carry', () => {
    expect(doubling(3, node('Identity', ['bright'], ['on']))).toMatchObject({ shape: [8], loose: true });
  });
});

describe('what an attribute holds', () => {
  it('is 0 where its type says that there is a number and none is written', () => {
    const keep = join(text(1, 'keepdims'), int(20, 2));
    expect(follow([node('ReduceMax', ['image'], ['y'], [keep])], [], 'y').facts[0].shape).toEqual([]);
  });

  it('is all axes where a list is empty', () => {
    const none = join(text(1, 'axes'), int(20, 7));
    expect(follow([node('ReduceMax', ['image'], ['y'], [none])], [], 'y').facts[0].shape).toEqual([1, 1, 1, 1, 1]);
  });

  it('is not half a number', () => {
    const cut = join(text(1, 'value_floats'), bytes(7, new Uint8Array(6)), int(20, 6));
    expect(() => follow([node('Constant', [], ['y'], [cut])], [], 'y')).toThrow(/ends within a number/);
  });
});
