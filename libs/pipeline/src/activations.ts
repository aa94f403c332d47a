/** Softmax over channels at every voxel, in place. The largest value is subtracted first, so that nothing overflows. */
export function softmax(maps: readonly Float32Array[]): void {
  const channels = maps.length;
  const voxels = maps[0].length;
  const raised = new Float64Array(channels);
  const { exp } = Math;
  for (let v = 0; v < voxels; v++) {
    let largest = maps[0][v];
    for (let c = 1; c < channels; c++) if (maps[c][v] > largest) largest = maps[c][v];
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += raised[c] = exp(maps[c][v] - largest);
    for (let c = 0; c < channels; c++) maps[c][v] = raised[c] / sum;
  }
}

/** 1 / (1 + exp(-x)) of every value, in place. */
export function sigmoid(map: Float32Array): void {
  for (let v = 0; v < map.length; v++) map[v] = 1 / (1 + Math.exp(-map[v]));
}
