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

it('tells files by their names and keeps the rest apart', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  const [json, net, other, notes, scan, seg] = named(
    'voxelmark.json',
    'net.onnx',
    'other.ONNX',
    'notes.txt',
    'scan.nii.gz',
    'scan-labels.nii',
  );
  expect(sortFiles([json, net, other, notes, scan, seg])).toEqual({
    models: [net, other],
    manifest: json,
    images: [scan],
    labels: seg,
    others: [notes],
  });
  expect(sortFiles([])).toEqual({ models: [], manifest: null, images: [], labels: null, others: [] });
});

it('knows the label map by the name that the manifest gives', () => {
  const files = [{ name: 'segmented-elsewhere.nii' }, { name: 'mine.nii' }];
  expect(sortFiles(files, 'mine.nii').labels).toBe(files[1]);
});

it('hashes a file', async () => {
  await expect(sha256Of(new Blob(['abc']))).resolves.toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
