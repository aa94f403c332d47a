import { EXAMPLE_MANIFEST } from '../about/example-manifest.js';
import { labelDifferences, pathWords, readManifest, type ManifestReading } from './manifest-file.js';

const example = (): Record<string, unknown> => JSON.parse(EXAMPLE_MANIFEST) as Record<string, unknown>;
const read = (change: (json: Record<string, unknown>) => void): ManifestReading => {
  const json = example();
  change(json);
  return readManifest(JSON.stringify(json));
};
const problems = (reading: ManifestReading): string[] =>
  reading.ok ? [] : reading.problems.map(({ where, sentence }) => `${where}: ${sentence}`);

it('reads a good manifest, with a byte order mark too, and fills in defaults', () => {
  const reading = readManifest(`\uFEFF${EXAMPLE_MANIFEST}`);
  expect(reading.ok && reading.manifest.preprocess[1]).toMatchObject({
    op: 'resample',
    spacing: [3, 3, 3],
    order: 1,
    grid: 'halfVoxel',
  });
});

it('lists every fault at once, each with its place', () => {
  const all = problems(
    read((json) => {
      delete json.name;
      json.version = 7;
      json.extra = true;
      json.labels = [{ value: 0, name: 'background' }];
    }),
  );
  expect(all).toEqual([
    'name: Missing; expected a text.',
    'version: Found 7; expected a text.',
    'labels: Found a list of 1; expected at least 2 entries.',
    'extra: Not a key of the manifest. Check the spelling or take it out.',
  ]);
});

it('points into lists and objects', () => {
  expect(problems(read((json) => (json.inputs = [{ tensor: '', channels: [{ name: 'CT' }] }])))).toEqual([
    'inputs[0].tensor: Found ""; expected at least 1 characters.',
  ]);
});

it('says which words are allowed', () => {
  expect(problems(read((json) => (json.output = { tensor: 'y', meaning: 'scores' })))).toEqual([
    'output.meaning: Found "scores"; expected "logits", "probabilities" or "labels".',
  ]);
  expect(problems(read((json) => (json.preprocess = [{ op: 'resample', spacing: [1, 1, 1], order: 2 }])))).toEqual([
    'preprocess[0].order: Found 2; expected 0, 1 or 3.',
  ]);
});

it('names an operation that it does not know', () => {
  const [only] = problems(read((json) => (json.preprocess = [{ op: 'normalise' }])));
  expect(only).toContain('preprocess[0]');
  expect(only).toContain('"normalise"');
});

it('passes on the sentence of a rule of its own', () => {
  expect(problems(read((json) => (json.preprocess = [{ op: 'orient', axes: 'RRS' }])))).toEqual([
    'preprocess[0].axes: Found "RRS"; expected one of R/L, one of A/P and one of S/I, for instance "RAS".',
  ]);
});

it.each([
  ['', 'the file is empty'],
  ['{"a": 1,}', 'comma before a closing bracket'],
  ["{'a': 1}", 'double quotes'],
  ['\u0008\u0007', 'not valid JSON'],
])('explains %j', (text, words) => {
  expect(problems(readManifest(text))[0]).toContain(words);
});

it('refuses JSON that is not an object', () => {
  expect(problems(readManifest('[1, 2]'))).toEqual([
    'the file: Found a list of 2; expected one JSON object with the keys of a manifest.',
  ]);
});

it('writes paths as people do', () => {
  expect(pathWords([])).toBe('the file');
  expect(pathWords(['inputs', 0, 'channels', 1, 'name'])).toBe('inputs[0].channels[1].name');
});

it('compares labels with those of the benchmark, background apart', () => {
  const made = [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
    { value: 9, name: 'heart' },
  ];
  const wanted = [
    { value: 1, name: 'Liver' },
    { value: 2, name: 'Spleen' },
  ];
  expect(labelDifferences(made, wanted)).toEqual({ missing: ['2 (Spleen)'], unknown: ['9 (heart)'] });
});
