/** States of an EvaluationRun: one execution of a submission in one phase. */
export const RUN_STATES = [
  'waiting', // the run of an earlier phase has to end first
  'queued',
  'validating',
  'running',
  'scoring',
  'quarantined',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** The only place that allows a move. */
export const NEXT: Readonly<Record<RunState, readonly RunState[]>> = {
  waiting: ['queued', 'failed', 'cancelled', 'expired'],
  queued: ['validating', 'failed', 'cancelled', 'expired'],
  validating: ['running', 'queued', 'failed', 'cancelled', 'expired'], // queued: its worker was lost
  running: ['scoring', 'queued', 'quarantined', 'failed', 'cancelled', 'expired'],
  scoring: ['completed', 'queued', 'failed', 'cancelled', 'expired'],
  quarantined: ['queued', 'failed', 'cancelled', 'expired'], // an organiser decides
  completed: [],
  failed: ['queued', 'waiting'], // retry, a new epoch; waiting: behind a retried run of an earlier phase
  cancelled: ['queued', 'waiting'], // retry, a new epoch
  expired: ['queued', 'waiting'], // retry, a new epoch
};

export const TERMINAL_STATES = ['completed', 'failed', 'cancelled', 'expired'] as const satisfies readonly RunState[];
export const ACTIVE_STATES = ['waiting', 'queued', 'validating', 'running', 'scoring', 'quarantined'] as const satisfies readonly RunState[];

export function isTerminal(state: RunState): boolean {
  return (TERMINAL_STATES as readonly RunState[]).includes(state);
}

export function canMove(from: RunState, to: RunState): boolean {
  return NEXT[from].includes(to);
}

/**
 * Whether whoever controls a run may start it anew. Not when every practice case failed: only a new version can cure that.
 * A quarantined run is the organiser's to release, see the action `run.release`.
 */
export function mayRetry({ state, failureCode }: { readonly state: RunState; readonly failureCode: FailureCode | null }): boolean {
  return isTerminal(state) && canMove(state, 'queued') && failureCode !== 'practice-all-failed';
}

/** States from which `state` can be reached in one move: what an UPDATE may find. */
export function statesBefore(state: RunState): readonly RunState[] {
  return RUN_STATES.filter((from) => NEXT[from].includes(state));
}

/**
 * Who moves a run on from each state, and for how long it may rest there before the sweeper acts (seconds, database clock).
 * `renewed`: every sign of life (a case claimed, finished, a heartbeat) sets the deadline anew.
 */
export const STATE_DEADLINES: Readonly<
  Record<(typeof ACTIVE_STATES)[number], { owner: 'coordinator' | 'worker' | 'organiser'; seconds: number; renewed: boolean; then: 'requeue' | 'expire' }>
> = {
  waiting: { owner: 'coordinator', seconds: 7 * 86_400, renewed: false, then: 'expire' },
  queued: { owner: 'coordinator', seconds: 7 * 86_400, renewed: false, then: 'expire' },
  validating: { owner: 'worker', seconds: 15, renewed: true, then: 'requeue' },
  running: { owner: 'worker', seconds: 20, renewed: true, then: 'requeue' },
  scoring: { owner: 'worker', seconds: 20, renewed: true, then: 'requeue' },
  quarantined: { owner: 'organiser', seconds: 30 * 86_400, renewed: false, then: 'expire' },
};

/** For how long work on a run may end in nothing but faults of ours (`EngineUnavailable`) before the sweeper gives it up, seconds. */
export const FAULT_PATIENCE_SECONDS = 86_400;
/** Faults further apart than this, seconds, are two stories: in between the run waited for a worker, say. */
export const FAULT_GAP_SECONDS = 6 * 3_600;

/** States of one reference case within a run. A row exists from planning on, so no case can go missing. */
export const CASE_STATES = ['pending', 'scored', 'failed'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** Why the algorithm has no prediction for a case, or why a run ended early: a closed list, safe to show for held-out runs. */
export const FAILURE_CODES = [
  'model-not-onnx',
  'model-load-failed',
  'model-input-missing',
  'model-input-rank',
  'model-input-dtype',
  'model-output-missing',
  'model-external-data',
  'model-refused',
  'manifest-invalid',
  'budget-exceeded',
  'conformance-failed',
  'inference-failed',
  'inference-timeout',
  'inference-out-of-memory',
  'inference-crashed',
  'output-shape',
  'output-not-finite',
  'practice-all-failed',
  'case-unreadable',
  'worker-lost',
  'engine-unavailable',
  'deadline-passed',
  'cancelled-by-submitter',
  'defect',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** For each code a sentence that says what to do. Contains nothing computed from an image. */
export const FAILURE_ADVICE: Readonly<Record<FailureCode, string>> = {
  'model-not-onnx': 'The file is not a readable ONNX model. Export it again and check it with `onnx.checker` before you submit.',
  'model-load-failed': 'ONNX Runtime could not load the model. Use an opset from 7 to 26, standard operators only, and try to load it locally with onnxruntime 1.30.',
  'model-input-missing': 'The manifest names an input tensor that the model does not have. Compare `inputs[0].tensor` with the names in the model.',
  'model-input-rank': 'The model input must have the dimensions that the manifest names in `inputs[0].layout`: five for volumes, four for slices.',
  'model-input-dtype': 'The model input must have the type that the manifest names in `inputs[0].dtype`: float32 or float16.',
  'model-output-missing': 'The manifest names an output tensor that the model does not have. Compare `output.tensor` with the names in the model.',
  'model-external-data': 'The model refers to external weight files. Save it as one self-contained file.',
  'model-refused': 'The inspector refused the model before it was loaded: an operator, a size or a construction that this platform does not run. `npx voxelmark inspect MODEL.onnx` lists every finding.',
  'manifest-invalid': 'The manifest contradicts itself or the benchmark. Correct the fields named in the message.',
  'budget-exceeded': 'By the time measured for one run of the network, a case would take longer than this benchmark allows, or its image and output channels more memory, so nothing was started. Use larger tiles, less overlap, no mirroring, fewer models or a smaller network; for memory, a coarser grid or fewer channels.',
  'conformance-failed': 'On your own conformance case the platform and your framework do not agree as your manifest asks. Compare orientation, spacing, grid and intensity operations with your training code; `npx voxelmark model check` shows the agreement for each label.',
  'inference-failed': 'The model stopped with an error on at least one image. Run it on the practice cases with the same manifest; shapes that do not fit are the usual cause.',
  'inference-timeout': 'The model did not finish within the time limit of this benchmark. Use larger tiles, less overlap or a smaller network.',
  'inference-out-of-memory': 'The model needed more memory than this benchmark allows. Use tiles, or smaller ones.',
  'inference-crashed': 'The process that ran the model ended abnormally. Run the model locally with onnxruntime 1.30 to find the operator at fault.',
  'output-shape': 'The output does not have the expected shape: one channel per label, and the same spatial size as the input.',
  'output-not-finite': 'The output contains NaN or infinite values. Check normalisation and float16 overflow in the exported network.',
  'practice-all-failed': 'Every practice case failed, so the held-out cases were not started. Open the practice run, read its error texts, and submit a corrected version.',
  'case-unreadable': 'A stored image or reference of this benchmark could not be read. This is our fault, not yours. The run waits until the organiser of the benchmark has repaired it and starts it again; a run that has ended can be tried again.',
  'worker-lost': 'The machine that ran this was lost several times. We count that as our fault, not yours: nothing was scored as failed. Retry the run; if it is lost again, let the model use less memory and tell the operator.',
  'engine-unavailable': 'A part of the platform did not work for a whole day, so no case could be finished. This is our fault, not yours; tell the operator, and retry the run.',
  'deadline-passed': 'The run waited longer than allowed and was ended. Retry it.',
  'cancelled-by-submitter': 'The run was cancelled. Retry it whenever you like.',
  defect: 'Something went wrong on our side. It has been recorded; retry the run, and tell the operator if it happens again.',
};
