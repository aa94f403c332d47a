/** Size and depth of a compressed frame as its own header states them. */
export interface Codestream {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly bitsPerSample: number;
}

/**
 * Decoders of compressed frames: the one thing that reading DICOM needs from outside. They are large and compiled, so whoever
 * reads images hands them in.
 */
export interface PixelCodecs {
  /** UIDs of the transfer syntaxes that can be decoded. */
  readonly transferSyntaxes: ReadonlySet<string>;
  /**
   * Decodes one frame of one component.
   *
   * @param frame  a complete codestream of the stated size, which the caller has checked against the data set
   * @returns samples row by row, little endian, one byte each up to 8 bits a sample and two above; the caller's to keep
   * @throws when the codestream is damaged
   */
  decode(transferSyntaxUid: string, frame: Uint8Array, stated: Codestream): Promise<Uint8Array>;
}
