import {
  attribute,
  body,
  bytes,
  finish,
  float,
  FLOAT,
  graph,
  IMAGE,
  imports,
  int,
  join,
  LOGITS,
  model,
  node,
  PLAIN,
  plainModel,
  STRING,
  text,
  value,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('structure');

add('model-opset', 'opset 0', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 0));
add('model-opset', 'opset 6', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 6));
add('model-opset', 'opset 999', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), 999));
add('model-opset', 'a negative opset', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), -1));
add('model-opset', 'two opsets', () => plainModel(imports('', 11)));
add('model-opset', 'two opsets under two names', () => plainModel(imports('ai.onnx', 20)));
add('model-opset-missing', 'no opset', () =>
  join(int(1, 8), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('model-opset-missing', 'only a foreign opset', () =>
  join(int(1, 8), imports('com.example', 1), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('model-ir-version', 'no IR version', () =>
  join(imports('', 17), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('model-ir-version', 'IR version 2^40', () =>
  join(int(1, 2 ** 40), imports('', 17), bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }))),
);
add('model-cycle', 'a node that reads its own output', () =>
  body([node('Add', ['image', 'a'], ['a']), ...finish('a')]),
);
add('model-cycle', 'a cycle of three nodes', () =>
  body([node('Add', ['image', 'c'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['c']), ...finish('c')]),
);
add('model-name-duplicate', 'a tensor written twice', () =>
  body([node('Relu', ['image'], ['a']), node('Tanh', ['image'], ['a']), ...finish('a')]),
);
add('model-name-duplicate', 'a node that writes over a constant', () =>
  body([node('Relu', ['image'], ['w']), ...finish('w')], [float('w', 1)]),
);
add('model-name-duplicate', 'a node that writes over the image', () =>
  body([node('Relu', ['image'], ['image']), ...PLAIN]),
);
add('model-name-duplicate', 'two constants of one name', () => body([...finish('w')], [float('w', 1), float('w', 2)]));
add('model-name-duplicate', 'two inputs of one name', () =>
  model(graph({ nodes: PLAIN, inputs: [IMAGE, IMAGE], outputs: [LOGITS] })),
);
add('model-name-unknown', 'a node that reads what nobody writes', () =>
  body([node('Relu', ['nowhere'], ['a']), ...finish('a')]),
);
add('model-name-unknown', 'an output that nobody writes', () => body([node('Relu', ['image'], ['a'])]));
add('model-name-invalid', 'a name of 2 MB', () => body([node('Relu', ['image'], ['x'.repeat(2_000_000)]), ...PLAIN]));
add('model-name-invalid', 'a name that is not UTF-8', () =>
  body([join(node('Relu', ['image'], ['a']), bytes(3, Uint8Array.of(0xc3, 0x28))), ...finish('a')]),
);
add('model-too-many-outputs', '5,000 outputs', () =>
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
add('model-too-many-inputs', '500 inputs', () =>
  model(
    graph({
      nodes: PLAIN,
      inputs: [IMAGE, ...Array.from({ length: 500 }, (_, i) => value(`i${i}`, FLOAT, [1]))],
      outputs: [LOGITS],
    }),
  ),
);
add('model-too-complex', '120,000 inputs of three nodes', () =>
  body([...['a', 'b', 'c'].map((to) => node('Sum', Array<string>(40_000).fill('image'), [to])), ...finish('a')]),
);
add('model-too-complex', '1,000 attributes of one node', () =>
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
add('model-too-complex', 'an attribute of a million numbers', () =>
  body([
    node('Relu', ['image'], ['a'], [join(text(1, 'n'), bytes(8, new Uint8Array(1_000_000)), int(20, 7))]),
    ...finish('a'),
  ]),
);
add('model-tensor-type', 'an input that is a sequence', () => {
  const sequence = join(text(1, 'image'), bytes(2, bytes(4, bytes(1, bytes(1, int(1, FLOAT))))));
  return model(graph({ nodes: PLAIN, inputs: [sequence], outputs: [LOGITS] }));
});
add('model-tensor-type', 'an output of strings', () =>
  model(
    graph({
      nodes: [node('Identity', ['image'], ['logits'])],
      inputs: [IMAGE],
      outputs: [value('logits', STRING, [1])],
    }),
  ),
);
add('model-operator-inputs', 'a node without output', () => body([node('Relu', ['image'], []), ...PLAIN]));
add('manifest-invalid', 'an embedded manifest that is not JSON', () =>
  plainModel(bytes(14, join(text(1, 'voxelmark.manifest'), text(2, '{"manifestVersion":')))),
);
add('manifest-invalid', 'an embedded manifest of 1 MB', () =>
  plainModel(bytes(14, join(text(1, 'voxelmark.manifest'), text(2, ' '.repeat(1_000_000))))),
);
add('manifest-invalid', 'an embedded manifest with code in it', () =>
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

add('model-training-info', 'training graphs', () =>
  plainModel(bytes(20, bytes(1, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] })))),
);

export const STRUCTURE = models;
