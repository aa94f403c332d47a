import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fedInputs, standardOpset } from '../../libs/inference/src/inspect/description.js';
import { Findings } from '../../libs/inference/src/inspect/findings.js';
import { infer } from '../../libs/inference/src/inspect/infer.js';
import { readModel } from '../../libs/inference/src/inspect/read-model.js';
import { bytesSource } from '../../libs/inference/src/inspect/wire.js';
import * as pieces from './parts.js';

const CONTROLS = join(import.meta.dirname, 'controls');
/** Tile for open axes; a multiple of every stride and window of the controls. */
const TILE = 16;

interface Task {
  readonly path: string;
  readonly input: string;
  readonly dtype: string;
  readonly dims: readonly number[];
}

/** In a process of its own: Jest gives its tests typed arrays of another realm, which the runtime does not take for its own. */
const SCRIPT = `
  import { InferenceSession, Tensor } from 'onnxruntime-node';
  const answers = [];
  for (const { path, input, dtype, dims } of JSON.parse(process.argv[1])) {
    const session = await InferenceSession.create(path, { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const voxels = dims.reduce((whole, size) => whole * size, 1);
    const data = dtype === 'float16' ? new Uint16Array(voxels) : new Float32Array(voxels).map((_, v) => Math.sin(v));
    const results = await session.run({ [input]: new Tensor(dtype, data, dims) });
    answers.push(session.outputNames.map((name) => [name, results[name].type, [...results[name].dims]]));
  }
  console.log(JSON.stringify(answers));
`;

function trueOutputs(tasks: readonly Task[]): [string, string, number[]][][] {
  const args = ['--no-warnings', '--input-type=module', '-e', SCRIPT, JSON.stringify(tasks)];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: resolve(import.meta.dirname, '../..'), encoding: 'utf8' }),
  ) as [string, string, number[]][][];
}

/** What the inspector works out of a model: name, type and sizes of each output. */
function inferredOutputs(bytes: Uint8Array, tile: (shape: readonly (number | string)[]) => readonly number[]) {
  const model = readModel(bytesSource(bytes), new Findings());
  const [input] = fedInputs(model.graph);
  const dims = tile(input.shape ?? []);
  const { outputs } = infer(
    model,
    standardOpset(model),
    () => dims,
    (code, message) => {
      throw new Error(`${code}: ${message}`);
    },
    'tile',
  );
  const inferred = outputs.map(({ dtype, shape }, i) => [model.graph.outputs[i].name, dtype, shape]);
  return { inferred, input: input.name, dtype: input.dtype, dims };
}

function tileOf(shape: readonly (number | string)[]): number[] {
  const channels = typeof shape[1] === 'number' ? 1 : shape.length - 1;
  const sizeOf = (axis: number) => (axis === 0 || axis === channels ? 1 : TILE);
  return shape.map((size, axis) => (typeof size === 'number' && size > 0 ? size : sizeOf(axis)));
}

const { attribute, float, int, long, node, scalar, tensor, text, value, FLOAT } = pieces;
const word = (name: string, x: string) => pieces.join(text(1, name), text(4, x), int(20, 3));

