import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunState } from '#domain';
import { runCli } from './test-support/run-cli.js';
import { SmallServer, type Answer } from './test-support/small-server.js';

const MODEL = resolve(import.meta.dirname, '../../../datasets/phantoms/models/unet-small/model.onnx');
const MANIFEST = resolve(MODEL, '../voxelmark.json');
const ID = '01a20244-b894-7a3c-ba13-adcd16889cd7';
const DIGEST = 'a'.repeat(64);
const NOW = '2026-01-01T00:00:00.000Z';

let home: string;
let env: Record<string, string>;
let server: SmallServer;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'voxelmark-cli-'));
  env = { XDG_CONFIG_HOME: home };
});
afterEach(async () => {
  await server?.stop();
  await rm(home, { recursive: true });
});

async function signedIn(): Promise<void> {
  await mkdir(join(home, 'voxelmark'), { recursive: true });
  const stored = { url: server.url, token: 'vm_token', email: 'a@example.org' };
  await writeFile(join(home, 'voxelmark/credentials.json'), JSON.stringify(stored));
}

const submission = (state: RunState) => ({
  id: ID,
  benchmark: { slug: 'b', title: 'B' },
  algorithm: { slug: 'a', name: 'A' },
  version: '1.0.0',
  modelSha256: DIGEST,
  modelBytes: 1,
  models: [{ file: 'model.onnx', sha256: DIGEST, bytes: 1 }],
  submitter: 'A',
  mine: true,
  mayControl: true,
  mayRelease: false,
  forecast: null,
  createdAt: NOW,
  runs: [
    {
      id: ID,
      phase: 'practice',
      state,
      queuePosition: null,
      failure: null,
      progress: null,
      createdAt: NOW,
      startedAt: null,
      finishedAt: null,
    },
  ],
});

describe('submit --wait', () => {
  let state: RunState;
  const submit = () => runCli(['submit', MODEL, '-b', 'b', '--wait', '--json'], env);
  const untilAsked = async (times: number) => {
    while (server.asked.filter(({ address }) => address === `GET /submissions/${ID}`).length < times)
      await new Promise((soon) => setTimeout(soon, 20));
  };
  beforeEach(async () => {
    state = 'running';
    server = await new SmallServer((address): Answer => {
      if (address === 'POST /submissions') return { status: 201, body: { ...submission('queued'), existing: false } };
      return { body: submission(state) };
    }).start();
    await signedIn();
  });

  it('ends on Ctrl-C with exit code 130 and the error as its one object', async () => {
    const { child, ended } = submit();
    await untilAsked(1);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect([code, JSON.parse(stdout)]).toEqual([130, { error: { code: 'interrupted', message: 'interrupted' } }]);
  });

  it('outlasts a server that is away for a while', async () => {
    const { ended } = submit();
    await untilAsked(1);
    await server.stop();
    state = 'completed';
    await new Promise((soon) => setTimeout(soon, 1_500)); // longer than the pause between two questions
    await server.start();
    const { code, stdout } = await ended;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { id: ID, runs: [{ state: 'completed' }] }]);
  });

  it('does not wait for an organiser: a run on hold is exit code 8', async () => {
    state = 'quarantined';
    const { code, stdout } = await submit().ended;
    expect([code, JSON.parse(stdout)]).toMatchObject([8, { runs: [{ state: 'quarantined' }] }]);
  });
});

describe('submit --check', () => {
  const CHECKS = ['inspect', 'zero-tile', 'conformance', 'practice-case', 'budget'];
  const preflight = (state: 'queued' | 'done', failed: string | null) => ({
    id: ID,
    benchmark: { slug: 'b', title: 'B' },
    state,
    checks: CHECKS.map((name) =>
      state === 'queued'
        ? { name, status: 'waiting', detail: {} }
        : name === failed
          ? { name, status: 'failed', detail: { code: 'budget-exceeded', message: 'too slow' } }
          : { name, status: 'passed', detail: {} },
    ),
    passed: state === 'queued' ? null : failed === null,
    forecast: null,
    conformance: null,
    practice: null,
    manifest: JSON.parse(readFileSync(MANIFEST, 'utf8')) as unknown,
    manifestSha256: DIGEST,
    modelSha256: DIGEST,
    models: [{ file: 'model.onnx', sha256: DIGEST, bytes: 1, facts: null }],
    failure: null,
    submittableUntil: state === 'done' && failed === null ? '2100-01-01T00:00:00.000Z' : null,
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
  });
  const run = async (failed: string | null) => {
    server = await new SmallServer((address): Answer => {
      if (address === 'POST /benchmarks/b/preflights') return { status: 201, body: preflight('queued', failed) };
      if (address === 'POST /submissions') return { status: 201, body: { ...submission('queued'), existing: false } };
      return { body: preflight('done', failed) };
    }).start();
    await signedIn();
    const { code, stdout } = await runCli(['submit', MODEL, '-b', 'b', '--check', '--json'], env).ended;
    return { code, answer: JSON.parse(stdout) as unknown, asked: server.asked.map(({ address }) => address) };
  };

  it('submits what was tried, by its preflight', async () => {
    const { code, answer, asked } = await run(null);
    expect([code, answer]).toMatchObject([0, { id: ID, existing: false }]);
    expect(asked).toEqual(['POST /benchmarks/b/preflights', `GET /preflights/${ID}`, 'POST /submissions']);
  });

  it('does not submit what failed, and says what did', async () => {
    const { code, answer, asked } = await run('budget');
    expect([code, answer]).toMatchObject([8, { id: ID, passed: false }]);
    expect(asked).not.toContain('POST /submissions');
  });
});

