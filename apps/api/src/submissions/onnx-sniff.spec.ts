import fc from 'fast-check';
import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import { looksLikeOnnx, SNIFF_BYTES } from './onnx-sniff.js';

describe('the first bytes of a model', () => {
  it('takes models, whichever field comes first', () => {
    expect(looksLikeOnnx(onnx.thresholdModel().subarray(0, SNIFF_BYTES))).toBe(true);
    expect(looksLikeOnnx(Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x01))).toBe(true); // graph first, 2 MiB long
    expect(looksLikeOnnx(Uint8Array.of(0x12, 0x07))).toBe(true); // producer name first
  });

  it.each([
    ['nothing', ''],
    ['PNG', '89504e470d0a1a0a'],
    ['zip', '504b0304140000'],
    ['gzip', '1f8b080000000000'],
    ['pickle', '8004950000000000'],
    ['HDF5', '894844460d0a1a0a'],
    ['ELF', '7f454c460201'],
    ['JSON', '7b226d616e6966'],
    ['a page', '3c21646f63747970'],
    ['a TensorFlow graph', '0a2f0a056e616d65'],
    ['a NIfTI header', '5c01000000000000'],
    ['zeros', '00000000'],
    ['a length without end', '3affffffffffffffffffffff'],
  ])('refuses %s', (_, hex) => {
    expect(looksLikeOnnx(Buffer.from(hex, 'hex'))).toBe(false);
  });

  it('has an answer for everything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: SNIFF_BYTES }), (bytes) =>
        expect(typeof looksLikeOnnx(bytes)).toBe('boolean'),
      ),
    );
  });
});
