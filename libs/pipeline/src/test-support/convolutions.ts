import { inputElements, outputValues } from '../elements.js';
import { decodeFloat16, encodeFloat16 } from '../float16.js';
import type { RunTile, TileRequest } from '../infer.js';
import type { Meaning } from '../manifest.js';
import { convolution } from './golden.js';
import type { GoldenArray } from './golden.js';

/** What stands between the logits of a convolution and what the network gives, and how its tensors lie. */
export interface Head {
  readonly inputLayout: string;
  readonly inputType: TileRequest['inputType'];
  readonly outputLayout: string;
  readonly outputType: TileRequest['outputType'];
  /** The axis that tensors of two axes leave out. */
  readonly sliceAxis?: number;
  readonly meaning: Meaning | 'labels';
  /** Of probabilities: a sigmoid of each channel, not softmax. */
  readonly regions: boolean;
}

/**
 * The networks of the golden chains with tensors as a manifest wants them: batches, channels last, half precision, an
 * activation inside, or argmax, which leaves whole numbers of a type of its own. Written over strides, one voxel after the
 * other, to have nothing in common with the pipeline, which has to ask for the sizes and types that a network of the layouts
 * has; between the two stands what the platform has between itself and ONNX Runtime.
 */
export function convolutions(networks: readonly (readonly [GoldenArray, GoldenArray])[], head: Head): RunTile {
  const runs = networks.map(([kernels, bias]) => convolution(kernels, bias));
  return async (tile, shape, request) => {
    const [kernels] = networks[request.model];
    const [classes, channels] = kernels.shape;
    const voxels = shape[0] * shape[1] * shape[2];
    const batch = tile.length / channels / voxels;
    const given = head.meaning === 'labels' ? 1 : classes;
    expect(request).toEqual({
      model: request.model,
      inputDims: sizes(head.inputLayout, batch, channels, shape, head.sliceAxis),
      outputDims: sizes(head.outputLayout, batch, given, shape, head.sliceAxis),
      inputType: head.inputType,
      outputType: head.outputType,
      labels: head.meaning === 'labels' ? classes : null,
    });
    const place = (layout: string, of: number) => (n: number, c: number, v: number) =>
      layout.endsWith('C') ? (n * voxels + v) * of + c : (n * of + c) * voxels + v;
    const from = place(head.inputLayout, channels);
    const to = place(head.outputLayout, given);
    const fed = inputElements(tile, request.inputType);
    const values = fed instanceof Uint16Array ? decodeFloat16(fed) : fed;
    const answer = new Float32Array(batch * given * voxels);
    for (let n = 0; n < batch; n++) {
      const one = Float32Array.from({ length: channels * voxels }, (_, i) => {
        return values[from(n, Math.floor(i / voxels), i % voxels)];
      });
      const logits = await runs[request.model](one, shape, request);
      for (let v = 0; v < voxels; v++) {
        const here = Array.from({ length: classes }, (_, c) => logits[c * voxels + v]);
        answered(here, head).forEach((value, c) => (answer[to(n, c, v)] = value));
      }
    }
    return outputValues(ELEMENTS[head.outputType](answer), request);
  };
}

/** What a network of a type answers with. */
const ELEMENTS = {
  float32: (values: Float32Array) => values,
  float16: (values: Float32Array) => encodeFloat16(values),
  int64: (values: Float32Array) => BigInt64Array.from(values, BigInt),
  int32: (values: Float32Array) => Int32Array.from(values),
  uint8: (values: Float32Array) => Uint8Array.from(values),
};

/** Sizes of a tensor, read off the letters of its layout. */
function sizes(
  layout: string,
  batch: number,
  channels: number,
  shape: readonly number[],
  sliceAxis: number | undefined,
): number[] {
  const within = layout.includes('Z') ? [0, 1, 2] : [0, 1, 2].filter((axis) => axis !== sliceAxis);
  const of: Record<string, number> = { N: batch, C: channels };
  within.forEach((axis, n) => (of['XYZ'[n]] = shape[axis]));
  return [...layout].map((letter) => of[letter]);
}

function answered(logits: readonly number[], { meaning, regions }: Head): readonly number[] {
  if (meaning === 'logits') return logits;
  const most = Math.max(...logits);
  if (meaning === 'labels') return [logits.indexOf(most)];
  if (regions) return logits.map((x) => 1 / (1 + Math.exp(-x)));
  const sum = logits.reduce((total, x) => total + Math.exp(x - most), 0);
  return logits.map((x) => Math.exp(x - most) / sum);
}
