import { RequestRefused } from '#domain';
import { storeThenWrite, type StorePorts } from './store-then-write.js';

/** A blob store and its rows; the lock of a blob in `held` is somebody else's for so many tries. */
function world({ stored = [] as string[], used = [] as string[], held = {} as Record<string, number> } = {}) {
  const blobs = new Set(stored);
  const inUse = new Set(used);
  let pauses = 0;
  const ports: StorePorts = {
    records: {
      blobInUse: async (sha256) => inUse.has(sha256),
      withLock: async (name, work) => {
        const sha256 = name.replace('blob.', '');
        if ((held[sha256] ?? 0) > 0) {
          held[sha256]--;
          return false;
        }
        await work(new AbortController().signal);
        return true;
      },
    },
    blobs: {
      head: async (sha256) => (blobs.has(sha256) ? { sha256, bytes: 1 } : null),
      put: async (content) => {
        for await (const piece of content) blobs.add(Buffer.from(piece).toString());
        return { sha256: '', bytes: 1 };
      },
      delete: async (sha256) => blobs.delete(sha256),
    },
    pause: async () => void pauses++,
  };
  return { ports, blobs, inUse, pauses: () => pauses };
}

const file = (sha256: string) => ({
  sha256,
  bytes: 1,
  async *read() {
    yield Buffer.from(sha256);
  },
});
const refused = () => Promise.reject(new RequestRefused(409, 'dataset-case-exists', 'another case'));

describe('blobs first, row second', () => {
  it('leaves nothing of a row that is refused, but what others use or was there before', async () => {
    const { ports, blobs } = world({ stored: ['before'], used: ['shared'] });
    await expect(storeThenWrite(ports, [file('before'), file('fresh'), file('shared')], refused)).rejects.toMatchObject({ code: 'dataset-case-exists' });
    expect([...blobs].sort()).toEqual(['before', 'shared']);
  });

  it('keeps blobs when it is not known whether the row was written', async () => {
    const { ports, blobs } = world();
    await expect(storeThenWrite(ports, [file('fresh')], () => Promise.reject(new Error('connection lost')))).rejects.toThrow('connection lost');
    expect([...blobs]).toEqual(['fresh']);
  });

  it('puts back what somebody removed before the row was there', async () => {
    const { ports, blobs, pauses } = world({ held: { fresh: 2 } });
    const written = await storeThenWrite(ports, [file('fresh')], async () => {
      blobs.delete('fresh');
      return 'row';
    });
    expect([written, [...blobs], pauses()]).toEqual(['row', ['fresh'], 2]);
  });
});
