import type { InspectionCode } from '#inference';
import * as onnx from '../../libs/inference/src/test-support/onnx.js';
import {
  attribute, body, BOOL, bytes, COMPLEX64, DOUBLE, externalTensor, finish, finishInteger, FLOAT, FLOAT16, foreign, FROM_VOXELS, graph,
  GROW, IMAGE, imports, int, INT32, int64s, INT64, join, LEAST, localFunction, LOGITS, loop, model, nested, node, ONE_LONG, PLAIN,
  plainModel, STILL, STRING, tensor, tensorOf, text, UINT8, value, varint, type Bytes,
} from './parts.js'; // prettier-ignore

/**
 * The hostile corpus: models that harm, or try to, one for each way that we know. All are made here, byte by byte, by our own
 * protocol-buffer writer. `code` is the first refusal of the inspector; `walls` marks what it lets pass on purpose, because
 * no look at the file can tell: there the process that runs the model is the wall.
 */
export interface HostileModel {
  readonly name: string;
  readonly kind: HostileKind;
  readonly code: InspectionCode | 'walls';
  readonly make: () => Bytes;
}

export type HostileKind =
  | 'garbage'
  | 'files'
  | 'crash'
  | 'hang'
  | 'memory'
  | 'shapes-from-voxels'
  | 'operators'
  | 'structure'
  | 'tensors'
  | 'leaks';

const models: HostileModel[] = [];
const add = (kind: HostileKind, code: HostileModel['code'], name: string, make: () => Bytes) =>
  models.push({ kind, code, name, make });

const ascii = (words: string) => new TextEncoder().encode(words);
const float = (name: string, ...values: readonly number[]) => tensor(name, [values.length], Float32Array.from(values));
const long = (name: string, ...values: readonly number[]) => tensor(name, [values.length], int64s(...values));
const scalar = (name: string, number: bigint) => tensor(name, [], BigInt64Array.of(number));

// -------------------------------------------------------------------------------------------------------- garbage

add('garbage', 'model-not-onnx', 'an empty file', () => new Uint8Array(0));
add('garbage', 'model-not-onnx', 'text', () => ascii('this is not a model at all'));
add('garbage', 'model-not-onnx', 'zeros', () => new Uint8Array(4096));
add('garbage', 'model-not-onnx', 'ones', () => new Uint8Array(4096).fill(0xff));
add('garbage', 'model-not-onnx', 'a number without end', () => new Uint8Array(1_000_000).fill(0x80));
add('garbage', 'model-not-onnx', 'a pickle', () =>
  Uint8Array.of(0x80, 4, 0x95, 10, 0, 0, 0, 0, 0, 0, 0, 0x8c, 5, 0x70, 0x6f, 0x73, 0x69, 0x78),
);
add('garbage', 'model-not-onnx', 'a ZIP archive', () => ascii('PK\u0003\u0004model.onnx'));
add('garbage', 'model-not-onnx', 'an ELF program', () => Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0));
add('garbage', 'model-not-onnx', 'HTML', () => ascii('<html><script>alert(1)</script></html>'));
add('garbage', 'model-not-onnx', 'JSON', () => ascii('{"ir_version":8,"graph":{}}'));
add('garbage', 'model-not-onnx', 'a length that lies', () =>
  join(int(1, 8), varint(7 * 8 + 2), varint(2 ** 30), new Uint8Array(10)),
);
add('garbage', 'model-not-onnx', 'a negative length', () =>
  join(int(1, 8), varint(7 * 8 + 2), varint(-1), new Uint8Array(10)),
);
add('garbage', 'model-not-onnx', 'a length of 2^63', () =>
  join(int(1, 8), varint(7 * 8 + 2), varint(2n ** 63n), new Uint8Array(10)),
);
add('garbage', 'model-not-onnx', 'a number of eleven bytes', () =>
  plainModel(Uint8Array.of(8, ...Array<number>(10).fill(0xff), 1)),
);
add('garbage', 'model-not-onnx', 'a group', () => plainModel(varint(99 * 8 + 3)));
add('garbage', 'model-not-onnx', 'field number 0', () => plainModel(Uint8Array.of(2, 1, 0)));
add('garbage', 'model-not-onnx', 'a wire type that does not exist', () => plainModel(Uint8Array.of(7)));
add('garbage', 'model-not-onnx', 'a model cut in half', () => body(PLAIN).subarray(0, 60));
add('garbage', 'model-not-onnx', 'a graph cut by its last byte', () => {
  const whole = bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }));
  return join(int(1, 8), imports('', 17), whole.subarray(0, whole.length - 1));
});
add('garbage', 'model-not-onnx', 'no graph', () => join(int(1, 8), imports('', 17)));
add('garbage', 'model-not-onnx', 'two graphs', () =>
  plainModel(bytes(7, graph({ nodes: [], inputs: [], outputs: [] }))),
);
add('garbage', 'model-not-onnx', 'a graph without output', () =>
  model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [] })),
);
add('garbage', 'model-too-complex', 'a flood of fields', () =>
  plainModel(Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 ? 1 : 8))),
);
add('garbage', 'model-too-complex', 'a flood of fields within a node', () =>
  body([
    join(
      node('Identity', ['image'], ['a']),
      Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 ? 1 : 0x48)),
    ),
    ...PLAIN,
  ]),
);

// ---------------------------------------------------------------------------------------------------------- files

