import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  attribute,
  body,
  BOOL,
  bytes,
  finish,
  finishInteger,
  float,
  FLOAT,
  graph,
  GROW,
  HUGE,
  IMAGE,
  int,
  INT64,
  int64s,
  join,
  LOGITS,
  long,
  loop,
  model,
  node,
  scalar,
  tensor,
  value,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('memory');

add('model-tensor-too-large', 'Expand to 16 GiB', () => onnx.expandModel(HUGE));
add('model-tensor-too-large', 'Expand to 10 TiB', () => onnx.expandModel(2.75e12));
add('model-constant-too-large', 'Expand of a constant', () =>
  body([node('Expand', ['one', 'size'], ['a']), ...finish('a')], [float('one', 1), long('size', HUGE)]),
);
add('model-constant-too-large', 'Range', () =>
  body(
    [node('Range', ['zero', 'end', 'step'], ['a']), ...finishInteger('a')],
    [scalar('zero', 0n), scalar('end', BigInt(HUGE)), scalar('step', 1n)],
  ),
);
add('model-constant-too-large', 'ConstantOfShape', () =>
  body([node('ConstantOfShape', ['size'], ['a']), ...finish('a')], [long('size', HUGE)]),
);
add('model-constant-too-large', 'ConstantOfShape with many axes', () =>
  body([node('ConstantOfShape', ['size'], ['a']), ...finish('a')], [long('size', 64, 64, 64, 64, 64)]),
);
add('model-constant-too-large', 'Tile of a constant', () =>
  body([node('Tile', ['one', 'times'], ['a']), ...finish('a')], [float('one', 1), long('times', HUGE)]),
);
add('model-tensor-too-large', 'Tile of the image', () =>
  body([node('Tile', ['image', 'times'], ['a']), ...finish('a')], [long('times', 1, 1, 4096, 4096, 256)]),
);
add('model-tensor-too-large', 'Pad of the image', () =>
  body(
    [node('Pad', ['image', 'pads'], ['a']), ...finish('a')],
    [long('pads', 0, 0, 2000, 2000, 2000, 0, 0, 2000, 2000, 2000)],
  ),
);
add('model-tensor-too-large', 'Pad by an attribute, opset 9', () =>
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
add('model-tensor-too-large', 'Resize by sizes', () =>
  body(
    [node('Resize', ['image', '', '', 'sizes'], ['a'], [attribute.int('coordinate', 0)]), ...finish('a')],
    [long('sizes', 1, 1, 4096, 4096, 1024)],
  ),
);
add('model-tensor-too-large', 'Resize by scales', () =>
  body([node('Resize', ['image', '', 'scales'], ['a']), ...finish('a')], [float('scales', 1, 1, 4096, 4096, 1024)]),
);
add('model-tensor-too-large', 'Upsample, opset 9', () =>
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
add('model-tensor-too-large', 'OneHot', () =>
  body(
    [
      node('Cast', ['image'], ['i'], [attribute.int('to', INT64)]),
      node('OneHot', ['i', 'depth', 'pair'], ['a']),
      ...finish('a'),
    ],
    [scalar('depth', BigInt(HUGE)), float('pair', 0, 1)],
  ),
);
add('model-tensor-too-large', 'ConvTranspose with an enormous stride', () =>
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
add('model-tensor-too-large', 'ConvTranspose with output padding', () =>
  body(
    [
      node('ConvTranspose', ['image', 'w'], ['a'], [attribute.ints('output_padding', [4096, 4096, 1024])]),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
add('model-tensor-too-large', 'Conv with enormous padding', () =>
  body(
    [
      node('Conv', ['image', 'w'], ['a'], [attribute.ints('pads', [2000, 2000, 2000, 2000, 2000, 2000])]),
      ...finish('a'),
    ],
    [tensor('w', [1, 1, 1, 1, 1], Float32Array.of(1))],
  ),
);
add('model-tensor-too-large', 'MaxUnpool into an enormous volume', () =>
  body(
    [
      node('MaxPool', ['image'], ['p', 'at'], [attribute.ints('kernel_shape', [1, 1, 1])]),
      node('MaxUnpool', ['p', 'at', 'size'], ['a'], [attribute.ints('kernel_shape', [1, 1, 1])]),
      ...finish('a'),
    ],
    [long('size', 1, 1, 4096, 4096, 1024)],
  ),
);
add('model-tensor-too-large', '40 doublings of the image', () => onnx.doublingModel(40));
add('model-tensor-too-large', '30 doublings of the image', () => onnx.doublingModel(30));
add('model-constant-too-large', '40 doublings of a constant', () => {
  const steps = Array.from({ length: 40 }, (_, i) =>
    node('Concat', [`d${i}`, `d${i}`], [`d${i + 1}`], [attribute.int('axis', 0)]),
  );
  return body([...steps, ...finish('d40')], [float('d0', 1)]);
});
add('model-constant-too-large', 'many constants of 200 MiB', () => {
  const makers = Array.from({ length: 12 }, (_, i) => node('ConstantOfShape', ['size'], [`c${i}`]));
  const sums = Array.from({ length: 11 }, (_, i) =>
    node('Add', [i === 0 ? 'c0' : `s${i}`, `c${i + 1}`], [`s${i + 1}`]),
  );
  return body([...makers, ...sums, ...finish('s11')], [long('size', 52_428_800)]);
});
add('model-tensor-too-large', 'an outer product of the image with itself', () =>
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
add('model-tensor-too-large', 'broadcasting over eight axes', () => {
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
add('model-tensor-too-large', 'a loop that doubles what it carries', () => loop('turns', GROW, [scalar('turns', 40n)]));
add('model-tensor-too-large', 'a loop that stacks what it makes', () => {
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
add('model-sparse-tensor', 'a sparse tensor of 10^15 elements', () => {
  const sparse = join(
    bytes(1, tensor('few', [1], Float32Array.of(1))),
    bytes(2, tensor('', [1], int64s(0))),
    int(3, 10n ** 15n),
  );
  return model(join(graph({ nodes: finish('few'), inputs: [IMAGE], outputs: [LOGITS] }), bytes(15, sparse)));
});
add('model-tensor-too-large', 'a fixed input of 10 TiB', () =>
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
add('walls', 'many copies that stay below each limit', () => {
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

export const MEMORY = models;
