export type {
  Anisotropy,
  Blend,
  Boundary,
  CastOp,
  ClipOp,
  ConcatCoordinatesOp,
  CropForegroundOp,
  CropNonzeroOp,
  FillHolesOp,
  FullInference,
  InferenceMode,
  KeepLargestOp,
  LabelLayout,
  LabelOp,
  LabelType,
  Layout,
  Manifest,
  ManifestChannel,
  ManifestConformance,
  ManifestInput,
  ManifestLabel,
  ManifestModel,
  ManifestOutput,
  MapLabelsOp,
  Mask,
  Meaning,
  MinMaxOp,
  Order,
  OrientOp,
  Padding,
  PostprocessOp,
  PreprocessOp,
  RegionRule,
  RemoveSmallOp,
  ResampleGrid,
  ResampleOp,
  ResizeOp,
  ScaleLinearOp,
  SlicesInference,
  SlidingInference,
  Stack25dInference,
  TensorType,
  WindowOp,
  ZScoreOp,
} from './manifest.js';
export type { ExpandedInference, ExpandedManifest, ExpandedPostprocessOp, ExpandedPreprocessOp } from './expanded.js';
export { expandManifest } from './expand.js';
export type { NnunetIntensity, NnunetProfile } from './nnunet-profile.js';
export { manifestProblems, STORED_AXES } from './manifest-problems.js';
export { PipelineError } from './pipeline-error.js';
export type { PipelineErrorCode } from './pipeline-error.js';
export { prepare } from './prepare.js';
export type { Prepared, Trace, TraceStep } from './prepare.js';
export { cutTile, planTiles } from './tiles.js';
export type { TilePlan } from './tiles.js';
export { createBlender, tileWeights } from './blend.js';
export type { Blender } from './blend.js';
export { sigmoid, softmax } from './activations.js';
export { restore } from './restore.js';
export { inputElements, outputValues } from './elements.js';
export { infer, inferencePlan } from './infer.js';
export type { InferencePlan, RunTile, TileRequest } from './infer.js';
export { modelShape } from './model-shape.js';
export { bytesPerVoxel, networkFace } from './network-face.js';
export type { TensorFace } from './network-face.js';
export { prepareImage, runPipeline, runPrepared } from './run-pipeline.js';
export type { PipelineOptions, PipelineResult } from './run-pipeline.js';
export { decodeFloat16, encodeFloat16 } from './float16.js';
export { connectedRuns } from './components.js';
export type { Pieces } from './components.js';
export { rint } from './rint.js';
export { importBioimage } from './import/bioimage.js';
export { importMonai } from './import/monai.js';
export { importNnunet } from './import/nnunet.js';
export type { NnunetImportOptions } from './import/nnunet.js';
export type { Imported, ImportOptions, RefusedStep } from './import/imported.js';
