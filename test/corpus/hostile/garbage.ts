import {
  ascii,
  body,
  bytes,
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
  varint,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('garbage');

add('model-not-onnx', 'an empty file', () => new Uint8Array(0));
add('model-not-onnx', 'text', () => ascii('this is not a model at all'));
add('model-not-onnx', 'zeros', () => new Uint8Array(4096));
add('model-not-onnx', 'ones', () => new Uint8Array(4096).fill(0xff));
add('model-not-onnx', 'a number without end', () => new Uint8Array(1_000_000).fill(0x80));
add('model-not-onnx', 'a pickle', () =>
  Uint8Array.of(0x80, 4, 0x95, 10, 0, 0, 0, 0, 0, 0, 0, 0x8c, 5, 0x70, 0x6f, 0x73, 0x69, 0x78),
);
add('model-not-onnx', 'a ZIP archive', () => ascii('PK\u0003\u0004model.onnx'));
add('model-not-onnx', 'an ELF program', () => Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0));
add('model-not-onnx', 'HTML', () => ascii('<html><script>alert(1)</script></html>'));
add('model-not-onnx', 'JSON', () => ascii('{"ir_version":8,"graph":{}}'));
add('model-not-onnx', 'a length that lies', () =>
  join(int(1, 8), varint(7 * 8 + 2), varint(2 ** 30), new Uint8Array(10)),
);
add('model-not-onnx', 'a negative length', () => join(int(1, 8), varint(7 * 8 + 2), varint(-1), new Uint8Array(10)));
add('model-not-onnx', 'a length of 2^63', () =>
  join(int(1, 8), varint(7 * 8 + 2), varint(2n ** 63n), new Uint8Array(10)),
);
add('model-not-onnx', 'a number of eleven bytes', () =>
  plainModel(Uint8Array.of(8, ...Array<number>(10).fill(0xff), 1)),
);
add('model-not-onnx', 'a group', () => plainModel(varint(99 * 8 + 3)));
add('model-not-onnx', 'field number 0', () => plainModel(Uint8Array.of(2, 1, 0)));
add('model-not-onnx', 'a wire type that does not exist', () => plainModel(Uint8Array.of(7)));
add('model-not-onnx', 'a model cut in half', () => body(PLAIN).subarray(0, 60));
add('model-not-onnx', 'a graph cut by its last byte', () => {
  const whole = bytes(7, graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }));
  return join(int(1, 8), imports('', 17), whole.subarray(0, whole.length - 1));
});
add('model-not-onnx', 'no graph', () => join(int(1, 8), imports('', 17)));
add('model-not-onnx', 'two graphs', () => plainModel(bytes(7, graph({ nodes: [], inputs: [], outputs: [] }))));
add('model-not-onnx', 'a graph without output', () => model(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [] })));
add('model-too-complex', 'a flood of fields', () =>
  plainModel(Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 ? 1 : 0x48))),
);
add('model-too-complex', 'a flood of fields within a node', () =>
  body([
    join(
      node('Identity', ['image'], ['a']),
      Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 ? 1 : 0x48)),
    ),
    ...PLAIN,
  ]),
);

export const GARBAGE = models;
