import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { canonicalJson, type AccountRole } from '#domain';
import {
  CHECK_NAMES,
  type Account,
  type Benchmark,
  type EvaluationCase,
  type NewBenchmark,
  type NewCase,
  type NotedCheck,
  type StoredBlob,
  type Submission,
} from '#evaluation';
import { writeNifti, type Geometry } from '#imaging';
import { expandManifest } from '#pipeline';
import { createModelInspector } from '#inference';
import {
  createAccessLog,
  createAccountRecords,
  createEvaluationRecords,
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type Database,
} from '#persistence';
import { hashPassword, systemClock, verifyPassword } from '#platform';
import { openFilesystemStore } from '#storage';
import { digestOf, newSecret, TOKEN_PREFIX } from '../accounts/secrets.js';
import { createApi } from '../create-api.js';
import { plainDigest, rewriteFiles } from '../datasets/case-task.js';
import { makeFrames } from '../dicomweb/frames-task.js';
import { makeSegmentation } from '../dicomweb/segmentation-task.js';
import { answerMeans, answerTask } from '../evidence/evidence-task.js';
import type { ApiParts, ApiSettings } from '../settings.js';
import { Marks } from './marks.js';
import { testSettings } from './no-parts.js';
import { testManifest } from './test-manifest.js';

export const ORIGIN = 'http://localhost:4200';
export const PASSWORD = 'correct horse battery';
const GEOMETRY: Geometry = {
  sizeXyz: [8, 8, 4],
  spacingMm: [1, 1, 3],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

export type Who = 'visitor' | 'researcher' | 'owner' | 'organiser' | 'reader' | 'steward' | 'admin';
export const PEOPLE: readonly Who[] = ['visitor', 'researcher', 'owner', 'organiser', 'reader', 'steward', 'admin'];
interface BenchmarkOptions {
  readonly published?: boolean;
  readonly members?: boolean;
  /** The first held-out case is shown to whoever signs in; the references of the practice cases are shown to nobody. */
  readonly showcase?: boolean;
  /** References of the held-out cases are for readers of the benchmark. */
  readonly readers?: boolean;
  /** The held-out phase closes at this moment; its references are shown after it to whoever signs in. */
  readonly closesAt?: string;
  readonly channels?: NewBenchmark['channels'];
}
const ROLE: Readonly<Record<Exclude<Who, 'visitor'>, AccountRole>> = {
  researcher: 'researcher',
  owner: 'researcher',
  organiser: 'organiser',
  reader: 'reader',
  steward: 'steward',
  admin: 'admin',
};

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly payload?: string | Buffer;
  /** Network address it comes from. */
  readonly ip?: string;
}

/** A real database, real blobs and the whole API, with one person of each kind signed in. */
export class World {
  readonly people = new Map<Who, { account: Account; cookie: string }>();
  readonly marks = new Marks();

