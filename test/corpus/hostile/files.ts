import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  attribute,
  body,
  bytes,
  externalTensor,
  finish,
  finishInteger,
  FLOAT,
  foreign,
  graph,
  IMAGE,
  int,
  INT64,
  join,
  localFunction,
  LOGITS,
  model,
  node,
  PLAIN,
  plainModel,
  tensor,
  text,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('files');

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
  add('model-external-data', `weights in ${what}`, () => onnx.externalDataModel(location, 'initialiser'));
}
add('model-external-data', 'a file named by a Constant', () => onnx.externalDataModel('secret.bin', 'constant'));
add('model-external-data', 'a file named in a branch', () => onnx.externalDataModel('secret.bin', 'subgraph'));
add('model-external-data', 'a file named by a sparse initialiser', () =>
  onnx.externalDataModel('secret.bin', 'sparse'),
);
add('model-external-data', 'a file named by a sparse attribute', () => {
  const sparse = bytes(1, externalTensor('stolen', [4], 'secret.bin'));
  return body([
    node('Constant', [], ['stolen'], [join(text(1, 'sparse_value'), bytes(22, sparse), int(20, 11))]),
    ...finish('stolen'),
  ]);
});
add('model-external-data', 'a file named by the indices of a sparse tensor', () => {
  const sparse = bytes(2, externalTensor('places', [4], 'secret.bin', INT64));
  return model(join(graph({ nodes: PLAIN, inputs: [IMAGE], outputs: [LOGITS] }), bytes(15, sparse)));
});
add('model-external-data', 'a file named by one of many tensors of an attribute', () => {
  const hidden = join(text(1, 'spare'), bytes(10, externalTensor('stolen', [4], 'secret.bin')), int(20, 9));
  return body([node('Identity', ['image'], ['a'], [hidden]), ...PLAIN]);
});
add('model-external-data', 'a file named in a function', () => {
  const constant = node(
    'Constant',
    [],
    ['stolen'],
    [attribute.tensor('value', externalTensor('stolen', [4], 'x.bin'))],
  );
  return plainModel(localFunction('reads', [constant]));
});
add('model-external-data', 'a file named in training information', () =>
  plainModel(bytes(20, bytes(1, bytes(5, externalTensor('stolen', [4], 'x.bin'))))),
);
add('model-external-data', 'external entries without the flag', () => {
  const entry = bytes(13, join(text(1, 'location'), text(2, 'x.bin')));
  return body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), entry)]);
});
add('model-external-data', 'the flag without entries', () =>
  body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), int(14, 1))]),
);
add('model-external-data', 'a negative flag', () =>
  body([...finish('s')], [join(int(1, 4), int(2, FLOAT), text(8, 's'), int(14, -1))]),
);
add('model-external-data', 'a file for weights that nobody reads', () =>
  body(PLAIN, [externalTensor('unused', [4], 'secret.bin')]),
);
add('model-foreign-domain', 'a compiled context of a provider', () =>
  body([foreign('com.microsoft', 'EPContext', ['image'], ['a']), ...finish('a')]),
);
add('model-foreign-domain', 'Python code', () =>
  body([foreign('ai.onnx.contrib', 'PyOp', ['image'], ['a']), ...finish('a')]),
);
add('model-operator', 'an image decoder', () =>
  body([
    node('Constant', [], ['jpeg'], [attribute.tensor('value', tensor('j', [2], Uint8Array.of(255, 216)))]),
    node('ImageDecoder', ['jpeg'], ['a']),
    ...finishInteger('a'),
  ]),
);

export const FILES = models;
