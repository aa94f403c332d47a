import { ENDPOINTS, EXPORT_FORMATS, SCHEME_KINDS } from '#contracts';
import { instanceUidOf, seriesUidOf, studyUidOf, type Benchmark, type EvaluationCase, type Submission } from '#evaluation';
import { PEOPLE, World, type Who } from './test-support/world.js';

let world: World;
let benchmark: Benchmark;
let practice: readonly EvaluationCase[];
let heldOut: readonly EvaluationCase[];
/** Both phases done, one case failed in each. */
let done: Submission;
/** Half-way through the held-out cases. */
let running: Submission;
let prediction: { practice: string; heldOut: string };
/** The held-out case that this prediction is of. */
let predicted: EvaluationCase;
/** Of the owner's: it went through the practice case. */
let preflight: string;
/** Objects of a dataset of the organiser's, of which there is no benchmark. */
let brought: readonly string[];
/** Addresses of the boards' newest states. */
let state: { practice: string; heldOut: string };

beforeAll(async () => {
  world = await World.open();
  benchmark = await world.benchmark('canary');
  await world.benchmark('draft', { published: false, members: false });
  const [first, second] = benchmark.phases;
  practice = await world.parts.records.cases(first.id);
  heldOut = await world.parts.records.cases(second.id);

  done = await world.submission(benchmark, 'finished');
  await world.complete(done.runs[0].id, { failing: 1 });
  await world.complete(done.runs[1].id, { failing: 1 });
  running = await world.submission(benchmark, 'half-way');
  await world.complete(running.runs[0].id);
  await world.startRun(running.runs[1].id);
  await world.recordCase(running.runs[1].id, heldOut[0]);
  await world.recordCase(running.runs[1].id, heldOut[1], { fails: true });

  preflight = await world.preflight(benchmark, practice[0]);
  brought = await world.dataset('brought');

  const predictionOf = async (runId: string): Promise<string> => {
    const result = (await world.parts.records.caseResults(runId)).find(({ prediction: one }) => one !== null);
    predicted = heldOut.find(({ id }) => id === result?.caseId) ?? heldOut[0];
    return result?.prediction?.id ?? 'none';
  };
  const stateOf = async (phaseId: string): Promise<string> =>
    (await world.parts.records.leaderboard(phaseId, { limit: 1, offset: 0 })).state?.hash ?? 'none';
  state = { practice: await stateOf(first.id), heldOut: await stateOf(second.id) };
  prediction = { practice: await predictionOf(done.runs[0].id), heldOut: await predictionOf(done.runs[1].id) };
}, 120_000);
afterAll(() => world?.close());

/** What else has to be asked, for both phases; runs of the other phase are simply not found. */
const PARAMETERS: Readonly<Record<string, () => readonly string[]>> = {
  '/benchmarks/:slug/evidence': () => [
    '',
    ...SCHEME_KINDS.map((scheme) => `&scheme=${scheme}&metric=hd95&region=liver`),
  ],
  '/benchmarks/:slug/leaderboard/export': () => EXPORT_FORMATS.map((format) => `&format=${format}`),
  '/benchmarks/:slug/compare': () => done.runs.map(({ id }) => `&first=${id}&second=${id}`),
};

/** Every address that can be read, with the ids of this world filled in: the lists of the contract, crawled. */
function readable(): string[] {
  const objects = [...practice, ...heldOut].flatMap((one) => [
    one.images[0].id,
    ...one.references.map(({ object }) => object.id),
  ]);
  const values: Record<string, readonly string[]> = {
    '/benchmarks/:slug': ['canary', 'draft'],
    '/benchmarks/:slug/leaderboard': ['canary', 'draft'],
    '/benchmarks/:slug/cases': ['canary', 'draft'],
    '/benchmarks/:slug/leaderboard/states': ['canary', 'draft'],
    '/benchmarks/:slug/leaderboard/means': ['canary', 'draft'],
    '/benchmarks/:slug/leaderboard/values': ['canary', 'draft'],
    '/benchmarks/:slug/leaderboard/export': ['canary', 'draft'],
    '/benchmarks/:slug/evidence': ['canary', 'draft'],
    '/benchmarks/:slug/compare': ['canary', 'draft'],
    '/benchmarks/:slug/on-hold': ['canary', 'draft'],
    '/benchmarks/:slug/starter-kit': ['canary', 'draft'],
    '/benchmarks/:slug/croissant': ['canary', 'draft'],
    '/preflights/:id': [preflight],
    '/benchmarks/:slug/making': ['canary', 'draft'],
    '/benchmarks/:slug/members': ['canary', 'draft'],
    '/benchmarks/:slug/dry-runs/:id': ['canary', 'draft'],
    '/datasets/:slug': ['brought'],
    '/datasets/:slug/inbox': ['brought'],
    '/datasets/:slug/inbox/archive': ['brought'],
    '/datasets/:slug/versions/:version/croissant': ['brought'],
    '/leaderboard-states/:hash': [state.practice, state.heldOut],
    '/benchmarks/:slug/access-events': ['canary', 'draft'],
    '/cases/:id': [...practice, ...heldOut].map(({ id }) => id),
    '/objects/:id': [...objects, ...brought, prediction.practice, prediction.heldOut, done.version.models[0].id],
    '/objects/:id/segmentation': [...objects, ...brought, prediction.practice, prediction.heldOut, done.version.models[0].id],
    '/submissions/:id': [done.id, running.id],
    '/runs/:id': [...done.runs, ...running.runs].map(({ id }) => id),
    '/runs/:id/cases': [...done.runs, ...running.runs].map(({ id }) => id),
    '/runs/:id/manifest': [...done.runs, ...running.runs].map(({ id }) => id),
    '/runs/:id/badge.svg': [...done.runs, ...running.runs].map(({ id }) => id),
    '/algorithms/:slug': ['finished', 'half-way'],
    '/algorithms/:slug/versions/:version/model': ['finished'],
  };
  return Object.values(ENDPOINTS).flatMap((endpoint) => {
    if (endpoint.method === 'GET' && endpoint.path.startsWith('/dicomweb/')) return dicomPaths(endpoint.path);
    if (endpoint.method !== 'GET' || endpoint.path === ENDPOINTS.submissionEvents.path) return [];
    if (!endpoint.path.includes(':')) return [endpoint.path];
    const filled = values[endpoint.path];
    if (filled === undefined) throw new Error(`no values for ${endpoint.path}: a new route must be crawled too`);
    const paths = filled.map((value) => endpoint.path.replace(/:(id|slug|hash)/, value).replace(':version', '1.0.0'));
    if (!Object.hasOwn('shape' in endpoint.query ? endpoint.query.shape : {}, 'phase')) return paths;
    const asked = (PARAMETERS[endpoint.path] ?? (() => ['']))();
    return paths.flatMap((path) =>
      (['practice', 'test'] as const).flatMap((phase) => asked.map((more) => `${path}?phase=${phase}${more}`)),
    );
  });
}

