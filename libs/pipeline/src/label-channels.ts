import { PipelineError } from './pipeline-error.js';

/**
 * Labels of a batch of tiles as channels: 1 in the channel of the voxel's label, 0 in the others.
 *
 * @param labels whole numbers from 0 to `channels` - 1, tile after tile
 * @returns [tiles, channels, voxels of a tile]
 * @throws PipelineError `output-shape` when a number is no label
 */
export function labelsAsChannels(
  labels: BigInt64Array | Int32Array | Uint8Array,
  tiles: number,
  channels: number,
): Float32Array<ArrayBuffer> {
  const voxels = labels.length / tiles;
  const votes = new Float32Array(labels.length * channels);
  for (let tile = 0, from = 0; tile < tiles; tile++) {
    const start = tile * channels * voxels;
    for (let v = 0; v < voxels; v++, from++) {
      const label = Number(labels[from]);
      if (label < 0 || label >= channels) {
        const expected = `the manifest speaks of labels 0 to ${channels - 1} of the network`;
        throw new PipelineError('output-shape', `output holds label ${label}; ${expected}`);
      }
      votes[start + label * voxels + v] = 1;
    }
  }
  return votes;
}
