import { ARITHMETIC } from './hostile/arithmetic.js';
import { CRASH } from './hostile/crash.js';
import { EXHAUSTION } from './hostile/exhaustion.js';
import { FILES } from './hostile/files.js';
import { GARBAGE } from './hostile/garbage.js';
import { HANG } from './hostile/hang.js';
import { LEAKS } from './hostile/leaks.js';
import { MEMORY } from './hostile/memory.js';
import { OPERATORS } from './hostile/operators.js';
import { SHAPES_FROM_VOXELS } from './hostile/shapes-from-voxels.js';
import { STRUCTURE } from './hostile/structure.js';
import { TENSORS } from './hostile/tensors.js';
import type { HostileModel } from './hostile/collection.js';

export type { HostileKind, HostileModel } from './hostile/collection.js';

/**
 * The hostile corpus: models that harm, or try to, one for each way that we know. All are made here, byte by byte, by our own
 * protocol-buffer writer, one file for each kind. `code` is the first refusal of the inspector; `walls` marks what it lets
 * pass on purpose, because no look at the file can tell: there the process that runs the model is the wall.
 */
export const HOSTILE: readonly HostileModel[] = [
  ...GARBAGE,
  ...FILES,
  ...CRASH,
  ...HANG,
  ...MEMORY,
  ...ARITHMETIC,
  ...SHAPES_FROM_VOXELS,
  ...OPERATORS,
  ...STRUCTURE,
  ...TENSORS,
  ...LEAKS,
  ...EXHAUSTION,
];
