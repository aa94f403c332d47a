export { createModelRunner, type ModelRunnerOptions } from './model-runner.js';
export { createModelInspector } from './model-inspector.js';
export { outlineModel, outlineModelFile, type ModelOutline, type TensorOutline } from './inspect/outline.js';
export { checkModel } from './inspect/check-model.js';
