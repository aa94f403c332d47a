import { labelsAsChannels } from './label-channels.js';

describe('labels as channels', () => {
  it('has a one where the label is, tile after tile', () => {
    const labels = BigInt64Array.of(0n, 2n, 1n, 1n); // two tiles of two voxels
    expect([...labelsAsChannels(labels, 2, 3)]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0]);
    expect([...labelsAsChannels(Uint8Array.of(1, 0), 1, 2)]).toEqual([0, 1, 1, 0]);
  });

  it('refuses what is no label', () => {
    expect(() => labelsAsChannels(Int32Array.of(0, 3), 1, 3)).toThrow(
      'output holds label 3; the manifest speaks of labels 0 to 2 of the network',
    );
    expect(() => labelsAsChannels(BigInt64Array.of(-1n), 1, 3)).toThrow('label -1');
  });
});
