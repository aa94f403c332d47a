import type { Geometry, Vec3 } from '#imaging';
import { expandManifest, inferencePlan, modelShape, planTiles, type Manifest } from '#pipeline';

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
}

/**
 * Tiles x mirror images x models x measured seconds. Crops are taken to cut nothing off, so it is an upper bound for the
 * network; what comes before and after it is not counted.
 *
 * Where the manifest leaves the tile to the image (whole volumes, whole slices), the time is scaled by its voxels.
 *
 * @param geometry of the image
 * @throws PipelineError `inference-out-of-memory` when the resampled image would be larger than is computed
 */
export function forecast(manifest: Manifest, geometry: Geometry, measured: MeasuredTile): Forecast {
  const expanded = expandManifest(manifest);
  const shape = modelShape(geometry, expanded);
  const { tiles, runs } = inferencePlan(shape, expanded);
  const rounds = Math.ceil(tiles / measured.lanes); // the last one takes as long, however few tiles are left for it
  const scale = voxels(planTiles(shape, expanded.inference).tileShape) / voxels(measured.shape);
  return {
    tiles,
    mirrors: 2 ** expanded.inference.mirror.length,
    models: expanded.models.length,
    runs,
    seconds: rounds * measured.lanes * (runs / tiles) * measured.secondsPerRun * scale,
  };
}

function voxels([a, b, c]: Vec3): number {
  return a * b * c;
}