  private constructor(
    readonly folder: string,
    readonly database: Database,
    readonly parts: ApiParts,
    readonly settings: ApiSettings,
    readonly app: NestFastifyApplication,
    /** Errors that were logged. */
    readonly logged: { event: string; error: unknown }[],
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(change: Partial<ApiSettings> = {}): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'voxelmark-api-'));
    const server = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    const database = await openDatabase({ ...server.options, poolSize: 10, applicationName: 'voxelmark-api-test' });
    await migrate(database);
    const logged: World['logged'] = [];
    const parts: ApiParts = {
      records: createEvaluationRecords(database),
      accounts: createAccountRecords(database),
      accessLog: createAccessLog(database),
      blobs: await openFilesystemStore(join(folder, 'blobs')),
      queue: { depth: async () => 0, workers: async () => 1 },
      inspector: createModelInspector({ scratchDir: join(folder, 'scratch') }),
      evidence: {
        answer: async (task) => answerTask(task),
        means: async (task) => answerMeans(task),
        close: async () => undefined,
      },
      cases: { digest: plainDigest, rewrite: rewriteFiles, segmentation: makeSegmentation, frames: makeFrames, close: async () => undefined },
      passwords: { hash: hashPassword, verify: verifyPassword },
      clock: systemClock,
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (event, error) => void logged.push({ event, error }),
      },
    };
    const settings = testSettings({ spoolDir: join(folder, 'uploads'), publicUrl: ORIGIN, ...change });
    const app = await createApi(parts, settings);
    const stop = async (): Promise<void> => {
      await app.close();
      await parts.blobs.close();
      await database.close();
      await server.stop();
      removeEmbeddedPostgres(folder);
      rmSync(folder, { recursive: true, force: true });
    };
    const world = new World(folder, database, parts, settings, app, logged, stop);
    for (const who of PEOPLE) if (who !== 'visitor') await world.signUp(who, ROLE[who]);
    return world;
  }

  close(): Promise<void> {
    return this.stop();
  }

  async signUp(who: Who, role: AccountRole): Promise<void> {
    const account = await this.parts.accounts.createAccount({
      email: `${who}@example.org`,
      name: `The ${who}`,
      role,
      passwordHash: await hashPassword(PASSWORD),
    });
    this.people.set(who, { account, cookie: await this.session(account) });
  }

  async session(account: Account): Promise<string> {
    const secret = newSecret();
    await this.parts.accounts.createSession(account.id, digestOf(secret));
    return `voxelmark_session=${secret}`;
  }

  async token(
    who: Exclude<Who, 'visitor'>,
    scopes: readonly ('read' | 'submit' | 'data' | 'admin')[],
  ): Promise<string> {
    const secret = TOKEN_PREFIX + newSecret();
    await this.parts.accounts.createToken(
      { userId: this.account(who).id, name: 'test', scopes, expiresAt: null },
      digestOf(secret),
    );
    return secret;
  }

  account(who: Exclude<Who, 'visitor'>): Account {
    const person = this.people.get(who);
    if (person === undefined) throw new Error(`nobody is ${who}`);
    return person.account;
  }

  /** Sends a request as a browser page of ours would, below /api/v1. */
  ask(
    who: Who,
    method: string,
    path: string,
    { headers = {}, body, payload, ip }: Sent = {},
  ): Promise<Awaited<ReturnType<NestFastifyApplication['inject']>>> {
    const cookie = this.people.get(who)?.cookie;
    return this.app.inject({
      method: method as 'GET',
      url: path.startsWith('/api') ? path : `/api/v1${path}`,
      ...(ip === undefined ? {} : { remoteAddress: ip }),
      headers: {
        host: 'localhost:4200',
        ...(cookie === undefined ? {} : { cookie }),
        ...(method === 'GET' || method === 'HEAD' ? {} : { origin: ORIGIN }),
        ...headers,
      },
      ...(payload === undefined ? (body === undefined ? {} : { payload: body as object }) : { payload }),
    });
  }

  async store(content: Uint8Array): Promise<StoredBlob> {
    return this.parts.blobs.put(
      (async function* () {
        yield content;
      })(),
    );
  }

  /** Voxels that nobody could guess; those of sealed objects are remembered as marks. */
  async storeVolume(sealed: string | null): Promise<StoredBlob> {
    const data = new Uint8Array(randomBytes(8 * 8 * 4)).map((value) => value % 5);
    const noise = randomBytes(32).toString('hex');
    const bytes = await writeNifti({ geometry: GEOMETRY, data }, { gzip: true, description: noise });
    const blob = await this.store(bytes);
    if (sealed !== null) {
      this.marks.add(`${sealed} bytes`, Buffer.from(bytes));
      this.marks.add(`${sealed} noise`, noise);
      this.marks.add(`${sealed} digest`, blob.sha256);
      // the first slice as DICOM has it: 16 bits a voxel, and one bit for the voxels of label 1
      this.marks.addRaw(`${sealed} voxels`, Buffer.from(Int16Array.from(data.subarray(0, 64)).buffer));
      const outline = Buffer.alloc(8);
      for (let v = 0; v < 64; v++) if (data[v] === 1) outline[v >> 3] |= 1 << (v & 7);
      this.marks.addRaw(`${sealed} outline`, outline);
    }
    return blob;
  }

  /** Two practice cases, open to all, and three held-out ones whose every word is marked. */
  async benchmark(
    slug: string,
    { published = true, members = true, showcase = false, readers = false, closesAt, channels }: BenchmarkOptions = {},
  ): Promise<Benchmark> {
    const rules: NewBenchmark['phases'][number]['rules'] = {
      regions: [
        { name: 'liver', labels: [1, 4], color: '#b05a3c' },
        { name: 'spleen', labels: [2] },
      ],
      metrics: [
        { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
        { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
      ],
      ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
      limits: { loadSeconds: 10, caseSeconds: 10, memoryMib: 512, threads: 1 },
    };
    const capacities = ['organiser', 'reader', 'steward'] as const;
    const heldOut = await this.cases(`${slug}-test`, 3, true);
    const shown = { kind: 'showcase', cases: [heldOut[0].name] } as const;
    return this.parts.records.createBenchmark({
      slug,
      title: `Benchmark ${slug}`,
      question: 'How well?',
      summary: 'A small one.',
      rules: 'Be fair.',
      synthetic: true,
      published,
      labels: [
        { value: 1, name: 'liver' },
        { value: 2, name: 'spleen' },
        { value: 4, name: 'liver lesion' },
      ],
      ...(channels === undefined ? {} : { channels }),
      windowPresets: [{ name: 'soft tissue', center: 40, width: 400 }],
      dataset: { slug: `${slug}-data`, name: 'Data', licence: 'CC0-1.0', description: 'Made up.' },
      phases: [
        {
          kind: 'practice',
          title: 'Practice',
          label: 'PUBLIC',
          rules: { ...rules, ...(showcase && { reveal: { kind: 'never' } }) },
          cases: await this.cases(`${slug}-practice`, 2, false),
        },
        {
          kind: 'test',
          title: 'Test',
          label: 'SEALED',
          rules: { ...rules, ...(showcase && { reveal: shown }), ...(readers && { reveal: { kind: 'readers' } }), ...(closesAt && { closesAt, reveal: { kind: 'after-close' } }) },
          cases: heldOut,
        },
      ],
      members: members ? capacities.map((capacity) => ({ userId: this.account(capacity).id, capacity })) : [],
    });
  }

  /** A dataset of the organiser with one case, whose every word is marked. Returns the ids of its objects. */
  async dataset(slug: string): Promise<readonly string[]> {
    const { records } = this.parts;
    const { dataset } = await records.createDataset({
      slug,
      name: this.marks.make('name of a brought dataset'),
      licence: 'CC0-1.0',
      description: '',
      ownerId: this.account('organiser').id,
      synthetic: true,
      labels: [{ value: 1, name: 'liver' }],
      ignoreLabel: null,
      regions: [],
      channels: [{ name: 'CT' }],
      dictionary: {},
    });
    const { case: one } = await records.addDatasetCase(dataset.id, {
      name: this.marks.make('name of a brought case'),
      patient: this.marks.make('patient of a brought case'),
      split: null,
      facts: { site: this.marks.make('site of a brought case') },
      geometry: GEOMETRY,
      digest: 'a'.repeat(64),
      images: [await this.storeVolume('brought image')],
      references: [
        {
          reader: 'A',
          consensus: true,
          recipe: null,
          reading: null,
          blob: await this.storeVolume('brought reference'),
        },
      ],
    });
    return [...one.images.map(({ id }) => id), ...one.references.map(({ object }) => object.id)];
  }

  private async cases(prefix: string, count: number, sealed: boolean): Promise<NewCase[]> {
    const cases: NewCase[] = [];
    for (let n = 1; n <= count; n++) {
      const word = (what: string): string => (sealed ? this.marks.make(`${what} of a held-out case`) : `${what}-${n}`);
      cases.push({
        name: sealed ? `${prefix}-${n}-${word('name')}` : `${prefix}-${n}`,
        patient: word('patient'),
        facts: { site: word('site') },
        geometry: GEOMETRY,
        images: [{ channel: 'image', ...(await this.storeVolume(sealed ? 'held-out image' : null)) }],
        references: [
          { reader: 'consensus', consensus: true, blob: await this.storeVolume(sealed ? 'held-out reference' : null) },
          { reader: 'reader-1', consensus: false, blob: await this.storeVolume(sealed ? 'held-out reference' : null) },
        ],
        referenceStudy: null,
      });
    }
    return cases;
  }

  /** A submission, not yet run: of the owner, and of a file that is no model, unless told otherwise. */
  async submission(
    benchmark: Benchmark,
    slug: string,
    version = '1.0.0',
    { by = 'owner', model = Buffer.from(`model ${slug} ${version}`) }: { by?: Exclude<Who, 'visitor'>; model?: Buffer } = {},
  ): Promise<Submission> {
    const manifest = expandManifest(testManifest(slug, version)); // as it is stored
    const { submission } = await this.parts.records.createSubmission({
      benchmarkId: benchmark.id,
      submitterId: this.account(by).id,
      algorithm: { slug, name: slug, description: 'Made for tests.' },
      version,
      manifest,
      manifestSha256: createHash('sha256').update(JSON.stringify(manifest)).digest('hex'),
      models: [{ file: 'model.onnx', ...(await this.store(model)) }],
      idempotencyKey: null,
    });
    return submission;
  }

  /** A preflight of the owner that a worker has carried out on a practice case. Returns its id. */
  async preflight(benchmark: Benchmark, one: EvaluationCase, checks: readonly NotedCheck[] = PASSED): Promise<string> {
    const { records } = this.parts;
    const manifest = expandManifest(testManifest('tried'));
    const model = { file: 'model.onnx', ...(await this.store(Buffer.from('model tried'))) };
    const { id } = await records.createPreflight({
      benchmarkId: benchmark.id,
      submitterId: this.account('owner').id,
      manifest,
      manifestSha256: createHash('sha256').update(canonicalJson(manifest)).digest('hex'),
      models: [model],
      conformance: null,
      checks: checks.map((check) => ({ ...check, status: 'waiting' as const })),
    });
    const prediction = await this.storeVolume(null);
    const claim = await records.claimPreflight(id, 'w1', 10);
    if (claim === null) throw new Error('the preflight could not be claimed');
    await records.endPreflight(claim, {
      checks,
      practice: {
        caseId: one.id,
        prediction: {
          ...prediction,
          kind: 'prediction',
          mediaType: 'application/gzip',
          label: 'PUBLIC',
          inputs: one.images.map((image) => image.id),
        },
      },
      failure: null,
    });
    return id;
  }

  async startRun(runId: string, epoch = 1): Promise<void> {
    if ((await this.parts.records.claimRun(runId, epoch, 'w1')) === null)
      throw new Error('the run could not be claimed');
    if (!(await this.parts.records.startRun(runId, epoch, 'w1', 'test|v1')))
      throw new Error('the run could not be started');
  }

  /** Scores one case with figures that appear nowhere else, or fails it with a text that would tell something. */
  async recordCase(runId: string, one: EvaluationCase, { fails = false, epoch = 1 } = {}): Promise<void> {
    const sealed = one.label === 'SEALED';
    const claim = await this.parts.records.claimCase(runId, one.id, epoch, 'w1', 30);
    if (claim === null) throw new Error(`case ${one.id} could not be claimed`);
    const figure = (low: number, what: string): number => (sealed ? this.marks.figure(low, what) : low + Math.random());
    const prediction = await this.storeVolume(sealed ? 'prediction on a held-out image' : null);
    const scores = (['liver', 'spleen'] as const).map((region) => ({
      region,
      status: fails ? ('failed' as const) : ('ok' as const),
      values: fails
        ? {
            dice: { kind: 'undefined', why: 'no-prediction' } as const,
            hd95: { kind: 'undefined', why: 'no-prediction' } as const,
          }
        : {
            dice: { kind: 'value', value: figure(0, 'dice') } as const,
            hd95:
              region === 'liver'
                ? ({ kind: 'value', value: figure(3, 'hd95') } as const)
                : ({ kind: 'unbounded' } as const),
          },
    }));
    const recorded = await this.parts.records.recordCase(claim, {
      prediction: fails
        ? null
        : { ...prediction, kind: 'prediction', mediaType: 'application/gzip', label: 'PUBLIC', inputs: [] },
      usage: {
        elapsedMs: figure(100, 'time'),
        cpuMs: figure(90, 'time'),
        peakRssBytes: 1e6,
        sessionMs: figure(80, 'time'),
        stagesMs: {
          read: figure(1, 'time'),
          prepare: figure(2, 'time'),
          network: figure(3, 'time'),
          restore: figure(4, 'time'),
        },
      },
      receipt: {
        isolation: 'L2',
        runtime: sealed ? this.marks.make('runtime of a held-out case') : 'onnxruntime-node 1.30.0',
      },
      scores,
      failure: fails
        ? {
            code: 'inference-failed',
            detail: sealed ? this.marks.make('error text of a held-out case') : 'index 17 is out of bounds',
          }
        : null,
    });
    if (!recorded) throw new Error('the case could not be recorded');
  }

  async complete(runId: string, { failing = 0, dice = 0.5, epoch = 1 } = {}): Promise<void> {
    await this.startRun(runId, epoch);
    const context = await this.parts.records.runContext(runId);
    if (context === null) throw new Error('no such run');
    const cases = await this.parts.records.cases(context.phase.id);
    for (const [n, one] of cases.entries()) await this.recordCase(runId, one, { fails: n < failing, epoch });
    const done = await this.parts.records.completeRun(
      runId,
      epoch,
      {
        aggregates: ['liver', 'spleen'].flatMap((region) =>
          ['dice', 'hd95'].map((metric) => ({ region, metric, mean: dice, n: cases.length, penalised: failing })),
        ),
        metrics: { dice, hd95: 4.5 },
        stop: null,
      },
      (entries) =>
        new Map(
          entries.map(({ runId: id, metrics }) => [
            id,
            1 + entries.filter((other) => other.metrics.dice > metrics.dice).length,
          ]),
        ),
    );
    if (!done) throw new Error('the run could not be completed');
  }

  /** Lets it be told so long from now how a run ended, as if its images were of people. */
  async tellsLater(runId: string, interval: string): Promise<void> {
    await this.database.dataSource.query('update evaluation_run set release_at = now() + $2::interval where id = $1', [
      runId,
      interval,
    ]);
  }

  /** Lets the files of a finished preflight be kept until so long from now. */
  async kept(preflightId: string, interval: string): Promise<void> {
    await this.database.dataSource.query('update preflight set files_until = now() + $2::interval where id = $1', [
      preflightId,
      interval,
    ]);
  }

  /** Rows and files there are, to see whether a refused request left any. */
  async inventory(): Promise<Record<string, number>> {
    const tables = [
      'submission',
      'evaluation_run',
      'algorithm',
      'algorithm_version',
      'stored_object',
      'outbox',
      'preflight',
      'account',
      'access_token',
    ];
    // what is made ahead of the images is no doing of a request
    while ((await this.parts.records.imageWithoutFrames([])) !== null) await new Promise((soon) => setTimeout(soon, 50));
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const [{ count }] = (await this.database.dataSource.manager.query(
        `select count(*)::int as count from ${table}`,
      )) as { count: number }[];
      counts[table] = count;
    }
    counts.blobs = 0;
    for await (const _ of this.parts.blobs.list()) counts.blobs += 1;
    for (const place of ['uploads', 'scratch', 'blobs'])
      counts[`files in ${place}`] = filesBelow(join(this.folder, place));
    return counts;
  }
}

const PASSED: readonly NotedCheck[] = CHECK_NAMES.map((name) => ({ name, status: 'passed', detail: {} }));

function filesBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
