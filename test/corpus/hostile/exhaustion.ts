import {
  ascii,
  attribute,
  body,
  BOOL,
  bytes,
  type Bytes,
  finish,
  finishInteger,
  FLOAT,
  graph,
  IMAGE,
  imports,
  int,
  int64s,
  INT64,
  join,
  LOGITS,
  long,
  node,
  PLAIN,
  plainModel,
  tensor,
  text,
  value,
} from '../parts.js';
import { collection } from './collection.js';

/** Small files that are much to look at: made against the inspector itself, not against the process that runs models. */
const { models, add } = collection('hang');

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const ones = (count: number) => int64s(...many(count, () => 1));
const numbered = (count: number) => int64s(...many(count, (i) => i));
const yes = () => tensor('yes', [], Uint8Array.of(1));

/** As `body`, for lists too long to be arguments. */
function longBody(nodes: readonly Bytes[], initialisers: readonly Bytes[]): Bytes {
  const fields = [...nodes.map((n) => bytes(1, n)), ...initialisers.map((t) => bytes(5, t))];
  const whole = Buffer.concat([...fields, text(2, 'g'), bytes(11, IMAGE), bytes(12, LOGITS)]);
  return join(int(1, 8), bytes(7, whole), imports('', 17));
}

/** A Loop of 1,000 turns over `nodes`, which carries `carried` beside a number that grows with each turn. */
function growing(nodes: readonly Bytes[], carried: readonly string[]): Bytes {
  const turn = graph({
    nodes: [...nodes, node('Add', ['sum', 'turn'], ['sum_on'])],
    inputs: [value('turn', INT64, []), value('go', BOOL, []), value('sum', INT64, []), ...carried.map((c) => value(c, INT64, []))],
    outputs: [value('go', BOOL, []), value('sum_on', INT64, []), ...carried.map((c) => value(c, INT64, []))],
  }); // prettier-ignore
  const loop = node(
    'Loop',
    ['turns', 'yes', 'zero', ...carried.map(() => 'zero')],
    ['last', ...carried.map((c) => `last_${c}`)],
    [attribute.graph('body', turn)],
  );
  const constants = [tensor('turns', [], int64s(1000)), tensor('zero', [], int64s(0)), yes()];
  return body([loop, ...finishInteger('last')], constants);
}

add('model-tensor-size', 'axes that double forty times', () =>
  body([
    node('Cast', ['image'], ['d0'], [attribute.int('to', INT64)]),
    ...many(40, (i) => node('Gather', [`d${i}`, `d${i}`], [`d${i + 1}`])),
    ...finishInteger('d40'),
  ]),
);
add('model-tensor-size', '2,000 times 1,024 axes more', () =>
  body(
    [...many(2000, (i) => node('Unsqueeze', [i ? `u${i}` : 'image', 'axes'], [`u${i + 1}`])), ...finish('u2000')],
    [tensor('axes', [1024], numbered(1024))],
  ),
);
add('model-tensor-size', '9,900 tensors of 1,024 axes', () =>
  body(
    [...many(9900, (i) => node('Reshape', ['image', 'size'], [`r${i}`])), ...PLAIN],
    [tensor('size', [1024], ones(1024))],
  ),
);
add('model-loop-unbounded', 'a loop that carries 8,000 numbers for 1,000 turns', () =>
  growing(
    [],
    many(8000, (i) => `c${i}`),
  ),
);
add('model-loop-unbounded', 'a sum of 20,000 tensors in each of 1,000 turns', () =>
  growing(
    [
      node(
        'Sum',
        many(20_000, () => 'image'),
        ['all'],
      ),
    ],
    [],
  ),
);
add('model-shape-unknown', 'an equation of 480 letters, 5,400 times', () => {
  const letters = (term: number) => String.fromCharCode(...many(60, (i) => 256 + 60 * term + i));
  const equation = join(text(1, 'equation'), text(4, many(8, letters).join(',')), int(20, 3));
  const inputs = many(8, () => 'k');
  return body(
    [...many(5400, (i) => node('Einsum', inputs, [`e${i}`], [equation])), ...PLAIN],
    [tensor('k', many(60, () => 1), Float32Array.of(1))],
  ); // prettier-ignore
});
add('walls', '1,000 choices, each of which sees 20,000 names', () => {
  const branch = graph({ nodes: [node('Identity', ['image'], ['b'])], inputs: [], outputs: [value('b', FLOAT, null)] });
  const both = [attribute.graph('then_branch', branch), attribute.graph('else_branch', branch)];
  const nodes = many(1000, (i) => node('If', ['yes'], [`o${i}`], both));
  return longBody([...nodes, ...PLAIN], [yes(), ...many(20_000, (i) => long(`k${i}`, 1))]);
});
add('model-too-complex', 'attributes with 9 million numbers', () => {
  const packed = bytes(8, new Uint8Array(1024).fill(1));
  const attributes = many(10, (i) => join(text(1, `a${i}`), packed, int(20, 7)));
  return body([...many(900, (i) => node('Identity', ['image'], [`n${i}`], attributes)), ...PLAIN]);
});
add('model-too-complex', '40 MB of names', () => {
  const name = ascii('n'.repeat(1000));
  return Buffer.concat([plainModel(), ...many(40_000, () => bytes(8, bytes(1, name)))]);
});
add('walls', '9,900 tensors of 64 axes', () =>
  body(
    [...many(9900, (i) => node('Transpose', [i ? `t${i}` : 'k'], [`t${i + 1}`])), ...finishInteger('t9900')],
    [tensor('k', many(64, (i) => (i < 6 ? 2 : 1)), numbered(64))],
  ),
); // prettier-ignore
add('walls', '9,900 sums of 64 numbers', () =>
  body(
    [...many(9900, (i) => node('Add', [i ? `s${i}` : 'k', 'k'], [`s${i + 1}`])), ...finishInteger('s9900')],
    [tensor('k', [8, 8], numbered(64))],
  ),
);
add('walls', '9,000 names of a kilobyte, 45,000 readings', () =>
  body([
    ...many(9000, (i) => node('Sum', ['image', 'image', 'image', 'image'], [`q${i}`.padEnd(1020, 'z')])),
    ...PLAIN,
  ]),
);

export const EXHAUSTION = models;
