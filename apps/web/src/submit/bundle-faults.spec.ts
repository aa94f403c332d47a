import { EXAMPLE_MANIFEST } from '../about/example-manifest.js';
import { bundleFaults, placeProblems, whatIsMissing } from './bundle-faults.js';
import { effectiveManifest, examineFiles, NOTHING_CHOSEN, type Chosen } from './chosen-files.js';
import { formOf } from './upload.js';

const onnx = (name: string, ...more: number[]): File => new File([Uint8Array.from([8, 7, ...more])], name);
const manifestFile = (change: object = {}): File =>
  new File([JSON.stringify({ ...(JSON.parse(EXAMPLE_MANIFEST) as object), ...change })], 'voxelmark.json');
const volume = (name: string): File => new File([Uint8Array.of(1)], name);
const choose = (...files: File[]): Promise<Chosen> => examineFiles(files, NOTHING_CHOSEN);
const property = (value: string): number[] => {
  const text = [...new TextEncoder().encode(value)];
  const key = [...new TextEncoder().encode('voxelmark.manifest')];
  const length = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, n >> 7]);
  const entry = [10, key.length, ...key, 18, ...length(text.length), ...text];
  return [0x72, ...length(entry.length), ...entry];
};

it('asks for what is missing, then for what needs correcting', async () => {
  expect(whatIsMissing(NOTHING_CHOSEN)).toBe(
    'Still needed: the model file and the manifest, unless the model carries it.',
  );
  expect(whatIsMissing(await choose(onnx('net.onnx')))).toBe('Still needed: the manifest.');
  expect(whatIsMissing(await choose(manifestFile()))).toBe('Still needed: the model file.');
  expect(whatIsMissing(await choose(volume('a.txt'), new File([], 'net.onnx'), manifestFile({ name: '' })))).toBe(
    'Needs correcting: the model file and the manifest.',
  );
  expect(whatIsMissing(await choose(onnx('net.onnx'), manifestFile()))).toBe('');
});

it('takes the manifest out of a model, and sends that model first and no manifest', async () => {
  const carrier = onnx('b.onnx', ...property(EXAMPLE_MANIFEST));
  const chosen = await choose(onnx('a.onnx'), carrier);
  expect(effectiveManifest(chosen)).toMatchObject({ name: 'inside b.onnx', reading: { ok: true } });
  const form = formOf([['benchmark', 'phantoms']], chosen);
  expect([...form.keys()]).toEqual(['benchmark', 'model', 'model']);
  expect(form.getAll('model').map((file) => (file as File).name)).toEqual(['b.onnx', 'a.onnx']);
});

it('prefers a manifest that is a file of its own', async () => {
  const chosen = await choose(onnx('b.onnx', ...property(EXAMPLE_MANIFEST)), manifestFile());
  expect(effectiveManifest(chosen)?.name).toBe('voxelmark.json');
  expect([...formOf([], chosen).keys()]).toEqual(['manifest', 'model']);
});

it('compares the files of an ensemble with the list in the manifest', async () => {
  const models = [{ file: 'a.onnx' }, { file: 'b.onnx' }];
  expect(bundleFaults(await choose(onnx('a.onnx'), onnx('c.onnx'), manifestFile({ models }))).models).toEqual([
    'The manifest lists b.onnx; add it.',
    'c.onnx: not in the manifest, which lists a.onnx, b.onnx. Take out or rename.',
  ]);
  expect(bundleFaults(await choose(onnx('a.onnx'), onnx('b.onnx'), manifestFile({ models }))).models).toEqual([]);
  // one file for one entry may be called as it likes
  expect(bundleFaults(await choose(onnx('x.onnx'), manifestFile())).models).toEqual([]);
});

it('replaces a file by a newer one of its name and keeps the others', async () => {
  const before = await choose(onnx('a.onnx'), onnx('b.onnx'));
  const after = await examineFiles([onnx('a.onnx', 1, 2)], before);
  expect(after.models.map(({ file }) => [file.name, file.size])).toEqual([
    ['b.onnx', 2],
    ['a.onnx', 4],
  ]);
});

it('sees a file that is not the one that the manifest promises', async () => {
  const models = [{ file: 'a.onnx', sha256: '0'.repeat(64) }];
  expect(bundleFaults(await choose(onnx('a.onnx'), manifestFile({ models }))).models[0]).toMatch(
    /^a\.onnx has the SHA-256 .*the manifest says 000000000000/,
  );
});

it('knows image and label map of a conformance case, and half of one', async () => {
  const both = await choose(volume('case.nii.gz'), volume('case-expected.nii.gz'), onnx('a.onnx'), manifestFile());
  expect(both.conformance.images.map(({ name }) => name)).toEqual(['case.nii.gz']);
  expect(both.conformance.labels?.name).toBe('case-expected.nii.gz');
  expect(bundleFaults(both).conformance).toEqual([]);
  expect([...formOf([], both).keys()]).toEqual(['manifest', 'model', 'conformanceImage', 'conformanceLabels']);
  expect(bundleFaults(await choose(volume('case.nii'))).conformance[0]).toMatch(/label map is missing/);
  const two = await choose(volume('t1.nii'), volume('t2.nii'), volume('seg.nii'), manifestFile());
  expect(bundleFaults(two).conformance).toEqual(['There are 2 images; the network reads CT.']);
});

it('puts a refusal beside what it speaks of', () => {
  expect(
    placeProblems([
      { path: 'form.model', message: 'the file is missing' },
      { path: 'manifest.preprocess[0]', message: 'unknown key' },
      { path: 'manifest', message: 'differs' },
      { path: 'form.conformanceImage', message: 'expected 2' },
      { path: 'form.benchmark', message: 'missing' },
    ]),
  ).toEqual({
    models: ['the file is missing'],
    manifest: ['preprocess[0]: unknown key', 'differs'],
    conformance: ['expected 2'],
    other: ['benchmark: missing'],
  });
});
