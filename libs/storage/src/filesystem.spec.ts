import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobStore } from '#evaluation';
import { openFilesystemStore } from './filesystem.js';
import { blobStoreConformance, pieces } from './testing/conformance.js';

describe('blob store on a local disk', () => {
  let root: string;
  let store: BlobStore;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'voxelmark-blobs-'));
    store = await openFilesystemStore(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  blobStoreConformance({ store: () => store, leftovers: () => readdirSync(join(root, 'incoming')) });

  it('fans out over folders that only its owner may enter, with files nobody may write', async () => {
    const { sha256 } = await store.put(pieces(Uint8Array.of(1, 2, 3)));
    const path = join(root, 'objects', sha256.slice(0, 2), sha256.slice(2));
    expect(statSync(path).mode & 0o777).toBe(0o400);
    expect(statSync(join(root, 'objects')).mode & 0o077).toBe(0);
  });

  it('mends a blob whose file was cut short, once the content comes again', async () => {
    const content = Uint8Array.of(9, 8, 7, 6);
    const { sha256 } = await store.put(pieces(content));
    const path = join(root, 'objects', sha256.slice(0, 2), sha256.slice(2));
    rmSync(path);
    writeFileSync(path, '');
    await store.put(pieces(content));
    expect([...(await store.read(sha256))]).toEqual([9, 8, 7, 6]);
  });

  it('clears away what killed processes left, but nothing that somebody may still be writing', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const incoming = join(root, 'incoming');
    const file = (name: string): string => {
      writeFileSync(join(incoming, name), 'half');
      return join(incoming, name);
    };
    const ofTheDead = file(`${hostname()}.${dead}.aaaa.part`);
    const ours = file(`${hostname()}.${process.pid}.bbbb.part`);
    const elsewhere = file(`other.host.example.${dead}.cccc.part`);
    const ancient = file(`other.host.example.${dead}.dddd.part`);
    utimesSync(ancient, new Date(0), new Date(0));
    await openFilesystemStore(root);
    expect([ofTheDead, ours, elsewhere, ancient].map((path) => existsSync(path))).toEqual([false, true, true, false]);
    rmSync(ours);
    rmSync(elsewhere);
  });

  it('passes a failing disk on as the operator’s concern', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'voxelmark-broken-'));
    const brokenStore = await openFilesystemStore(broken);
    rmSync(broken, { recursive: true });
    await expect(brokenStore.put(pieces(Uint8Array.of(1)))).rejects.toMatchObject({
      name: 'EngineUnavailable',
      code: 'blob-store-io',
    });
  });
});
