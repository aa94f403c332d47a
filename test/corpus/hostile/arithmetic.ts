import {
  attribute,
  body,
  BOOL,
  bytes,
  type Bytes,
  DOUBLE,
  finish,
  finishInteger,
  FLOAT,
  float,
  FROM_VOXELS,
  graph,
  IMAGE,
  int,
  INT32,
  int64s,
  INT64,
  join,
  LEAST,
  LOGITS,
  long,
  model,
  node,
  ONE_LONG,
  PLAIN,
  scalar,
  tensor,
  text,
  value,
  varint,
} from '../parts.js';
import { collection } from './collection.js';

/** A model with the usual face, of an operator set that knows operations on bits. */
const latest = (nodes: readonly Bytes[], initialisers: readonly Bytes[]) =>
  model(graph({ nodes, inputs: [IMAGE], outputs: [LOGITS], initialisers }), 18);

/** Ways to make a number that is one thing for whoever reads the file and another for the runtime. */
const { models, add } = collection('arithmetic');

const BEYOND = 2n ** 53n; // doubles above hold every second whole number
const MOST = 2n ** 63n - 1n;
const SOME = 2n ** 33n; // elements: 32 GiB of float32

// ------------------------------------------------------------------------------------------------------- divisors

const divides = (name: string, nodes: readonly Bytes[], constants: readonly Bytes[], to = INT64) =>
  add('model-integer-division', `a divisor of -1 by ${name}`, () =>
    latest(
      [
        ...nodes,
        node('Cast', ['image'], ['whole'], [attribute.int('to', to)]),
        node('Div', ['whole', 'divisor'], ['q']),
        ...finishInteger('q'),
      ],
      constants,
    ),
  );
divides(
  'a difference of numbers beyond 2^53',
  [node('Sub', ['a', 'b'], ['divisor'])],
  [scalar('a', BEYOND + 1n), scalar('b', BEYOND + 2n)],
);
divides(
  'wrapping around int64',
  [node('Add', ['a', 'a'], ['b']), node('Add', ['b', 'one'], ['divisor'])],
  [scalar('a', MOST), scalar('one', 1n)],
);
divides(
  'wrapping around int32',
  [node('Add', ['a', 'a'], ['b']), node('Add', ['b', 'one'], ['divisor'])],
  [tensor('a', [], Int32Array.of(2 ** 31 - 1)), tensor('one', [], Int32Array.of(1))],
  INT32,
);
divides(
  'cutting int64 to int32',
  [node('Cast', ['a'], ['divisor'], [attribute.int('to', INT32)])],
  [scalar('a', 2n ** 32n - 1n)],
  INT32,
);
divides(
  'taking uint64 for int64',
  [
    node('Constant', [], ['a'], [attribute.tensor('value', join(int(2, 13), bytes(9, new Uint8Array(8).fill(255))))]),
    node('Cast', ['a'], ['divisor'], [attribute.int('to', INT64)]),
  ],
  [],
);
divides('turning bits around', [node('BitwiseNot', ['a'], ['divisor'])], [scalar('a', 0n)]);
divides('running sums', [node('CumSum', ['a', 'first'], ['divisor'])], [long('a', -1), scalar('first', 0n)]);
divides(
  'one element of two that is not followed',
  [
    node('CumSum', ['a', 'first'], ['b']),
    node('Concat', ['one', 'b'], ['c'], [attribute.int('axis', 0)]),
    node('Gather', ['c', 'second'], ['divisor']),
  ],
  [long('one', 1), long('a', -1), scalar('first', 0n), scalar('second', 1n)],
);
divides(
  'the lower 32 bits of a longer number',
  [],
  [join(int(2, INT32), text(8, 'divisor'), int(5, 2 ** 32 - 1))],
  INT32,
);
divides(
  'a branch that the image chooses',
  [
    node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
    node('Cast', ['peak'], ['yes'], [attribute.int('to', BOOL)]),
    node(
      'If',
      ['yes'],
      ['divisor'],
      ['then_branch', 'else_branch'].map((name) =>
        attribute.graph(
          name,
          graph({
            nodes: [node('Identity', [name === 'then_branch' ? 'minus' : 'one'], [`${name}_d`])],
            inputs: [],
            outputs: [value(`${name}_d`, INT64, [])],
          }),
        ),
      ),
    ),
  ],
  [scalar('minus', -1n), scalar('one', 1n)],
);
divides(
  'counting down in a loop',
  [
    node(
      'Loop',
      ['turns', 'yes', 'start'],
      ['divisor'],
      [
        attribute.graph(
          'body',
          graph({
            nodes: [node('Identity', ['go'], ['on']), node('Sub', ['d', 'one'], ['e'])],
            inputs: [value('turn', INT64, []), value('go', BOOL, []), value('d', INT64, [])],
            outputs: [value('on', BOOL, []), value('e', INT64, [])],
          }),
        ),
      ],
    ),
  ],
  [scalar('turns', 4n), tensor('yes', [], Uint8Array.of(1)), scalar('start', 3n), scalar('one', 1n)],
);

