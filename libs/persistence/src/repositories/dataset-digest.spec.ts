import type { NewCase } from '#evaluation';
import { smallBenchmark } from '../testing/small-benchmark.js';
import { datasetDigest, phaseDigest } from './dataset-digest.js';

const [first, second]: readonly NewCase[] = smallBenchmark().phases[0].cases;
const other = 'f'.repeat(64);

test('the order of keys in the facts does not matter', () => {
  const turned = { ...first, facts: Object.fromEntries(Object.entries(first.facts).reverse()) };
  expect(phaseDigest([turned, second])).toBe(phaseDigest([first, second]));
});

test.each<[string, readonly NewCase[]]>([
  ['the order of cases', [second, first]],
  ['a case less', [first]],
  ['a name', [{ ...first, name: 'x' }, second]],
  ['a patient', [{ ...first, patient: 'x' }, second]],
  ['a fact', [{ ...first, facts: { ...first.facts, site: 'b' } }, second]],
  ['a spacing', [{ ...first, geometry: { ...first.geometry, spacingMm: [1, 1, 4] } }, second]],
  ['an image', [{ ...first, images: [{ ...first.images[0], sha256: other }] }, second]],
  ['a second image', [{ ...first, images: [...first.images, { channel: 'T2', bytes: 1, sha256: other }] }, second]],
  [
    'a reference',
    [
      {
        ...first,
        references: [{ ...first.references[0], blob: { bytes: 1, sha256: other } }, ...first.references.slice(1)],
      },
      second,
    ],
  ],
])('%s makes another digest', (_, changed) => {
  expect(phaseDigest(changed)).not.toBe(phaseDigest([first, second]));
});

test('one image counts by its content alone, several also by their channels and order', () => {
  const named = (channel: string): NewCase => ({ ...first, images: [{ ...first.images[0], channel }] });
  expect(phaseDigest([named('CT')])).toBe(phaseDigest([named('image')]));
  const t1 = { channel: 'T1', bytes: 1, sha256: 'a'.repeat(64) };
  const t2 = { channel: 'T2', bytes: 1, sha256: 'b'.repeat(64) };
  const sets = [[t1, t2], [t2, t1], [{ ...t1, channel: 'T1c' }, t2], [t1]];
  expect(new Set(sets.map((images) => phaseDigest([{ ...first, images }]))).size).toBe(sets.length);
});

test('the dataset digest depends on each phase and on their order', () => {
  expect(datasetDigest(['a', 'b'])).toMatch(/^[0-9a-f]{64}$/);
  expect(
    new Set([datasetDigest(['a', 'b']), datasetDigest(['b', 'a']), datasetDigest(['a']), datasetDigest(['ab'])]).size,
  ).toBe(4);
});