const LOCATIONS: readonly (readonly [string, string])[] = [
  ['an absolute path', '/etc/passwd'],
  ['a path upwards', '../../../../etc/passwd'],
  ['the environment of the process', '/proc/self/environ'],
  ['a device', '/dev/zero'],
  ['its own file', 'model.onnx'],
  ['the image of the case', '../cases/1.nii.gz'],
  ['a dot file of the working directory', '.env'],
  ['an address in memory', '*/_ORT_MEM_ADDR_/*'],
  ['a network path', '\\\\server\\share\\weights'],
  ['an empty path', ''],
];
for (const [what, location] of LOCATIONS) {
  add('files', 'model-external-data', `weights in ${what}`, () => onnx.externalDataModel(location, 'initialiser'));
}
add('files', 'model-external-data', 'a file named by a Constant', () =>
  onnx.externalDataModel('secret.bin', 'constant'),
);
add('files', 'model-external-data', 'a file named in a branch', () => onnx.externalDataModel('secret.bin', 'subgraph'));
add('files', 'model-external-data', 'a file named by a sparse initialiser', () =>
  onnx.externalDataModel('secret.bin', 'sparse'),
);
add('files', 'model-external-data', 'a file named by a sparse attribute', () => {
  const sparse = bytes(1, externalTensor('stolen', [4], 'secret.bin'));
  return body([
    node('Constant', [], ['stolen'], [join(text(1, 'sparse_value'), bytes(22, sparse), int(20, 11))]),
    ...finish('stolen'),
  ]);
});
add('files', 'model-external-data', 'a file named by the indices of a sparse tensor', () => {
  const sparse = bytes(2, externalTensor('places', [4], 'secret.bin', INT64));
  return model(join(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), bytes(15, sparse)));
});
add('files', 'model-external-data', 'a file named by one of many tensors of an attribute', () => {
  const hidden = join(text(1, 'spare'), bytes(10, externalTensor('stolen', [4], 'secret.bin')), int(20, 9));
  return body([node('Identity', ['image'], ['a'], [hidden]), ...PLAIN]);
});
add('files', 'model-external-data', 'a file named in a function', () => {
  const constant = node(
    'Constant',
    [],
    ['stolen'],
    [attribute.tensor('value', externalTensor('stolen', [4], 'x.bin'))],
  );
  return plainModel(localFunction('reads', [constant]));
});
add('structure', 'model-training-info', 'training graphs', () =>
  plainModel(bytes(20, bytes(1, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] })))),
);
add('files', 'model-external-data', 'a file named in training information', () =>
  plainModel(bytes(20, bytes(1, bytes(5, externalTensor('stolen', [4], 'x.bin'))))),
);
add('files', 'model-external-data', 'external entries without the flag', () => {
  const entry = bytes(13, join(text(1, 'location'), text(2, 'x.bin')));
  return body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), entry)]);
});
add('files', 'model-external-data', 'the flag without entries', () =>
  body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), int(14, 1))]),
);
add('files', 'model-external-data', 'a negative flag', () =>
  body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), int(14, -1))]),
);
add('files', 'model-external-data', 'a file for weights that nobody reads', () =>
  body(PLAIN, [externalTensor('unused', [4], 'secret.bin')]),
);
add('files', 'model-foreign-domain', 'a compiled context of a provider', () =>
  body([foreign('com.microsoft', 'EPContext', ['image'], ['a']), ...finish('a')]),
);
add('files', 'model-foreign-domain', 'Python code', () =>
  body([foreign('ai.onnx.contrib', 'PyOp', ['image'], ['a']), ...finish('a')]),
);
add('files', 'model-operator', 'an image decoder', () =>
  body([
    node('Constant', [], ['jpeg'], [attribute.tensor('value', tensor('j', [2], Uint8Array.of(255, 216)))]),
    node('ImageDecoder', ['jpeg'], ['a']),
    ...finishInteger('a'),
  ]),
);

// ---------------------------------------------------------------------------------------------------------- crash