/** A route of DICOMweb for a held-out case: image, reference and prediction, first instance and frame. */
function dicomPaths(path: string): string[] {
  // no mark could be found in a picture; who gets one is in the table below
  if (/\/(rendered|thumbnail)$/.test(path)) return [];
  const { id, images, references } = predicted;
  const filled = [images[0].id, references[0].object.id, prediction.heldOut].map((object) => {
    const series = seriesUidOf(id, object);
    return path
      .replace(':study', studyUidOf(id))
      .replace(':series', series)
      .replace(':instance', instanceUidOf(series, 1))
      .replace(':frames', '1')
      .replace(':element', '7fe00010');
  });
  return [...new Set(filled)];
}

describe('canaries: marks in everything that is held out', () => {
  it.each(['visitor', 'researcher', 'owner', 'admin'] as const)(
    'none of them reaches the %s, whatever he reads',
    async (who) => {
      const leaks: string[] = [];
      for (const path of readable()) {
        const answer = await world.ask(who, 'GET', path);
        const found = world.marks.findIn(answer.rawPayload);
        if (found.length > 0) leaks.push(`${path}: ${found.join(', ')}`);
        expect(answer.statusCode).toBeLessThan(500);
        const inHeaders = world.marks.findIn(Buffer.from(JSON.stringify(answer.headers)));
        if (inHeaders.length > 0) leaks.push(`${path} (headers): ${inHeaders.join(', ')}`);
      }
      expect(leaks).toEqual([]);
    },
  );

  it.each(['visitor', 'researcher', 'owner'] as const)(
    'ids of held-out cases and objects do not reach the %s either',
    async (who) => {
      const secret = [
        ...heldOut.map(({ id }) => id),
        ...heldOut.flatMap((one) => [one.images[0].id, ...one.references.map(({ object }) => object.id)]),
        prediction.heldOut,
        ...heldOut.map(({ id }) => studyUidOf(id)),
        ...heldOut.map(({ id, images: [image] }) => seriesUidOf(id, image.id)),
      ];
      const leaks: string[] = [];
      for (const path of readable()) {
        const { body } = await world.ask(who, 'GET', path);
        const found = secret.filter((id) => body.includes(id));
        if (found.length > 0) leaks.push(`${path}: ${found.join(', ')}`);
      }
      expect(leaks).toEqual([]);
    },
  );

  it('a reader gets the images and the facts of the cases, and nothing that was made from them', async () => {
    const kinds = new Set<string>();
    for (const path of readable()) {
      const answer = await world.ask('reader', 'GET', path);
      for (const found of world.marks.findIn(answer.rawPayload)) kinds.add(found.replace(/ \d+ \(.*\)$| \d+$/, ''));
    }
    expect([...kinds].sort()).toEqual([
      'held-out image bytes',
      'held-out image noise',
      'held-out image voxels',
      'name of a held-out case',
      'site of a held-out case',
    ]);
  });

  it('an organiser and a steward do get them: the crawl can find what is there', async () => {
    for (const who of ['organiser', 'steward'] as const) {
      const kinds = new Set<string>();
      for (const path of readable()) {
        const answer = await world.ask(who, 'GET', path);
        for (const found of world.marks.findIn(answer.rawPayload)) kinds.add(found.replace(/ \d+ \(.*\)$| \d+$/, ''));
      }
      for (const expected of [
        'held-out image bytes',
        'held-out reference bytes',
        'held-out image voxels',
        'held-out reference outline',
        'prediction on a held-out image outline',
        'prediction on a held-out image bytes',
        'error text of a held-out case',
        'dice',
        'hd95',
        'time',
        'runtime of a held-out case',
      ]) {
        expect([who, [...kinds]]).toEqual([who, expect.arrayContaining([expected])]);
      }
    }
  });
});

describe('what is not there and what is not for you look the same', () => {
  const nowhere = '0192f0c4-7777-7777-8777-777777777777';

  it.each([
    ['object', () => `/objects/${heldOut[0].images[0].id}`, `/objects/${nowhere}`],
    ['prediction', () => `/objects/${prediction.heldOut}`, `/objects/${nowhere}`],
    ['model as an object', () => `/objects/${done.version.models[0].id}`, `/objects/${nowhere}`],
    ['case', () => `/cases/${heldOut[0].id}`, `/cases/${nowhere}`],
    ['unpublished benchmark', () => '/benchmarks/draft', '/benchmarks/nowhere'],
    ['its board', () => '/benchmarks/draft/leaderboard', '/benchmarks/nowhere/leaderboard'],
    ['its cases', () => '/benchmarks/draft/cases', '/benchmarks/nowhere/cases'],
  ])('%s', async (_, hidden, absent) => {
    for (const who of ['visitor', 'researcher', 'owner'] as const) {
      const [a, b] = [await world.ask(who, 'GET', hidden()), await world.ask(who, 'GET', absent)];
      expect(a.statusCode).toBe(404);
      expect(a.body).toBe(b.body);
      const names = (headers: object): string[] =>
        Object.keys(headers).filter((name) => !['date', 'x-request-id'].includes(name));
      expect(names(a.headers)).toEqual(names(b.headers));
      expect(a.headers['content-length']).toBe(b.headers['content-length']);
    }
  });
});

