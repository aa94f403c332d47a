import type { Benchmark, EvaluationCase, StoredObject } from '#evaluation';
import { croissantRecord } from './croissant.js';

const object = (id: string, label: StoredObject['label'] = 'PUBLIC'): StoredObject => ({
  id,
  kind: 'image',
  mediaType: 'application/gzip',
  label,
  sha256: id.padEnd(64, '0'),
  bytes: 1000,
});

const openCase = (name: string): EvaluationCase => ({
  id: `id-${name}`,
  phaseId: 'p',
  ordinal: 0,
  name,
  patient: `patient of ${name}`,
  label: 'PUBLIC',
  facts: { site: 'a', 'slice thickness': 3 },
  geometry: { sizeXyz: [4, 5, 6], spacingMm: [1, 1, 3], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  images: [
    { ...object(`${name}-ct`), channel: 'CT' },
    { ...object(`${name}-pet`), channel: 'PET' },
  ],
  references: [
    { reader: 'second', consensus: false, object: object(`${name}-second`) },
    { reader: 'consensus', consensus: true, object: object(`${name}-consensus`) },
  ],
  referenceStudy: null,
});

const phase = { benchmarkId: 'b', ordinal: 0, title: '', rules: {} as never, datasetDigest: 'd' };
const benchmark: Benchmark = {
  id: 'b',
  slug: 'abdomen',
  title: 'Abdomen',
  question: '',
  summary: '',
  rules: '',
  published: true,
  synthetic: true,
  labels: [{ value: 1, name: 'liver' }],
  channels: [{ name: 'CT', modality: 'CT' }, { name: 'PET', modality: 'PT' }],
  windowPresets: [],
  dataset: { slug: 'd', name: 'Abdomen images', licence: 'CC-BY-4.0', description: 'From two sites.', version: 3, digest: 'ab'.repeat(32) },
  phases: [
    { ...phase, id: 'p', kind: 'practice', label: 'PUBLIC', caseCount: 2 },
    { ...phase, id: 't', kind: 'test', label: 'SEALED', caseCount: 7 },
  ],
  createdAt: new Date('2026-03-04T05:06:07Z'),
};

interface Node {
  readonly [key: string]: unknown;
}
const record = croissantRecord(benchmark, [openCase('one'), openCase('two')], 'https://v.example') as {
  readonly distribution: readonly Node[];
  readonly recordSet: readonly { readonly '@id': string; readonly field: readonly Node[]; readonly data: readonly Node[]; readonly key: { '@id': string } }[];
} & Node;

describe('Croissant record of a dataset version', () => {
  it('has what the format demands of a dataset', () => {
    expect(record).toMatchObject({
      '@type': 'sc:Dataset',
      conformsTo: 'http://mlcommons.org/croissant/1.1',
      name: 'Abdomen images',
      license: 'https://spdx.org/licenses/CC-BY-4.0',
      url: 'https://v.example/benchmarks/abdomen',
      version: '3.0.0',
      datePublished: '2026-03-04',
      identifier: `sha256:${'ab'.repeat(32)}`,
      creator: { '@type': 'sc:Organization' },
    });
  });

  it('lists each open image and consensus with address and digest', () => {
    expect(record.distribution.map((file) => file['@id'])).toEqual(['one-ct', 'one-pet', 'one-consensus', 'two-ct', 'two-pet', 'two-consensus']);
    expect(record.distribution[0]).toMatchObject({
      '@type': 'cr:FileObject',
      contentUrl: 'https://v.example/api/v1/objects/one-ct',
      contentSize: '1000 B',
      encodingFormat: 'application/gzip',
      sha256: 'one-ct'.padEnd(64, '0'),
    });
  });

  it('says what was decided when a reference was read, of the readers behind a derived one too, where anything was', () => {
    const [one, two] = [openCase('one'), openCase('two')];
    const [second, consensus] = one.references;
    const overlap = { rule: 'last', voxels: 7, pairs: [{ labels: [1, 2], voxels: 7 }] } as const;
    const recipe = { method: 'majority', version: 1, readers: ['second'], parameters: {}, estimates: [] } as const;
    const cases = [
      {
        ...one,
        references: [
          { ...second, reading: { overlap } },
          { ...consensus, recipe },
        ],
      },
      { ...two, references: [second, { ...consensus, reading: { fractionalThreshold: 0.3 } }] },
    ];
    const read = croissantRecord(benchmark, cases, 'https://v.example') as typeof record;
    expect(read.recordSet[1].data.map((row) => row['cases/reference_reading'])).toEqual([
      'second: of labels that share voxels the higher is kept (1 and 2: 7 voxels)',
      'fractional segments from 0.3 of their maximum on',
    ]);
    expect(read.recordSet[1].field.map((one) => one['@id'])).toContain('cases/reference_reading');
    expect(JSON.stringify(record)).not.toContain('reference_reading');
  });

  it('has rows of exactly the declared fields, whose identifiers are unique', () => {
    const ids = record.recordSet.flatMap(({ '@id': id, field }) => [id, ...field.map((one) => one['@id'])]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { field, data, key } of record.recordSet) {
      const declared = field.map((one) => one['@id']).sort();
      expect(declared).toContain(key['@id']);
      for (const row of data) expect(Object.keys(row).sort()).toEqual(declared);
    }
  });

  it('says of held-out cases how many there are, and of patients nothing', () => {
    const [splits] = record.recordSet;
    expect(splits.data).toEqual([
      { 'splits/name': 'practice', 'splits/url': 'https://mlcommons.org/croissant/ValidationSplit', 'splits/cases': 2 },
      { 'splits/name': 'held-out', 'splits/url': 'https://mlcommons.org/croissant/TestSplit', 'splits/cases': 7 },
    ]);
    expect(JSON.stringify(record)).not.toMatch(/patient of|second/);
  });

  it('leaves a licence that is no SPDX identifier as it is', () => {
    const own = { ...benchmark, dataset: { ...benchmark.dataset, licence: 'Data use agreement of 2024' } };
    expect(croissantRecord(own, [], 'https://v.example')).toMatchObject({ license: 'Data use agreement of 2024', distribution: [] });
  });

  it('gives facts that differ in punctuation only fields of their own', () => {
    const one = { ...openCase('one'), facts: { 'slice thickness': 5, slice_thickness: 'thick', 'slice/thickness': 1 } };
    const { recordSet } = croissantRecord(benchmark, [one], 'https://v.example') as typeof record;
    const cases = recordSet.find((set) => set['@id'] === 'cases')!;
    const ids = cases.field.map((field) => field['@id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(cases.data[0]).toMatchObject({ 'cases/fact_slice_thickness': '5', 'cases/fact_slice_thickness_2': '1', 'cases/fact_slice_thickness_3': 'thick' });
  });
});
