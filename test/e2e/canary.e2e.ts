import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { API_PREFIX, ENDPOINTS, type SubmissionView } from '#contracts';
import type { AccountRole } from '#domain';
import { importBenchmark, type ImportedCase } from '#evaluation';
import { writeNifti } from '#imaging';
import { createLog, hashPassword, openPlatform, readConfig, type Platform } from '#platform';
import { generateCase, PHANTOM_BENCHMARK, phantomDataset, type PhantomCase } from '#phantoms';
import { chromiumPath, CHROMIUM_INSTALL, launchBrowser } from '../browser.js';
import { describeIf } from '../requires.js';
import { Client, until } from '../support/http.js';
import { newDataDir, removeDataDir, root, startPlatform, type RunningPlatform } from '../support/platform.js';

/**
 * Marks are planted in everything that is held out; then every page and every route is asked by everybody who has no
 * business with it, and every byte of every answer is searched for the marks.
 */
const SLUG = 'canary';
const PASSWORD = 'canaries-sing-loudly';
/** Roles whose every answer must be free of marks. The reader may see held-out images, and nothing else of them. */
const OUTSIDERS: readonly (AccountRole | 'visitor')[] = ['visitor', 'researcher', 'admin'];

/** Bytes that must not appear, with the words to report them by. */
const marks: { what: string; bytes: Buffer }[] = [];
const mark = (what: string, value: string | Buffer) => {
  const bytes = Buffer.from(value as string);
  if (bytes.length < 8) throw new Error(`the mark for ${what} is too short to be told from chance: ${bytes.length} bytes`);
  marks.push({ what, bytes });
};

/** A held-out case with marks in its voxels and its words. */
function marked(description: PhantomCase, n: number): ImportedCase {
  const [name, patient, site] = ['name', 'patient', 'site'].map((what) => {
    const token = `${what}-${randomBytes(8).toString('hex')}`;
    mark(`${what} of held-out case ${n}`, token);
    return token;
  });
  return {
    name,
    patient,
    facts: { site },
    files: async () => {
      const { image, consensus } = generateCase(description);
      const secret = randomBytes(64);
      new Int16Array(image.data.buffer, image.data.byteOffset).set(new Int16Array(secret.buffer.slice(secret.byteOffset, secret.byteOffset + 64)), 5000);
      mark(`voxels of held-out image ${n}`, secret.subarray(0, 32));
      // a stretch of the reference that is rich enough not to occur anywhere by chance
      const rows = consensus.data;
      const start = rows.findIndex((value, v) => v > 0 && value !== 0 && new Set(rows.subarray(v - 24, v + 24)).size > 2);
      const stretch = Buffer.from(rows.subarray(start - 24, start + 24));
      if (start > 24) mark(`voxels of held-out reference ${n}`, stretch);
      return { image: await writeNifti(image), references: [{ reader: 'consensus', consensus: true, labels: await writeNifti(consensus) }] };
    },
  };
}

function plain(description: PhantomCase): ImportedCase {
  return {
    name: description.name,
    patient: description.clinical.patientId,
    facts: { site: description.clinical.site },
    files: async () => {
      const { image, consensus } = generateCase(description);
      return { image: await writeNifti(image), references: [{ reader: 'consensus', consensus: true, labels: await writeNifti(consensus) }] };
    },
  };
}

/** An answer as it came, and unpacked when it is gzip. */
function readings(body: Buffer): Buffer[] {
  return body[0] === 0x1f && body[1] === 0x8b ? [body, gunzipSync(body)] : [body];
}

function hits(where: string, body: Buffer): string[] {
  return readings(body).flatMap((bytes) => {
    const text = bytes.toString('latin1').toLowerCase();
    return marks.flatMap(({ what, bytes: wanted }) => {
      const spellings = [wanted.toString('hex'), wanted.toString('base64').replace(/=+$/, '').toLowerCase(), wanted.toString('base64url').toLowerCase()];
      return bytes.includes(wanted) || spellings.some((spelling) => text.includes(spelling)) ? [`${where} holds ${what}`] : [];
    });
  });
}