describe('what each person may, endpoint by endpoint', () => {
  type Row = readonly [
    what: string,
    method: string,
    path: () => string,
    expected: Readonly<Record<Who, number>>,
    body?: () => unknown,
  ];
  const all = (status: number): Record<Who, number> =>
    Object.fromEntries(PEOPLE.map((who) => [who, status])) as Record<Who, number>;
  const signedIn = (status: number, visitor = 401): Record<Who, number> => ({ ...all(status), visitor });
  const keepers = { ...all(404), organiser: 200, steward: 200 };
  const nobody = '0192f0c4-7777-7777-8777-777777777777';
  /** Resource of a held-out case: of its study, of a series, of that series' first instance. */
  const dicom = (depth: 0 | 1 | 2, end: string, object = predicted.images[0].id): string => {
    const series = seriesUidOf(predicted.id, object);
    const parts = [`/dicomweb/studies/${studyUidOf(predicted.id)}`, `series/${series}`, `instances/${instanceUidOf(series, 1)}`];
    return [...parts.slice(0, depth + 1), ...(end === '' ? [] : [end])].join('/');
  };

  // statuses of a request that is well-formed; a person that may sees 2xx (or a fault of the content, never 401/403/404)
  const rows: Row[] = [
    ['whoami', 'GET', () => '/auth/session', all(200)],
    ['health', 'GET', () => '/health', all(200)],
    ['list benchmarks', 'GET', () => '/benchmarks', all(200)],
    ['benchmark', 'GET', () => '/benchmarks/canary', all(200)],
    ['unpublished benchmark', 'GET', () => '/benchmarks/draft', { ...all(404), admin: 200 }],
    ['board', 'GET', () => '/benchmarks/canary/leaderboard', all(200)],
    ['board of an unpublished benchmark', 'GET', () => '/benchmarks/draft/leaderboard', { ...all(404), admin: 200 }],
    ['practice cases', 'GET', () => '/benchmarks/canary/cases', all(200)],
    ['states of a board', 'GET', () => '/benchmarks/canary/leaderboard/states', all(200)],
    ['address of a state', 'GET', () => `/leaderboard-states/${state.heldOut}`, all(200)],
    ['evidence, held-out', 'GET', () => '/benchmarks/canary/evidence', all(200)],
    ['intervals of means, held-out', 'GET', () => '/benchmarks/canary/leaderboard/means', all(200)],
    ['values behind a board, practice', 'GET', () => '/benchmarks/canary/leaderboard/values?phase=practice', all(200)],
    ['values behind a board, held-out', 'GET', () => '/benchmarks/canary/leaderboard/values', keepers],
    [
      'comparison',
      'GET',
      () => `/benchmarks/canary/compare?first=${done.runs[1].id}&second=${done.runs[1].id}`,
      all(200),
    ],
    ['board as a table', 'GET', () => '/benchmarks/canary/leaderboard/export?format=csv', all(200)],
    ['every value as a table, held-out', 'GET', () => '/benchmarks/canary/leaderboard/export?format=cases', keepers],
    ['manifest of a run', 'GET', () => `/runs/${done.runs[1].id}/manifest`, all(200)],
    ['badge of a run', 'GET', () => `/runs/${done.runs[1].id}/badge.svg`, all(200)],
    [
      'runs on hold',
      'GET',
      () => '/benchmarks/canary/on-hold',
      { ...all(403), visitor: 401, organiser: 200, admin: 200 },
    ],
    ['dataset record', 'GET', () => '/benchmarks/canary/croissant', all(200)],
    ['dataset record, unpublished', 'GET', () => '/benchmarks/draft/croissant', { ...all(404), admin: 200 }],
    ['my datasets', 'GET', () => '/datasets', signedIn(200)],
    ['a dataset of the organiser', 'GET', () => '/datasets/brought', { ...all(404), visitor: 401, organiser: 200 }],
    ['an object of it, which no benchmark shows', 'GET', () => `/objects/${brought[0]}`, all(404)],
    ['begin a dataset', 'POST', () => '/datasets', { ...all(403), visitor: 401, organiser: 400, admin: 400 }, () => ({})],
    ['freeze a dataset', 'POST', () => '/datasets/brought/versions', { ...all(404), visitor: 401, organiser: 201 }],
    ['withdraw a case', 'DELETE', () => '/datasets/brought/cases/none', { ...all(404), visitor: 401 }],
    ['remove a dataset', 'DELETE', () => '/datasets/brought', { ...all(404), visitor: 401, organiser: 409 }],
    ['version of it as a record', 'GET', () => '/datasets/brought/versions/7/croissant', { ...all(404), visitor: 401 }],
    ['how a benchmark is made', 'GET', () => '/benchmarks/canary/making', { ...all(403), visitor: 401, organiser: 409 }],
    ['how a draft is made', 'GET', () => '/benchmarks/draft/making', { ...all(404), visitor: 401, admin: 403 }],
    ['who has a part in it', 'GET', () => '/benchmarks/canary/members', { ...all(403), visitor: 401, organiser: 200, admin: 200 }],
    ['who has a part in a draft', 'GET', () => '/benchmarks/draft/members', { ...all(404), visitor: 401, admin: 200 }],
    ['appoint somebody', 'POST', () => '/benchmarks/canary/members', { ...all(403), visitor: 401, organiser: 422, admin: 422 }, () => ({ email: 'nobody@example.org', capacity: 'reader' })],
    ['remove somebody', 'DELETE', () => `/benchmarks/canary/members/${nobody}`, { ...all(403), visitor: 401, organiser: 404, admin: 404 }],
    ['a dry run', 'GET', () => `/benchmarks/canary/dry-runs/${nobody}`, { ...all(403), visitor: 401, organiser: 409 }],
    ['make a benchmark', 'POST', () => '/benchmarks', { ...all(403), visitor: 401, organiser: 400, admin: 400 }, () => ({})],
    ['look what one would become', 'POST', () => '/benchmarks/check', { ...all(403), visitor: 401, organiser: 400, admin: 400 }, () => ({})],
    ['replace a draft', 'PUT', () => '/benchmarks/draft', { ...all(404), visitor: 401, admin: 403 }, () => ({ slug: 'draft', title: 'Draft', dataset: { slug: 'brought', version: 1 } })],
    ['publish a draft', 'POST', () => '/benchmarks/draft/publish', { ...all(404), visitor: 401, admin: 403 }, () => ({})],
    ['ask for a dry run', 'POST', () => '/benchmarks/draft/dry-runs', { ...all(404), visitor: 401, admin: 403 }, () => ({})],
    ['delete a draft', 'DELETE', () => '/benchmarks/draft', { ...all(404), visitor: 401, admin: 403 }],
    ['add a case', 'POST', () => '/datasets/brought/cases', { ...all(404), visitor: 401, organiser: 415 }],
    ['store in its inbox', 'POST', () => '/datasets/brought/dicomweb/studies', { ...all(404), visitor: 401, organiser: 415 }],
    ['its inbox', 'GET', () => '/datasets/brought/inbox', { ...all(404), visitor: 401, organiser: 200 }],
    ['its inbox as an archive', 'GET', () => '/datasets/brought/inbox/archive', { ...all(404), visitor: 401, organiser: 409 }],
    ['accept what its inbox holds back', 'PUT', () => '/datasets/brought/inbox/accepted', { ...all(404), visitor: 401, organiser: 200 }, () => ({ codes: [] })],
    ['empty its inbox', 'DELETE', () => '/datasets/brought/inbox', { ...all(404), visitor: 401, organiser: 204 }],
    ['starter kit', 'GET', () => '/benchmarks/canary/starter-kit', all(200)],
    ['starter kit, unpublished', 'GET', () => '/benchmarks/draft/starter-kit', { ...all(404), admin: 200 }],
    ['a preflight of the owner', 'GET', () => `/preflights/${preflight}`, { ...all(404), visitor: 401, owner: 200 }],
    [
      'a case with what a preflight made of it',
      'GET',
      () => `/cases/${practice[0].id}?preflight=${preflight}`,
      { ...all(404), visitor: 401, owner: 200 },
    ],
    [
      'ask for a preflight without a form',
      'POST',
      () => '/benchmarks/canary/preflights',
      { ...all(403), visitor: 401, researcher: 415, owner: 415, admin: 415 },
      () => ({}),
    ],
    [
      'ask for a preflight on an unpublished benchmark',
      'POST',
      () => '/benchmarks/draft/preflights',
      { ...all(404), visitor: 401, admin: 403 },
      () => ({}),
    ],
    ['runs on hold, unpublished', 'GET', () => '/benchmarks/draft/on-hold', { ...all(404), visitor: 401, admin: 200 }],
    ['held-out cases', 'GET', () => '/benchmarks/canary/cases?phase=test', all(200)],
    ['practice case', 'GET', () => `/cases/${practice[0].id}`, all(200)],
    ['held-out case', 'GET', () => `/cases/${heldOut[0].id}`, { ...keepers, reader: 200 }],
    ['practice image', 'GET', () => `/objects/${practice[0].images[0].id}`, all(200)],
    ['practice reference', 'GET', () => `/objects/${practice[0].references[0].object.id}`, all(200)],
    ['practice prediction', 'GET', () => `/objects/${prediction.practice}`, all(200)],
    ['held-out image', 'GET', () => `/objects/${heldOut[0].images[0].id}`, { ...keepers, reader: 200 }],
    ['held-out reference', 'GET', () => `/objects/${heldOut[0].references[0].object.id}`, keepers],
    ['prediction on a held-out image', 'GET', () => `/objects/${prediction.heldOut}`, keepers],
    ['practice reference, DICOM', 'GET', () => `/objects/${practice[0].references[0].object.id}/segmentation`, all(200)],
    ['practice prediction, DICOM', 'GET', () => `/objects/${prediction.practice}/segmentation`, all(200)],
    ['practice image, which is no segmentation', 'GET', () => `/objects/${practice[0].images[0].id}/segmentation`, all(409)],
    ['held-out reference, DICOM', 'GET', () => `/objects/${predicted.references[0].object.id}/segmentation`, keepers],
    ['held-out prediction, DICOM', 'GET', () => `/objects/${prediction.heldOut}/segmentation`, keepers],
    ['model as an object', 'GET', () => `/objects/${done.version.models[0].id}`, all(404)],
    ['DICOM: studies', 'GET', () => '/dicomweb/studies', all(200)],
    ['DICOM: series', 'GET', () => '/dicomweb/series', all(200)],
    ['DICOM: instances', 'GET', () => '/dicomweb/instances', all(200)],
    ...(['series', 'instances', 'metadata', 'thumbnail', ''] as const).map(
      (end): Row => [`DICOM: ${end} of a held-out study`, 'GET', () => dicom(0, end), { ...keepers, reader: 200 }],
    ),
    ...(['instances', 'metadata', 'thumbnail', ''] as const).map(
      (end): Row => [`DICOM: ${end} of a held-out image`, 'GET', () => dicom(1, end), { ...keepers, reader: 200 }],
    ),
    ...(['metadata', 'rendered', 'thumbnail', 'frames/1', 'frames/1/rendered', 'bulkdata/7fe00010', ''] as const).map(
      (end): Row => [`DICOM: ${end} of a held-out slice`, 'GET', () => dicom(2, end), { ...keepers, reader: 200 }],
    ),
    ['DICOM: held-out reference', 'GET', () => dicom(1, 'metadata', predicted.references[0].object.id), keepers],
    ['DICOM: prediction on a held-out image', 'GET', () => dicom(1, '', prediction.heldOut), keepers],
    ['submission', 'GET', () => `/submissions/${done.id}`, all(200)],
    ['my submissions', 'GET', () => '/submissions', signedIn(200)],
    ['practice run', 'GET', () => `/runs/${done.runs[0].id}`, all(200)],
    ['held-out run', 'GET', () => `/runs/${done.runs[1].id}`, all(200)],
    ['per-case figures, practice', 'GET', () => `/runs/${done.runs[0].id}/cases`, all(200)],
    ['per-case figures, held-out', 'GET', () => `/runs/${done.runs[1].id}/cases`, keepers],
    ['algorithms', 'GET', () => '/algorithms', all(200)],
    ['my algorithms', 'GET', () => '/algorithms?mine=true', signedIn(200)],
    ['algorithm', 'GET', () => '/algorithms/finished', all(200)],
    ['model file', 'GET', () => '/algorithms/finished/versions/1.0.0/model', { ...all(404), visitor: 401, owner: 200 }],
    [
      'edit the card of a version',
      'PATCH',
      () => '/algorithms/finished/versions/1.0.0/card',
      { ...all(403), visitor: 401, owner: 200 },
      () => ({ limits: 'Adults only.' }),
    ],
    [
      'access log',
      'GET',
      () => '/benchmarks/canary/access-events',
      { ...all(403), visitor: 401, organiser: 200, steward: 200, admin: 200 },
    ],
    [
      'access log of an unpublished benchmark',
      'GET',
      () => '/benchmarks/draft/access-events',
      { ...all(404), visitor: 401, admin: 200 },
    ],
    ['accounts', 'GET', () => '/users', { ...all(403), visitor: 401, admin: 200 }],
    [
      'invite',
      'POST',
      () => '/users',
      { ...all(403), visitor: 401, admin: 201 },
      () => ({ email: 'invited@example.org', role: 'researcher' }),
    ],
    [
      'change an account',
      'PATCH',
      () => `/users/${nobody}`,
      { ...all(403), visitor: 401, admin: 404 },
      () => ({ disabled: true }),
    ],
    [
      'reset link for an account',
      'POST',
      () => `/users/${nobody}/reset-link`,
      { ...all(403), visitor: 401, admin: 404 },
    ],
    ['my tokens', 'GET', () => '/tokens', signedIn(200)],
    ['make a token', 'POST', () => '/tokens', signedIn(201), () => ({ name: 'x', scopes: ['read'] })],
    ['revoke a token', 'DELETE', () => `/tokens/${nobody}`, signedIn(404)],
    [
      'change my password',
      'POST',
      () => '/auth/password',
      signedIn(401),
      () => ({ current: 'not it', password: 'long enough 1' }),
    ],
    [
      'retry another’s run',
      'POST',
      () => `/runs/${done.runs[1].id}/retry`,
      { ...all(403), visitor: 401, owner: 409, organiser: 409, admin: 409 },
    ],
    ['submit without a form', 'POST', () => '/submissions', signedIn(415), () => ({})],
    [
      'cancel',
      'POST',
      () => `/submissions/${done.id}/cancel`,
      { ...all(403), visitor: 401, owner: 200, organiser: 200, admin: 200 },
    ],
  ];

  it.each(rows.map((row) => ({ what: row[0], row })))('$what', async ({ row: [, method, path, expected, body] }) => {
    const got: Record<string, number> = {};
    for (const who of PEOPLE) got[who] = (await world.ask(who, method, path(), { body: body?.() })).statusCode;
    expect(got).toEqual(expected);
  });

  it('covers every endpoint but signing in, which has tests of its own, and the stream', () => {
    const covered = new Set(rows.map(([, method, path]) => `${method} ${shapeOf(path().split('?')[0])}`));
    const elsewhere = ['login', 'logout', 'register', 'requestReset', 'resetPassword', 'submissionEvents'];
    const missing = Object.entries(ENDPOINTS)
      .filter(([id]) => !elsewhere.includes(id))
      .filter(([, { method, path }]) => !covered.has(`${method} ${path.replace(/:\w+/g, '*')}`))
      .map(([id]) => id);
    expect(missing).toEqual([]);
  });

  function shapeOf(path: string): string {
    if (Object.values(ENDPOINTS).some((endpoint) => endpoint.path === path)) return path;
    const parts = path
      .split('/')
      .map((part, n, list) =>
        /^[0-9a-f-]{36,64}$/.test(part) || ['benchmarks', 'algorithms', 'datasets', 'cases', 'studies', 'series', 'instances', 'frames', 'bulkdata', 'versions'].includes(list[n - 1]) ? '*' : part,
      );
    return parts.join('/');
  }
});