// ---------------------------------------------------------------------------------------------------------- sizes

/** A constant of the size `size`, which the nodes make. */
const sized = (code: Parameters<typeof add>[0], name: string, nodes: readonly Bytes[], constants: readonly Bytes[]) =>
  add(code, name, () => latest([...nodes, node('ConstantOfShape', ['size'], ['a']), ...finish('a')], constants));
sized(
  'model-shape-unknown',
  'a size by a difference beyond 2^53',
  [node('Sub', ['a1', 'b1'], ['d']), node('Mul', ['d', 'k'], ['size'])],
  [
    long('k', Number(SOME)),
    tensor('a1', [1], BigInt64Array.of(BEYOND + 1n)),
    tensor('b1', [1], BigInt64Array.of(BEYOND)),
  ],
);
sized(
  'model-shape-unknown',
  'a size by wrapping around',
  [node('Mul', ['p', 'four'], ['d']), node('Add', ['d', 'k'], ['size'])],
  [long('k', Number(SOME)), tensor('p', [1], BigInt64Array.of(2n ** 62n)), long('four', 4)],
);
sized(
  'model-shape-unknown',
  'a size from what is no number',
  [
    node('Sqrt', ['m'], ['nan']),
    node('Cast', ['nan'], ['i'], [attribute.int('to', INT64)]),
    node('Sub', ['i', 'least'], ['d']),
    node('Add', ['d', 'k'], ['size']),
  ],
  [float('m', -1), tensor('least', [1], BigInt64Array.of(LEAST)), long('k', Number(SOME))],
);
sized(
  'model-shape-unknown',
  'a size from digits that float32 does not have',
  [node('Exp', ['x1'], ['e']), node('Cast', ['e'], ['size'], [attribute.int('to', INT64)])],
  [float('x1', 22.9)],
);
sized(
  'model-shape-unknown',
  'a size by an estimated reciprocal',
  [
    node('Reciprocal', ['three'], ['r']),
    node('Mul', ['r', 'much'], ['f']),
    node('Cast', ['f'], ['size'], [attribute.int('to', INT64)]),
  ],
  [float('three', 3), float('much', 3 * 2 ** 33)],
);
for (const [op, inputs, constants] of [
  ['CumSum', ['k', 'first'], [long('k', Number(SOME)), scalar('first', 0n)]],
  ['BitwiseOr', ['k', 'k'], [long('k', Number(SOME))]],
  ['ReduceL1', ['k'], [long('k', Number(SOME))]],
  ['ReduceSumSquare', ['k'], [long('k', 92_682)]],
  ['ReduceMean', ['k'], [long('k', Number(SOME))]],
  ['GatherND', ['k', 'at'], [long('k', Number(SOME)), tensor('at', [1, 1], int64s(0))]],
  ['GatherElements', ['k', 'at'], [long('k', Number(SOME)), long('at', 0)]],
  ['ScatterND', ['z', 'at', 'k'], [long('z', 0), tensor('at', [1, 1], int64s(0)), long('k', Number(SOME))]],
  ['ScatterElements', ['z', 'at', 'k'], [long('z', 0), long('at', 0), long('k', Number(SOME))]],
  ['Tile', ['k', 'once'], [long('k', Number(SOME)), long('once', 1)]],
  ['Pad', ['k', 'none'], [long('k', Number(SOME)), long('none', 0, 0)]],
  ['TopK', ['k', 'once'], [long('k', Number(SOME)), long('once', 1)]],
] as const) {
  sized(
    'model-shape-unknown',
    `a size by ${op}`,
    [node(op, inputs, op === 'TopK' ? ['size', 'places'] : ['size'])],
    constants,
  );
}
sized(
  'model-shape-unknown',
  'a size by Sum, in float64',
  [node('Sum', ['k', 'k'], ['f']), node('Cast', ['f'], ['size'], [attribute.int('to', INT64)])],
  [join(int(1, 1), int(2, DOUBLE), text(8, 'k'), bytes(9, new Uint8Array(Float64Array.of(2 ** 32).buffer)))],
);
sized(
  'model-shape-unknown',
  'a size among more numbers than are followed',
  [node('Add', ['k', 'k'], ['d']), node('Slice', ['d', 'z', 'o'], ['size'])],
  [long('k', ...Array<number>(65).fill(2 ** 32)), long('z', 0), long('o', 1)],
);
sized(
  'model-shape-unknown',
  'a size among more numbers than are read',
  [node('Slice', ['k', 'z', 'o'], ['size'])],
  [long('k', ...Array<number>(1025).fill(2 ** 33)), long('z', 0), long('o', 1)],
);
sized(
  'model-shape-unknown',
  'a size after so many numbers that nobody follows them any more',
  [
    ...Array.from({ length: 1700 }, (_, i) => node('Add', [i === 0 ? 'k' : `d${i}`, 'z64'], [`d${i + 1}`])),
    node('Slice', ['d1700', 'z', 'o'], ['size']),
  ],
  [
    long('k', ...Array<number>(64).fill(2 ** 33)),
    long('z64', ...Array<number>(64).fill(0)),
    long('z', 0),
    long('o', 1),
  ],
);

