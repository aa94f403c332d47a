import { parentPort } from 'node:worker_threads';
import { ImageFormatError, readLabelMap, type Geometry, type GridRule } from '#imaging';
import { scoreCase, type RegionScore, type ScoredRegion } from '#metrics';

/** One case to be scored anew, from the bytes that are stored. */
export interface ScoreTask {
  readonly reference: Uint8Array;
  /** Null where the algorithm failed: then only the geometry is asked for. */
  readonly prediction: Uint8Array | null;
  readonly regions: readonly ScoredRegion[];
  readonly metrics: readonly string[];
  readonly predictionGrid?: GridRule;
  readonly ignoreLabel?: number;
}

export type ScoreAnswer =
  | { readonly kind: 'scored'; readonly geometry: Geometry; readonly scores: readonly RegionScore[] | null }
  | { readonly kind: 'unreadable'; readonly message: string };

if (!parentPort) throw new Error('score-thread runs as a worker thread');
const port = parentPort;

port.on('message', (task: ScoreTask) => {
  void scoreAnew(task).then(
    (answer) => port.postMessage(answer),
    // an error thrown into the event loop ends the thread and reaches the parent as its 'error' event
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
});

async function scoreAnew({
  reference: stored,
  prediction: predicted,
  regions,
  metrics,
  predictionGrid,
  ignoreLabel,
}: ScoreTask): Promise<ScoreAnswer> {
  try {
    const reference = await readLabelMap(stored);
    if (predicted === null) return { kind: 'scored', geometry: reference.geometry, scores: null };
    const prediction = await readLabelMap(predicted);
    const scores = scoreCase({ reference, prediction, regions, metrics, predictionGrid, ignoreLabel });
    return { kind: 'scored', geometry: reference.geometry, scores };
  } catch (error) {
    if (error instanceof ImageFormatError) return { kind: 'unreadable', message: `${error.code}: ${error.message}` };
    throw error;
  }
}