describe('a benchmark with one showcase case, whose practice references are shown to nobody', () => {
  let train: readonly EvaluationCase[];
  let held: readonly EvaluationCase[];
  let predictionOnShown: string;
  const status = async (who: Who, path: string): Promise<number> => (await world.ask(who, 'GET', path)).statusCode;
  const everyone = async (path: string): Promise<string> => (await Promise.all(PEOPLE.map((who) => status(who, path)))).join(' ');
  /** In the order of PEOPLE: visitor, researcher, owner, organiser, reader, steward, admin. */
  const [ALL, SIGNED_IN] = ['200 200 200 200 200 200 200', '404 200 200 200 200 200 200'];
  const [KEEPERS, READERS_TOO] = ['404 404 404 200 404 200 404', '404 404 404 200 200 200 404'];

  beforeAll(async () => {
    const showing = await world.benchmark('showcase', { showcase: true });
    train = await world.parts.records.cases(showing.phases[0].id);
    held = await world.parts.records.cases(showing.phases[1].id);
    const { runs } = await world.submission(showing, 'shown-to-all');
    await world.complete(runs[0].id);
    await world.complete(runs[1].id);
    const results = await world.parts.records.caseResults(runs[1].id);
    predictionOnShown = results.find(({ caseId }) => caseId === held[0].id)?.prediction?.id ?? 'none';
  });

  it.each([
    ['image of the showcase case', () => `/objects/${held[0].images[0].id}`, SIGNED_IN],
    ['its reference', () => `/objects/${held[0].references[0].object.id}`, SIGNED_IN],
    ['its reference as DICOM', () => `/objects/${held[0].references[0].object.id}/segmentation`, SIGNED_IN],
    ['a prediction on it', () => `/objects/${predictionOnShown}`, SIGNED_IN],
    ['its study', () => `/dicomweb/studies/${studyUidOf(held[0].id)}/metadata`, SIGNED_IN],
    ['another held-out case', () => `/cases/${held[1].id}`, READERS_TOO],
    ['the reference of another', () => `/objects/${held[1].references[0].object.id}`, KEEPERS],
    ['the study of another', () => `/dicomweb/studies/${studyUidOf(held[1].id)}/metadata`, READERS_TOO],
    ['a practice image', () => `/objects/${train[0].images[0].id}`, ALL],
    ['a practice reference', () => `/objects/${train[0].references[0].object.id}`, KEEPERS],
    ['a practice reference as DICOM', () => `/objects/${train[0].references[0].object.id}/segmentation`, KEEPERS],
  ])('%s', async (_, path, expected) => expect(await everyone(path())).toBe(expected));

  it('pages name the opened case, and no neighbour that is not', async () => {
    const shown = (await world.ask('researcher', 'GET', `/cases/${held[0].id}`)).json();
    expect([shown.references.length, shown.predictions.length]).toEqual([2, 1]);
    expect(shown.neighbours).toEqual({ previous: null, next: null });
    const list = (await world.ask('researcher', 'GET', '/benchmarks/showcase/cases?phase=test')).json();
    expect([list.items.map(({ id }: { id: string }) => id), list.hidden]).toEqual([[held[0].id], 2]);
    expect((await world.ask('visitor', 'GET', '/benchmarks/showcase/cases?phase=test')).json()).toEqual({ items: [], hidden: 3 });
    const ofTraining = (await world.ask('researcher', 'GET', `/cases/${train[0].id}`)).json();
    expect(ofTraining.references).toEqual([]);
  });

  it('starter kit and dataset record have no case whose reference is withheld', async () => {
    const { body } = await world.ask('researcher', 'GET', '/benchmarks/showcase/croissant');
    for (const { references } of [...train, ...held]) expect(body).not.toContain(references[0].object.id);
    const kit = await world.ask('researcher', 'GET', '/benchmarks/showcase/starter-kit');
    expect(kit.rawPayload.toString('latin1')).not.toContain('.nii.gz');
  });
});

