import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  attribute,
  body,
  bytes,
  finish,
  finishInteger,
  FLOAT,
  foreign,
  graph,
  IMAGE,
  imports,
  int,
  INT32,
  INT64,
  join,
  LEAST,
  localFunction,
  LOGITS,
  long,
  model,
  nested,
  node,
  scalar,
  tensor,
  value,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('crash');

add('model-integer-division', 'least / -1 while loading, int64', onnx.divisionCrashAtLoadModel);
add('model-integer-division', 'least / -1 while running, int64', onnx.divisionCrashModel);
for (const [type, number, values] of [
  ['int64', INT64, () => [scalar('least', LEAST), scalar('minus', -1n)]],
  ['int32', INT32, () => [tensor('least', [], Int32Array.of(-(2 ** 31))), tensor('minus', [], Int32Array.of(-1))]],
] as const) {
  for (const op of ['Div', 'Mod']) {
    add('model-integer-division', `${op} of two constants, ${type}`, () =>
      body([node(op, ['least', 'minus'], ['q']), ...finishInteger('q')], values()),
    );
    add('model-integer-division', `${op} by -1 of what the voxels give, ${type}`, () =>
      body(
        [
          node('Cast', ['image'], ['i'], [attribute.int('to', number)]),
          node(op, ['i', 'minus'], ['q']),
          ...finishInteger('q'),
        ],
        [values()[1]],
      ),
    );
    add('model-integer-division', `${op} by voxels, ${type}`, () =>
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
add('model-integer-division', 'division by 0', () =>
  body([node('Div', ['a', 'b'], ['q']), ...finishInteger('q')], [scalar('a', 1n), scalar('b', 0n)]),
);
add('model-integer-division', 'a divisor of -1 made by subtraction', () =>
  body(
    [node('Sub', ['zero', 'one'], ['minus']), node('Div', ['least', 'minus'], ['q']), ...finishInteger('q')],
    [scalar('zero', 0n), scalar('one', 1n), scalar('least', LEAST)],
  ),
);
add('model-integer-division', 'a divisor of -1 made from the sizes of the image', () =>
  body(
    [
      node('Shape', ['image'], ['s']), node('Gather', ['s', 'zero'], ['n']), node('Sub', ['n', 'two'], ['minus']),
      node('Div', ['least', 'minus'], ['q']), ...finishInteger('q'),
    ],
    [scalar('zero', 0n), scalar('two', 2n), scalar('least', LEAST)],
  ),
); // prettier-ignore
add('model-integer-division', 'a divisor of -1 within a branch', () => {
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
  add('model-local-function', `a chain of ${depth} functions`, () => {
    const chain = Array.from({ length: depth }, (_, i) =>
      localFunction(`f${i}`, [
        i === depth - 1 ? node('Identity', ['x'], ['y']) : foreign('local', `f${i + 1}`, ['x'], ['y']),
      ]),
    );
    return join(body([foreign('local', 'f0', ['image'], ['a']), ...finish('a')]), ...chain, imports('local', 1));
  });
}
add('model-nested-too-deep', '200 nested graphs', () => nested(200));
add('model-nested-too-deep', '20 nested graphs', () => nested(20));
add('model-nested-too-deep', '80 nested graphs in one attribute each', () => nested(80));

// ------------------------------------------------------------------------------ attributes that the runtime divides by

add('model-attribute', 'a transposed convolution in no groups', () =>
  body(
    [node('ConvTranspose', ['image', 'w'], ['a'], [attribute.int('group', 0)]), ...finish('a')],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
for (const name of ['q_num_heads', 'kv_num_heads']) {
  const heads = (which: string) => attribute.int(which, which === name ? 0 : 2);
  add('model-attribute', `an attention with ${name} of 0`, () =>
    join(
      int(1, 10),
      bytes(
        7,
        graph({
          nodes: [
            node('Attention', ['q', 'q', 'q'], ['a'], [heads('q_num_heads'), heads('kv_num_heads')]),
            ...finish('a'),
          ],
          inputs: [IMAGE],
          outputs: [LOGITS],
          initialisers: [tensor('q', [1, 4, 8], new Float32Array(32))],
        }),
      ),
      imports('', 23),
    ),
  );
}
add('model-tensor-size', 'statistics of nothing', () =>
  model(
    graph({
      nodes: [
        node('Slice', ['image', 'zero', 'zero', 'axis'], ['nothing']),
        node('InstanceNormalization', ['nothing', 'one', 'one'], ['n']),
        node('ReduceSum', ['n'], ['sum'], [attribute.int('keepdims', 0)]),
        ...finish('sum'),
      ],
      inputs: [value('image', FLOAT, [1, 1, 8, 8, 8])],
      outputs: [LOGITS],
      initialisers: [long('zero', 0), long('axis', 2), tensor('one', [1], Float32Array.of(1))],
    }),
  ),
);
add('model-tensor-size', 'the largest of nothing', () =>
  model(
    graph({
      nodes: [
        node('Slice', ['image', 'zero', 'zero', 'axis'], ['nothing']),
        node('TopK', ['nothing', 'one'], ['n', 'at']),
        node('ReduceSum', ['n'], ['sum'], [attribute.int('keepdims', 0)]),
        ...finish('sum'),
      ],
      inputs: [value('image', FLOAT, [1, 1, 8, 8, 8])],
      outputs: [LOGITS],
      initialisers: [long('zero', 0), long('axis', 2), long('one', 1)],
    }),
  ),
);
add('model-attribute', 'a block so large that its square is 0', () =>
  model(
    graph({
      nodes: [node('DepthToSpace', ['image'], ['a'], [attribute.int('blocksize', 2 ** 62)]), ...finish('a')],
      inputs: [value('image', FLOAT, [1, 16, 4, 4])],
      outputs: [LOGITS],
    }),
  ),
);
add('model-attribute', 'two parts in three outputs', () =>
  model(
    graph({
      nodes: [
        node('Split', ['image'], ['a', 'b', 'c'], [attribute.int('axis', 2), attribute.int('num_outputs', 2)]),
        ...finish('a'),
      ],
      inputs: [value('image', FLOAT, [1, 1, 8, 8, 8])],
      outputs: [LOGITS],
    }),
    18,
  ),
);
add('model-shape-unknown', 'statistics over an axis that is not there', () =>
  body(
    [node('LayerNormalization', ['image', 'w'], ['n', 'mean', 'by'], [attribute.int('axis', 2 ** 31)]), ...finish('n')],
    [tensor('w', [1], Float32Array.of(1))],
  ),
);
add('model-attribute', 'a flag that is neither false nor true', () =>
  body([node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 7)]), ...finish('peak')]),
);

export const CRASH = models;
