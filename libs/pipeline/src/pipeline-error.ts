/** Why a network and its manifest gave no label map; the codes are those under which a case is recorded as failed. */
export type PipelineErrorCode = 'output-shape' | 'output-not-finite' | 'inference-out-of-memory';

/** The algorithm's doing: its output or the size of what its manifest asks for. */
export class PipelineError extends RangeError {
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string) {
    super(message);
    this.name = 'PipelineError';
    this.code = code;
  }
}