describe('which figures of held-out cases lead to their pictures, by rule and person', () => {
  const FUTURE = new Date(Date.now() + 86_400_000).toISOString();
  const PAST = new Date(Date.now() - 86_400_000).toISOString();
  const OPTIONS: Readonly<Record<string, Parameters<World['benchmark']>[1]>> = {
    'leads-never': {},
    'leads-showcase': { showcase: true },
    'leads-closing': { closesAt: FUTURE },
    'leads-closed': { closesAt: PAST },
    'leads-readers': { readers: true },
  };
  const made = new Map<string, { held: readonly EvaluationCase[]; finished: string; running: string }>();
  const of = (slug: string) => made.get(slug)!;

  beforeAll(async () => {
    for (const [slug, options] of Object.entries(OPTIONS)) {
      const { phases, ...rest } = await world.benchmark(slug, options);
      const held = await world.parts.records.cases(phases[1].id);
      const [finished, running] = [
        await world.submission({ phases, ...rest }, `${slug}-finished`),
        await world.submission({ phases, ...rest }, `${slug}-running`),
      ];
      await world.complete(finished.runs[0].id);
      await world.complete(finished.runs[1].id, { failing: 1 });
      await world.complete(running.runs[0].id);
      await world.startRun(running.runs[1].id);
      made.set(slug, { held, finished: finished.runs[1].id, running: running.runs[1].id });
    }
  });

  // in the order of PEOPLE: visitor, researcher, owner, organiser, reader, steward, admin
  it.each([
    ['leads-never', 'none none none all none all none'],
    ['leads-showcase', 'none some some all some all some'],
    ['leads-closing', 'none none none all none all none'],
    ['leads-closed', 'none all all all all all all'],
    ['leads-readers', 'none none none all all all none'],
  ])('%s: %s', async (slug, expected) => {
    const { held, finished, running } = of(slug);
    const got = { board: [] as string[], run: [] as string[], cases: [] as string[], running: [] as string[] };
    for (const who of PEOPLE) {
      const ask = async (path: string) => world.ask(who, 'GET', path);
      const keeper = who === 'organiser' || who === 'steward';
      const board = (await ask(`/benchmarks/${slug}/leaderboard`)).json();
      const run = (await ask(`/runs/${finished}`)).json();
      got.board.push(board.openCases);
      got.run.push(run.openCases);
      for (const at of [board.items[0].finishedAt, run.finishedAt]) expect(/:00\.000Z$/.test(at)).toBe(!keeper);
      expect(run.startedAt === null).toBe(!keeper);

      const listed = await ask(`/runs/${finished}/cases`);
      const items: { caseId: string; predictionObjectId: string | null; usage: object | null; receipt: object | null }[] = listed.statusCode === 200 ? listed.json().items : [];
      got.cases.push(items.length === 0 ? 'none' : items.length === held.length ? 'all' : 'some');
      if (listed.statusCode !== 200) expect(listed.body).toBe((await ask(`/runs/${finished}/cases`)).body);
      // each of them opens, with what was found in it; the others are not there
      for (const one of held) {
        const listedHere = items.find(({ caseId }) => caseId === one.id);
        const page = await ask(`/cases/${one.id}`);
        expect([who, page.statusCode === 200 && page.json().predictions.length > 0]).toEqual([who, listedHere !== undefined]);
        if (listedHere?.predictionObjectId) expect((await ask(`/objects/${listedHere.predictionObjectId}`)).statusCode).toBe(200);
      }
      const whole = items.length === held.length ? 200 : 404;
      for (const table of ['values', 'export?format=cases']) expect([table, (await ask(`/benchmarks/${slug}/leaderboard/${table}`)).statusCode]).toEqual([table, whole]);
      expect((await ask(`/benchmarks/${slug}/evidence`)).json().casesVisible).toBe(whole === 200);
      const manifest = (await ask(`/runs/${finished}/manifest`)).json();
      expect(manifest.cases === null).toBe(whole === 404);

      // what a case cost, on what it ran and what went wrong in words are for keepers
      const told = (await Promise.all([`/runs/${finished}/cases`, `/benchmarks/${slug}/leaderboard/values`, `/runs/${finished}/manifest`].map(ask))).flatMap(({ rawPayload }) => world.marks.findIn(rawPayload));
      expect([who, told.some((mark) => /^(runtime|error text)/.test(mark))]).toEqual([who, keeper]);
      for (const { usage, receipt } of items) expect([who, usage !== null, receipt !== null]).toEqual([who, keeper, keeper]);
      got.running.push((await ask(`/runs/${running}`)).json().openCases);
    }
    expect(Object.fromEntries(Object.entries(got).map(([what, list]) => [what, list.join(' ')]))).toEqual({
      board: expected,
      run: expected,
      cases: expected,
      running: 'none none none all none all none', // nobody follows a run case by case because of a rule
    });
  });

  it('where a rule opens cases, polling tells nobody when a run on them has done with one', async () => {
    for (const slug of ['leads-showcase', 'leads-closed', 'leads-readers']) {
      const { held, running } = of(slug);
      const paths = [
        ...held.flatMap(({ id }) => [`/cases/${id}`, `/dicomweb/studies/${studyUidOf(id)}/series`]),
        ...[`/runs/${running}`, `/runs/${running}/cases`, `/benchmarks/${slug}/leaderboard`, `/benchmarks/${slug}/leaderboard/values`],
      ];
      const look = async (): Promise<unknown[]> => {
        const answers = await Promise.all((['researcher', 'owner', 'reader'] as const).flatMap((who) => paths.map((path) => world.ask(who, 'GET', path))));
        return answers.map(({ statusCode, body }) => [statusCode, body]);
      };
      const before = await look();
      for (const one of held.slice(0, 2)) await world.recordCase(running, one); // with the last its state changes
      expect(await look()).toEqual(before);
    }
  });

  it('nor before it may be known that it ended', async () => {
    const { held, finished } = of('leads-closed');
    const see = async (who: Who): Promise<unknown[]> => [
      (await world.ask(who, 'GET', `/runs/${finished}/cases`)).statusCode,
      (await world.ask(who, 'GET', `/runs/${finished}`)).json().openCases,
      (await world.ask(who, 'GET', `/cases/${held[1].id}`)).json().predictions.length,
    ];
    await world.tellsLater(finished, '1 hour');
    expect(await see('researcher')).toEqual([404, 'none', 0]);
    expect(await see('organiser')).toEqual([200, 'all', 2]);
    await world.tellsLater(finished, '-1 second');
    expect(await see('researcher')).toEqual([200, 'all', 1]);
  });
});

