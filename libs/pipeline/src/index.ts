export type {
  FullInference,
  InferenceMode,
  Manifest,
  ManifestInput,
  ManifestLabel,
  ManifestOutput,
  OrientOp,
  PostprocessOp,
  PreprocessOp,
  ResampleOp,
  SlidingInference,
  WindowOp,
} from './manifest.js';
export { manifestProblems } from './manifest-problems.js';
export { PipelineError } from './pipeline-error.js';
export type { PipelineErrorCode } from './pipeline-error.js';
export { prepare } from './prepare.js';
export type { Prepared, Trace } from './prepare.js';
export { cutTile, planTiles } from './tiles.js';
export type { TilePlan } from './tiles.js';
export { createBlender, tileWeights } from './blend.js';
export type { Blender } from './blend.js';
export { restore, softmax } from './restore.js';
export { runPipeline } from './run-pipeline.js';
export type { PipelineOptions, PipelineResult, RunTile } from './run-pipeline.js';
export { rint } from './rint.js';
