import { whatIsMissing } from './what-is-missing.js';
import { notOnnx, sha256Of, sortFiles } from './model-file.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

it('lets an ONNX file pass', () => {
  expect(notOnnx(bytes(0x08, 0x07, 0x12, 0x07), 'Model.ONNX')).toBeNull();
});

it.each([
  [bytes(), 'm.onnx', 'empty'],
  [text('PK\u0003\u0004'), 'm.onnx', 'ZIP'],
  [bytes(0x89, 0x48, 0x44, 0x46, 0x0d), 'm.onnx', 'HDF5'],
  [bytes(0x1f, 0x8b, 0x08), 'm.onnx', 'gzip'],
  [bytes(0x80, 0x04, 0x95), 'm.onnx', 'pickle'],
  [text('{"manifestVersion"'), 'm.onnx', 'JSON'],
  [text('<!doctype html>'), 'm.onnx', 'HTML'],
  [bytes(0x08, 0x07), 'weights.bin', 'ends in .onnx'],
])('recognises what it is not (%#)', (head, name, words) => {
  expect(notOnnx(head, name)).toContain(words);
});

it('tells model and manifest by their names and keeps the rest apart', () => {
  const files = [{ name: 'voxelmark.json' }, { name: 'net.onnx' }, { name: 'other.onnx' }, { name: 'notes.txt' }];
  expect(sortFiles(files)).toEqual({ model: files[1], manifest: files[0], others: [files[2], files[3]] });
  expect(sortFiles([])).toEqual({ model: null, manifest: null, others: [] });
});

it('hashes a file', async () => {
  await expect(sha256Of(new Blob(['abc']))).resolves.toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

describe('whatIsMissing', () => {
  const model = { file: new File([], 'a.onnx'), fault: null, sha256: null };
  const manifest = { name: 'voxelmark.json', text: '', reading: { ok: false, problems: [] } } as const;

  it('names what is needed, then what needs correcting', () => {
    expect(whatIsMissing({ model: null, manifest: null, ignored: [] })).toBe(
      'Still needed: the model file and the manifest.',
    );
    expect(whatIsMissing({ model, manifest: null, ignored: [] })).toBe('Still needed: the manifest.');
    expect(whatIsMissing({ model: { ...model, fault: 'empty' }, manifest, ignored: [] })).toBe(
      'Needs correcting: the model file and the manifest.',
    );
  });
});