describe('people who are appointed and removed, where references are for readers', () => {
  let held: EvaluationCase;
  const members = '/benchmarks/appointing/members';
  const appoint = (who: Who, email: string, capacity: string) => world.ask(who, 'POST', members, { body: { email, capacity } });
  /** What the researcher gets of a held-out case: image, reference, reference as DICOM; and of a try at competing. */
  const sees = async (): Promise<number[]> => {
    const reference = held.references[0].object.id;
    const paths = [`/objects/${held.images[0].id}`, `/objects/${reference}`, `/objects/${reference}/segmentation`];
    const found = await Promise.all(paths.map(async (path) => (await world.ask('researcher', 'GET', path)).statusCode));
    return [...found, (await world.ask('researcher', 'POST', '/benchmarks/appointing/preflights', { body: {} })).statusCode];
  };

  beforeAll(async () => {
    const made = await world.benchmark('appointing', { readers: true });
    [held] = await world.parts.records.cases(made.phases[1].id);
    await world.submission(made, 'competes');
  });

  it('a reader sees them from then on, and no longer after removal; but competes no more', async () => {
    expect(await sees()).toEqual([404, 404, 404, 415]);
    const { id } = world.account('researcher');
    const added = await appoint('organiser', 'Researcher@example.org', 'reader');
    expect(added.statusCode).toBe(200);
    expect(added.json().items).toContainEqual({ id, name: 'The researcher', email: 'researcher@example.org', capacities: ['reader'], disabled: false });
    expect(await sees()).toEqual([200, 200, 200, 403]);
    expect((await appoint('organiser', 'researcher@example.org', 'reader')).json().history).toHaveLength(1); // is one already
    const removed = await world.ask('organiser', 'DELETE', `${members}/${id}`);
    expect(await sees()).toEqual([404, 404, 404, 403]);
    expect((await world.ask('researcher', 'GET', '/benchmarks/appointing')).json()).toMatchObject({ capacities: [], wasMember: true });
    expect(removed.json().items.map((one: { email: string }) => one.email)).not.toContain('researcher@example.org');
    expect(removed.json().history).toMatchObject([
      { act: 'member-added', userName: 'The organiser', member: { name: 'The researcher', capacity: 'reader' } },
      { act: 'member-removed', userName: 'The organiser', member: { name: 'The researcher', capacity: 'reader' } },
    ]);
  });

  it('who competes is not appointed; an administrator appoints others, not himself; one organiser stays', async () => {
    expect((await appoint('organiser', 'owner@example.org', 'reader')).json()).toMatchObject({ status: 409, code: 'member-competes' });
    expect((await appoint('admin', 'admin@example.org', 'steward')).json()).toMatchObject({ status: 403, code: 'forbidden' });
    const organiser = `${members}/${world.account('organiser').id}`;
    expect((await world.ask('organiser', 'DELETE', organiser)).json()).toMatchObject({ status: 409, code: 'member-last-organiser' });
    expect((await appoint('admin', 'steward@example.org', 'organiser')).statusCode).toBe(200);
    expect((await world.ask('organiser', 'DELETE', `${organiser}?capacity=reader`)).statusCode).toBe(404); // he is none
    expect((await world.ask('organiser', 'DELETE', organiser)).statusCode).toBe(200);
    expect((await world.ask('organiser', 'GET', members)).statusCode).toBe(403);
  });
});

