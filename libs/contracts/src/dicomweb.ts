import { z } from 'zod';
import type { Endpoint } from './endpoint.js';
import { instant, line, slug } from './primitives.js';

/** A DICOM UID, PS3.5 chapter 9. */
export const uid = z
  .string()
  .max(64)
  .regex(/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/, 'expected a UID: numbers with points between them');

const frames = z.string().max(150).regex(/^[1-9]\d*(,[1-9]\d*)*$/, 'expected frame numbers from 1, with commas between them');
const bulkPath = z.string().regex(/^[0-9A-Fa-f]{8}$/, 'expected the tag of an element: eight hexadecimal digits');

const value = z.string().max(2000);
/** A keyword or tag of an attribute, through sequences by points; or one of the parameters of the search itself. */
const searchKey = z
  .string()
  .max(200)
  .regex(
    /^(accept|fuzzymatching|includefield|limit|offset|orderby|([A-Z][A-Za-z0-9]+|[0-9A-Fa-f]{8})(\.([A-Z][A-Za-z0-9]+|[0-9A-Fa-f]{8}))*)$/,
    'expected the keyword or tag of an attribute',
  );
const search = z.record(searchKey, z.union([value, z.array(value).max(20)]));
const accept = value.optional().describe('media type wished for, before the Accept header');
const retrieve = z.strictObject({ accept });
const rendered = z.strictObject({
  accept,
  window: value.optional().describe('centre, width and function of the window: `40,400,linear`; the image’s own by default'),
  viewport: value.optional().describe('largest width and height: `256,256`'),
  quality: z.coerce.number().int().min(1).max(100).optional().describe('of a JPEG'),
});

const tag = 'DICOMweb';
const JSON_TYPE = 'application/dicom+json';
const PART_10 = 'multipart/related; type="application/dicom"';
const shared = { method: 'GET', tag, body: null, response: null, status: 200 } as const;
const find = { ...shared, action: 'case.view', produces: JSON_TYPE, query: search } as const;
const fetch = { ...shared, action: 'object.view', produces: PART_10, query: retrieve } as const;
const show = { ...shared, action: 'object.view', produces: 'image/jpeg', query: rendered } as const;
const describeIt = { ...shared, action: 'object.view', produces: JSON_TYPE, query: retrieve } as const;

const none = z.strictObject({});
const ofDataset = { params: z.strictObject({ slug }), query: none, body: null } as const;
const study = z.strictObject({ study: uid });
const series = z.strictObject({ study: uid, series: uid });
const instance = z.strictObject({ study: uid, series: uid, instance: uid });

const STUDY = '/dicomweb/studies/:study';
const SERIES = `${STUDY}/series/:series` as const;
const INSTANCE = `${SERIES}/instances/:instance` as const;

export const inboxView = z.object({
  instanceCount: z.number().int(),
  bytes: z.number().int(),
  series: z.array(
    z.object({
      patient: z.string().describe('pseudonym'),
      studyInstanceUid: z.string(),
      seriesInstanceUid: z.string(),
      sopClassUid: z.string(),
      instanceCount: z.number().int(),
    }),
  ),
  turnedAway: z
    .array(
      z.object({
        code: z.string().describe('kebab-case, stable'),
        held: z.boolean().describe('somebody has to look first; otherwise it is refused'),
        times: z.number().int().describe('instances, each time that they were sent'),
        lastAt: instant,
      }),
    )
    .describe('what was sent and not kept since the inbox was emptied, by code'),
  accepted: z
    .array(z.object({ code: z.string(), since: instant }))
    .describe('holds that somebody has looked at for all that is sent to this inbox'),
});
export type InboxView = z.infer<typeof inboxView>;

