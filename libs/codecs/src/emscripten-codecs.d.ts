/**
 * The compiled decoders have no types of their own. These are the parts used here; the factory of each takes settings of its
 * compiler and resolves to a module once its machine code is loaded.
 */
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  export default function charls(settings?: object): Promise<{ JpegLSDecoder: new () => unknown }>;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export default function openjpeg(settings?: object): Promise<{ J2KDecoder: new () => unknown }>;
}
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  export default function openjph(settings?: object): Promise<{ HTJ2KDecoder: new () => unknown; HTJ2KEncoder: new () => unknown }>;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export default function turbo(settings?: object): Promise<{ JPEGDecoder: new () => unknown }>;
}
