import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import S3rver from 's3rver';
import type { BlobStore } from '#evaluation';
import { openS3Store, type S3Options } from './s3.js';
import { blobStoreConformance, pieces } from './testing/conformance.js';

jest.setTimeout(180_000);

describe('blob store on S3', () => {
  let dir: string;
  let peer: S3rver;
  let options: S3Options;
  let store: BlobStore;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'voxelmark-s3-'));
    peer = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: join(dir, 'server') });
    const address = await peer.run();
    options = {
      endpoint: `http://127.0.0.1:${address.port}`,
      bucket: 'voxelmark',
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      prefix: 'blobs/',
      stagingDir: join(dir, 'staging'),
    };
    store = await openS3Store(options); // makes the bucket
  });
  afterAll(async () => {
    await store.close();
    await peer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  blobStoreConformance({ store: () => store, leftovers: () => readdirSync(join(dir, 'staging')) });

  it('opens a bucket that exists, and sees nothing outside its prefix', async () => {
    const { sha256 } = await store.put(pieces(Uint8Array.of(1)));
    const other = await openS3Store({ ...options, prefix: 'others/' });
    try {
      expect(await other.head(sha256)).toBeNull();
      expect(await other.put(pieces(Uint8Array.of(1)))).toEqual({ sha256, bytes: 1 });
      const digests: string[] = [];
      for await (const digest of other.list()) digests.push(digest);
      expect(digests).toEqual([sha256]);
    } finally {
      await other.close();
    }
  });

  it('lists more blobs than one page holds', async () => {
    const many = await openS3Store({ ...options, bucket: 'many', prefix: '' });
    try {
      const count = 1_030;
      for (let i = 0; i < count; i += 10)
        await Promise.all(Array.from({ length: 10 }, (_, j) => many.put(pieces(Buffer.from(`blob ${i + j}`)))));
      const digests = new Set<string>();
      for await (const digest of many.list()) digests.add(digest);
      expect(digests.size).toBe(count);
    } finally {
      await many.close();
    }
  }, 240_000);

  it('reports a server that is away, and one that refuses us, to the operator', async () => {
    await expect(openS3Store({ ...options, endpoint: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      name: 'EngineUnavailable',
      code: 'blob-store-unavailable',
    });
    const refusing: Server = createServer((_, response) => response.writeHead(403).end()).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as AddressInfo;
    await expect(openS3Store({ ...options, endpoint: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      name: 'EngineUnavailable',
    });
    refusing.close();
  });
});