/** STOW-RS into a dataset of one's own, QIDO-RS and WADO-RS of DICOM PS3.18. A study is a case, a series one of its images or segmentations. */
export const dicomwebEndpoints = {
  storeInstances: {
    method: 'POST',
    path: '/datasets/:slug/dicomweb/studies',
    action: 'dataset.own',
    tag,
    summary: 'Store instances in the inbox of a dataset of mine (STOW-RS). Each is de-identified and rebuilt first; what somebody has to look at is not kept.',
    params: z.strictObject({ slug }),
    query: z.strictObject({ accept: value.optional().describe('codes of holds that somebody has looked at, with commas between them') }),
    body: null,
    response: null,
    consumes: PART_10,
    produces: JSON_TYPE,
    status: 200,
  },
  getInbox: { ...ofDataset, method: 'GET', path: '/datasets/:slug/inbox', action: 'dataset.own', tag, summary: 'What the inbox of a dataset of mine holds, by series', response: inboxView, status: 200 },
  getInboxArchive: { ...ofDataset, method: 'GET', path: '/datasets/:slug/inbox/archive', action: 'dataset.own', tag, summary: 'The inbox, or one series of it, as a ZIP archive that `voxelmark dataset import` reads', query: z.strictObject({ series: uid.optional(), stored: z.stringbool().default(false).describe('without compression') }), response: null, produces: 'application/zip', status: 200 },
  acceptInInbox: { ...ofDataset, method: 'PUT', path: '/datasets/:slug/inbox/accepted', action: 'dataset.own', tag, summary: 'Say of which holds somebody has looked at the images, so that what is sent from now on is kept in spite of them; replaces what was said before', body: z.strictObject({ codes: z.array(line(64)).max(16) }), response: inboxView, status: 200 },
  emptyInbox: { ...ofDataset, method: 'DELETE', path: '/datasets/:slug/inbox', action: 'dataset.withdraw', tag, summary: 'Remove all that the inbox of a dataset of mine holds', response: null, status: 204 },

  searchStudies: { ...find, path: '/dicomweb/studies', summary: 'Studies: the cases that the asking person may see', params: none },
  searchSeries: { ...find, path: '/dicomweb/series', summary: 'Series of all studies: images and segmentations', params: none },
  searchInstances: { ...find, path: '/dicomweb/instances', summary: 'Instances of all studies', params: none },
  searchStudySeries: { ...find, path: `${STUDY}/series`, summary: 'Series of a study', params: study },
  searchStudyInstances: { ...find, path: `${STUDY}/instances`, summary: 'Instances of a study', params: study },
  searchSeriesInstances: { ...find, path: `${SERIES}/instances`, summary: 'Instances of a series', params: series },

  retrieveStudy: { ...fetch, path: STUDY, summary: 'All instances of a study', params: study },
  retrieveSeries: { ...fetch, path: SERIES, summary: 'All instances of a series', params: series },
  retrieveInstance: { ...fetch, path: INSTANCE, summary: 'One instance. An access event is written first, as for every route below that pixels leave by.', params: instance },

  studyMetadata: { ...describeIt, path: `${STUDY}/metadata`, summary: 'Everything but the pixels of all instances of a study', params: study },
  seriesMetadata: { ...describeIt, path: `${SERIES}/metadata`, summary: 'Everything but the pixels of all instances of a series', params: series },
  instanceMetadata: { ...describeIt, path: `${INSTANCE}/metadata`, summary: 'Everything but the pixels of an instance', params: instance },

  retrieveFrames: { ...fetch, path: `${INSTANCE}/frames/:frames`, summary: 'Pixels of some frames', params: instance.extend({ frames }), produces: 'multipart/related; type="application/octet-stream"' },
  retrieveBulkdata: { ...fetch, path: `${INSTANCE}/bulkdata/:element`, summary: 'Bytes of an element that the metadata only gives the address of', params: instance.extend({ element: bulkPath }), produces: 'multipart/related; type="application/octet-stream"' },

  renderedInstance: { ...show, path: `${INSTANCE}/rendered`, summary: 'A picture of an instance', params: instance },
  renderedFrames: { ...show, path: `${INSTANCE}/frames/:frames/rendered`, summary: 'A picture of a frame', params: instance.extend({ frames }) },
  studyThumbnail: { ...show, path: `${STUDY}/thumbnail`, summary: 'A small picture of a study', params: study },
  seriesThumbnail: { ...show, path: `${SERIES}/thumbnail`, summary: 'A small picture of a series', params: series },
  instanceThumbnail: { ...show, path: `${INSTANCE}/thumbnail`, summary: 'A small picture of an instance', params: instance },
} as const satisfies Record<string, Endpoint>;
