import { writeNifti, type Geometry, type Vec3 } from '#imaging';
import {
  expandManifest,
  inferencePlan,
  networkFace,
  planTiles,
  type ExpandedManifest,
  type ExpandedPostprocessOp,
  type Manifest,
} from '#pipeline';
import { ModelFailure, type RunLimits } from '#domain';
import { shapeBeforeCrops } from './forecast.js';
import type { Clock, ModelFacts, ModelFile, ModelRunner, ModelSession } from './ports.js';

/** What a network did with one tile of zeros. */
export interface ZeroTile {
  /** [a, b, c] of the tile, tensor axes, slowest first. */
  readonly shape: Vec3;
  /** What the network declares that it reads and gives. */
  readonly facts: ModelFacts;
  /** Starting the process and loading all models. */
  readonly loadMs: number;
  /** Tiles that ran at the same time. */
  readonly lanes: number;
  /** Of one model on one tile while all lanes are busy, averaged over the models of an ensemble: the faster of two. */
  readonly secondsPerRun: number;
  readonly peakRssBytes: number;
  readonly isolation: ModelSession['isolation'];
}

/** An open axis is measured at this size: what the inspector estimates memory for. */
const USUAL = { 3: 128, 2: 512 } as const;
const MIB = 1024 * 1024;
/** A run as long as this is measured once. */
const LONG_RUN_SECONDS = 5;

/**
 * One tile of zeros through each model, as the run will do it: in the same process and under the same limits. Holds that
 * output is finite and of the right size, and says what a run costs.
 *
 * The tile goes through `predict` under a manifest without preprocessing, whose image is one tile, or a row of as many as
 * the process runs at the same time: a run has its time and its memory when all of them are busy. So the process that runs
 * strangers' models needs to know nothing more.
 *
 * @param like geometry of an image, for a network whose tile is as large as the image; without one a usual size is taken
 * @throws ModelFailure, EngineUnavailable, or the reason of `signal`
 */
export async function zeroTile(
  { runner, clock }: { readonly runner: Pick<ModelRunner, 'open'>; readonly clock: Pick<Clock, 'monotonicMs'> },
  models: readonly ModelFile[],
  manifest: Manifest,
  limits: RunLimits,
  signal: AbortSignal,
  like: Geometry | null = null,
): Promise<ZeroTile> {
  const expanded = expandManifest(manifest);
  const started = clock.monotonicMs();
  const session = await runner.open(models, oneTileManifest(expanded), limits);
  try {
    const loadMs = clock.monotonicMs() - started;
    const shape = tileShape(expanded, session.facts, like);
    checkFits(shape, expanded, limits);
    const lanes = session.facts.lanes ?? 1;
    const row = rowOf(shape, lanes, expanded);
    const rounds = Math.ceil(inferencePlan(row, oneTileManifest(expanded)).tiles / lanes);
    const image = await zeros(row);
    const images = expanded.inputs[0].channels.map(() => image);
    const runs: { seconds: number; peakRssBytes: number }[] = [];
    do {
      const { usage } = await session.predict(images, signal);
      runs.push({
        seconds: usage.sessionMs / 1000 / models.length / (rounds * lanes),
        peakRssBytes: usage.peakRssBytes,
      });
    } while (runs.length < 2 && runs[0].seconds * rounds * lanes < LONG_RUN_SECONDS);
    return {
      shape,
      facts: session.facts,
      loadMs,
      lanes,
      secondsPerRun: Math.min(...runs.map(({ seconds }) => seconds)),
      peakRssBytes: Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)),
      isolation: session.isolation,
    };
  } finally {
    await session.close();
  }
}

/** What turns channels into the labels that the manifest declares; pieces and holes of a tile of zeros are of no interest. */
const TO_LABELS: readonly ExpandedPostprocessOp['op'][] = [
  'softmax',
  'sigmoid',
  'argmax',
  'regions',
  'mapLabels',
  'invert',
];

/** The same networks, tensors and tiles, for an image that is a tile already. */
export function oneTileManifest(manifest: ExpandedManifest): ExpandedManifest {
  const coordinates = manifest.preprocess.filter(({ op }) => op === 'concatCoordinates');
  return {
    ...manifest,
    preprocess: [{ op: 'orient', axes: 'storedZYX' }, ...coordinates],
    inference: { ...manifest.inference, mirror: [], batch: 1 },
    postprocess: manifest.postprocess.filter(({ op }) => TO_LABELS.includes(op)),
  };
}

/** The manifest's patch; where it leaves a size open, what the graph fixes, else that of `like`, else a usual one. */
export function tileShape(manifest: ExpandedManifest, { inputs }: ModelFacts, like: Geometry | null): Vec3 {
  const { inference } = manifest;
  const flat = inference.mode === 'slices' || inference.mode === 'stack25d';
  const usual = flat ? USUAL[2] : USUAL[3];
  const known = like && shapeBeforeCrops(like, manifest);
  const planned = planTiles(known ?? [usual, usual, usual], inference).tileShape;
  const face = networkFace(manifest).input;
  const declared = inputs.find(({ name }) => name === face.tensor)?.shape ?? [];
  // axes of the tensor that run along a, b, c; a 2D layout has none for the axis that is walked over
  const spatial = face.dims.flatMap((_, n) => (n === 0 || n === face.channelAxis ? [] : [n]));
  const tensorAxis = [0, 1, 2].map((axis) =>
    flat && spatial.length === 2 && axis === inference.sliceAxis ? null : (spatial.shift() ?? null),
  );
  const size = (axis: 0 | 1 | 2): number => {
    const n = tensorAxis[axis];
    const fixed = n === null || declared.length !== face.dims.length ? null : declared[n];
    return typeof fixed === 'number' && fixed > 0 ? fixed : planned[axis];
  };
  return [size(0), size(1), size(2)];
}

/**
 * The graph may fix any size, and it is here that an image of it is made, where nothing watches the memory.
 *
 * @throws ModelFailure when the tensor that the network reads is larger than what the process may hold
 */
function checkFits(shape: Vec3, { inputs }: ExpandedManifest, { memoryMib }: RunLimits): void {
  const bytes = shape.reduce((product, size) => product * size, 4 * inputs[0].channels.length);
  if (bytes <= memoryMib * MIB) return;
  const gib = (value: number): string => (value / 1024 ** 3).toPrecision(3);
  throw new ModelFailure(
    'inference-out-of-memory',
    `a tile of ${shape.join(' x ')} voxels takes ${gib(bytes)} GiB; expected one that fits into ${gib(memoryMib * MIB)} GiB`,
  );
}

/** Tiles side by side, along the axis that a 2D network walks over. */
function rowOf(shape: Vec3, lanes: number, { inference }: ExpandedManifest): Vec3 {
  const along = inference.mode === 'slices' || inference.mode === 'stack25d' ? inference.sliceAxis : 0;
  const [a, b, c] = shape.map((size, axis) => (axis === along ? size * lanes : size));
  return [a, b, c];
}

/** An image of zeros whose stored axes are those of the tensor. */
function zeros([a, b, c]: Vec3): Promise<Uint8Array> {
  const geometry: Geometry = {
    sizeXyz: [c, b, a],
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  return writeNifti({ geometry, data: new Uint8Array(a * b * c) });
}
