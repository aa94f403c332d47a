import {
  attribute,
  body,
  finish,
  finishInteger,
  FLOAT,
  foreign,
  graph,
  HUGE,
  imports,
  int,
  join,
  node,
  STRING,
  tensor,
  text,
  value,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('operators');

for (const op of ['RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial']) {
  add('model-operator', op, () => body([node(op, ['image'], ['a']), ...finish('a')]));
}
add('model-operator', 'RandomNormal of 16 GiB', () =>
  body([node('RandomNormal', [], ['a'], [attribute.ints('shape', [HUGE])]), ...finish('a')]),
);
add('model-operator', 'an operator that does not exist', () => body([node('NoSuchOperator', ['image'], ['logits'])]));
add('model-operator', 'an operator without a name', () => body([node('', ['image'], ['logits'])]));
add('model-operator', 'a sequence', () =>
  body([
    node('SequenceConstruct', ['image', 'image'], ['s']),
    node('ConcatFromSequence', ['s'], ['logits'], [attribute.int('axis', 1)]),
  ]),
);
add('model-operator', 'an optional', () =>
  body([node('Optional', ['image'], ['o']), node('OptionalGetElement', ['o'], ['a']), ...finish('a')]),
);
add('model-operator', 'a regular expression', () =>
  body([node('RegexFullMatch', ['words'], ['a']), ...finishInteger('a')]),
);
add('model-operator', 'another operator in disguise of case', () => body([node('conv', ['image'], ['logits'])]));
add('model-operator', 'an operator within a branch', () => {
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
add('model-foreign-domain', 'a fused operator of ONNX Runtime', () =>
  join(body([foreign('com.microsoft', 'FusedConv', ['image'], ['a']), ...finish('a')]), imports('com.microsoft', 1)),
);
add('model-foreign-domain', 'a tree ensemble', () =>
  join(
    body([foreign('ai.onnx.ml', 'TreeEnsembleRegressor', ['image'], ['a']), ...finish('a')]),
    imports('ai.onnx.ml', 3),
  ),
);
add('model-foreign-domain', 'a domain with a zero byte', () =>
  body([foreign('ai.onnx\0', 'Identity', ['image'], ['a']), ...finish('a')]),
);
add('model-attribute', 'an attribute that refers to one of a function', () =>
  body([node('LeakyRelu', ['image'], ['a'], [join(text(1, 'alpha'), text(21, 'outer'), int(20, 1))]), ...finish('a')]),
);
add('model-tensor-type', 'voxels written out as words', () =>
  body([
    node('Cast', ['image'], ['s'], [attribute.int('to', STRING)]),
    node('Cast', ['s'], ['a'], [attribute.int('to', FLOAT)]),
    ...finish('a'),
  ]),
);

export const OPERATORS = models;