// of four numbers at once, the runtime's minimum of 3,000,000,000 and 0 is 3,000,000,000
const four = (name: string, x: number) => long(name, x, x, x, x);
sized(
  'model-shape-unknown',
  'a size by a minimum',
  [node('Min', ['k', 'o'], ['m']), node('Slice', ['m', 'from', 'to'], ['size'])],
  [four('k', 3_000_000_000), four('o', 0), long('from', 0), long('to', 1)],
);
sized(
  'model-shape-unknown',
  'a size by cutting off what is more',
  [node('Clip', ['k', 'z', 'o'], ['m']), node('Slice', ['m', 'from', 'to'], ['size'])],
  [four('k', 1), scalar('z', -1n), scalar('o', 3_000_000_000n), long('from', 0), long('to', 1)],
);

/** Twice 2^32 elements where the runtime makes a tensor two shorter than a plain reading of the standard would have it. */
const shorter = (
  code: Parameters<typeof add>[0],
  name: string,
  expected: number,
  nodes: readonly Bytes[],
  constants: readonly Bytes[],
) =>
  sized(
    code,
    name,
    [
      ...nodes,
      node('Size', ['made'], ['n']),
      node('Sub', ['expected', 'n'], ['less']),
      node('Mul', ['less', 'k'], ['size']),
    ],
    [scalar('expected', BigInt(expected)), long('k', 2 ** 32), ...constants],
  );
const eight = tensor('line', [1, 1, 8], new Float32Array(8));
shorter(
  'model-constant-too-large',
  'a dilated pooling that pads for one that is not',
  8,
  [
    node(
      'MaxPool',
      ['line'],
      ['made'],
      [
        attribute.ints('kernel_shape', [3]),
        attribute.ints('dilations', [2]),
        join(text(1, 'auto_pad'), text(4, 'SAME_UPPER'), int(20, 3)),
      ],
    ),
  ],
  [eight],
);
shorter(
  'model-constant-too-large',
  'a transposed convolution with gaps',
  24,
  [
    node(
      'ConvTranspose',
      ['line', 'w'],
      ['made'],
      [attribute.ints('strides', [3]), join(text(1, 'auto_pad'), text(4, 'SAME_UPPER'), int(20, 3))],
    ),
  ],
  [eight, tensor('w', [1, 1, 1], Float32Array.of(1))],
);
shorter(
  'model-constant-too-large',
  'a condition longer than what it chooses from',
  3,
  [node('Compress', ['one1', 'all'], ['made'], [attribute.int('axis', 0)])],
  [float('one1', 1), tensor('all', [3], Uint8Array.of(1, 1, 1))],
);
shorter(
  'model-constant-too-large',
  'a slice backwards that begins before the beginning',
  3,
  [node('Slice', ['line', 'from', 'to', 'last', 'back'], ['made'])],
  [eight, long('from', -100), long('to', -200), long('last', 2), long('back', -1)],
);
shorter(
  'model-shape-unknown',
  'a slice backwards to the greatest number',
  10,
  [node('Slice', ['line', 'from', 'to', 'last', 'back'], ['made'])],
  [eight, long('from', 7), tensor('to', [1], BigInt64Array.of(MOST)), long('last', 2), long('back', -1)],
);

