import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fedInputs, standardOpset } from '../../libs/inference/src/inspect/description.js';
import { Findings } from '../../libs/inference/src/inspect/findings.js';
import { infer } from '../../libs/inference/src/inspect/infer.js';
import { readModel } from '../../libs/inference/src/inspect/read-model.js';
import { bytesSource } from '../../libs/inference/src/inspect/wire.js';

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

/** The arithmetic of the inspector against the runtime: same sizes, same types, for real exports on a real tile. */
describe('sizes that the inspector works out are those of ONNX Runtime', () => {
  const controls = readdirSync(CONTROLS)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => {
      const path = join(CONTROLS, name);
      const model = readModel(bytesSource(new Uint8Array(readFileSync(path))), new Findings());
      const [input] = fedInputs(model.graph);
      const shape = input.shape ?? [];
      const channels = typeof shape[1] === 'number' ? 1 : shape.length - 1;
      const sizeOf = (axis: number) => (axis === 0 || axis === channels ? 1 : TILE);
      const dims = shape.map((size, axis) => (typeof size === 'number' && size > 0 ? size : sizeOf(axis)));
      const inferred = infer(
        model,
        standardOpset(model),
        (_, axis) => sizeOf(axis),
        (code, message) => {
          throw new Error(`${code}: ${message}`);
        },
      ).outputs.map(({ dtype, shape: sizes }, i) => [model.graph.outputs[i].name, dtype, sizes]);
      return { name, inferred, task: { path, input: input.name, dtype: input.dtype, dims } };
    });
  let outputs: ReturnType<typeof trueOutputs>;
  beforeAll(() => {
    outputs = trueOutputs(controls.map(({ task }) => task));
  });

  it.each(controls.map(({ name, inferred }, i) => [name, inferred, i] as const))('%s', (_, inferred, i) => {
    expect(inferred).toEqual(outputs[i]);
  });
});
