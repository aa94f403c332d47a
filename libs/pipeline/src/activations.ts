/** Voxels that are worked on together, so that a channel is read in rows and the block stays in the cache. */
const BLOCK = 2048;

/** Softmax over channels at every voxel, in place. The largest value is subtracted first, so that nothing overflows. */
export function softmax(maps: readonly Float32Array[]): void {
  const voxels = maps[0].length;
  const largest = new Float32Array(BLOCK);
  const sums = new Float64Array(BLOCK);
  const raised = maps.map(() => new Float64Array(BLOCK));
  for (let from = 0; from < voxels; from += BLOCK) {
    const size = Math.min(BLOCK, voxels - from);
    largest.fill(-Infinity);
    sums.fill(0);
    for (const map of maps) raise(largest, map, from, size);
    for (const [c, map] of maps.entries()) exponentials(map, from, largest, raised[c], sums, size);
    for (const [c, map] of maps.entries()) quotients(raised[c], sums, map, from, size);
  }
}

function raise(largest: Float32Array, map: Float32Array, from: number, size: number): void {
  for (let v = 0; v < size; v++) if (map[from + v] > largest[v]) largest[v] = map[from + v];
}

function exponentials(
  map: Float32Array,
  from: number,
  largest: Float32Array,
  raised: Float64Array,
  sums: Float64Array,
  size: number,
): void {
  const { exp } = Math;
  for (let v = 0; v < size; v++) {
    const x = map[from + v];
    const e = x === largest[v] ? 1 : exp(x - largest[v]);
    raised[v] = e;
    sums[v] += e;
  }
}

function quotients(raised: Float64Array, sums: Float64Array, map: Float32Array, from: number, size: number): void {
  for (let v = 0; v < size; v++) map[from + v] = raised[v] / sums[v];
}

/** 1 / (1 + exp(-x)) of every value, in place. */
export function sigmoid(map: Float32Array): void {
  for (let v = 0; v < map.length; v++) map[v] = 1 / (1 + Math.exp(-map[v]));
}

/**
 * The largest float32 logit whose sigmoid, as a float32, does not exceed a threshold: `x > sigmoidLimit(t)` is
 * `sigmoid(x) > t` without an exponential for each x.
 */
export function sigmoidLimit(threshold: number): number {
  const exceeds = (x: number): boolean => Math.fround(1 / (1 + Math.exp(-x))) > threshold;
  let low = -200; // the sigmoid is 0 as a float32
  let high = 200; // and here 1
  if (exceeds(low)) return -Infinity;
  if (!exceeds(high)) return Infinity;
  for (;;) {
    const middle = Math.fround((low + high) / 2);
    if (middle <= low || middle >= high) return low;
    if (exceeds(middle)) high = middle;
    else low = middle;
  }
}
