import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import pg from 'pg';
import {
  findEmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type PostgresAddress,
} from './embedded-postgres.js';
import { processIdentity } from './process-lock.js';

const asRoot = process.geteuid?.() === 0;
jest.setTimeout(180_000);

let dataDir: string;
let server: EmbeddedPostgres | null = null;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxelmark-pg-')); // mode 0700
});

afterEach(async () => {
  await server?.stop();
  server = null;
  removeEmbeddedPostgres(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

async function query(address: PostgresAddress | string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(typeof address === 'string' ? { connectionString: address } : { ...address });
  client.on('error', () => undefined); // servers are killed here on purpose
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Repeats until the server of `address` answers again. */
async function queryAgain(address: PostgresAddress, sql: string): Promise<Record<string, unknown>[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await query(address, sql);
    } catch (error) {
      if (attempt === 300) throw error;
      await sleep(100);
    }
  }
}

async function gone(pid: number): Promise<void> {
  for (let tick = 0; processIdentity(pid) !== null; tick++) {
    if (tick === 300) throw new Error(`process ${pid} is still there`);
    await sleep(100);
  }
}

it('makes a cluster, serves it on a private socket only, and keeps rows over a stop', async () => {
  server = await startEmbeddedPostgres({ dataDir });
  expect(server.attached).toBe(false);
  expect(statSync(server.options.host).mode & 0o777).toBe(0o700);
  const [facts] = await query(
    server.options,
    `select current_database() as name, current_setting('listen_addresses') as tcp, current_setting('server_encoding') as encoding,
            current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync, (select datlocale from pg_database where datname = current_database()) as locale, upper('ä') as upper`,
  );
  expect(facts).toEqual({
    name: 'voxelmark',
    tcp: '',
    encoding: 'UTF8',
    commit: 'on',
    fsync: 'on',
    locale: 'C.UTF-8',
    upper: 'Ä',
  });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await query(server.options, 'create table kept (n int); insert into kept values (7)');
  const first = server.pid;
  await server.stop();
  expect(processIdentity(first)).toBeNull();
  expect(await findEmbeddedPostgres(dataDir)).toBeNull();

  server = await startEmbeddedPostgres({ dataDir });
  expect(await query(server.options, 'select n from kept')).toEqual([{ n: 7 }]);
});

it('records where the cluster lies, outside a data folder that the server user cannot enter', async () => {
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  const { home } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { home: string };
  if (asRoot) {
    expect(home).toMatch(/^\/var\/lib\/voxelmark\/[0-9a-f]{12}-[0-9a-f]{8}$/);
    expect(readFileSync(join(home, 'data-dir'), 'utf8').trim()).toBe(dataDir);
    expect(statSync(server.clusterDir).uid).not.toBe(0);
  } else {
    expect(home).toBe('postgres');
    expect(server.clusterDir).toBe(join(dataDir, 'postgres', 'cluster'));
  }
  expect(statSync(server.clusterDir).mode & 0o077).toBe(0);
});

it('keeps the cluster inside a data folder that everybody may traverse', async () => {
  chmodSync(dataDir, 0o711);
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  expect(server.clusterDir).toBe(join(dataDir, 'postgres', 'cluster'));
});

it('copes with a data folder whose path is too long for a socket and holds a comma', async () => {
  const deep = join(dataDir, 'a, b', 'x'.repeat(120));
  mkdirSync(deep, { recursive: true });
  server = await startEmbeddedPostgres({ dataDir: deep, durable: false });
  expect(Buffer.byteLength(server.options.host)).toBeLessThan(90);
  expect(await query(server.options, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
  server = null;
  removeEmbeddedPostgres(deep);
});

it('refuses a second start on the same data folder and says who holds it', async () => {
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  await expect(startEmbeddedPostgres({ dataDir, durable: false })).rejects.toMatchObject({
    code: 'data-folder-in-use',
    message: expect.stringContaining(`process ${process.pid}`) as string,
  });
  expect(await findEmbeddedPostgres(dataDir)).toEqual(server.options);
});

it('restarts a server that was killed, without losing what was committed', async () => {
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  await query(server.options, 'create table kept (n int); insert into kept values (8)');
  const lost: number[] = [];
  server.onExit((pid) => lost.push(pid));
  const first = server.pid;
  process.kill(first, 'SIGKILL');
  await gone(first);
  expect(await queryAgain(server.options, 'select n from kept')).toEqual([{ n: 8 }]);
  expect(lost).toEqual([first]);
  for (let tick = 0; server.pid === first && tick < 100; tick++) await sleep(50);
  expect(server.pid).not.toBe(first);
});

it('attaches to a server whose starter was killed, and can stop it', async () => {
  const starter = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--import',
      './test/typescript.mjs',
      'libs/persistence/src/testing/start-and-linger.ts',
      dataDir,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface(starter.stdout), 'line')) as [string];
  await query(JSON.parse(line) as PostgresAddress, 'create table kept (n int); insert into kept values (9)');
  starter.kill('SIGKILL');
  await once(starter, 'exit');

  server = await startEmbeddedPostgres({ dataDir, durable: false });
  expect(server.attached).toBe(true);
  expect(await query(server.options, 'select n from kept')).toEqual([{ n: 9 }]);
  const { pid } = server;
  await server.stop();
  expect(processIdentity(pid)).toBeNull();
});

it('goes on after a stale postmaster.pid whose number belongs to another program', async () => {
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  const first = server.pid;
  await server.stop();
  const file = join(server.clusterDir, 'postmaster.pid');
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, `${process.ppid}\n${server.clusterDir}\n0\n5432\n${server.options.host}\n\n0 0\nready\n`);
  server = await startEmbeddedPostgres({ dataDir, durable: false });
  expect(server.attached).toBe(false);
  expect(server.pid).not.toBe(first);
});
