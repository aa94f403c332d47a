import { z } from 'zod';
import {
  CONSENSUS_METHODS,
  MOST_OVERLAP_PAIRS,
  OVERLAP_RULES,
  type ConsensusRecipe,
  type ReferenceReading,
} from '#domain';
import { id, instant, line, newSlug, none, sha256, slug, text } from './primitives.js';
import type { Endpoint } from './endpoint.js';

/** Largest volume of a case, unpacked. */
export const MOST_VOLUME_BYTES = 2 ** 30;
/** Of each image and each reference segmentation, as it is sent. */
export const MOST_CASE_FILE_BYTES = 2 ** 30;

const label = z.strictObject({ value: z.number().int().min(1).max(65535), name: line(100) });
const datasetChannel = z.strictObject({ name: line(64), modality: line(16).optional(), unit: line(32).optional() });
const dictionary = z.record(line(100), z.strictObject({ description: text(2000).optional(), unit: line(32).optional() }));
const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;

const region = z.strictObject({ name: line(100), labels: z.array(z.number().int().min(1).max(65535)).min(1).max(4096) });
const fraction = z.number().min(0).max(1);

/** How a reference segmentation was derived from those of several readers. */
export const consensusRecipe = z.strictObject({
  method: z.enum(CONSENSUS_METHODS),
  version: z.number().int().min(1).max(1000),
  readers: z.array(line(100)).min(2).max(32),
  parameters: z.record(line(100), z.union([z.number(), line(200)])),
  estimates: z
    .array(
      z.strictObject({
        label: z.number().int().min(1).max(65535),
        prior: fraction,
        rounds: z.number().int().min(0),
        converged: z.boolean(),
        readers: z.array(z.strictObject({ sensitivity: fraction, specificity: fraction })).max(32),
      }),
    )
    .max(4096),
}) satisfies z.ZodType<ConsensusRecipe, unknown>;

const labelValue = z.number().int().min(1).max(65535);
const voxels = z.number().int().min(1);

/** What was decided when a file was read as one label map: the share that fractional segments were cut at, and the label where structures overlap. */
export const referenceReading = z
  .strictObject({
    fractionalThreshold: z.number().gt(0).max(1).optional(),
    overlap: z
      .strictObject({
        rule: z.enum(OVERLAP_RULES),
        voxels,
        pairs: z
          .array(z.strictObject({ labels: z.tuple([labelValue, labelValue]), voxels }))
          .min(1)
          .max(MOST_OVERLAP_PAIRS),
      })
      .optional(),
  })
  .refine(
    ({ fractionalThreshold, overlap }) => fractionalThreshold !== undefined || overlap !== undefined,
    'expected a threshold, an overlap, or both',
  ) satisfies z.ZodType<ReferenceReading, unknown>;

export const newDataset = z
  .strictObject({
    slug: newSlug,
    name: line(200),
    licence: line(200).describe('SPDX id, or words'),
    description: text(20_000),
    synthetic: z.boolean().default(false).describe('made by a program, of no person'),
    labels: z
      .array(label)
      .min(1)
      .max(4096)
      .refine((labels) => distinct(labels.map(({ value }) => value)) && distinct(labels.map(({ name }) => name)), 'expected values and names that occur once'),
    ignoreLabel: z.number().int().min(1).max(65535).nullable().default(null).describe('voxels of this label are not scored; it is none of `labels`'),
    regions: z
      .array(region)
      .max(4096)
      .default([])
      .refine((regions) => distinct(regions.map(({ name }) => name)), 'expected names that occur once')
      .describe('labels that are meant to be scored together'),
    channels: z
      .array(datasetChannel)
      .min(1)
      .max(16)
      .refine((channels) => distinct(channels.map(({ name }) => name)), 'expected names that occur once')
      .describe('the images of a case, in order'),
    dictionary: dictionary.default({}).describe('what the facts of a case mean, by name'),
  })
  .refine(({ labels, ignoreLabel }) => labels.every(({ value }) => value !== ignoreLabel), { path: ['ignoreLabel'], error: 'expected a value that is none of `labels`' })
  .refine(
    ({ labels, regions }) => regions.every((one) => one.labels.every((value) => labels.some((declared) => declared.value === value))),
    { path: ['regions'], error: 'expected regions of values that are among `labels`' },
  );
export type NewDatasetBody = z.input<typeof newDataset>;

/** What is sent with the files of a case. */
export const sentCase = z.strictObject({
  name: line(128),
  patient: line(128).describe('tells patients apart and says nothing else: a pseudonym'),
  split: line(64).nullable().default(null),
  facts: z.record(line(100), z.union([z.number(), line(500)])).refine((facts) => Object.keys(facts).length <= 200, 'expected at most 200 facts'),
  references: z
    .array(z.strictObject({ reader: line(100), consensus: z.boolean(), recipe: consensusRecipe.nullable().default(null), reading: referenceReading.nullable().default(null) }))
    .min(1)
    .max(32)
    .describe('one for each file `reference`, in their order'),
});
export type SentCaseFields = z.output<typeof sentCase>;

