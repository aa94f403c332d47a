import { decodeFloat16, encodeFloat16 } from './float16.js';
import type { TileRequest } from './infer.js';
import { labelsAsChannels } from './label-channels.js';
import type { TensorType } from './manifest.js';
import { PipelineError } from './pipeline-error.js';

/** What a tile is made of in the input tensor of a network: itself, or the bits of half precision, rounded half to even. */
export function inputElements(tile: Float32Array, type: TensorType): Float32Array | Uint16Array<ArrayBuffer> {
  return type === 'float16' ? encodeFloat16(tile) : tile;
}

/**
 * What a network answered, as the pipeline reads it: float32, in an array of its own. Half precision comes as bit patterns,
 * or as a Float16Array where the language has one; whole numbers of a network that gives labels become channels.
 *
 * @param elements those of the output tensor, whose sizes are `request.outputDims`
 * @throws PipelineError `output-shape` when they are not of the type asked for, too few or too many, or no label
 */
export function outputValues(
  elements: unknown,
  { outputType, outputDims, labels }: Pick<TileRequest, 'outputType' | 'outputDims' | 'labels'>,
): Float32Array<ArrayBuffer> {
  const wanted = outputDims.reduce((all, n) => all * n, 1);
  const count = ArrayBuffer.isView(elements) ? (elements as Float32Array).length : 0;
  if (ArrayBuffer.isView(elements) && count !== wanted) {
    const expected = `expected ${wanted}, [${outputDims.join(', ')}]`;
    throw new PipelineError('output-shape', `output holds ${count} values; ${expected}`);
  }
  if (labels !== null) {
    const whole = { int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array, float32: null, float16: null }[
      outputType
    ];
    if (whole && elements instanceof whole) return labelsAsChannels(elements, outputDims[0], labels);
  } else if (outputType === 'float32') {
    if (elements instanceof Float32Array) return elements.slice();
  } else if (outputType === 'float16' && ArrayBuffer.isView(elements) && elements.byteLength === 2 * count) {
    return decodeFloat16(new Uint16Array(elements.buffer, elements.byteOffset, count));
  }
  throw new PipelineError('output-shape', `the output is not made of ${outputType} values`);
}