describe('what a run tells', () => {
  it('practice: everything to everybody, error texts to the owner and the keepers', async () => {
    for (const who of PEOPLE) {
      const run = (await world.ask(who, 'GET', `/runs/${done.runs[0].id}`)).json();
      expect(run).toMatchObject({
        state: 'completed',
        progress: { done: 2, failed: 1, total: 2 },
        openCases: 'all',
        result: { rank: 1, cases: { scored: 1, failed: 1 } },
      });
      expect(run.startedAt).toEqual(expect.any(String));
      const { items } = (await world.ask(who, 'GET', `/runs/${done.runs[0].id}/cases`)).json();
      expect(items).toHaveLength(2);
      const failed = items.find((item: { state: string }) => item.state === 'failed');
      expect(failed.failure).toEqual({
        code: 'inference-failed',
        advice: expect.any(String),
        detail: ['owner', 'organiser', 'steward'].includes(who) ? 'index 17 is out of bounds' : null,
      });
      const scored = items.find((item: { state: string }) => item.state === 'scored');
      expect(scored.scores[0].values.dice).toEqual(expect.any(Number));
      expect(scored.scores[1].values.hd95).toBe('Infinity');
      expect(failed.scores[0]).toMatchObject({
        status: 'failed',
        values: { dice: null },
        reasons: { dice: 'no-prediction' },
      });
    }
  });

  it('held-out: state, means, rank and failed counts to everybody; k of n and exact times to the keepers only', async () => {
    for (const who of PEOPLE) {
      const keeper = who === 'organiser' || who === 'steward';
      const finished = (await world.ask(who, 'GET', `/runs/${done.runs[1].id}`)).json();
      expect(finished).toMatchObject({
        state: 'completed',
        openCases: keeper ? 'all' : 'none',
        result: { rank: 1, metrics: { dice: 0.5 }, cases: { scored: 2, failed: 1 } },
      });
      const half = (await world.ask(who, 'GET', `/runs/${running.runs[1].id}`)).json();
      expect(half).toMatchObject({
        state: 'running',
        progress: keeper ? { done: 2, failed: 1, total: 3 } : null,
        result: null,
      });
      expect(half.startedAt === null).toBe(!keeper);
      if (!keeper) expect(finished.finishedAt).toMatch(/:00\.000Z$/);
    }
  });

  it('the board has times and memory of practice cases only', async () => {
    const { items, updatedAt } = (await world.ask('visitor', 'GET', '/benchmarks/canary/leaderboard')).json();
    expect(items).toHaveLength(1);
    for (const at of [updatedAt, items[0].finishedAt]) expect(at).toMatch(/:00\.000Z$/);
    expect(items[0]).toMatchObject({
      rank: 1,
      algorithm: { slug: 'finished' },
      submitter: 'The owner',
      cases: { scored: 2, failed: 1, empty: null },
    });
    expect(items[0].practiceUsage.elapsedMs).toBeGreaterThan(0);
  });

  it('a case page shows each person the layers he may see', async () => {
    const layers = async (who: Who, id: string) => {
      const { references, predictions } = (await world.ask(who, 'GET', `/cases/${id}`)).json();
      return [references.length, predictions.length];
    };
    expect(await layers('visitor', practice[0].id)).toEqual([2, 2]);
    expect(await layers('reader', heldOut[0].id)).toEqual([0, 0]);
    expect(await layers('organiser', heldOut[0].id)).toEqual([2, 2]);
  });

  it('held-out cases are counted, not named', async () => {
    const cases = async (who: Who) => (await world.ask(who, 'GET', '/benchmarks/canary/cases?phase=test')).json();
    expect(await cases('owner')).toEqual({ items: [], hidden: 3 });
    expect(await cases('admin')).toEqual({ items: [], hidden: 3 });
    expect((await cases('steward')).items).toHaveLength(3);
  });
});

