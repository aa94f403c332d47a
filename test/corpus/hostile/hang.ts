import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  attribute,
  body,
  BOOL,
  bytes,
  type Bytes,
  finish,
  finishInteger,
  FLOAT,
  foreign,
  FROM_VOXELS,
  graph,
  IMAGE,
  imports,
  INT64,
  join,
  localFunction,
  LOGITS,
  long,
  loop,
  model,
  node,
  ONE_LONG,
  PLAIN,
  scalar,
  STILL,
  tensor,
  value,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('hang');

add('model-loop-unbounded', 'a loop of 2^62 turns', onnx.endlessModel);
add('model-loop-unbounded', 'a loop of 10^9 turns', () => onnx.loopModel(10n ** 9n));
add('model-loop-unbounded', 'a loop without a number of turns', () => loop('', STILL, []));
add('model-loop-unbounded', 'a loop whose turns come from the image', () =>
  loop('size', STILL, [ONE_LONG], FROM_VOXELS),
);
add('model-loop-unbounded', 'a loop with more turns than are accepted', () => onnx.loopModel(1001n));
add('model-loop-unbounded', 'a loop within a loop within a loop', () => {
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
add('model-operator', 'a Scan', () => {
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
  add('model-local-function', `10^${levels} nodes from functions that call ten functions`, () => {
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
add('model-local-function', 'a function that calls itself', () =>
  join(
    body([foreign('local', 'f', ['image'], ['a']), ...finish('a')]),
    localFunction('f', [foreign('local', 'f', ['x'], ['y'])]),
    imports('local', 1),
  ),
);
add('model-too-many-nodes', '20,000 nodes', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) =>
    node('Identity', [i === 0 ? 'image' : `t${i}`], [`t${i + 1}`]),
  );
  return body([...chain, ...finish('t20000')]);
});
add('model-too-many-nodes', '200,000 nodes', () => {
  const each = node('Identity', ['image'], ['a']);
  const field = bytes(1, each);
  const many = new Uint8Array(field.length * 200_000);
  for (let i = 0; i < 200_000; i++) many.set(field, i * field.length);
  return model(join(many, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] })));
});
add('model-too-many-nodes', '20,000 doublings of a shape', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => node('Add', [`s${i}`, `s${i}`], [`s${i + 1}`]));
  return body([...chain, ...finishInteger('s20000')], [long('s0', 1, 1)]);
});
add('model-too-much-work', 'two products of matrices of 12,000 x 12,000', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Expand', ['peak', 'wide'], ['m']),
      node('MatMul', ['m', 'm'], ['p']), node('MatMul', ['p', 'm'], ['q']), ...finish('q'),
    ],
    [long('wide', 12_000, 12_000)],
  ),
); // prettier-ignore
add('model-too-much-work', 'a product of constants of 6,000 x 6,000', () =>
  body(
    [node('ConstantOfShape', ['wide'], ['m']), node('MatMul', ['m', 'm'], ['p']), ...finish('p')],
    [long('wide', 6000, 6000)],
  ),
);
add('model-too-much-work', 'a convolution with a kernel of 400 x 400 x 400', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Expand', ['peak', 'large'], ['v']),
      node('Expand', ['peak', 'kernel'], ['w']), node('Conv', ['v', 'w'], ['c'], [attribute.ints('pads', [200, 200, 200, 200, 200, 200])]), ...finish('c'),
    ],
    [long('large', 1, 1, 200, 200, 200), long('kernel', 1, 1, 400, 400, 400)],
  ),
); // prettier-ignore
add('walls', '9,000 heavy steps of small tensors', () => {
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

export const HANG = models;