/** One node each, where the runtime differs from a plain reading of the standard, or the standard has corners. */
function corner(
  dims: readonly number[],
  one: Uint8Array,
  {
    outputs = ['y'],
    constants = [],
    opset = 18,
  }: { outputs?: string[]; constants?: Uint8Array[]; opset?: number } = {},
): Uint8Array {
  const graph = pieces.graph({
    nodes: [one],
    inputs: [value('x', FLOAT, dims)],
    outputs: outputs.map((name) => text(1, name)),
    initialisers: constants,
  });
  return pieces.join(pieces.int(1, 10), pieces.bytes(7, graph), pieces.imports('', opset));
}
const slice = ['x', 'from', 'to', 'axis', 'step'];
const past = (step: number) => [long('axis', 2), long('step', step)];
const CORNERS: readonly (readonly [string, Uint8Array])[] = [
  ['a dilated pooling pads for one that is not', corner([1, 1, 8], node('MaxPool', ['x'], ['y'], [attribute.ints('kernel_shape', [3]), attribute.ints('dilations', [2]), word('auto_pad', 'SAME_UPPER')]))],
  ['no window begins behind the image', corner([1, 1, 5], node('MaxPool', ['x'], ['y'], [attribute.ints('kernel_shape', [2]), attribute.ints('strides', [4]), attribute.ints('pads', [0, 1]), attribute.int('ceil_mode', 1)]))],
  ['a transposed convolution with gaps', corner([1, 1, 8], node('ConvTranspose', ['x', 'w'], ['y'], [attribute.ints('strides', [3]), word('auto_pad', 'SAME_UPPER')]), { constants: [tensor('w', [1, 1, 1], Float32Array.of(1))] })],
  ['a condition longer than its axis', corner([1, 2], node('Compress', ['x', 'c'], ['y'], [attribute.int('axis', 1)]), { constants: [tensor('c', [4], Uint8Array.of(1, 0, 1, 1))] })],
  ['backwards from before the beginning', corner([1, 1, 8], node('Slice', slice, ['y']), { constants: [long('from', -100), long('to', -200), ...past(-1)] })],
  ['backwards to the greatest int32', corner([1, 1, 8], node('Slice', slice, ['y']), { constants: [long('from', 5), long('to', 2 ** 31 - 1), ...past(-2)] })],
  ['resized to cover a square', corner([2, 6], node('Resize', ['x', '', '', 's'], ['y'], [word('keep_aspect_ratio_policy', 'not_smaller')]), { constants: [long('s', 5, 5)] })],
  ['resized to fit into a square', corner([2, 6], node('Resize', ['x', '', '', 's'], ['y'], [word('keep_aspect_ratio_policy', 'not_larger')]), { constants: [long('s', 5, 5)] })],
  ['scales times sizes are rounded to float32', corner([3, 10], node('Resize', ['x', '', 's'], ['y']), { constants: [float('s', 1 / 3, 1.7)] })],
  ['unequal parts', corner([7], node('Split', ['x'], ['a', 'b', 'c'], [attribute.int('num_outputs', 3)]), { outputs: ['a', 'b', 'c'] })],
  ['a number of an attribute that is left out is 0', corner([2, 3], node('ReduceSum', ['x'], ['y'], [pieces.join(text(1, 'keepdims'), int(20, 2))]))],
  ['no axes are all axes', corner([2, 3], node('ReduceSum', ['x', 'none'], ['y']), { constants: [tensor('none', [0], pieces.int64s())] })],
  ['means of layers', corner([2, 3, 4], node('LayerNormalization', ['x', 'w'], ['y', 'm', 's'], [attribute.int('axis', 1)]), { outputs: ['y', 'm', 's'], constants: [tensor('w', [3, 4], new Float32Array(12))] })],
  ['an ellipsis', corner([2, 5, 3, 4], node('Einsum', ['x', 'w'], ['y'], [word('equation', '...ij,...jk')]), { constants: [tensor('w', [2, 5, 4, 2], new Float32Array(80))] })],
  ['keys shared by heads', corner([1, 3, 8], node('Attention', ['x', 'k', 'k'], ['y', 'pk', 'pv', 'qk'], [attribute.int('q_num_heads', 4), attribute.int('kv_num_heads', 2)]), { outputs: ['y', 'pk', 'pv', 'qk'], constants: [tensor('k', [1, 5, 4], new Float32Array(20))], opset: 23 })],
  ['steps in float32', corner([1], node('Range', ['a', 'b', 'c'], ['y']), { constants: [['a', 0], ['b', 0.9], ['c', 0.1]].map(([name, x]) => tensor(name as string, [], Float32Array.of(x as number))) })],
  ['a depth as one number', corner([1], node('OneHot', ['i', 'd', 'v'], ['y'], [attribute.int('axis', 0)]), { constants: [long('i', 0, 1), scalar('d', 3n), float('v', 0, 1)] })],
]; // prettier-ignore

/** The arithmetic of the inspector against the runtime: same sizes, same types, for real exports on a real tile. */
describe('sizes that the inspector works out are those of ONNX Runtime', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxelmark-controls-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const names = readdirSync(CONTROLS).filter((name) => name.endsWith('.onnx'));
  const models = [
    ...names.map((name) => ({ name, path: join(CONTROLS, name) })),
    ...CORNERS.map(([name, bytes], i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return { name, path };
    }),
  ].map(({ name, path }) => {
    const { inferred, ...task } = inferredOutputs(new Uint8Array(readFileSync(path)), tileOf);
    return { name, inferred, task: { path, ...task } };
  });
  let outputs: ReturnType<typeof trueOutputs>;
  beforeAll(() => {
    outputs = trueOutputs(models.map(({ task }) => task));
  });

  it.each(models.map(({ name, inferred }, i) => [name, inferred, i] as const))('%s', (_, inferred, i) => {
    expect(inferred).toEqual(outputs[i]);
  });
});