describe('held-out data', () => {
  let platform: RunningPlatform;
  let records: Platform;
  let submission: SubmissionView;
  const ids = { cases: [] as string[], objects: [] as string[], runs: [] as string[] };

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: await newDataDir('canary') });
    records = await openPlatform(readConfig({ VOXELMARK_DATA_DIR: platform.dataDir }), 'test', createLog('error', 'test'));
    const passwordHash = await hashPassword(PASSWORD);
    const people = new Map<string, string>();
    for (const role of ['researcher', 'organiser', 'reader', 'steward', 'admin'] as const) {
      people.set(role, (await records.accounts.createAccount({ email: `${role}@example.org`, name: `The ${role}`, role, passwordHash })).id);
    }
    const { cases } = phantomDataset();
    const practice = cases.filter(({ split }) => split === 'practice').slice(0, 2);
    const test = cases.filter(({ split }) => split === 'test');
    // one case of each site, and among them one on which the second algorithm fails
    const sealed = [test[0], test[12], test[24]];
    const { regions, metrics, ranking, limits, phases, ...benchmark } = PHANTOM_BENCHMARK;
    await importBenchmark(records, {
      ...benchmark,
      slug: SLUG,
      phases: phases.map(({ kind, title }) => ({
        kind,
        title,
        label: kind === 'practice' ? ('PUBLIC' as const) : ('SEALED' as const),
        rules: { regions, metrics, ranking, limits },
        cases: kind === 'practice' ? practice.map(plain) : sealed.map(marked),
      })),
      members: (['organiser', 'reader', 'steward'] as const).map((capacity) => ({ userId: people.get(capacity) ?? '', capacity })),
    });

    const researcher = await new Client(platform.url).signIn('researcher@example.org', PASSWORD);
    for (const slug of ['threshold-smooth', 'crashes-sometimes']) {
      const folder = join(root, 'datasets/phantoms/models', slug);
      const { status, json } = await researcher.submit({ benchmark: SLUG, manifest: readFileSync(join(folder, 'voxelmark.json'), 'utf8'), algorithm: slug }, readFileSync(join(folder, 'model.onnx')));
      if (status !== 201) throw new Error(`submission answered ${status}: ${JSON.stringify(json)}`);
      submission = json as unknown as SubmissionView;
    }
    await until('all runs to end', async () => {
      const { items } = await researcher.get<{ items: SubmissionView[] }>('/submissions');
      ids.runs = items.flatMap(({ runs }) => runs.map(({ id }) => id));
      return items.every(({ runs }) => runs.every(({ state }) => ['completed', 'failed', 'expired'].includes(state)));
    }, 300_000);

    const found = await records.records.findBenchmark(SLUG);
    const phase = found?.phases.find(({ kind }) => kind === 'test');
    if (!phase) throw new Error('the benchmark has no test phase');
    for (const { id, images, references } of await records.records.cases(phase.id)) {
      ids.cases.push(id);
      ids.objects.push(...images.map((image) => image.id), ...references.map(({ object }) => object.id));
      for (const { sha256 } of images) mark('digest of a held-out image', sha256);
      for (const { object } of references) mark('digest of a held-out reference', object.sha256);
    }
    for (const runId of ids.runs) {
      const context = await records.records.runContext(runId);
      if (context?.phase.id !== phase.id) continue;
      for (const { prediction, scores, usage, failureDetail } of await records.records.caseResults(runId)) {
        if (prediction) {
          ids.objects.push(prediction.id);
          mark('digest of a held-out prediction', prediction.sha256);
        }
        if (failureDetail && failureDetail.length > 20) mark('error text of a held-out case', failureDetail.slice(0, 60));
        for (const { values } of scores) {
          for (const [metric, value] of Object.entries(values)) {
            if (value.kind === 'value' && String(value.value).length > 10) mark(`${metric} of a held-out case`, String(value.value));
          }
        }
        if (usage && String(usage.cpuMs).length > 8) mark('time of a held-out case', String(usage.cpuMs));
      }
    }
    for (const id of [...ids.cases, ...ids.objects]) mark('id of a held-out case or object', id);
  }, 600_000);

  afterAll(async () => {
    await records.close();
    await platform.stop();
    await removeDataDir(platform.dataDir);
  }, 60_000);

  /** Every route that reads, with every id that exists, also those that the asking person should not know. */
  function everyPath(): string[] {
    return Object.values(ENDPOINTS)
      .filter(({ method, path }) => method === 'GET' && !path.endsWith('/events'))
      .flatMap(({ path }) => {
        const fill = (name: string, values: readonly string[]) => values.map((value) => path.replace(`:${name}`, value));
        if (path.startsWith('/cases/:id')) return fill('id', ids.cases);
        if (path.startsWith('/objects/:id')) return fill('id', ids.objects);
        if (path.startsWith('/runs/:id')) return fill('id', ids.runs);
        if (path.startsWith('/submissions/:id')) return fill('id', [submission.id]);
        if (path.startsWith('/benchmarks/:slug/leaderboard') || path.startsWith('/benchmarks/:slug/cases')) return fill('slug', [SLUG]).flatMap((filled) => [`${filled}?phase=practice`, `${filled}?phase=test`]);
        if (path.startsWith('/benchmarks/:slug')) return fill('slug', [SLUG]);
        if (path.startsWith('/algorithms/:slug')) return fill('slug', ['threshold-smooth', 'crashes-sometimes']).map((filled) => filled.replace(':version', '1.0.0'));
        return path.includes(':') ? [] : [path];
      });
  }

  it('has marks that the search would find: the organiser’s answers are full of them', async () => {
    const organiser = await new Client(platform.url).signIn('organiser@example.org', PASSWORD);
    for (const path of everyPath()) await organiser.send('GET', path);
    const found = new Set(organiser.answers.flatMap(({ request, body }) => hits(request, body).map((hit) => hit.replace(/^.* holds /, '').replace(/ \d+$/, ''))));
    for (const what of ['voxels of held-out image', 'voxels of held-out reference', 'name of held-out case', 'site of held-out case', 'dice of a held-out case', 'id of a held-out case or object']) {
      expect([...found]).toContain(what);
    }
  }, 120_000);

  it.each(OUTSIDERS)('never reaches a %s, through any route', async (role) => {
    const client = new Client(platform.url);
    if (role !== 'visitor') await client.signIn(`${role}@example.org`, PASSWORD);
    for (const path of everyPath()) await client.send('GET', path);
    const asked = (path: string) => path.replace(API_PREFIX, '');
    // ids that were put into the question may come back in the name of the question only, never in the answer
    const found = client.answers.flatMap(({ request, headers, body }) => [...hits(asked(request), body), ...hits(`${asked(request)} (headers)`, Buffer.from(headers))]);
    // an administrator reads the access log, and a log says which object was opened; of the object it says nothing
    const log = role === 'admin' ? `GET /benchmarks/${SLUG}/access-events holds id of a held-out case or object` : null;
    expect([...new Set(found)].filter((hit) => hit !== log)).toEqual([]);
    expect(client.answers.filter(({ status }) => status >= 500)).toEqual([]);
  }, 120_000);

  it('shows a reader the held-out images and nothing else of them', async () => {
    const reader = await new Client(platform.url).signIn('reader@example.org', PASSWORD);
    for (const path of everyPath()) await reader.send('GET', path);
    const found = [...new Set(reader.answers.flatMap(({ request, body }) => hits(request, body)))];
    expect(found.some((hit) => hit.includes('voxels of held-out image'))).toBe(true);
    expect(found.filter((hit) => /reference|prediction|dice|iou|hd95|nsd|volume_error|error text|time of/.test(hit))).toEqual([]);
  }, 120_000);

  it('never comes with the events of a run, to its submitter', async () => {
    const client = await new Client(platform.url).signIn('researcher@example.org', PASSWORD);
    const controller = new AbortController();
    const events = client.stream(`/submissions/${submission.id}/events`, controller.signal, { 'last-event-id': '0' });
    setTimeout(() => controller.abort(), 3000);
    expect(hits('the event stream', await events)).toEqual([]);
  }, 30_000);

  describeIf(chromiumPath() !== null, 'in the browser', CHROMIUM_INSTALL, () => {
    it('never reaches a page of the submitter', async () => {
      const browser = await launchBrowser();
      if (!browser) throw new Error('no Chromium although one was found');
      try {
        const context = await browser.newContext();
        const page = await context.newPage();
        const bodies: { url: string; body: Promise<Buffer> }[] = [];
        page.on('response', (response) => {
          if (response.status() === 200 && !response.url().endsWith('/events')) bodies.push({ url: response.url(), body: response.body().catch(() => Buffer.alloc(0)) });
        });
        await page.request.post(`${platform.url}${API_PREFIX}/auth/login`, { data: { email: 'researcher@example.org', password: PASSWORD }, headers: { origin: platform.url } });
        for (const path of ['/', `/benchmarks/${SLUG}`, `/submissions/${submission.id}`, ...ids.runs.map((id) => `/runs/${id}`), `/cases/${ids.cases[0]}`, '/algorithms/crashes-sometimes']) {
          await page.goto(`${platform.url}${path}`);
          await page.waitForTimeout(1200);
        }
        const seen = await Promise.all(bodies.map(async ({ url, body }) => hits(url.replace(platform.url, ''), await body)));
        expect(bodies.length).toBeGreaterThan(10);
        expect([...new Set(seen.flat())]).toEqual([]);
      } finally {
        await browser.close();
      }
    }, 180_000);
  });
});
