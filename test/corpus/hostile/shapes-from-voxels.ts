import {
  attribute,
  body,
  type Bytes,
  finish,
  finishInteger,
  float,
  FROM_VOXELS,
  long,
  node,
  ONE_LONG,
  scalar,
} from '../parts.js';
import { collection } from './collection.js';

const { models, add } = collection('shapes-from-voxels');

const fromVoxels = (name: string, nodes: readonly Bytes[], constants: readonly Bytes[] = []) =>
  add('model-shape-from-voxels', name, () => body([...FROM_VOXELS, ...nodes], [ONE_LONG, ...constants]));
fromVoxels('Expand', [node('Expand', ['peak', 'size'], ['a']), ...finish('a')]);
fromVoxels('ConstantOfShape', [node('ConstantOfShape', ['size'], ['a']), ...finish('a')]);
fromVoxels('Tile', [node('Tile', ['line', 'size'], ['a']), ...finish('a')], [float('line', 1, 2)]);
fromVoxels(
  'Range',
  [node('Range', ['zero', 'peak_int', 'step'], ['a']), ...finishInteger('a')],
  [scalar('zero', 0n), scalar('step', 1n)],
);
fromVoxels(
  'Pad',
  [
    node('Concat', ['size', 'size'], ['pads'], [attribute.int('axis', 0)]),
    node('Pad', ['line', 'pads'], ['a']),
    ...finish('a'),
  ],
  [float('line', 1, 2)],
);
fromVoxels('Resize', [node('Resize', ['line', '', '', 'size'], ['a']), ...finish('a')], [float('line', 1, 2)]);
fromVoxels(
  'OneHot',
  [node('OneHot', ['places', 'peak_int', 'pair'], ['a']), ...finish('a')],
  [long('places', 0), float('pair', 0, 1)],
);

export const SHAPES_FROM_VOXELS = models;
