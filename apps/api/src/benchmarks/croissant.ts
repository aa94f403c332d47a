import { readingInWords } from '#domain';
import type { Benchmark, EvaluationCase, StoredObject } from '#evaluation';
import { consensusOf } from '../cases/open-cases.js';

/** Terms of the Croissant format and where they are defined (its specification, appendix 1). */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  containedIn: 'cr:containedIn',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  key: 'cr:key',
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  repeated: 'cr:repeated',
  sc: 'https://schema.org/',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const SPLITS = {
  practice: { name: 'practice', url: 'https://mlcommons.org/croissant/ValidationSplit' },
  test: { name: 'held-out', url: 'https://mlcommons.org/croissant/TestSplit' },
} as const;

/** An identifier of the SPDX licence list, by its form: letters, digits, dots and hyphens, with a version or a hyphen in it. */
const SPDX = /^(?!LicenseRef-)[A-Za-z][A-Za-z0-9.+]*-[A-Za-z0-9.+-]+$/;

/** What a record is about: a benchmark, or a version of a dataset that is shown as one. */
export type RecordedVersion = Pick<Benchmark, 'slug' | 'title' | 'labels' | 'channels' | 'dataset' | 'createdAt'> & {
  readonly phases: readonly Pick<Benchmark['phases'][number], 'kind' | 'caseCount'>[];
  /** Where its page is. Absent: among benchmarks. */
  readonly place?: 'datasets';
};

/**
 * The record of a benchmark's dataset version in Croissant 1.1 (JSON-LD), for dataset search engines and data loaders.
 *
 * It names open images and references, each with its digest, and of what is held out nothing but how many cases there are
 * and the digest of the frozen version, which commits to them.
 *
 * @param open cases whose files the asking person may load; never sealed ones
 * @param publicUrl address of the platform, without a slash at the end
 */