describe('auth logout', () => {
  const file = () => join(home, 'voxelmark/credentials.json');
  const logout = async () => {
    const { code, stdout } = await runCli(['--json', 'auth', 'logout'], env).ended; // --json before the command
    expect(existsSync(file())).toBe(false);
    return [code, JSON.parse(stdout)] as const;
  };

  it('revokes the token at the server and forgets it', async () => {
    server = await new SmallServer(() => ({ status: 204 })).start();
    await signedIn();
    expect(await logout()).toEqual([0, { signedIn: false, revoked: true }]);
    expect(server.asked).toEqual([{ address: 'POST /auth/logout', authorization: 'Bearer vm_token' }]);
  });

  it('forgets a token that cannot be revoked, and says so', async () => {
    server = await new SmallServer(() => ({})).start();
    await signedIn();
    await server.stop();
    expect(await logout()).toEqual([0, { signedIn: false, revoked: false }]);
    await mkdir(join(home, 'voxelmark'), { recursive: true });
    await writeFile(file(), 'damaged');
    expect(await logout()).toEqual([0, { signedIn: false, revoked: false }]);
  });

  it('takes a token that the server does not know any more for revoked', async () => {
    const body = { type: 'about:blank', title: 'Unauthorized', status: 401, code: 'token-invalid', detail: 'unknown' };
    server = await new SmallServer(() => ({ status: 401, body })).start();
    await signedIn();
    expect(await logout()).toEqual([0, { signedIn: false, revoked: true }]);
  });
});

it('leaderboard show reads every page, and again when the board changes between two', async () => {
  const entry = (rank: number) => ({
    rank,
    runId: ID,
    submissionId: ID,
    algorithm: { slug: `a${rank}`, name: `A${rank}` },
    version: '1.0.0',
    submitter: 'A',
    metrics: { dice: 1 / rank },
    aggregates: [],
    cases: { scored: 1, failed: 0, empty: null },
    modelSha256: DIGEST,
    manifestSha256: DIGEST,
    state: { hash: DIGEST, sequence: rank },
    practiceUsage: null,
    finishedAt: NOW,
  });
  const asked: (string | null)[] = [];
  server = await new SmallServer((address): Answer => {
    const cursor = new URL(address.split(' ')[1], 'http://x').searchParams.get('cursor');
    asked.push(cursor);
    const state = { hash: (asked.length === 1 ? 'b' : 'c').repeat(64), sequence: 3, at: NOW };
    const first = { null: 1, two: 201, three: 401 }[String(cursor)] ?? 0;
    const items = Array.from({ length: cursor === 'three' ? 7 : 200 }, (_, n) => entry(first + n));
    const nextCursor = { null: 'two', two: 'three' }[String(cursor)] ?? null;
    return {
      body: {
        benchmark: 'b',
        phase: 'test',
        signature: 's',
        updatedAt: NOW,
        state,
        newest: true,
        openCases: 'none',
        boards: [],
        total: 407,
        items,
        nextCursor,
      },
    };
  }).start();
  const { code, stdout } = await runCli(['leaderboard', 'show', 'b', '--json', '--url', server.url], env).ended;
  const board = JSON.parse(stdout) as { items: { rank: number }[]; nextCursor: null };
  expect([code, board.nextCursor]).toEqual([0, null]);
  expect(board.items.map(({ rank }) => rank)).toEqual(Array.from({ length: 407 }, (_, n) => n + 1));
  expect(asked).toEqual([null, 'two', null, 'two', 'three']);
});

it('a damaged file of credentials is exit code 3, in one object', async () => {
  server = await new SmallServer(() => ({})).start();
  await mkdir(join(home, 'voxelmark'), { recursive: true });
  await writeFile(join(home, 'voxelmark/credentials.json'), '{"url":');
  const { code, stdout } = await runCli(['auth', 'whoami', '--json'], env).ended;
  expect([code, JSON.parse(stdout)]).toMatchObject([3, { error: { code: 'credentials-unreadable' } }]);
});

it('Ctrl-C while the database starts for the first time stops it: exit code 130, nothing is left running', async () => {
  const dataDir = join(home, 'state');
  const { child, ended } = runCli(['start', '--no-demo', '--json', '--port', '0', '--data-dir', dataDir], env);
  while (!existsSync(join(dataDir, 'supervisor.lock'))) await new Promise((soon) => setTimeout(soon, 10));
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect([code, JSON.parse(stdout)]).toMatchObject([130, { error: { code: 'interrupted' } }]);
  const { removeEmbeddedPostgres } = await import('#persistence');
  removeEmbeddedPostgres(dataDir);
}, 120_000);
