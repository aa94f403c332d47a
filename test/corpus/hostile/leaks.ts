import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import { attribute, body, DOUBLE, finish, FLOAT, float, FLOAT16, INT64, node, tensor } from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('leaks');

// What no look at the file can tell: they are legal. Codes, times and outputs of sealed runs are guarded elsewhere.
add('walls', 'an index out of range that is a voxel', () =>
  body(
    [
      node('ReduceMax', ['image'], ['peak'], [attribute.int('keepdims', 0)]), node('Mul', ['peak', 'thousand'], ['t']),
      node('Cast', ['t'], ['i'], [attribute.int('to', INT64)]), node('Gather', ['line', 'i'], ['a']), ...finish('a'),
    ],
    [float('thousand', 1e6), float('line', 1, 2)],
  ),
); // prettier-ignore
add('walls', 'NaN where a voxel is bright', onnx.notFiniteModel);
add('walls', 'a shape that fits one image only', onnx.failingModel);
add('walls', 'more channels than were promised', onnx.wrongChannelsModel);
add('walls', 'infinity by overflow of half precision', () =>
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
add('walls', 'an output in double precision under a false declaration', () =>
  body([
    node('Cast', ['image'], ['d'], [attribute.int('to', DOUBLE)]),
    node('Concat', ['d', 'd'], ['logits'], [attribute.int('axis', 1)]),
  ]),
);
add('model-shape-unknown', 'a convolution with a dilation of a million', () =>
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

export const LEAKS = models;
