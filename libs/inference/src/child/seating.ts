import type { TileMemory } from '../inspect/tile-memory.js';

/** How ONNX Runtime is spread over the threads that a benchmark gives. No number in its output depends on it. */
export interface Seating {
  /** Tiles that run at the same time, each in sessions of its own. */
  readonly lanes: number;
  /** Threads that share the work of one tile. */
  readonly threadsEach: number;
  /** Whether ONNX Runtime keeps memory from one tile for the next, instead of having it cleared by the system each time. */
  readonly keepsMemory: boolean;
}

const CAUTIOUS = { lanes: 1, keepsMemory: false };
/** Part of the limit that networks may fill: images, maps and the rest of the process want room as well. */
const NETWORKS_SHARE = 0.4;
/** Kept memory over memory in use at once: it grows by doubling. Measured 1.5 for a U-Net on tiles of 64 and of 128. */
const KEPT = 2;

/**
 * One tile a thread is faster than one tile over all threads, and memory that is kept is faster than memory that is new for
 * each tile (bench `pipeline`). Both cost memory: without room, or where nobody can say how much a tile needs, all threads
 * share one tile in memory that is given back.
 *
 * @param networks one for each model of the version
 * @param memoryBytes limit of the process
 */
export function seat(threads: number, networks: readonly (TileMemory | null)[], memoryBytes: number): Seating {
  let bytes = 0;
  for (const network of networks) {
    if (network === null) return { ...CAUTIOUS, threadsEach: threads };
    bytes += 2 * network.weights + KEPT * network.tile;
  }
  const room = NETWORKS_SHARE * memoryBytes;
  if (threads * bytes <= room) return { lanes: threads, threadsEach: 1, keepsMemory: true };
  return { lanes: 1, threadsEach: threads, keepsMemory: bytes <= room };
}