add('crash', 'model-integer-division', 'least / -1 while loading, int64', onnx.divisionCrashAtLoadModel);
add('crash', 'model-integer-division', 'least / -1 while running, int64', onnx.divisionCrashModel);
for (const [type, number, values] of [
  ['int64', INT64, () => [scalar('least', LEAST), scalar('minus', -1n)]],
  ['int32', INT32, () => [tensor('least', [], Int32Array.of(-(2 ** 31))), tensor('minus', [], Int32Array.of(-1))]],
] as const) {
  for (const op of ['Div', 'Mod']) {
    add('crash', 'model-integer-division', `${op} of two constants, ${type}`, () =>
      body([node(op, ['least', 'minus'], ['q']), ...finishInteger('q')], values()),
    );
    add('crash', 'model-integer-division', `${op} by -1 of what the voxels give, ${type}`, () =>
      body(
        [
          node('Cast', ['image'], ['i'], [attribute.int('to', number)]),
          node(op, ['i', 'minus'], ['q']),
          ...finishInteger('q'),
        ],
        [values()[1]],
      ),
    );
    add('crash', 'model-integer-division', `${op} by voxels, ${type}`, () =>
      body(
        [
          node('Cast', ['image'], ['i'], [attribute.int('to', number)]),
          node(op, ['least', 'i'], ['q']),
          ...finishInteger('q'),
        ],
        [values()[0]],
      ),
    );
  }
}
add('crash', 'model-integer-division', 'division by 0', () =>
  body([node('Div', ['a', 'b'], ['q']), ...finishInteger('q')], [scalar('a', 1n), scalar('b', 0n)]),
);
add('crash', 'model-integer-division', 'a divisor of -1 made by subtraction', () =>
  body(
    [node('Sub', ['zero', 'one'], ['minus']), node('Div', ['least', 'minus'], ['q']), ...finishInteger('q')],
    [scalar('zero', 0n), scalar('one', 1n), scalar('least', LEAST)],
  ),
);
add('crash', 'model-integer-division', 'a divisor of -1 made from the sizes of the image', () =>
  body(
    [
      node('Shape', ['image'], ['s']), node('Gather', ['s', 'zero'], ['n']), node('Sub', ['n', 'two'], ['minus']),
      node('Div', ['least', 'minus'], ['q']), ...finishInteger('q'),
    ],
    [scalar('zero', 0n), scalar('two', 2n), scalar('least', LEAST)],
  ),
); // prettier-ignore
add('crash', 'model-integer-division', 'a divisor of -1 within a branch', () => {
  const branch = graph({
    nodes: [node('Div', ['least', 'minus'], ['q'])],
    inputs: [],
    outputs: [value('q', INT64, [])],
  });
  const choice = [attribute.graph('then_branch', branch), attribute.graph('else_branch', branch)];
  return body(
    [node('If', ['yes'], ['r'], choice), ...finishInteger('r')],
    [tensor('yes', [], Uint8Array.of(1)), scalar('least', LEAST), scalar('minus', -1n)],
  );
});
for (const depth of [3000, 20_000]) {
  add('crash', 'model-local-function', `a chain of ${depth} functions`, () => {
    const chain = Array.from({ length: depth }, (_, i) =>
      localFunction(`f${i}`, [
        i === depth - 1 ? node('Identity', ['x'], ['y']) : foreign('local', `f${i + 1}`, ['x'], ['y']),
      ]),
    );
    return join(body([foreign('local', 'f0', ['image'], ['a']), ...finish('a')]), ...chain, imports('local', 1));
  });
}
add('crash', 'model-nested-too-deep', '200 nested graphs', () => nested(200));
add('crash', 'model-nested-too-deep', '20 nested graphs', () => nested(20));
add('crash', 'model-nested-too-deep', '80 nested graphs in one attribute each', () => nested(80));

// ----------------------------------------------------------------------------------------------------------- hang

add('hang', 'model-loop-unbounded', 'a loop of 2^62 turns', onnx.endlessModel);
add('hang', 'model-loop-unbounded', 'a loop of 10^9 turns', () => onnx.loopModel(10n ** 9n));
add('hang', 'model-loop-unbounded', 'a loop without a number of turns', () => loop('', STILL, []));
add('hang', 'model-loop-unbounded', 'a loop whose turns come from the image', () =>
  loop('size', STILL, [ONE_LONG], FROM_VOXELS),
);
add('hang', 'model-loop-unbounded', 'a loop with more turns than are accepted', () => onnx.loopModel(1001n));
add('hang', 'model-loop-unbounded', 'a loop within a loop within a loop', () => {
  const level = (names: readonly string[], inner: readonly Bytes[], from: string, to: string): Bytes =>
    node(
      'Loop',
      ['many', 'yes', from],
      [to],
      [
        attribute.graph(
          'body',
          graph({
            nodes: [node('Identity', [names[0]], [names[1]]), ...inner],
            inputs: [value(`${names[0]}_turn`, INT64, []), value(names[0], BOOL, []), value(names[2], FLOAT, null)],
            outputs: [value(names[1], BOOL, []), value(names[3], FLOAT, null)],
          }),
        ),
      ],
    );
  const third = level(['g3', 'h3', 'c3', 'd3'], [node('Identity', ['c3'], ['d3'])], 'c2', 'd2');
  const second = level(['g2', 'h2', 'c2', 'd2'], [third], 'c1', 'd1');
  const first = level(['g1', 'h1', 'c1', 'd1'], [second], 'image', 'last');
  return body([first, ...finish('last')], [scalar('many', 999n), tensor('yes', [], Uint8Array.of(1))]);
});
add('hang', 'model-operator', 'a Scan', () => {
  const step = graph({
    nodes: [node('Identity', ['x'], ['y'])],
    inputs: [value('x', FLOAT, null)],
    outputs: [value('y', FLOAT, null)],
  });
  return body([
    node('Scan', ['image'], ['a'], [attribute.graph('body', step), attribute.int('num_scan_inputs', 1)]),
    ...finish('a'),
  ]);
});
for (const levels of [5, 30]) {
  add('hang', 'model-local-function', `10^${levels} nodes from functions that call ten functions`, () => {
    const laughs = Array.from({ length: levels }, (_, i) => {
      const calls = Array.from({ length: 10 }, (_, k) => {
        const [from, to] = [k === 0 ? 'x' : `t${k}`, k === 9 ? 'y' : `t${k + 1}`];
        return i === levels - 1 ? node('Identity', [from], [to]) : foreign('local', `f${i + 1}`, [from], [to]);
      });
      return localFunction(`f${i}`, calls);
    });
    return join(body([foreign('local', 'f0', ['image'], ['a']), ...finish('a')]), ...laughs, imports('local', 1));
  });
}
add('hang', 'model-local-function', 'a function that calls itself', () =>
  join(
    body([foreign('local', 'f', ['image'], ['a']), ...finish('a')]),
    localFunction('f', [foreign('local', 'f', ['x'], ['y'])]),
    imports('local', 1),
  ),
);
add('hang', 'model-too-many-nodes', '20,000 nodes', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) =>
    node('Identity', [i === 0 ? 'image' : `t${i}`], [`t${i + 1}`]),
  );
  return body([...chain, ...finish('t20000')]);
});
add('hang', 'model-too-many-nodes', '200,000 nodes', () => {
  const each = node('Identity', ['image'], ['a']);
  const field = bytes(1, each);
  const many = new Uint8Array(field.length * 200_000);
  for (let i = 0; i < 200_000; i++) many.set(field, i * field.length);
  return model(join(many, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] })));
});
add('hang', 'model-too-many-nodes', '20,000 doublings of a shape', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => node('Add', [`s${i}`, `s${i}`], [`s${i + 1}`]));
  return body([...chain, ...finishInteger('s20000')], [long('s0', 1, 1)]);
});
add('hang', 'model-too-much-work', 'two products of matrices of 12,000 x 12,000', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Expand', ['peak', 'wide'], ['m']),
      node('MatMul', ['m', 'm'], ['p']), node('MatMul', ['p', 'm'], ['q']), ...finish('q'),
    ],
    [long('wide', 12_000, 12_000)],
  ),
); // prettier-ignore
add('hang', 'model-too-much-work', 'a product of constants of 6,000 x 6,000', () =>
  body(
    [node('ConstantOfShape', ['wide'], ['m']), node('MatMul', ['m', 'm'], ['p']), ...finish('p')],
    [long('wide', 6000, 6000)],
  ),
);
add('hang', 'model-too-much-work', 'a convolution with a kernel of 400 x 400 x 400', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Expand', ['peak', 'large'], ['v']),
      node('Expand', ['peak', 'kernel'], ['w']), node('Conv', ['v', 'w'], ['c'], [attribute.ints('pads', [200, 200, 200, 200, 200, 200])]), ...finish('c'),
    ],
    [long('large', 1, 1, 200, 200, 200), long('kernel', 1, 1, 400, 400, 400)],
  ),
); // prettier-ignore
add('hang', 'walls', '9,000 heavy steps of small tensors', () => {
  const chain = Array.from({ length: 9000 }, (_, i) => node('MatMul', [i === 0 ? 'm' : `t${i}`, 'm'], [`t${i + 1}`]));
  return body(
    [
      node('ConstantOfShape', ['wide'], ['zero']),
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      node('Add', ['zero', 'peak'], ['m']),
      ...chain,
      ...finish('t9000'),
    ],
    [long('wide', 400, 400)],
  );
});