describe('pixels', () => {
  const events = async (objectId: string) =>
    (await world.parts.accessLog.list({ benchmarkId: benchmark.id }, { limit: 500 })).filter(
      (event) => event.objectId === objectId,
    );
  const settle = () => new Promise((resolve) => setTimeout(resolve, 200));

  it('an access event is written for each, also for those who were refused', async () => {
    const { id } = heldOut[2].images[0];
    await world.ask('organiser', 'GET', `/objects/${id}`);
    await world.ask('owner', 'GET', `/objects/${id}`);
    await settle();
    const seen = await events(id);
    expect(seen.find(({ userId, allowed }) => userId === world.account('organiser').id && allowed)).toBeDefined();
    expect(seen.find(({ userId, allowed }) => userId === world.account('owner').id && !allowed)).toBeDefined();
    const { items } = (await world.ask('steward', 'GET', '/benchmarks/canary/access-events?limit=200')).json();
    expect(items.map(({ userName }: { userName: string }) => userName)).toEqual(
      expect.arrayContaining(['The organiser', 'The owner']),
    );
  });

  it('nothing leaves when the event cannot be written', async () => {
    const { append } = world.parts.accessLog;
    (world.parts.accessLog as { append: unknown }).append = () => Promise.reject(new Error('disk full'));
    const answer = await world.ask('organiser', 'GET', `/objects/${heldOut[0].images[0].id}`);
    (world.parts.accessLog as { append: unknown }).append = append;
    expect(answer.statusCode).toBe(500);
    expect(world.marks.findIn(answer.rawPayload)).toEqual([]);
  });

  it('sealed ones are kept by no cache; public ones have an ETag and are kept by the browser', async () => {
    const sealed = await world.ask('organiser', 'GET', `/objects/${heldOut[0].images[0].id}`);
    expect(sealed.headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-disposition': expect.stringMatching(/^attachment/),
      'x-content-type-options': 'nosniff',
      'content-type': 'application/gzip',
    });
    expect(sealed.headers.etag).toBeUndefined();
    const open = await world.ask('visitor', 'GET', `/objects/${practice[0].images[0].id}`);
    expect(open.headers).toMatchObject({
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${practice[0].images[0].sha256}"`,
    });
    const again = await world.ask('visitor', 'GET', `/objects/${practice[0].images[0].id}`, {
      headers: { 'if-none-match': String(open.headers.etag) },
    });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  });

  it('answers ranges', async () => {
    const { id, bytes } = practice[0].images[0];
    const whole = await world.ask('visitor', 'GET', `/objects/${id}`);
    expect(whole.rawPayload.length).toBe(bytes);
    const part = async (range: string) => world.ask('visitor', 'GET', `/objects/${id}`, { headers: { range } });
    const first = await part('bytes=0-9');
    expect([first.statusCode, first.headers['content-range'], first.headers['content-length']]).toEqual([
      206,
      `bytes 0-9/${bytes}`,
      '10',
    ]);
    expect(first.rawPayload.equals(whole.rawPayload.subarray(0, 10))).toBe(true);
    expect((await part('bytes=-5')).rawPayload.equals(whole.rawPayload.subarray(bytes - 5))).toBe(true);
    expect((await part(`bytes=5-${bytes + 100}`)).rawPayload.equals(whole.rawPayload.subarray(5))).toBe(true);
    const beyond = await part(`bytes=${bytes}-`);
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${bytes}`]);
    expect((await world.ask('visitor', 'HEAD', `/objects/${id}`)).headers['content-length']).toBe(String(bytes));
  });
});

describe('tokens do what their scopes say', () => {
  const bearer = async (scopes: Parameters<World['token']>[1], who: Exclude<Who, 'visitor'> = 'owner') => ({
    headers: { authorization: `Bearer ${await world.token(who, scopes)}` },
  });

  it('read reads, and does not submit or manage', async () => {
    const read = await bearer(['read']);
    expect((await world.ask('visitor', 'GET', '/submissions', read)).statusCode).toBe(200);
    const submit = await world.ask('visitor', 'POST', '/submissions', read);
    expect([submit.statusCode, submit.json().code]).toEqual([403, 'token-scope']);
    expect((await world.ask('visitor', 'GET', '/users', await bearer(['read'], 'admin'))).statusCode).toBe(403);
    expect((await world.ask('visitor', 'GET', '/users', await bearer(['admin'], 'admin'))).statusCode).toBe(200);
    expect((await world.ask('visitor', 'GET', '/users', await bearer(['admin'], 'owner'))).statusCode).toBe(403);
    expect((await world.ask('visitor', 'POST', '/submissions', await bearer(['submit']))).statusCode).toBe(415);
  });

  it('no token makes another, however wide its scopes', async () => {
    const wide = await bearer(['read', 'submit', 'data', 'admin']);
    const made = await world.ask('visitor', 'POST', '/tokens', { ...wide, body: { name: 'child', scopes: ['admin'] } });
    expect([made.statusCode, made.json().code]).toEqual([403, 'forbidden']);
  });
});

describe('a held-out run in progress, polled', () => {
  it.each(['visitor', 'researcher', 'owner', 'admin'] as const)(
    'no answer to the %s changes while the state of the run does not',
    async (who) => {
      const { queue } = world.parts as { queue: { depth: () => Promise<number> } };
      const polled = await world.submission(benchmark, `polled-by-${who}`);
      await world.complete(polled.runs[0].id);
      const run = polled.runs[1].id;
      await world.startRun(run);
      const paths = [
        ...readable(),
        `/submissions/${polled.id}`,
        `/runs/${run}`,
        `/runs/${run}/cases`,
        `/algorithms/polled-by-${who}`,
      ].filter((path) => !path.endsWith('/access-events') || who !== 'admin'); // grows by our own questions
      const look = async (waiting: number): Promise<Record<string, unknown>> => {
        queue.depth = async () => waiting;
        const seen: Record<string, unknown> = {};
        for (const path of paths) {
          const { statusCode, body, headers } = await world.ask(who, 'GET', path);
          const { date: _date, 'x-request-id': _id, ...rest } = headers;
          seen[path] = { statusCode, body, headers: rest };
        }
        return seen;
      };
      const before = await look(3);
      await world.recordCase(run, heldOut[0]);
      expect(await look(2)).toEqual(before);
      await world.recordCase(run, heldOut[1], { fails: true });
      expect(await look(1)).toEqual(before);
      // it would have been seen: the state does change with the last case
      await world.recordCase(run, heldOut[2]);
      expect(await look(0)).not.toEqual(before);
    },
  );
});

it('nothing that was asked here was a defect, but the one planted', () => {
  expect(world.logged.map(({ event, error }) => [event, (error as Error).message])).toEqual([
    ['http.defect', 'disk full'],
  ]);
});
