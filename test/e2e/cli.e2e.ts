import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, newDataDir, removeDataDir, root, startPlatform, voxelmark, type RunningPlatform } from '../support/platform.js';
import { until } from '../support/http.js';

interface Failure {
  error: { code: string; message: string };
}

describe('voxelmark on the command line', () => {
  let platform: RunningPlatform;
  let home: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'voxelmark-home-'));
    platform = await startPlatform({ dataDir: await newDataDir('cli'), env: { VOXELMARK_WORKERS: '1' } });
    env = { XDG_CONFIG_HOME: home, VOXELMARK_URL: platform.url };
  }, 120_000);

  afterAll(async () => {
    expect(await platform.stop()).toBe(0);
    await removeDataDir(platform.dataDir);
    await rm(home, { recursive: true });
  }, 60_000);

  const json = async (args: string[], options: { env?: Record<string, string>; input?: string } = {}) => {
    const { code, stdout } = await voxelmark([...args, '--json'], { env: options.env ?? env, input: options.input });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    return { code, data: JSON.parse(stdout) as unknown };
  };

  it('makes the first administrator, signs in, says who it is, signs out', async () => {
    const created = await json(['user', 'create', '--role', 'admin', '--email', 'First@Example.org', '--name', 'First', '--data-dir', platform.dataDir], { input: 'a long password\n' });
    expect(created).toMatchObject({ code: 0, data: { email: 'first@example.org', role: 'admin' } });
    expect(await json(['auth', 'whoami'])).toMatchObject({ code: 3, data: { error: { code: 'not-signed-in' } } });
    expect(await json(['auth', 'login', '--email', 'first@example.org'], { input: 'wrong password\n' })).toMatchObject({ code: 3 });
    expect(await json(['auth', 'login', '--email', 'first@example.org'], { input: 'a long password\n' })).toMatchObject({ code: 0 });
    expect((await stat(join(home, 'voxelmark/credentials.json'))).mode & 0o777).toBe(0o600);
    expect(await json(['auth', 'whoami'])).toMatchObject({ code: 0, data: { account: { email: 'first@example.org', role: 'admin' } } });
    const twice = await json(['user', 'create', '--role', 'admin', '--email', 'first@example.org', '--data-dir', platform.dataDir], { input: 'a long password\n' });
    expect(twice).toMatchObject({ code: 6, data: { error: { code: 'account-exists' } } });
  }, 60_000);

  it('says which version it is', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await json(['--version'])).toEqual({ code: 0, data: { version } });
  });

  it('gives errors as one JSON object with the exit code of their kind', async () => {
    const model = join(home, 'model.onnx');
    await writeFile(model, 'x');
    const expectations: [string[], number, string][] = [
      [['nonsense'], 2, 'usage'],
      [['leaderboard', 'show'], 2, 'usage'],
      [['leaderboard', 'show', 'no-such-benchmark'], 5, 'not-found'],
      [['run', 'show', 'not-a-uuid'], 2, 'usage'],
      [['run', 'show', '01a20244-b894-7a3c-ba13-adcd16889cd7'], 5, 'not-found'],
      [['submit', join(home, 'absent.onnx'), '-b', 'x', '--manifest', join(home, 'absent.json')], 5, 'no-such-file'],
      [['submit', model, '-b', 'x', '--manifest', model], 6, 'manifest-invalid'],
      [['user', 'create', '--role', 'emperor', '--email', 'a@b.cd'], 2, 'usage'],
      [['demo'], 2, 'usage'],
    ];
    for (const [args, code, error] of expectations) {
      expect([args, await json(args)]).toMatchObject([args, { code, data: { error: { code: error } } }]);
    }
    const unreachable = await json(['leaderboard', 'show', 'x', '--url', 'http://127.0.0.1:9']);
    expect(unreachable).toMatchObject({ code: 10, data: { error: { code: 'network' } } });
  }, 120_000);

  it('keeps data and words apart: nothing on stdout but data, no progress on a pipe', async () => {
    const { stdout, stderr, code } = await voxelmark(['leaderboard', 'show', 'absent'], { env });
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(/^voxelmark: /);
    expect(stderr).not.toMatch(/\r|\u001b/);
  }, 30_000);

  it('refuses a second start on the same data folder, and leaves the first alone', async () => {
    const second = await voxelmark(['start', '--json', '--port', '0', '--no-demo', '--data-dir', platform.dataDir]);
    expect(second.code).toBe(1);
    expect((JSON.parse(second.stdout) as Failure).error.code).toBe('already-running');
    expect((await fetch(`${platform.url}/api/v1/health`)).status).toBe(200);
  }, 60_000);

  it('refuses a misspelt setting', async () => {
    const { code, data } = await json(['migrate'], { env: { ...env, VOXELMARK_DATADIR: 'x' } });
    expect([code, (data as Failure).error.code]).toEqual([2, 'configuration']);
  }, 30_000);

  it('restarts what was killed, and stops every process that it started', async () => {
    const extra = await startPlatform({ dataDir: await newDataDir('stop'), env: { VOXELMARK_WORKERS: '1' } });
    try {
      const { api, workers, postgres } = extra.processes;
      process.kill(workers[0], 'SIGKILL');
      await until('the API to answer', async () => (await fetch(`${extra.url}/api/v1/health`)).ok, 30_000);
      expect(await extra.stop()).toBe(0);
      expect([api, ...workers, postgres].filter(isRunning)).toEqual([]);
    } finally {
      await extra.stop();
      await removeDataDir(extra.dataDir);
    }
  }, 120_000);

  it('says so in a checkout that is not built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'voxelmark-unbuilt-'));
    try {
      const { mkdir, cp } = await import('node:fs/promises');
      await mkdir(join(folder, 'apps/cli'), { recursive: true });
      await cp(join(root, 'apps/cli/bin'), join(folder, 'apps/cli/bin'), { recursive: true });
      const { execFile } = await import('node:child_process');
      const answer = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) =>
        execFile(process.execPath, [join(folder, 'apps/cli/bin/voxelmark.mjs'), 'run', 'show', 'x', '--json'], (error, stdout, stderr) =>
          resolve({ code: error?.code ?? 0, stdout, stderr }),
        ),
      );
      expect(answer.code).toBe(2);
      expect(answer.stderr).toContain('npm run build');
      expect((JSON.parse(answer.stdout) as Failure).error.code).toBe('not-built');
      expect(await readFile(join(folder, 'apps/cli/bin/voxelmark.mjs'), 'utf8')).toContain('not built');
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