// --------------------------------------------------------------------------------------------------------- memory

const HUGE = 2 ** 32; // elements: 16 GiB of float32
add('memory', 'model-tensor-too-large', 'Expand to 16 GiB', () => onnx.expandModel(HUGE));
add('memory', 'model-tensor-too-large', 'Expand to 10 TiB', () => onnx.expandModel(2.75e12));
add('memory', 'model-constant-too-large', 'Expand of a constant', () =>
  body([node('Expand', ['one', 'size'], ['a']), ...finish('a')], [float('one', 1), long('size', HUGE)]),
);
add('memory', 'model-constant-too-large', 'Range', () =>
  body(
    [node('Range', ['zero', 'end', 'step'], ['a']), ...finishInteger('a')],
    [scalar('zero', 0n), scalar('end', BigInt(HUGE)), scalar('step', 1n)],
  ),
);
add('memory', 'model-constant-too-large', 'ConstantOfShape', () =>
  body([node('ConstantOfShape', ['size'], ['a']), ...finish('a')], [long('size', HUGE)]),
);
add('memory', 'model-constant-too-large', 'ConstantOfShape with many axes', () =>
  body([node('ConstantOfShape', ['size'], ['a']), ...finish('a')], [long('size', 64, 64, 64, 64, 64)]),
);
add('memory', 'model-constant-too-large', 'Tile of a constant', () =>
  body([node('Tile', ['one', 'times'], ['a']), ...finish('a')], [float('one', 1), long('times', HUGE)]),
);
add('memory', 'model-tensor-too-large', 'Tile of the image', () =>
  body([node('Tile', ['image', 'times'], ['a']), ...finish('a')], [long('times', 1, 1, 4096, 4096, 256)]),
);
add('memory', 'model-tensor-too-large', 'Pad of the image', () =>
  body(
    [node('Pad', ['image', 'pads'], ['a']), ...finish('a')],
    [long('pads', 0, 0, 2000, 2000, 2000, 0, 0, 2000, 2000, 2000)],
  ),
);
add('memory', 'model-tensor-too-large', 'Pad by an attribute, opset 9', () =>
  model(
    graph({
      nodes: [
        node('Pad', ['image'], ['a'], [attribute.ints('pads', [0, 0, 4000, 4000, 4000, 0, 0, 0, 0, 0])]),
        ...finish('a'),
      ],
      inputs: [IMAGE],
      outputs: [LOGITS],
    }),
    9,
  ),
);
add('memory', 'model-tensor-too-large', 'Resize by sizes', () =>
  body(
    [node('Resize', ['image', '', '', 'sizes'], ['a'], [attribute.int('coordinate', 0)]), ...finish('a')],
    [long('sizes', 1, 1, 4096, 4096, 1024)],
  ),
);
add('memory', 'model-tensor-too-large', 'Resize by scales', () =>
  body([node('Resize', ['image', '', 'scales'], ['a']), ...finish('a')], [float('scales', 1, 1, 4096, 4096, 1024)]),
);
add('memory', 'model-tensor-too-large', 'Upsample, opset 9', () =>
  model(
    graph({
      nodes: [node('Upsample', ['image', 'scales'], ['a']), ...finish('a')],
      inputs: [IMAGE],
      outputs: [LOGITS],
      initialisers: [float('scales', 1, 1, 4096, 4096, 1024)],
    }),
    9,
  ),
);
add('memory', 'model-tensor-too-large', 'OneHot', () =>
  body(
    [
      node('Cast', ['image'], ['i'], [attribute.int('to', INT64)]),
      node('OneHot', ['i', 'depth', 'pair'], ['a']),
      ...finish('a'),
    ],
    [scalar('depth', BigInt(HUGE)), float('pair', 0, 1)],
  ),
);
add('memory', 'model-tensor-too-large', 'ConvTranspose with an enormous stride', () =>
  body(
    [
      node(
        'ConvTranspose',
        ['image', 'w'],
        ['a'],
        [attribute.ints('strides', [1, 1, 1]), attribute.ints('output_shape', [4096, 4096, 1024])],
      ),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
add('memory', 'model-tensor-too-large', 'ConvTranspose with output padding', () =>
  body(
    [
      node('ConvTranspose', ['image', 'w'], ['a'], [attribute.ints('output_padding', [4096, 4096, 1024])]),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
add('memory', 'model-tensor-too-large', 'Conv with enormous padding', () =>
  body(
    [
      node('Conv', ['image', 'w'], ['a'], [attribute.ints('pads', [2000, 2000, 2000, 2000, 2000, 2000])]),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
add('memory', 'model-tensor-too-large', 'MaxUnpool into an enormous volume', () =>
  body(
    [
      node('MaxPool', ['image'], ['p', 'at'], [attribute.ints('kernel_shape', [1, 1, 1])]),
      node('MaxUnpool', ['p', 'at', 'size'], ['a'], [attribute.ints('kernel_shape', [1, 1, 1])]),
      ...finish('a'),
    ],
    [long('size', 1, 1, 4096, 4096, 1024)],
  ),
);
add('memory', 'model-tensor-too-large', '40 doublings of the image', () => onnx.doublingModel(40));
add('memory', 'model-tensor-too-large', '30 doublings of the image', () => onnx.doublingModel(30));
add('memory', 'model-constant-too-large', '40 doublings of a constant', () => {
  const steps = Array.from({ length: 40 }, (_, i) =>
    node('Concat', [`d${i}`, `d${i}`], [`d${i + 1}`], [attribute.int('axis', 0)]),
  );
  return body([...steps, ...finish('d40')], [float('d0', 1)]);
});
add('memory', 'model-constant-too-large', 'many constants of 200 MiB', () => {
  const makers = Array.from({ length: 12 }, (_, i) => node('ConstantOfShape', ['size'], [`c${i}`]));
  const sums = Array.from({ length: 11 }, (_, i) =>
    node('Add', [i === 0 ? 'c0' : `s${i}`, `c${i + 1}`], [`s${i + 1}`]),
  );
  return body([...makers, ...sums, ...finish('s11')], [long('size', 52_428_800)]);
});
add('memory', 'model-tensor-too-large', 'an outer product of the image with itself', () =>
  body(
    [
      node('Reshape', ['image', 'flat'], ['f']),
      node('Expand', ['f', 'rows'], ['column']),
      node('Transpose', ['column'], ['row']),
      node('MatMul', ['column', 'row'], ['a']),
      ...finish('a'),
    ],
    [long('flat', 1, -1), long('rows', 60_000, 1)],
  ),
);
add('memory', 'model-tensor-too-large', 'broadcasting over eight axes', () => {
  const shapes = Array.from({ length: 4 }, (_, axis) =>
    long(`r${axis}`, ...[0, 1, 2, 3].map((at) => (at === axis ? 512 : 1))),
  );
  const reshape = [0, 1, 2, 3].map((axis) => node('Expand', ['peak', `r${axis}`], [`e${axis}`]));
  return body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      ...reshape,
      node('Add', ['e0', 'e1'], ['a']),
      node('Add', ['a', 'e2'], ['b']),
      node('Add', ['b', 'e3'], ['c']),
      ...finish('c'),
    ],
    shapes,
  );
});
add('memory', 'model-tensor-too-large', 'a loop that doubles what it carries', () =>
  loop('turns', GROW, [scalar('turns', 40n)]),
);
add('memory', 'model-tensor-too-large', 'a loop that stacks what it makes', () => {
  const turn = graph({
    nodes: [node('Identity', ['go'], ['go_on']), node('Expand', ['one', 'size'], ['piece'])],
    inputs: [value('turn', INT64, []), value('go', BOOL, [])],
    outputs: [value('go_on', BOOL, []), value('piece', FLOAT, null)],
  });
  const before = [node('ReduceMax', ['image'], ['one'], [attribute.int('keepdims', 0)])];
  return body(
    [...before, node('Loop', ['turns', 'yes'], ['pieces'], [attribute.graph('body', turn)]), ...finish('pieces')],
    [scalar('turns', 1000n), tensor('yes', [], Uint8Array.of(1)), long('size', 4_000_000)],
  );
});
add('memory', 'model-sparse-tensor', 'a sparse tensor of 10^15 elements', () => {
  const sparse = join(
    bytes(1, tensor('few', [1], Float32Array.of(1))),
    bytes(2, tensor('', [1], int64s(0))),
    int(3, 10n ** 15n),
  );
  return model(join(graph({ nodes: finish('few'), inputs: [IMAGE], outputs: [LOGITS] }), bytes(15, sparse)));
});
add('memory', 'model-tensor-too-large', 'a fixed input of 10 TiB', () =>
  model(
    graph({
      nodes: [
        node('Add', ['image', 'image'], ['a']),
        node('Concat', ['a', 'a'], ['logits'], [attribute.int('axis', 1)]),
      ],
      inputs: [value('image', FLOAT, [1, 1, 16_384, 16_384, 10_240])],
      outputs: [LOGITS],
    }),
  ),
);
add('memory', 'walls', 'many copies that stay below each limit', () => {
  const copies = Array.from({ length: 60 }, (_, i) => node('Add', ['big', `k${i}`], [`c${i}`]));
  const constants = Array.from({ length: 60 }, (_, i) => float(`k${i}`, i));
  const inputs = Array.from({ length: 60 }, (_, i) => `c${i}`);
  return body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]),
      node('Expand', ['peak', 'size'], ['big']),
      ...copies,
      node('Sum', inputs, ['sum']),
      ...finish('sum'),
    ],
    [long('size', 12_500_000), ...constants],
  );
});

// --------------------------------------------------------------------------------------------- shapes from voxels

const fromVoxels = (name: string, nodes: readonly Bytes[], constants: readonly Bytes[] = []) =>
  add('shapes-from-voxels', 'model-shape-from-voxels', name, () =>
    body([...FROM_VOXELS, ...nodes], [ONE_LONG, ...constants]),
  );
fromVoxels('Expand', [node('Expand', ['peak', 'size'], ['a']), ...finish('a')]);
fromVoxels('ConstantOfShape', [node('ConstantOfShape', ['size'], ['a']), ...finish('a')]);
fromVoxels('Tile', [node('Tile', ['line', 'size'], ['a']), ...finish('a')], [float('line', 1, 2)]);
fromVoxels(
  'Range',
  [node('Range', ['zero', 'peak_int', 'step'], ['a']), ...finishInteger('a')],
  [scalar('zero', 0n), scalar('step', 1n)],
);
fromVoxels(
  'Pad',
  [
    node('Concat', ['size', 'size'], ['pads'], [attribute.int('axis', 0)]),
    node('Pad', ['line', 'pads'], ['a']),
    ...finish('a'),
  ],
  [float('line', 1, 2)],
);
fromVoxels('Resize', [node('Resize', ['line', '', '', 'size'], ['a']), ...finish('a')], [float('line', 1, 2)]);
fromVoxels(
  'OneHot',
  [node('OneHot', ['places', 'peak_int', 'pair'], ['a']), ...finish('a')],
  [long('places', 0), float('pair', 0, 1)],
);

// ------------------------------------------------------------------------------------------------------ operators

for (const op of ['RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial']) {
  add('operators', 'model-operator', op, () => body([node(op, ['image'], ['a']), ...finish('a')]));
}
add('operators', 'model-operator', 'RandomNormal of 16 GiB', () =>
  body([node('RandomNormal', [], ['a'], [attribute.ints('shape', [HUGE])]), ...finish('a')]),
);
add('operators', 'model-operator', 'an operator that does not exist', () =>
  body([node('NoSuchOperator', ['image'], ['logits'])]),
);
add('operators', 'model-operator', 'an operator without a name', () => body([node('', ['image'], ['logits'])]));
add('operators', 'model-operator', 'a sequence', () =>
  body([
    node('SequenceConstruct', ['image', 'image'], ['s']),
    node('ConcatFromSequence', ['s'], ['logits'], [attribute.int('axis', 1)]),
  ]),
);
add('operators', 'model-operator', 'an optional', () =>
  body([node('Optional', ['image'], ['o']), node('OptionalGetElement', ['o'], ['a']), ...finish('a')]),
);
add('operators', 'model-operator', 'a regular expression', () =>
  body([node('RegexFullMatch', ['words'], ['a']), ...finishInteger('a')]),
);
add('operators', 'model-operator', 'another operator in disguise of case', () =>
  body([node('conv', ['image'], ['logits'])]),
);
add('operators', 'model-operator', 'an operator within a branch', () => {
  const branch = graph({
    nodes: [node('RandomNormalLike', ['image'], ['r'])],
    inputs: [],
    outputs: [value('r', FLOAT, null)],
  });
  return body(
    [
      node('If', ['yes'], ['a'], [attribute.graph('then_branch', branch), attribute.graph('else_branch', branch)]),
      ...finish('a'),
    ],
    [tensor('yes', [], Uint8Array.of(1))],
  );
});
add('operators', 'model-foreign-domain', 'a fused operator of ONNX Runtime', () =>
  join(body([foreign('com.microsoft', 'FusedConv', ['image'], ['a']), ...finish('a')]), imports('com.microsoft', 1)),
);
add('operators', 'model-foreign-domain', 'a tree ensemble', () =>
  join(
    body([foreign('ai.onnx.ml', 'TreeEnsembleRegressor', ['image'], ['a']), ...finish('a')]),
    imports('ai.onnx.ml', 3),
  ),
);
add('operators', 'model-foreign-domain', 'a domain with a zero byte', () =>
  body([foreign('ai.onnx\0', 'Identity', ['image'], ['a']), ...finish('a')]),
);
add('operators', 'model-attribute', 'an attribute that refers to one of a function', () =>
  body([node('LeakyRelu', ['image'], ['a'], [join(text(1, 'alpha'), text(21, 'outer'), int(20, 1))]), ...finish('a')]),
);

// ------------------------------------------------------------------------------------------------------ structure

add('structure', 'model-opset', 'opset 0', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 0));
add('structure', 'model-opset', 'opset 6', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 6));
add('structure', 'model-opset', 'opset 999', () =>
  model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 999),
);
add('structure', 'model-opset', 'a negative opset', () =>
  model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), -1),
);
add('structure', 'model-opset', 'two opsets', () => plainModel(imports('', 11)));
add('structure', 'model-opset', 'two opsets under two names', () => plainModel(imports('ai.onnx', 20)));
add('structure', 'model-opset-missing', 'no opset', () =>
  join(int(1, 8), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('structure', 'model-opset-missing', 'only a foreign opset', () =>
  join(int(1, 8), imports('com.example', 1), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('structure', 'model-ir-version', 'no IR version', () =>
  join(imports('', 17), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('structure', 'model-ir-version', 'IR version 2^40', () =>
  join(int(1, 2 ** 40), imports('', 17), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('structure', 'model-cycle', 'a node that reads its own output', () =>
  body([node('Add', ['image', 'a'], ['a']), ...finish('a')]),
);
add('structure', 'model-cycle', 'a cycle of three nodes', () =>
  body([node('Add', ['image', 'c'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['c']), ...finish('c')]),
);
add('structure', 'model-name-duplicate', 'a tensor written twice', () =>
  body([node('Relu', ['image'], ['a']), node('Tanh', ['image'], ['a']), ...finish('a')]),
);
add('structure', 'model-name-duplicate', 'a node that writes over a constant', () =>
  body([node('Relu', ['image'], ['w']), ...finish('w')], [float('w', 1)]),
);
add('structure', 'model-name-duplicate', 'a node that writes over the image', () =>
  body([node('Relu', ['image'], ['image']), ...PLAIN]),
);
add('structure', 'model-name-duplicate', 'two constants of one name', () =>
  body([...finish('w')], [float('w', 1), float('w', 2)]),
);
add('structure', 'model-name-duplicate', 'two inputs of one name', () =>
  model(graph({ nodes: PLAIN, inputs: [IMAGE, IMAGE], outputs: [LOGITS] })),
);
add('structure', 'model-name-unknown', 'a node that reads what nobody writes', () =>
  body([node('Relu', ['nowhere'], ['a']), ...finish('a')]),
);
add('structure', 'model-name-unknown', 'an output that nobody writes', () => body([node('Relu', ['image'], ['a'])]));
add('structure', 'model-name-invalid', 'a name of 2 MB', () =>
  body([node('Relu', ['image'], ['x'.repeat(2_000_000)]), ...PLAIN]),
);
add('structure', 'model-name-invalid', 'a name that is not UTF-8', () =>
  body([join(node('Relu', ['image'], ['a']), bytes(3, Uint8Array.of(0xc3, 0x28))), ...finish('a')]),
);
add('structure', 'model-too-many-outputs', '5,000 outputs', () =>
  model(
    graph({
      nodes: [
        node('Concat', ['image', 'image'], ['logits'], [attribute.int('axis', 1)]),
        ...Array.from({ length: 5000 }, (_, i) => node('Relu', ['image'], [`o${i}`])),
      ],
      inputs: [IMAGE],
      outputs: [LOGITS, ...Array.from({ length: 5000 }, (_, i) => value(`o${i}`, FLOAT, null))],
    }),
  ),
);
add('structure', 'model-too-many-inputs', '500 inputs', () =>
  model(
    graph({
      nodes: PLAIN,
      inputs: [IMAGE, ...Array.from({ length: 500 }, (_, i) => value(`i${i}`, FLOAT, [1]))],
      outputs: [LOGITS],
    }),
  ),
);
add('structure', 'model-too-complex', '120,000 inputs of three nodes', () =>
  body([...['a', 'b', 'c'].map((to) => node('Sum', Array<string>(40_000).fill('image'), [to])), ...finish('a')]),
);
add('structure', 'model-too-complex', '1,000 attributes of one node', () =>
  body([
    node(
      'Relu',
      ['image'],
      ['a'],
      Array.from({ length: 1000 }, (_, i) => attribute.int(`a${i}`, i)),
    ),
    ...finish('a'),
  ]),
);
add('structure', 'model-too-complex', 'an attribute of a million numbers', () =>
  body([
    node('Relu', ['image'], ['a'], [join(text(1, 'n'), bytes(8, new Uint8Array(1_000_000)), int(20, 7))]),
    ...finish('a'),
  ]),
);
add('structure', 'model-tensor-type', 'an input that is a sequence', () => {
  const sequence = join(text(1, 'image'), bytes(2, bytes(4, bytes(1, bytes(1, int(1, FLOAT))))));
  return model(graph({ nodes: PLAIN, inputs: [sequence], outputs: [LOGITS] }));
});
add('structure', 'model-tensor-type', 'an output of strings', () =>
  model(
    graph({
      nodes: [node('Identity', ['image'], ['logits'])],
      inputs: [IMAGE],
      outputs: [value('logits', STRING, [1])],
    }),
  ),
);
add('structure', 'model-operator-inputs', 'a node without output', () => body([node('Relu', ['image'], []), ...PLAIN]));
add('structure', 'manifest-invalid', 'an embedded manifest that is not JSON', () =>
  plainModel(bytes(14, join(text(1, 'voxelmark.manifest'), text(2, '{"manifestVersion":')))),
);
add('structure', 'manifest-invalid', 'an embedded manifest of 1 MB', () =>
  plainModel(bytes(14, join(text(1, 'voxelmark.manifest'), text(2, ' '.repeat(1_000_000))))),
);
add('structure', 'manifest-invalid', 'an embedded manifest with code in it', () =>
  plainModel(
    bytes(
      14,
      join(
        text(1, 'voxelmark.manifest'),
        text(2, '{"manifestVersion":1,"preprocess":[{"op":"$import os"}],"__proto__":{"polluted":true}}'),
      ),
    ),
  ),
);

// -------------------------------------------------------------------------------------------------------- tensors

const withTensor = (t: Bytes) => body(finish('w'), [t]);
const named = text(8, 'w');
add('tensors', 'model-tensor-size', 'fewer bytes than the size needs', () =>
  withTensor(tensorOf(int(1, 1000), int(2, FLOAT), named, bytes(9, new Uint8Array(8)))),
);
add('tensors', 'model-tensor-size', 'more bytes than the size needs', () =>
  withTensor(tensorOf(int(1, 1), int(2, FLOAT), named, bytes(9, new Uint8Array(4000)))),
);
add('tensors', 'model-tensor-size', 'a negative size', () =>
  withTensor(tensorOf(int(1, -5), int(2, FLOAT), named, bytes(9, new Uint8Array(20)))),
);
add('tensors', 'model-tensor-size', 'two negative sizes', () =>
  withTensor(tensorOf(int(1, -2), int(1, -2), int(2, FLOAT), named, bytes(9, new Uint8Array(16)))),
);
add('tensors', 'model-tensor-size', 'sizes whose product wraps around to 4', () =>
  withTensor(tensorOf(int(1, 2 ** 32), int(1, 2 ** 32), int(1, 4), int(2, FLOAT), named, bytes(9, new Uint8Array(16)))),
);
add('tensors', 'model-tensor-size', 'no values', () => withTensor(tensorOf(int(1, 2 ** 33), int(2, FLOAT), named)));
add('tensors', 'model-tensor-size', 'packed sizes without values', () =>
  withTensor(tensorOf(bytes(1, join(varint(2 ** 20), varint(2 ** 20))), int(2, FLOAT), named)),
);
add('tensors', 'model-tensor-size', 'values of another type', () =>
  withTensor(tensorOf(int(1, 4), int(2, FLOAT), named, bytes(7, Uint8Array.of(1, 2, 3, 4)))),
);
add('tensors', 'model-tensor-size', 'fewer packed numbers than the size needs', () =>
  withTensor(tensorOf(int(1, 4), int(2, INT64), named, bytes(7, Uint8Array.of(1, 2)))),
);
add('tensors', 'model-tensor-type', 'type 0', () =>
  withTensor(tensorOf(int(1, 1), int(2, 0), named, bytes(9, new Uint8Array(4)))),
);
add('tensors', 'model-tensor-type', 'type 77', () =>
  withTensor(tensorOf(int(1, 1), int(2, 77), named, bytes(9, new Uint8Array(4)))),
);
add('tensors', 'model-tensor-type', 'strings', () =>
  withTensor(tensorOf(int(1, 1), int(2, STRING), named, bytes(6, ascii('text')))),
);
add('tensors', 'model-too-complex', '1,000 axes', () =>
  withTensor(
    tensorOf(...Array.from({ length: 1000 }, () => int(1, 1)), int(2, FLOAT), named, bytes(9, new Uint8Array(4))),
  ),
);
add('tensors', 'model-tensor-size', 'an attribute whose tensor lies about its size', () =>
  body([
    node(
      'Constant',
      [],
      ['w'],
      [attribute.tensor('value', tensorOf(int(1, 2 ** 31), int(2, UINT8), bytes(9, new Uint8Array(1))))],
    ),
    ...finishInteger('w'),
  ]),
);
add('tensors', 'model-tensor-type', 'an input of complex numbers', () =>
  model(graph({ nodes: PLAIN, inputs: [value('image', COMPLEX64, [1, 1, 'x', 'y', 'z'])], outputs: [LOGITS] })),
);

// ---------------------------------------------------------------------------------------------------------- leaks

// What no look at the file can tell: they are legal. Codes, times and outputs of sealed runs are guarded elsewhere.
add('leaks', 'walls', 'an index out of range that is a voxel', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Mul', ['peak', 'thousand'], ['t']),
      node('Cast', ['t'], ['i'], [attribute.int('to', INT64)]), node('Gather', ['line', 'i'], ['a']), ...finish('a'),
    ],
    [float('thousand', 1e6), float('line', 1, 2)],
  ),
); // prettier-ignore
add('leaks', 'walls', 'NaN where a voxel is bright', onnx.notFiniteModel);
add('leaks', 'walls', 'a shape that fits one image only', onnx.failingModel);
add('leaks', 'walls', 'more channels than were promised', onnx.wrongChannelsModel);
add('leaks', 'walls', 'infinity by overflow of half precision', () =>
  body(
    [
      node('Mul', ['image', 'much'], ['m']),
      node('Cast', ['m'], ['h'], [attribute.int('to', FLOAT16)]),
      node('Cast', ['h'], ['f'], [attribute.int('to', FLOAT)]),
      node('Concat', ['f', 'f'], ['logits'], [attribute.int('axis', 1)]),
    ],
    [float('much', 1e30)],
  ),
);
add('leaks', 'walls', 'an output in double precision under a false declaration', () =>
  body([
    node('Cast', ['image'], ['d'], [attribute.int('to', DOUBLE)]),
    node('Concat', ['d', 'd'], ['logits'], [attribute.int('axis', 1)]),
  ]),
);
add('leaks', 'walls', 'a convolution with a dilation of a million', () =>
  body(
    [
      node(
        'Conv',
        ['image', 'w'],
        ['a'],
        [attribute.ints('dilations', [1_000_000, 1, 1]), attribute.ints('pads', [1, 1, 1, 1, 1, 1])],
      ),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 3, 3, 3], new Float32Array(27))],
  ),
);

export const HOSTILE: readonly HostileModel[] = models;
