import { z } from 'zod';
import { id, instant, line, none, sha256, slug, text } from './primitives.js';
import type { Endpoint } from './endpoint.js';

const label = z.strictObject({ value: z.number().int().min(1).max(65535), name: line(100) });
const datasetChannel = z.strictObject({ name: line(64), modality: line(16).optional(), unit: line(32).optional() });
const dictionary = z.record(line(100), z.strictObject({ description: text(2000).optional(), unit: line(32).optional() }));
const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;

export const newDataset = z.strictObject({
  slug,
  name: line(200),
  licence: line(200).describe('SPDX id, or words'),
  description: text(20_000),
  synthetic: z.boolean().default(false).describe('made by a program, of no person'),
  labels: z
    .array(label)
    .min(1)
    .max(4096)
    .refine((labels) => distinct(labels.map(({ value }) => value)) && distinct(labels.map(({ name }) => name)), 'expected values and names that occur once'),
  channels: z
    .array(datasetChannel)
    .min(1)
    .max(16)
    .refine((channels) => distinct(channels.map(({ name }) => name)), 'expected names that occur once')
    .describe('the images of a case, in order'),
  dictionary: dictionary.default({}).describe('what the facts of a case mean, by name'),
});
export type NewDatasetBody = z.input<typeof newDataset>;

/** What is sent with the files of a case. */
export const sentCase = z.strictObject({
  name: line(128),
  patient: line(128).describe('tells patients apart and says nothing else: a pseudonym'),
  split: line(64).nullable().default(null),
  facts: z.record(line(100), z.union([z.number(), line(500)])).refine((facts) => Object.keys(facts).length <= 200, 'expected at most 200 facts'),
  references: z
    .array(z.strictObject({ reader: line(100), consensus: z.boolean() }))
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
  readers: z.array(z.object({ reader: z.string(), consensus: z.boolean() })),
  digest: sha256.describe('over all that was sent for it; sent again, it is the same case'),
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
    summary: 'Begin a dataset. Again by the same person with the same labels and channels, it is the dataset that exists.',
    params: none,
    query: none,
    body: newDataset,
    response: datasetView.extend({ existing: z.boolean() }),
    status: 201,
  },
  listDatasets: { method: 'GET', path: '/datasets', action: 'session.own', tag, summary: 'My datasets, newest first', params: none, query: none, body: null, response: z.object({ items: z.array(datasetSummary) }), status: 200 },
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
  freezeDataset: { method: 'POST', path: '/datasets/:slug/versions', action: 'dataset.own', tag, summary: 'Freeze the cases as they are; without a change, it is the version that exists', params: bySlug, query: none, body: null, response: datasetVersionView.extend({ existing: z.boolean() }), status: 201 },
} as const satisfies Record<string, Endpoint>;