export const datasetVersionView = z.object({
  version: z.number().int(),
  digest: sha256.describe('over names, patients, splits, facts, geometry and bytes of its cases'),
  caseCount: z.number().int(),
  createdAt: instant,
});

export const datasetCaseView = z.object({
  name: z.string(),
  patient: z.string(),
  split: z.string().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  size: z.array(z.number().int()).length(3).describe('voxels along the stored axes'),
  spacingMm: z.array(z.number()).length(3),
  readers: z.array(
    z.object({
      reader: z.string(),
      consensus: z.boolean(),
      recipe: consensusRecipe.nullable(),
      reading: referenceReading.nullable(),
    }),
  ),
  digest: sha256.describe('over all that was sent for it; sent again, it is the same case'),
  withdrawnAt: instant.nullable().describe('since when it is left out of new versions'),
});

export const datasetSummary = z.object({
  id,
  slug: z.string(),
  name: z.string(),
  licence: z.string(),
  synthetic: z.boolean(),
  caseCount: z.number().int(),
  createdAt: instant,
});

export const datasetView = datasetSummary.extend({
  description: z.string(),
  labels: z.array(z.object({ value: z.number().int(), name: z.string() })),
  ignoreLabel: z.number().int().nullable(),
  regions: z.array(z.object({ name: z.string(), labels: z.array(z.number().int()) })),
  channels: z.array(z.object({ name: z.string(), modality: z.string().optional(), unit: z.string().optional() })),
  dictionary: z.record(z.string(), z.object({ description: z.string().optional(), unit: z.string().optional() })),
  cases: z.array(datasetCaseView),
  versions: z.array(datasetVersionView),
});
export type DatasetView = z.output<typeof datasetView>;

const tag = 'Datasets';
const bySlug = z.strictObject({ slug });

export const datasetEndpoints = {
  createDataset: {
    method: 'POST',
    path: '/datasets',
    action: 'dataset.create',
    tag,
    summary: 'Begin a dataset. Again by the same person with the same labels and channels, it is the dataset that exists, with the modalities and units that its channels have or have not; its name, licence, description and dictionary may change until the first version.',
    params: none,
    query: none,
    body: newDataset,
    response: datasetView.extend({
      existing: z.boolean(),
      changed: z.array(z.string()).describe('fields that are now as sent: before the first version'),
      kept: z.array(z.string()).describe('fields that stay as they are, since a version has them'),
    }),
    status: 201,
  },
  deleteDataset: { method: 'DELETE', path: '/datasets/:slug', action: 'dataset.withdraw', tag, summary: 'Remove a dataset of mine that has no version, with its cases and files', params: bySlug, query: none, body: null, response: null, status: 204 },
  listDatasets: { method: 'GET', path: '/datasets', action: 'dataset.own', tag, summary: 'My datasets, newest first', params: none, query: none, body: null, response: z.object({ items: z.array(datasetSummary) }), status: 200 },
  getDataset: { method: 'GET', path: '/datasets/:slug', action: 'dataset.own', tag, summary: 'One dataset of mine, its cases and its versions', params: bySlug, query: none, body: null, response: datasetView, status: 200 },
  addDatasetCase: {
    method: 'POST',
    path: '/datasets/:slug/cases',
    action: 'dataset.own',
    tag,
    summary:
      'Add a case: multipart/form-data with the field `case` (JSON: `name`, `patient`, `split`, `facts`, `references`), then the files `image`, one for each channel in order, and `reference`, one for each of `references` in order; all NIfTI. Files are read and written anew: nothing of their headers but the geometry is kept. The same case again changes nothing.',
    params: bySlug,
    query: none,
    body: null,
    consumes: 'multipart/form-data',
    response: datasetCaseView.extend({ existing: z.boolean() }),
    status: 201,
  },
  withdrawDatasetCase: {
    method: 'DELETE',
    path: '/datasets/:slug/cases/:name',
    action: 'dataset.withdraw',
    tag,
    summary: 'Take a case out. While no version holds it, it is removed with its files; otherwise it is marked, and the next version leaves it out.',
    params: z.strictObject({ slug, name: line(128) }),
    query: none,
    body: null,
    response: z.object({ outcome: z.enum(['removed', 'withdrawn']), versions: z.array(z.number().int()).describe('that hold it') }),
    status: 200,
  },
  freezeDataset: { method: 'POST', path: '/datasets/:slug/versions', action: 'dataset.own', tag, summary: 'Freeze the cases as they are; without a change, it is the version that exists', params: bySlug, query: none, body: null, response: datasetVersionView.extend({ existing: z.boolean() }), status: 201 },
} as const satisfies Record<string, Endpoint>;
