import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeIf, findProgram } from '../../../test/requires.js';
import { jobQueueConformance } from './testing/conformance.js';

jest.setTimeout(240_000);

const program = findProgram('redis-server');

describeIf(program !== null, 'job queue on Redis', 'apt-get install redis-server', () => {
  let dir: string;
  let port: number;
  let server: ChildProcess;

  async function start(): Promise<void> {
    server = spawn(
      program!,
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        '--maxmemory-policy',
        'noeviction',
        '--save',
        '',
      ],
      { stdio: 'ignore' },
    );
    const probe = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 100, retryStrategy: () => 50 });
    probe.on('error', () => undefined); // refused until it listens; the ping below decides
    await probe.ping();
    probe.disconnect();
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'voxelmark-redis-'));
    const finder = createServer().listen(0, '127.0.0.1');
    await once(finder, 'listening');
    ({ port } = finder.address() as AddressInfo);
    finder.close();
    await once(finder, 'close');
    await start();
  });
  afterAll(async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true });
  });

  jobQueueConformance({
    engine: () => ({ kind: 'redis', url: `redis://127.0.0.1:${port}` }),
    killAndRestart: async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
      await start();
    },
  });
});
