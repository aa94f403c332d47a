import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { ImageFormatError, readLabelMap, type LabelMap } from '#imaging';
import { describePair, volumeDiagonalMm, type CaseDescription, type DescriptionSettings } from '#metrics';
import { voxelCounts, type VoxelCounts } from './voxel-counts.js';

/** A pair of files to be compared. */
export interface PairTask {
  readonly reference: string;
  /** Null: there is none. */
  readonly prediction: string | null;
  readonly settings: DescriptionSettings;
  /** Whether voxels are to be counted as well. */
  readonly counts: boolean;
}

/** Why a file cannot be used. */
export interface PairFault {
  readonly side: 'reference' | 'prediction';
  readonly code: string;
  readonly message: string;
}

export interface PairAnswer {
  readonly status: 'ok' | 'no-prediction' | 'invalid';
  readonly fault: PairFault | null;
  /** Null when the reference cannot be used. Without a usable prediction all its values are null. */
  readonly description: CaseDescription | null;
  /** What an empty prediction would be worth; null unless a prediction is missing or cannot be used. */
  readonly emptyHanded: CaseDescription | null;
  readonly counts: VoxelCounts | null;
  /** Of the reference volume: what a distance to nothing is worth. Null when the reference cannot be used. */
  readonly diagonalMm: number | null;
}

if (!parentPort) throw new Error('pair-thread runs as a worker thread');
const port = parentPort;

port.on('message', (task: PairTask) => {
  void compare(task).then(
    (answer) => port.postMessage(answer satisfies PairAnswer),
    // an error thrown into the event loop ends the thread and reaches the parent as its 'error' event
    (error: unknown) =>
      setImmediate(() => {
        throw new Error(`comparing with ${task.reference}: ${(error as Error).message}`, { cause: error });
      }),
  );
});

class Fault extends Error {
  constructor(readonly fault: PairFault) {
    super(fault.message);
  }
}

async function compare({ reference: path, prediction: predicted, settings, counts }: PairTask): Promise<PairAnswer> {
  let reference: LabelMap;
  try {
    reference = await read('reference', path);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      status: 'invalid',
      fault: error.fault,
      description: null,
      emptyHanded: null,
      counts: null,
      diagonalMm: null,
    };
  }
  const { geometry } = reference;
  const diagonal = volumeDiagonalMm(geometry);
  let fault: PairFault | null = null;
  if (predicted !== null) {
    try {
      const prediction = await read('prediction', predicted);
      const { regions = [], ignoreLabel, predictionGrid } = settings;
      return {
        status: 'ok',
        fault: null,
        description: describePair(reference, prediction, settings),
        emptyHanded: null,
        counts: counts ? voxelCounts(reference, prediction, regions, ignoreLabel, predictionGrid) : null,
        diagonalMm: diagonal,
      };
    } catch (error) {
      if (error instanceof Fault) fault = error.fault;
      else if (error instanceof ImageFormatError) fault = faultOf('prediction', predicted, error);
      else throw error;
    }
  }
  const nothing: LabelMap = { geometry, data: new Uint8Array(reference.data.length) };
  return {
    status: fault ? 'invalid' : 'no-prediction',
    fault,
    description: describePair(reference, null, settings),
    emptyHanded: describePair(reference, nothing, settings),
    counts: null,
    diagonalMm: diagonal,
  };
}

/** @throws Fault */
async function read(side: PairFault['side'], path: string): Promise<LabelMap> {
  let bytes: Uint8Array;
  try {
    const file = await readFile(path);
    bytes = new Uint8Array(file.buffer, file.byteOffset, file.length); // not a Buffer, whose slices share memory
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault({ side, code: 'no-such-file', message: `the ${side} ${path} cannot be read (${code})` });
  }
  try {
    return await readLabelMap(bytes);
  } catch (error) {
    if (error instanceof ImageFormatError) throw new Fault(faultOf(side, path, error));
    throw error;
  }
}

function faultOf(side: PairFault['side'], path: string, { code, message }: ImageFormatError): PairFault {
  return { side, code, message: `the ${side} ${path} cannot be scored: ${message}` };
}
