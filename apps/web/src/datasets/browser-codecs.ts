import charls from '@cornerstonejs/codec-charls/decodewasm?url';
import turbo from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm?url';
import openjpeg from '@cornerstonejs/codec-openjpeg/decodewasm?url';
import openjph from '@cornerstonejs/codec-openjph/wasm?url';
import { createPixelCodecs } from '#codecs';
import type { PixelCodecs } from '#imaging';

/** Addresses of the compiled decoders, by the names under which they ask for their machine code. */
const MACHINE_CODE: Readonly<Record<string, string>> = {
  'charlswasm_decode.wasm': charls,
  'libjpegturbowasm_decode.wasm': turbo,
  'openjpegwasm_decode.wasm': openjpeg,
  'openjphjs.wasm': openjph,
};

/** Decoders of compressed DICOM; each is fetched when its first frame comes. */
export function browserCodecs(): PixelCodecs {
  return createPixelCodecs({
    locateFile: (name) => {
      const address = MACHINE_CODE[name];
      if (address === undefined) throw new TypeError(`a decoder asks for "${name}", which these pages do not have`);
      return address;
    },
  });
}