// --------------------------------------------------------------------------------------- sizes of the image's own

add('model-shape-unknown', 'Resize by scales that are not followed', () =>
  body(
    [node('Exp', ['logarithms'], ['scales']), node('Resize', ['image', '', 'scales'], ['a']), ...finish('a')],
    [float('logarithms', 0, 0, 9, 9, 3)],
  ),
);
add('model-shape-unknown', 'Resize by infinite scales', () =>
  body([node('Resize', ['image', '', 'scales'], ['a']), ...finish('a')], [float('scales', 1, 1, Infinity, 1, 1)]),
);
add('model-tensor-too-large', 'Resize that keeps the aspect of one voxel', () =>
  latest(
    [
      node('Reshape', ['image', 'flat'], ['f']),
      node('Slice', ['f', 'zero', 'one', 'axis'], ['v']),
      node('Expand', ['v', 'long_line'], ['w']),
      node(
        'Resize',
        ['w', '', '', 'square'],
        ['a'],
        [join(text(1, 'keep_aspect_ratio_policy'), text(4, 'not_smaller'), int(20, 3))],
      ),
      ...finish('a'),
    ],
    [
      long('flat', 1, -1),
      long('zero', 0),
      long('one', 1),
      long('axis', 1),
      long('long_line', 100_000, 1),
      long('square', 100_000, 100_000),
    ],
  ),
);
add('model-tensor-too-large', 'Resize of no axes, which are all', () =>
  model(
    graph({
      nodes: [node('Resize', ['image', '', 'scales'], ['a'], [join(text(1, 'axes'), int(20, 7))]), ...finish('a')],
      inputs: [IMAGE],
      outputs: [LOGITS],
      initialisers: [float('scales', 1, 1, 4096, 4096, 1024)],
    }),
    18,
  ),
);
add('model-shape-from-voxels', 'Resize by scales from the image, opset 10', () =>
  model(
    graph({
      nodes: [
        node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
        node('Mul', ['ones', 'peak'], ['scales']),
        node('Resize', ['image', 'scales'], ['a']),
        ...finish('a'),
      ],
      inputs: [IMAGE],
      outputs: [LOGITS],
      initialisers: [float('ones', 1, 1, 1e4, 1e4, 1e4)],
    }),
    10,
  ),
);
add('model-constant-too-large', 'Range by a tiny step', () =>
  body(
    [node('Range', ['zero', 'end', 'step'], ['a']), ...finish('a')],
    [['zero', 0] as const, ['end', 16] as const, ['step', 1e-9] as const].map(([name, x]) =>
      tensor(name, [], Float32Array.of(x)),
    ),
  ),
);
add('model-shape-unknown', 'axes that are not followed', () =>
  body(
    [
      node('CumSum', ['two', 'first'], ['axes']),
      node('Squeeze', ['image', 'axes'], ['s']),
      node('Unsqueeze', ['s', 'axes'], ['a']),
      ...finish('a'),
    ],
    [long('two', 0), scalar('first', 0n)],
  ),
);
add('model-shape-unknown', 'Reshape to a size that is not followed, and a product behind it', () =>
  body(
    [
      node('CumSum', ['column', 'first'], ['rows']),
      node('Reshape', ['image', 'rows'], ['m']),
      node('Transpose', ['m'], ['t']),
      node('MatMul', ['m', 't'], ['a']),
      ...finish('a'),
    ],
    [long('column', -1, 2), scalar('first', 0n)],
  ),
);
add('model-shape-from-voxels', 'Reshape to a size from the image', () =>
  body(
    [
      ...FROM_VOXELS,
      node('Concat', ['minus', 'size'], ['rows'], [attribute.int('axis', 0)]),
      node('Reshape', ['image', 'rows'], ['m']),
      node('Transpose', ['m'], ['t']),
      node('MatMul', ['m', 't'], ['a']),
      ...finish('a'),
    ],
    [ONE_LONG, long('minus', -1)],
  ),
);
add('model-shape-from-voxels', 'the number of bright voxels, as a size', () =>
  body(
    [
      node('NonZero', ['image'], ['places']),
      node('Shape', ['places'], ['s']),
      node('Gather', ['s', 'second'], ['n']),
      node('Mul', ['n', 'k'], ['size']),
      node('ConstantOfShape', ['size'], ['a']),
      ...finish('a'),
    ],
    [long('second', 1), long('k', 2 ** 33)],
  ),
);
add('model-shape-unknown', 'branches of different rank', () => {
  const branch = (name: string, nodes: readonly Bytes[]) =>
    attribute.graph(name, graph({ nodes, inputs: [], outputs: [value(`${name}_out`, FLOAT, null)] }));
  return body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      node('Cast', ['peak'], ['yes'], [attribute.int('to', BOOL)]),
      node(
        'If',
        ['yes'],
        ['v'],
        [
          branch('then_branch', [node('Reshape', ['image', 'column'], ['then_branch_out'])]),
          branch('else_branch', [node('Reshape', ['image', 'flat'], ['else_branch_out'])]),
        ],
      ),
      node('Transpose', ['v'], ['t']),
      node('MatMul', ['v', 't'], ['a']),
      ...finish('a'),
    ],
    [long('column', -1, 1), long('flat', -1)],
  );
});