export function croissantRecord(
  benchmark: RecordedVersion,
  open: readonly EvaluationCase[],
  publicUrl: string,
): Readonly<Record<string, unknown>> {
  const { dataset, slug, phases, channels, createdAt } = benchmark;
  const address = `${publicUrl}/${benchmark.place ?? 'benchmarks'}/${slug}`;
  const year = createdAt.getUTCFullYear();
  const held = phases.filter(({ kind }) => kind === 'test').reduce((sum, { caseCount }) => sum + caseCount, 0);
  const facts = [...new Set(open.flatMap((one) => Object.keys(one.facts)))].sort();
  const fields = factFields(facts);
  const readings = new Map(open.map((one) => [one, howRead(one)]));
  const decided = [...readings.values()].some((words) => words !== '');
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    '@id': `${address}#dataset`,
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: dataset.name,
    description: `${dataset.description} ${open.length} open cases are listed; ${held} cases are held out, and only algorithms see them.`.trim(),
    license: SPDX.test(dataset.licence) ? `https://spdx.org/licenses/${dataset.licence}` : dataset.licence,
    url: address,
    version: `${dataset.version}.0.0`,
    identifier: `sha256:${dataset.digest}`,
    datePublished: createdAt.toISOString().slice(0, 10),
    creator: { '@type': 'sc:Organization', name: `Organisers of ${benchmark.title}`, url: address },
    citeAs: `@misc{${slug}-v${dataset.version}, title = {{${dataset.name}}}, year = {${year}}, version = {${dataset.version}}, url = {${address}}, note = {sha256:${dataset.digest}}}`,
    keywords: [...new Set(['medical image segmentation', ...channels.flatMap(({ modality }) => modality ?? []), ...benchmark.labels.map(({ name }) => name)])],
    isLiveDataset: false,
    distribution: open.flatMap((one) => [
      ...one.images.map((image, n) => fileObject(image, `${one.name}, image (${channels[n].name})`, publicUrl)),
      fileObject(consensusOf(one), `${one.name}, reference segmentation`, publicUrl),
    ]),
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'splits',
        name: 'splits',
        dataType: 'cr:Split',
        key: { '@id': 'splits/name' },
        field: [
          { '@type': 'cr:Field', '@id': 'splits/name', name: 'name', dataType: 'sc:Text' },
          { '@type': 'cr:Field', '@id': 'splits/url', name: 'url', dataType: 'sc:URL' },
          { '@type': 'cr:Field', '@id': 'splits/cases', name: 'cases', dataType: 'sc:Integer' },
        ],
        data: phases.map(({ kind, caseCount }) => ({
          'splits/name': SPLITS[kind].name,
          'splits/url': SPLITS[kind].url,
          'splits/cases': caseCount,
        })),
      },
      {
        '@type': 'cr:RecordSet',
        '@id': 'cases',
        name: 'cases',
        description: 'Open cases. Spacing in mm and size in voxels along the axes as stored.',
        key: { '@id': 'cases/name' },
        field: [
          field('name', 'sc:Text'),
          { ...field('split', 'sc:Text'), references: { field: { '@id': 'splits/name' } } },
          field('spacing_mm', 'sc:Float', true),
          field('size', 'sc:Integer', true),
          ...channels.map((_, n) => field(imageField(n, channels.length), 'sc:URL')),
          field('reference', ['sc:URL', 'cr:SegmentationMask']),
          ...(decided
            ? [
                {
                  ...field('reference_reading', 'sc:Text'),
                  description:
                    'What was decided when the reference segmentation was read from its file; empty where there was nothing to decide.',
                },
              ]
            : []),
          ...facts.map((fact) => field(fields.get(fact)!, 'sc:Text')),
        ],
        data: open.map((one) => ({
          'cases/name': one.name,
          'cases/split': SPLITS.practice.name,
          'cases/spacing_mm': one.geometry.spacingMm,
          'cases/size': one.geometry.sizeXyz,
          ...Object.fromEntries(one.images.map((image, n) => [`cases/${imageField(n, channels.length)}`, contentUrl(image, publicUrl)])),
          'cases/reference': contentUrl(consensusOf(one), publicUrl),
          ...(decided ? { 'cases/reference_reading': readings.get(one) } : {}),
          ...Object.fromEntries(facts.map((fact) => [`cases/${fields.get(fact)}`, String(one.facts[fact] ?? '')])),
        })),
      },
    ],
  };
}

/** What was decided when the files behind the consensus of a case were read, in words; empty where there was nothing to decide. */
function howRead({ references }: EvaluationCase): string {
  const consensus = references.find((one) => one.consensus);
  const behind = references.filter((one) => one === consensus || consensus?.recipe?.readers.includes(one.reader));
  return behind
    .filter(({ reading }) => reading !== undefined)
    .map((one) => (one === consensus ? '' : `${one.reader}: `) + readingInWords(one.reading!))
    .join('. ');
}

const contentUrl = ({ id }: StoredObject, publicUrl: string): string => `${publicUrl}/api/v1/objects/${id}`;
const imageField = (channel: number, channels: number): string => (channels === 1 ? 'image' : `image_${channel}`);

/** Ids of fields by fact; facts that differ only in what an id cannot have are numbered. */
function factFields(facts: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    facts.map((fact) => {
      const plain = `fact_${fact.replace(/[^A-Za-z0-9_.-]+/g, '_')}`;
      let id = plain;
      for (let n = 2; taken.has(id); n++) id = `${plain}_${n}`;
      taken.add(id);
      return [fact, id];
    }),
  );
}

function fileObject(object: StoredObject, name: string, publicUrl: string): Readonly<Record<string, unknown>> {
  return {
    '@type': 'cr:FileObject',
    '@id': object.id,
    name,
    contentUrl: contentUrl(object, publicUrl),
    contentSize: `${object.bytes} B`,
    encodingFormat: 'application/gzip',
    sha256: object.sha256,
  };
}

function field(name: string, dataType: string | readonly string[], repeated = false): Readonly<Record<string, unknown>> {
  return { '@type': 'cr:Field', '@id': `cases/${name}`, name, dataType, ...(repeated ? { repeated } : {}) };
}
