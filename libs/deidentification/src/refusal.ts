/** Why a file is refused: it is not understood, or it is of a kind that is not taken. */
export type RefusalCode =
  | 'deid-sop-class' // a report, a document, a presentation or something that is not known
  | 'deid-identity' // no identity of study, series or instance
  | 'deid-transfer-syntax' // an encoding that cannot be copied with certainty
  | 'deid-pixels'; // no pixels, fewer than the header declares, or in pieces where they should be whole

/** A file that cannot be de-identified. The message holds no value of it. */
export class DeidentificationRefused extends RangeError {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'DeidentificationRefused';
    this.code = code;
  }
}