// ------------------------------------------------------------------------------------------------ sums that go wrong

add('model-too-much-work', 'negative work in a branch that is never taken', () => {
  const branch = (name: string, from: string) =>
    attribute.graph(
      name,
      graph({
        nodes: [
          node('Reshape', ['image', from], [`${name}_r`]),
          node('ReduceMax', [`${name}_r`], [`${name}_out`], [attribute.int('keepdims', 0)]),
        ],
        inputs: [],
        outputs: [value(`${name}_out`, FLOAT, [])],
      }),
    );
  return body(
    [
      node('Shape', ['image'], ['sizes']),
      node('Gather', ['sizes', 'third'], ['x']),
      node('Mul', ['x', 'minus'], ['rows']),
      node('Concat', ['rows', 'columns'], ['negative'], [attribute.int('axis', 0)]),
      node('If', ['yes'], ['peak'], [branch('then_branch', 'flat'), branch('else_branch', 'negative')]),
      node('Expand', ['peak', 'wide'], ['m']),
      node('MatMul', ['m', 'm'], ['p']),
      node('MatMul', ['p', 'm'], ['q']),
      ...finish('q'),
    ],
    [
      tensor('yes', [], Uint8Array.of(1)),
      long('flat', -1),
      long('third', 2),
      long('minus', -(2 ** 21)),
      long('columns', 2 ** 25),
      long('wide', 12_000, 12_000),
    ],
  );
});
add('model-constant-too-large', 'nothing, of a size whose product is infinite', () => {
  const makers = Array.from({ length: 5 }, (_, i) => node('ConstantOfShape', ['many'], [`c${i}`]));
  const sums = Array.from({ length: 4 }, (_, i) => node('Add', [i === 0 ? 'c0' : `s${i}`, `c${i + 1}`], [`s${i + 1}`]));
  return body(
    [node('ConstantOfShape', ['nothing'], ['n']), ...makers, ...sums, ...finish('s4')],
    [long('nothing', ...Array<number>(20).fill(2 ** 62), 0), long('many', 235_000_000)],
  );
});
add('model-loop-unbounded', 'a loop that uses up the steps, and what comes after', () => {
  const turn = graph({
    nodes: [
      node('Identity', ['go'], ['on']),
      node('Add', ['c', 'one'], ['d0']),
      ...Array.from({ length: 16 }, (_, i) => node('Identity', [`d${i}`], [`d${i + 1}`])),
    ],
    inputs: [value('turn', INT64, []), value('go', BOOL, []), value('c', INT64, [])],
    outputs: [value('on', BOOL, []), value('d16', INT64, [])],
  });
  const idle = Array.from({ length: 2100 }, (_, i) => node('Identity', [i === 0 ? 'peak' : `i${i}`], [`i${i + 1}`]));
  return body(
    [
      node('Loop', ['turns', 'yes', 'one'], ['last'], [attribute.graph('body', turn)]),
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      ...idle,
      node('Expand', ['i2100', 'size'], ['a']),
      ...finish('a'),
    ],
    [scalar('turns', 1000n), scalar('one', 1n), tensor('yes', [], Uint8Array.of(1)), long('size', 2 ** 32)],
  );
});
add('model-tensor-too-large', 'the scores of an attention of 60,000 by 60,000', () =>
  join(
    int(1, 10),
    bytes(
      7,
      graph({
        nodes: [
          node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
          node('Expand', ['peak', 'tokens'], ['q']),
          node('Attention', ['q', 'q', 'q'], ['a']),
          ...finish('a'),
        ],
        inputs: [IMAGE],
        outputs: [LOGITS],
        initialisers: [long('tokens', 1, 1, 60_000, 1)],
      }),
    ),
    bytes(8, join(text(1, ''), int(2, 23))),
  ),
);
add('model-tensor-too-large', 'an input without axes', () =>
  join(
    model(
      graph({
        nodes: [node('Tile', ['image', 'size'], ['a']), ...finish('a')],
        inputs: [value('image', FLOAT, null)],
        outputs: [LOGITS],
        initialisers: [long('size', 1, 1, 4096, 4096, 1024)],
      }),
    ),
    bytes(
      14,
      join(
        text(1, 'voxelmark.manifest'),
        text(
          2,
          JSON.stringify({
            manifestVersion: 1,
            name: 'without axes',
            version: '1',
            inputs: [{ tensor: 'image', channels: [{ name: 'CT' }] }],
            output: { tensor: 'logits', meaning: 'logits', channels: 2 },
            preprocess: [{ op: 'orient', axes: 'RAS' }],
            inference: { mode: 'full' },
            postprocess: [{ op: 'invert' }, { op: 'argmax' }],
            labels: [
              { value: 0, name: 'background' },
              { value: 1, name: 'lesion' },
            ],
          }),
        ),
      ),
    ),
  ),
);

