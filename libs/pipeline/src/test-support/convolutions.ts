import { decodeFloat16, encodeFloat16 } from '../float16.js';
import type { RunTile } from '../infer.js';
import type { Meaning } from '../manifest.js';
import { convolution } from './golden.js';
import type { GoldenArray } from './golden.js';

/** What stands between the logits of a convolution and what the network gives, and how its tensors lie. */
export interface Head {
  readonly inputLayout: string;
  readonly outputLayout: string;
  readonly meaning: Meaning | 'labels';
  /** Of probabilities: a sigmoid of each channel, not softmax. */
  readonly regions: boolean;
}

/**
 * The networks of the golden chains with tensors as a manifest wants them: batches, channels last, half precision, argmax
 * or an activation inside. Written over strides, one voxel after the other, to have nothing in common with the pipeline.
 */
export function convolutions(networks: readonly (readonly [GoldenArray, GoldenArray])[], head: Head): RunTile {
  const runs = networks.map(([kernels, bias]) => convolution(kernels, bias));
  return async (tile, shape, request) => {
    const [kernels] = networks[request.model];
    const [classes, channels] = kernels.shape;
    const voxels = shape[0] * shape[1] * shape[2];
    const batch = tile.length / channels / voxels;
    const place = (layout: string, of: number) => (n: number, c: number, v: number) =>
      layout.endsWith('C') ? (n * voxels + v) * of + c : (n * of + c) * voxels + v;
    const from = place(head.inputLayout, channels);
    const to = head.meaning === 'labels' ? place('NCXYZ', classes) : place(head.outputLayout, classes);
    const values = request.inputType === 'float16' ? decodeFloat16(encodeFloat16(tile)) : tile;
    const answer = new Float32Array(batch * classes * voxels);
    for (let n = 0; n < batch; n++) {
      const one = Float32Array.from({ length: channels * voxels }, (_, i) => {
        return values[from(n, Math.floor(i / voxels), i % voxels)];
      });
      const logits = await runs[request.model](one, shape, request);
      for (let v = 0; v < voxels; v++) {
        const here = Array.from({ length: classes }, (_, c) => logits[c * voxels + v]);
        given(here, head).forEach((value, c) => (answer[to(n, c, v)] = value));
      }
    }
    return request.outputType === 'float16' ? decodeFloat16(encodeFloat16(answer)) : answer;
  };
}

function given(logits: readonly number[], { meaning, regions }: Head): readonly number[] {
  if (meaning === 'logits') return logits;
  const most = Math.max(...logits);
  if (meaning === 'labels') return logits.map((_, c) => Number(c === logits.indexOf(most)));
  if (regions) return logits.map((x) => 1 / (1 + Math.exp(-x)));
  const sum = logits.reduce((total, x) => total + Math.exp(x - most), 0);
  return logits.map((x) => Math.exp(x - most) / sum);
}
