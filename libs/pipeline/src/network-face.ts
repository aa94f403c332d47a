import type { Vec3 } from '#imaging';
import { expandManifest } from './expand.js';
import type { ExpandedInference, ExpandedManifest } from './expanded.js';
import type { LabelLayout, LabelType, Layout, Manifest, TensorType } from './manifest.js';

/** One tensor as the network sees it: null where the manifest leaves a size to the image. */
export interface TensorFace {
  readonly tensor: string;
  readonly dtype: TensorType | LabelType;
  readonly dims: readonly (number | null)[];
  /** Which of `dims` counts channels; null for labels without such an axis. */
  readonly channelAxis: number | null;
}

/** What a manifest feeds to each of its ONNX files and expects back: to be held against the graph before anything is run. */
export function networkFace(manifest: Manifest): { readonly input: TensorFace; readonly output: TensorFace } {
  const expanded = expandManifest(manifest);
  const { inference, output } = expanded;
  const [input] = expanded.inputs;
  const spatial = inference.mode === 'full' || !inference.patch ? [null, null, null] : fixedShape(inference);
  const face = (
    tensor: string,
    dtype: TensorFace['dtype'],
    layout: Layout | LabelLayout,
    channels: number,
  ): TensorFace => ({
    tensor,
    dtype,
    dims: tensorDims(layout, inference, 1, channels, spatial),
    channelAxis: layout.startsWith('NC') ? 1 : layout.endsWith('C') ? layout.length - 1 : null,
  });
  return {
    input: face(input.tensor, input.dtype, input.layout, inputChannels(expanded)),
    output: face(output.tensor, output.dtype, output.layout, tensorChannels(output)),
  };
}

function fixedShape(inference: Exclude<ExpandedInference, { mode: 'full' }>): readonly (number | null)[] {
  if (inference.mode === 'sliding') return inference.patch;
  const plane = [...(inference.patch ?? [null, null])];
  return [0, 1, 2].map((axis) => (axis === inference.sliceAxis ? 1 : (plane.shift() ?? null)));
}

/** Channels of the input tensor: images, coordinates, and the neighbouring slices of a 2.5D network. */
export function inputChannels(manifest: ExpandedManifest): number {
  const { inference } = manifest;
  return preparedChannels(manifest) * (inference.mode === 'stack25d' ? 2 * inference.context + 1 : 1);
}

/** Channels of the prepared volume: images and coordinates. */
function preparedChannels({ inputs, preprocess }: ExpandedManifest): number {
  return inputs[0].channels.length + (preprocess.some(({ op }) => op === 'concatCoordinates') ? 3 : 0);
}

/** Bytes for each voxel of the network's grid, whatever the tiles: the prepared volume and one map a channel, float32. */
export function bytesPerVoxel(manifest: Manifest): number {
  const expanded = expandManifest(manifest);
  return Float32Array.BYTES_PER_ELEMENT * (preparedChannels(expanded) + expanded.output.channels);
}

/** Channels that the output tensor itself has: one where argmax is inside. */
export function tensorChannels({ meaning, channels }: ExpandedManifest['output']): number {
  return meaning === 'labels' ? 1 : channels;
}

/** Sizes of a tensor in its layout. A 2D layout leaves out the axis that is walked over. */
export function tensorDims<T extends number | null>(
  layout: Layout | LabelLayout,
  inference: ExpandedInference,
  batch: number,
  channels: number,
  shape: readonly T[],
): (number | T)[] {
  const flat = !layout.includes('Z');
  const spatial = flat && 'sliceAxis' in inference ? shape.filter((_, axis) => axis !== inference.sliceAxis) : shape;
  if (!layout.includes('C')) return [batch, ...spatial];
  return layout.startsWith('NC') ? [batch, channels, ...spatial] : [batch, ...spatial, channels];
}

/** [..., channels] to [channels, ...] and back: values of one tile. */
export function channelsFirst(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const voxels = values.length / channels;
  const out = new Float32Array(values.length);
  for (let c = 0, to = 0; c < channels; c++)
    for (let v = 0, from = c; v < voxels; v++, from += channels) out[to++] = values[from];
  return out;
}

export function channelsLast(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const voxels = values.length / channels;
  const out = new Float32Array(values.length);
  for (let c = 0, from = 0; c < channels; c++)
    for (let v = 0, to = c; v < voxels; v++, to += channels) out[to] = values[from++];
  return out;
}

/** Reverses axes of every channel of a [channels, a, b, c] tile; always a new array. */
export function flipTile(
  values: Float32Array,
  channels: number,
  [na, nb, nc]: Vec3,
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const [fa, fb, fc] = [0, 1, 2].map((axis) => axes.includes(axis));
  const out = new Float32Array(values.length);
  let to = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let a = 0; a < na; a++) {
      for (let b = 0; b < nb; b++, to += nc) {
        const from = ((channel * na + (fa ? na - 1 - a : a)) * nb + (fb ? nb - 1 - b : b)) * nc;
        if (fc) for (let c = 0; c < nc; c++) out[to + c] = values[from + nc - 1 - c];
        else out.set(values.subarray(from, from + nc), to);
      }
    }
  }
  return out;
}