// ------------------------------------------------------------------------------- bytes that two readers read as two

const half = (name: string) => tensor(name, [1], Float32Array.of(0.5));
add('model-not-onnx', 'a tensor of an attribute twice', () =>
  body([
    node('Constant', [], ['w'], [join(text(1, 'value'), bytes(5, half('')), bytes(5, half('')), int(20, 4))]),
    ...finish('w'),
  ]),
);
add('model-not-onnx', 'a type of the input twice', () =>
  model(
    graph({
      nodes: PLAIN,
      inputs: [join(IMAGE, bytes(2, bytes(1, int(1, DOUBLE))))],
      outputs: [LOGITS],
    }),
  ),
);
add('model-not-onnx', 'values of a tensor twice', () =>
  body(finish('w'), [join(half('w'), bytes(9, new Uint8Array(4)))]),
);
add('model-not-onnx', 'a name of a tensor twice', () => body(finish('w'), [join(half('v'), text(8, 'w'))]));
add('model-not-onnx', 'an operator of a node twice', () =>
  body([join(node('Relu', ['image'], ['a']), text(4, 'Tanh')), ...finish('a')]),
);
add('model-not-onnx', 'a number where a message belongs', () =>
  body([join(node('Relu', ['image'], ['a']), int(5, 1)), ...finish('a')]),
);
add('model-not-onnx', 'packed numbers that end within one', () =>
  body(finish('w'), [join(int(1, 1), int(2, FLOAT), text(8, 'w'), bytes(4, new Uint8Array(7)))]),
);
add('model-not-onnx', 'sizes as fixed numbers', () =>
  body(finish('w'), [
    join(varint(1 * 8 + 1), new Uint8Array(8), int(2, FLOAT), text(8, 'w'), bytes(9, new Uint8Array(4))),
  ]),
);
add('model-tensor-size', 'values as bytes and as numbers', () =>
  body(finish('w'), [join(half('w'), bytes(4, new Uint8Array(4)))]),
);
add('model-tensor-size', 'one segment of a tensor', () =>
  body(finish('w'), [join(half('w'), bytes(3, join(int(1, 0), int(2, 4))))]),
);
add('model-attribute', 'two attributes of one name', () =>
  body([
    node(
      'LeakyRelu',
      ['image'],
      ['a'],
      [0.1, 0.2].map((alpha) => attribute.float('alpha', alpha)),
    ),
    ...finish('a'),
  ]),
);
add('model-attribute', 'an attribute that is a number and a list', () =>
  body([
    node('ReduceMax', ['image'], ['a'], [join(text(1, 'keepdims'), int(3, 1), int(8, 0), int(20, 2))]),
    ...finish('a'),
  ]),
);
add('model-attribute', 'a number that says it is a list', () =>
  body([node('ReduceMax', ['image'], ['a'], [join(text(1, 'keepdims'), int(3, 1), int(20, 7))]), ...finish('a')]),
);
add('model-attribute', 'a constant of two values', () =>
  body([
    node('Constant', [], ['w'], [attribute.float('value_float', 1), attribute.tensor('value', half(''))]),
    ...finish('w'),
  ]),
);
add('manifest-invalid', 'two embedded manifests', () =>
  join(
    body(PLAIN),
    ...['{}', '{"a":1}'].map((manifest) => bytes(14, join(text(1, 'voxelmark.manifest'), text(2, manifest)))),
  ),
);

export const ARITHMETIC = models;
