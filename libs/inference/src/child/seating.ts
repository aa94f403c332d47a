import type { TileMemory } from '../inspect/tile-memory.js';

/** How ONNX Runtime is spread over the threads that a benchmark gives. */
export interface Seating {
  /** Tiles that run at the same time, each in sessions of its own. */
  readonly lanes: number;
  /** Threads that share the work of one tile. */
  readonly threadsEach: number;
  /** Whether ONNX Runtime keeps memory from one tile for the next, instead of having it cleared by the system each time. */
  readonly keepsMemory: boolean;
}

/** Each has a thread, and a session for each model, of its own. */
const MOST_LANES = 8;
/** Part of the limit that networks may fill: images, maps and the rest of the process want room as well. */
const NETWORKS_SHARE = 0.4;
/** Kept memory over memory in use at once: it grows by doubling. Measured 1.5 for a U-Net on tiles of 64 and of 128. */
const KEPT = 2;

/**
 * One tile a thread is faster than one tile over all threads, and memory that is kept is faster than memory that is new for
 * each tile (bench `pipeline`). Both cost memory: without room, or where nobody can say how much a tile needs, threads share
 * a tile in memory that is given back.
 *
 * A model and its benchmark alone decide, not the machine: sums of float32 may differ in their last digits by the number of
 * threads that share a tile.
 *
 * @param networks one for each model of the version
 * @param memoryBytes limit of the process
 * @param sparing as little memory as can be, with the same numbers: after the process ran out of it
 */
export function seat(
  threads: number,
  networks: readonly (TileMemory | null)[],
  memoryBytes: number,
  sparing = false,
): Seating {
  let bytes = 0;
  for (const network of networks) {
    if (network === null) return { lanes: 1, threadsEach: threads, keepsMemory: false };
    bytes += 2 * network.weights + KEPT * network.tile;
  }
  const fitting = Math.floor((NETWORKS_SHARE * memoryBytes) / bytes);
  const lanes = Math.max(1, Math.min(threads, MOST_LANES, fitting));
  const threadsEach = Math.floor(threads / lanes);
  return sparing ? { lanes: 1, threadsEach, keepsMemory: false } : { lanes, threadsEach, keepsMemory: fitting >= 1 };
}
