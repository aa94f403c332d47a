import {
  ascii,
  attribute,
  body,
  bytes,
  type Bytes,
  COMPLEX64,
  finish,
  finishInteger,
  FLOAT,
  graph,
  int,
  INT64,
  join,
  LOGITS,
  model,
  node,
  PLAIN,
  STRING,
  tensorOf,
  text,
  UINT8,
  value,
  varint,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('tensors');

const withTensor = (t: Bytes) => body(finish('w'), [t]);
const named = text(8, 'w');
add('model-tensor-size', 'fewer bytes than the size needs', () =>
  withTensor(tensorOf(int(1, 1000), int(2, FLOAT), named, bytes(9, new Uint8Array(8)))),
);
add('model-tensor-size', 'more bytes than the size needs', () =>
  withTensor(tensorOf(int(1, 1), int(2, FLOAT), named, bytes(9, new Uint8Array(4000)))),
);
add('model-tensor-size', 'a negative size', () =>
  withTensor(tensorOf(int(1, -5), int(2, FLOAT), named, bytes(9, new Uint8Array(20)))),
);
add('model-tensor-size', 'two negative sizes', () =>
  withTensor(tensorOf(int(1, -2), int(1, -2), int(2, FLOAT), named, bytes(9, new Uint8Array(16)))),
);
add('model-tensor-size', 'sizes whose product wraps around to 4', () =>
  withTensor(tensorOf(int(1, 2 ** 32), int(1, 2 ** 32), int(1, 4), int(2, FLOAT), named, bytes(9, new Uint8Array(16)))),
);
add('model-tensor-size', 'no values', () => withTensor(tensorOf(int(1, 2 ** 33), int(2, FLOAT), named)));
add('model-tensor-size', 'packed sizes without values', () =>
  withTensor(tensorOf(bytes(1, join(varint(2 ** 20), varint(2 ** 20))), int(2, FLOAT), named)),
);
add('model-tensor-size', 'values of another type', () =>
  withTensor(tensorOf(int(1, 4), int(2, FLOAT), named, bytes(7, Uint8Array.of(1, 2, 3, 4)))),
);
add('model-tensor-size', 'fewer packed numbers than the size needs', () =>
  withTensor(tensorOf(int(1, 4), int(2, INT64), named, bytes(7, Uint8Array.of(1, 2)))),
);
add('model-tensor-type', 'type 0', () =>
  withTensor(tensorOf(int(1, 1), int(2, 0), named, bytes(9, new Uint8Array(4)))),
);
add('model-tensor-type', 'type 77', () =>
  withTensor(tensorOf(int(1, 1), int(2, 77), named, bytes(9, new Uint8Array(4)))),
);
add('model-tensor-type', 'strings', () =>
  withTensor(tensorOf(int(1, 1), int(2, STRING), named, bytes(6, ascii('text')))),
);
add('model-too-complex', '1,000 axes', () =>
  withTensor(
    tensorOf(...Array.from({ length: 1000 }, () => int(1, 1)), int(2, FLOAT), named, bytes(9, new Uint8Array(4))),
  ),
);
add('model-tensor-size', 'an attribute whose tensor lies about its size', () =>
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
add('model-tensor-type', 'an input of complex numbers', () =>
  model(graph({ nodes: PLAIN, inputs: [value('image', COMPLEX64, [1, 1, 'x', 'y', 'z'])], outputs: [LOGITS] })),
);

export const TENSORS = models;
