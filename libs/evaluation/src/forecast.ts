import type { Geometry, Vec3 } from '#imaging';
import {
  bytesPerVoxel,
  expandManifest,
  inferencePlan,
  modelShape,
  PipelineError,
  planTiles,
  type Manifest,
} from '#pipeline';

/** What one tile took on some machine. */
export interface MeasuredTile {
  /** [a, b, c], tensor axes, slowest first. */
  readonly shape: Vec3;
  /** Of one model on one tile where all lanes are busy, averaged over the models of an ensemble. */
  readonly secondsPerRun: number;
  /** Tiles that run at the same time. */
  readonly lanes: number;
}

/** How much work a case is, and how long it will take where the tile was measured. */
export interface Forecast {
  readonly tiles: number;
  /** Mirror images of each tile, 1 without. */
  readonly mirrors: number;
  readonly models: number;
  /** Tiles x mirrors x models: runs of a network on one tile. */
  readonly runs: number;
  readonly seconds: number;
  /** What the volume and the maps on the network's grid take, whatever the tiles. */
  readonly bytes: number;
}

/**
 * Tiles x mirror images x models x measured seconds. Crops are taken to cut nothing off, so it is an upper bound for the
 * network; what comes before and after it is not counted.
 *
 * Where the manifest leaves the tile to the image (whole volumes, whole slices), the time is scaled by its voxels.
 *
 * @param geometry of the image
 * @returns null where a crop, which is not seen, would have to make the image smaller before anything can be said of it
 * @throws PipelineError `inference-out-of-memory` when the resampled image would be larger than is computed
 */
export function forecast(manifest: Manifest, geometry: Geometry, measured: MeasuredTile): Forecast | null {
  const expanded = expandManifest(manifest);
  const shape = shapeBeforeCrops(geometry, manifest);
  if (shape === null) return null;
  const { tiles, runs } = inferencePlan(shape, expanded);
  const rounds = Math.ceil(tiles / measured.lanes); // the last one takes as long, however few tiles are left for it
  const scale = voxels(planTiles(shape, expanded.inference).tileShape) / voxels(measured.shape);
  return {
    tiles,
    mirrors: 2 ** expanded.inference.mirror.length,
    models: expanded.models.length,
    runs,
    seconds: rounds * measured.lanes * (runs / tiles) * measured.secondsPerRun * scale,
    bytes: voxels(shape) * bytesPerVoxel(manifest),
  };
}

/**
 * Size of the network's grid, [a, b, c], if no crop cut anything off; null where that would be larger than is computed, and a
 * crop may make it smaller.
 *
 * @throws PipelineError `inference-out-of-memory` when it would be, and there is no crop
 */
export function shapeBeforeCrops(geometry: Geometry, manifest: Manifest): Vec3 | null {
  try {
    return modelShape(geometry, expandManifest(manifest));
  } catch (error) {
    if (error instanceof PipelineError && crops(manifest)) return null;
    throw error;
  }
}

/** How much of an image goes into the network depends on its voxels. */
export function crops({ preprocess }: Pick<Manifest, 'preprocess'>): boolean {
  return preprocess.some(({ op }) => op === 'cropNonzero' || op === 'cropForeground');
}

function voxels([a, b, c]: Vec3): number {
  return a * b * c;
}
