import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobMissing, type BlobStore } from '#evaluation';

/** What a driver's test file provides. */
export interface Peer {
  readonly store: () => BlobStore;
  /** Names of half-written things that the driver has at this moment: expected to be none between calls. */
  readonly leftovers: () => readonly string[] | Promise<readonly string[]>;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function* pieces(bytes: Uint8Array, size = 65_536): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

const ABSENT = 'f'.repeat(64);

/** The one suite that every blob store has to pass. */
export function blobStoreConformance(peer: Peer): void {
  describe('conformance', () => {
    let store: BlobStore;
    beforeEach(() => (store = peer.store()));
    afterEach(async () => expect(await peer.leftovers()).toEqual([]));

    it('keeps what it was given under its digest', async () => {
      const bytes = randomBytes(100_003);
      const stored = await store.put(pieces(bytes));
      expect(stored).toEqual({ sha256: sha256Of(bytes), bytes: bytes.length });
      expect(await store.head(stored.sha256)).toEqual(stored);
      expect(Buffer.compare(await store.read(stored.sha256), bytes)).toBe(0);
      expect(Buffer.compare(await collect(await store.open(stored.sha256)), bytes)).toBe(0);
    });

    it.each([
      ['the start', { start: 0, end: 2 }, [0, 1, 2]],
      ['one byte in the middle', { start: 4, end: 4 }, [4]],
      ['an open end', { start: 7 }, [7, 8, 9]],
      ['an end past the last byte', { start: 8, end: 400 }, [8, 9]],
      ['everything', { start: 0, end: 9 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ])('reads %s', async (_, range, expected) => {
      const { sha256 } = await store.put(pieces(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
      expect([...(await collect(await store.open(sha256, range)))]).toEqual(expected);
    });

    it.each([
      ['starts past the last byte', { start: 10 }],
      ['starts past the last byte and ends behind it', { start: 10, end: 20 }],
      ['runs backwards', { start: 5, end: 4 }],
      ['starts before the first byte', { start: -1, end: 4 }],
    ])('refuses a range that %s', async (_, range) => {
      const { sha256 } = await store.put(pieces(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
      await expect(store.open(sha256, range)).rejects.toThrow(RangeError);
    });

    it('keeps an empty blob', async () => {
      const stored = await store.put(pieces(new Uint8Array(0)));
      expect(stored).toEqual({ sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', bytes: 0 });
      expect(await store.head(stored.sha256)).toEqual(stored);
      expect(await collect(await store.open(stored.sha256))).toHaveLength(0);
      expect(await store.read(stored.sha256)).toHaveLength(0);
      await expect(store.open(stored.sha256, { start: 0 })).rejects.toThrow(RangeError);
    });

    it('keeps the same content once', async () => {
      const bytes = randomBytes(5_000);
      const first = await store.put(pieces(bytes, 7));
      expect(await store.put(pieces(bytes, 4_096))).toEqual(first);
      const listed: string[] = [];
      for await (const digest of store.list()) if (digest === first.sha256) listed.push(digest);
      expect(listed).toHaveLength(1);
    });

    it('takes the same content from many writers at once', async () => {
      const bytes = randomBytes(300_000);
      const stored = await Promise.all(Array.from({ length: 8 }, (_, i) => store.put(pieces(bytes, 1_000 + i))));
      expect(new Set(stored.map(({ sha256 }) => sha256))).toEqual(new Set([sha256Of(bytes)]));
      expect(Buffer.compare(await store.read(stored[0].sha256), bytes)).toBe(0);
    });

    it('streams 30 MiB in and out', async () => {
      const piece = randomBytes(1024 * 1024);
      const hash = createHash('sha256');
      async function* content(): AsyncIterable<Uint8Array> {
        for (let i = 0; i < 30; i++) {
          piece[0] = i;
          const copy = Buffer.from(piece);
          hash.update(copy);
          yield copy;
        }
      }
      const { sha256, bytes } = await store.put(content());
      expect({ sha256, bytes }).toEqual({ sha256: hash.digest('hex'), bytes: 30 * 1024 * 1024 });
      const back = createHash('sha256');
      for await (const chunk of await store.open(sha256)) back.update(chunk);
      expect(back.digest('hex')).toBe(sha256);
      // the 30 first bytes of each MiB tell whether ranges cross part borders rightly
      expect((await collect(await store.open(sha256, { start: 17 * 1024 * 1024 - 1, end: 17 * 1024 * 1024 })))[1]).toBe(
        17,
      );
    });

    it('stops at the limit, keeps nothing, and lets the sender go', async () => {
      let sent = 0;
      let released = false;
      async function* endless(): AsyncIterable<Uint8Array> {
        try {
          for (;;) {
            sent += 1_000;
            yield new Uint8Array(1_000).fill(sent % 251);
          }
        } finally {
          released = true;
        }
      }
      await expect(store.put(endless(), { maxBytes: 10_000 })).rejects.toMatchObject({
        status: 413,
        code: 'upload-too-large',
        message: expect.stringContaining('10000 bytes') as string,
      });
      expect(sent).toBe(11_000);
      expect(released).toBe(true);
      const exactly = randomBytes(10_000);
      expect(await store.put(pieces(exactly), { maxBytes: 10_000 })).toEqual({
        sha256: sha256Of(exactly),
        bytes: 10_000,
      });
    });

    it('keeps nothing of a stream that broke off, and passes its error on', async () => {
      const before = await count(store);
      async function* broken(): AsyncIterable<Uint8Array> {
        yield randomBytes(10_000);
        throw new Error('the sender hung up');
      }
      await expect(store.put(broken())).rejects.toThrow('the sender hung up');
      expect(await count(store)).toBe(before);
    });

    it('says that a blob is missing', async () => {
      expect(await store.head(ABSENT)).toBeNull();
      expect(await store.delete(ABSENT)).toBe(false);
      await expect(store.open(ABSENT)).rejects.toThrow(BlobMissing);
      await expect(store.open(ABSENT, { start: 0 })).rejects.toThrow(BlobMissing);
      await expect(store.read(ABSENT)).rejects.toThrow(BlobMissing);
      await expect(store.copyTo(ABSENT, join(tmpdir(), `voxelmark-never-${process.pid}`))).rejects.toThrow(BlobMissing);
    });

    it.each(['../../../etc/passwd', 'ab/cd', '', 'A'.repeat(64), `${'a'.repeat(63)}\n`])(
      'accepts no name but a digest: %j',
      async (name) => {
        const refused = async (work: () => Promise<unknown>): Promise<void> =>
          expect((async () => work())()).rejects.toThrow(TypeError);
        await refused(() => store.open(name));
        await refused(() => store.read(name));
        await refused(() => store.head(name));
        await refused(() => store.delete(name));
        await refused(() => store.copyTo(name, join(tmpdir(), `voxelmark-never-${process.pid}`)));
      },
    );

    it('lists everything, and forgets what was deleted', async () => {
      const digests = await Promise.all(
        Array.from({ length: 5 }, async () => (await store.put(pieces(randomBytes(100)))).sha256),
      );
      expect(await listed(store)).toEqual(expect.arrayContaining(digests));
      expect(await store.delete(digests[0])).toBe(true);
      expect(await store.head(digests[0])).toBeNull();
      const after = await listed(store);
      expect(after).not.toContain(digests[0]);
      expect(after).toEqual(expect.arrayContaining(digests.slice(1)));
    });

    it('copies a blob into a file that has nothing to do with the store', async () => {
      const bytes = randomBytes(70_000);
      const { sha256 } = await store.put(pieces(bytes));
      const dir = mkdtempSync(join(tmpdir(), 'voxelmark-copy-'));
      try {
        const path = join(dir, 'model.onnx');
        await store.copyTo(sha256, path);
        expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
        expect(statSync(path).nlink).toBe(1);
        expect(statSync(path).mode & 0o777).toBe(0o600);
        rmSync(path);
        expect(Buffer.compare(await store.read(sha256), bytes)).toBe(0);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  });
}

async function listed(store: BlobStore): Promise<string[]> {
  const digests: string[] = [];
  for await (const digest of store.list()) digests.push(digest);
  return digests;
}

async function count(store: BlobStore): Promise<number> {
  return (await listed(store)).length;
}
