export { createModelRunner, type ModelRunnerOptions } from './model-runner.js';
export { createModelInspector } from './model-inspector.js';
export { outlineModel, outlineModelFile, type ModelOutline } from './inspect/outline.js';
export type { TensorOutline } from './inspect/description.js';
export { checkModel } from './inspect/check-model.js';
export { inspectModel, inspectModelFile, type Inspection } from './inspect/inspect-model.js';
export { INSPECTION_CODES, type Finding, type InspectionCode } from './inspect/findings.js';
export { OPERATOR_GROUPS, OPSETS, type OperatorGroup } from './inspect/operators.js';
